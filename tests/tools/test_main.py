"""The command line as a whole: what it prints and refuses, in any locale and into any stream."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_customerio import __main__
from pytest_customerio.__main__ import main
from pytest_customerio.tools.versions import installed_version

NEXT = "python -m pytest_customerio"


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The text on stderr of a command that ends with 4 and prints nothing else."""
    assert main(arguments) == 4
    output = capsys.readouterr()
    assert output.out == ""
    return output.err.removeprefix(f"{NEXT}: ")


def test_errors(capsys: pytest.CaptureFixture[str]) -> None:
    """`errors` prints a row for each case, the meaning of the provenances, and the next command."""
    assert main(["errors", "429-rate-limited", "400-id-mismatch", "dns-failure-persists"]) == 0
    assert capsys.readouterr().out == (
        "case                       answer  surfaces  retry  how sure\n"
        "400-id-mismatch            400     track     no     observed\n"
        "429-rate-limited-recovers  429     all       yes    synthetic\n"
        "429-rate-limited-persists  429     all       yes    synthetic\n"
        "dns-failure-persists       none    all       yes    synthetic\n"
        "\n"
        "observed   an answer of the live service that was published\n"
        "synthetic  anything else: made up in part or as a whole; explain says which part\n"
        "\n"
        f"next: {NEXT} explain 400-id-mismatch\n"
    )


def test_errors_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    """`errors --json` prints JSON."""
    assert main(["errors", "400-id-mismatch", "--json"]) == 0
    (case,) = json.loads(capsys.readouterr().out)["cases"]
    assert (case["id"], case["operations"], case["provenance"]["source"]) == (
        "400-id-mismatch",
        ["track.identify"],
        "observed",
    )


def test_errors_as_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    """`errors --markdown` prints Markdown."""
    assert main(["errors", "400-id-mismatch", "--markdown"]) == 0
    assert "\n## 400-id-mismatch: " in capsys.readouterr().out


def test_explain_several(capsys: pytest.CaptureFixture[str]) -> None:
    """`explain` prints a page for each name, in any case of letters."""
    assert main(["explain", "No-Backoff", "not-in-segment"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("no-backoff: ")
    assert "\n\nnot-in-segment: a person is not in a segment\n" in text


def test_explain_without_a_name_lists_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    """`explain` without a name prints all names."""
    assert main(["explain"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("What can be explained\n")
    assert text.endswith(f"\nnext: {NEXT} explain NAME\n")


def test_unknown_names(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown name ends with exit code 4 and the nearest name, where there is one."""
    assert refused(capsys, "explain", "429-rate-limitd") == (
        "no case, family, rule or topic is named '429-rate-limitd'; did you mean 429-rate-limited?"
        f" All names: {NEXT} explain\n"
    )
    assert refused(capsys, "errors", "xyzzy") == (
        f"no surface, operation, case or family is named 'xyzzy'. All names: {NEXT} explain\n"
    )


def test_commands_that_do_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown command or option ends with exit code 4, with the nearest command or the usage."""
    assert (
        refused(capsys, "expln")
        == "no such command: 'expln'; did you mean explain? There are errors, explain, check, plan, sandbox, record, drift, doctor\n"
    )
    assert (
        refused(capsys, "xyzzy")
        == "no such command: 'xyzzy'. There are errors, explain, check, plan, sandbox, record, drift, doctor\n"
    )
    assert refused(capsys).startswith("the following arguments are required: COMMAND\nusage: ")
    assert refused(capsys, "errors", "--jso").startswith(
        "unrecognized arguments: --jso (did you mean --json?)\nusage: "
    )


def test_cassettes_of_ones_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Cassettes of the project join the shipped ones."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "418-teapot.yaml").write_text(
        "metadata: {source: recorded, cause: short and stout, rules: [ours], operations: [find_by_email]}\n"
        "interactions:\n- request: {method: GET, uri: 'https://api.customer.io/v1/customers?email=a%40b.co',"
        " headers: {}, body: null}\n  response: {status: {code: 418, message: Teapot}, headers: {}, body: {}}\n",
        encoding="utf-8",
    )
    assert main(["explain", "418-teapot", "--cassettes", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("418-teapot: short and stout\n")
    assert "prevented by   ours\n" in text


@pytest.mark.parametrize(
    ("arguments", "accepted"),
    [
        (("errors", "--cassettes"), "a folder"),
        (("explain", "--cassettes"), "a folder"),
        (("sandbox", "--cassettes"), "a folder"),
        (("record", "--cassettes"), "a folder"),
        (("drift", "--cassettes"), "a folder"),
        (("drift", "--openapi"), "a file"),
    ],
    ids=" ".join,
)
def test_a_path_that_does_not_exist(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: tuple[str, ...], accepted: str
) -> None:
    """Each option that reads a path refuses one that does not exist, before the command runs."""
    missing = tmp_path / "missing"
    said = f"argument {arguments[1]}: {str(missing)!r} does not exist; accepted: {accepted} that exists\n"
    assert refused(capsys, *arguments, str(missing)).startswith(f"{said}usage: {NEXT} {arguments[0]} ")


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` lists each command with its help."""
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for command in __main__.COMMANDS:
        assert re.search(rf"^ +{command.name} +{re.escape(command.help)}$", text, re.MULTILINE)


def test_arguments_of_the_process(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without arguments those of the process are used, as the entry point does."""
    monkeypatch.setattr(sys, "argv", ["pytest-customerio", "explain", "no-timeout"])
    assert main() == 0
    assert capsys.readouterr().out.startswith("no-timeout: ")


def test_the_module_itself(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The module runs as a script, as `python -m` does."""
    monkeypatch.setattr(sys, "argv", ["pytest-customerio", "explain", "no-timeout"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(__main__.__file__, run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("no-timeout: ")


def test_a_stream_of_any_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text is written to a stream that is no file."""

    class Pieces(list[str]):
        write = list.append
        flush = list.copy

    pieces = Pieces()
    monkeypatch.setattr(sys, "stdout", pieces)
    assert main(["explain", "no-timeout"]) == 0
    assert pieces[0].startswith("no-timeout: ")


def test_a_reader_that_leaves_and_a_locale_without_umlauts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that closes the pipe is no error; output is UTF-8 in a locale without it."""
    environment = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    command = [sys.executable, "-m", "pytest_customerio"]
    with subprocess.Popen([*command, "errors", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
    done = subprocess.run([*command, "explain", "attr-value-too-long"], capture_output=True, check=True)
    assert "éé…" in done.stdout.decode("utf-8")


def test_a_pipe_that_is_closed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After the pipe was closed, what is still in the buffer is discarded without an error."""
    with (tmp_path / "out").open("w", encoding="utf-8") as stream:

        class Closed:
            fileno = staticmethod(stream.fileno)

            @staticmethod
            def write(text: str) -> int:
                raise BrokenPipeError

        monkeypatch.setattr(sys, "stdout", Closed())
        assert main(["explain", "no-timeout"]) == 0
        stream.write("left")
    assert (tmp_path / "out").read_text(encoding="utf-8") == ""


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` prints the version of the installed package."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"pytest-customerio {installed_version('pytest-customerio')}\n"


# Prints which modules a command line has loaded.
LOADED = """\
import sys
from pytest_customerio.__main__ import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
sys.stdout = sys.stderr
print("\\n".join(sys.modules))
"""
HEAVY = {"vcr", "yaml", "requests", "urllib3", "jsonschema", "starlette", "uvicorn", "pytest"}


def loaded(*arguments: str) -> set[str]:
    """The modules that a process has loaded after this command line."""
    done = subprocess.run([sys.executable, "-c", LOADED, *arguments], capture_output=True, check=True, text=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["drift", "--help"]])
def test_declarations_load_nothing(arguments: list[str]) -> None:
    """Help and version load the declarations of the commands, and none of the modules that run them."""
    found = loaded(*arguments)
    assert not found & HEAVY
    assert {name for name in found if name.startswith("pytest_customerio")} == {
        "pytest_customerio",
        "pytest_customerio.__main__",
        "pytest_customerio.core",
        "pytest_customerio.core.data",
        "pytest_customerio.tools",
        "pytest_customerio.tools.check",
        "pytest_customerio.tools.check.command",
        "pytest_customerio.tools.commands",
        "pytest_customerio.tools.doctor",
        "pytest_customerio.tools.doctor.command",
        "pytest_customerio.tools.drift",
        "pytest_customerio.tools.drift.command",
        "pytest_customerio.tools.explain",
        "pytest_customerio.tools.explain.command",
        "pytest_customerio.tools.paths",
        "pytest_customerio.tools.plan",
        "pytest_customerio.tools.plan.command",
        "pytest_customerio.tools.record",
        "pytest_customerio.tools.record.command",
        "pytest_customerio.tools.sandbox",
        "pytest_customerio.tools.sandbox.arguments",
        "pytest_customerio.tools.sandbox.declaration",
        "pytest_customerio.tools.versions",
    }


def test_errors_loads_no_other_tool() -> None:
    """`errors` loads neither vcrpy nor the modules of sandbox, record, drift and doctor."""
    found = loaded("errors")
    assert not found & (HEAVY - {"yaml"})
    tools = {
        name.removeprefix("pytest_customerio.tools.") for name in found if name.startswith("pytest_customerio.tools.")
    }
    declarations = {"command", "declaration", "arguments"}
    assert {name for name in tools if "." in name and name.rpartition(".")[2] not in declarations} == {
        "explain.advice",
        "explain.answer_groups",
        "explain.counterexamples",
        "explain.explanation",
        "explain.listing",
        "explain.page",
        "explain.phrases",
    }
