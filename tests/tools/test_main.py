"""The command: what it prints, what it refuses, and that it prints anywhere."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_customerio import __main__
from pytest_customerio.__main__ import main

NEXT = "python -m pytest_customerio"


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What is said on stderr by a command that ends with 4 and prints nothing."""
    assert main(arguments) == 4
    told = capsys.readouterr()
    assert told.out == ""
    return told.err.removeprefix(f"{NEXT}: ")


def test_errors(capsys: pytest.CaptureFixture[str]) -> None:
    """One line per case: answer, surfaces, whether to retry, how sure."""
    assert main(["errors", "429-rate-limited", "400-id-mismatch", "dns-failure-persists"]) == 0
    assert capsys.readouterr().out == (
        "case                       answer  surfaces  retry  how sure\n"
        "400-id-mismatch            400     track     no     observed\n"
        "429-rate-limited-recovers  429     all       yes    synthetic\n"
        "429-rate-limited-persists  429     all       yes    synthetic\n"
        "dns-failure-persists       none    all       yes    synthetic\n"
        "\n"
        "observed   seen live by somebody else, in public\n"
        "synthetic  anything else: made up in part or as a whole; explain says which part\n"
        "\n"
        f"next: {NEXT} explain 400-id-mismatch\n"
    )


def test_errors_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON, for other tools."""
    assert main(["errors", "400-id-mismatch", "--json"]) == 0
    (case,) = json.loads(capsys.readouterr().out)["cases"]
    assert (case["id"], case["operations"], case["provenance"]["source"]) == (
        "400-id-mismatch",
        ["track.identify"],
        "observed",
    )


def test_errors_as_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    """Markdown, for a wiki."""
    assert main(["errors", "400-id-mismatch", "--markdown"]) == 0
    assert "\n## 400-id-mismatch: " in capsys.readouterr().out


def test_explain_several(capsys: pytest.CaptureFixture[str]) -> None:
    """One page after the other, in any case of letters."""
    assert main(["explain", "No-Backoff", "not-in-segment"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("no-backoff: ")
    assert "\n\nnot-in-segment: a person is not in a segment\n" in told


def test_explain_without_a_name_lists_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    """So that nobody has to guess one."""
    assert main(["explain"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("What can be explained\n")
    assert told.endswith(f"\nnext: {NEXT} explain NAME\n")


def test_unknown_names(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 4, and the nearest name where one is near."""
    assert refused(capsys, "explain", "429-rate-limitd") == (
        "no case, family, rule or topic is named '429-rate-limitd'; did you mean 429-rate-limited?"
        f" All names: {NEXT} explain\n"
    )
    assert refused(capsys, "errors", "xyzzy") == (
        f"no surface, operation, case or family is named 'xyzzy'. All names: {NEXT} explain\n"
    )


def test_commands_that_do_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    """Refused as unknown, with the nearest that exists."""
    assert (
        refused(capsys, "expln")
        == "no such command: 'expln'; did you mean explain? There are errors, explain, sandbox, record, drift, doctor\n"
    )
    assert (
        refused(capsys, "check")
        == "no such command: 'check'. There are errors, explain, sandbox, record, drift, doctor\n"
    )
    assert refused(capsys).startswith("the following arguments are required: COMMAND\nusage: ")
    assert refused(capsys, "errors", "--jso").startswith("unrecognized arguments: --jso\nusage: ")


def test_cassettes_of_ones_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """They join, as with the ini; a folder that is none is refused."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "418-teapot.yaml").write_text(
        "metadata: {source: recorded, cause: short and stout, rules: [ours], operations: [find_by_email]}\n"
        "interactions:\n- request: {method: GET, uri: 'https://api.customer.io/v1/customers?email=a%40b.co',"
        " headers: {}, body: null}\n  response: {status: {code: 418, message: Teapot}, headers: {}, body: {}}\n",
        encoding="utf-8",
    )
    assert main(["explain", "418-teapot", "--cassettes", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("418-teapot: short and stout\n")
    assert "prevented by   ours\n" in told
    missing = tmp_path / "missing"
    assert refused(capsys, "errors", "--cassettes", str(missing)) == f"{missing}: no such folder\n"


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Names the commands that there are, no others."""
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert "errors" in told
    assert "explain" in told
    assert "sandbox" in told


def test_arguments_of_the_process(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As the entry point calls it; a stream that is no file is written to all the same."""
    monkeypatch.setattr(sys, "argv", ["pytest-customerio", "explain", "no-timeout"])
    assert main() == 0
    assert capsys.readouterr().out.startswith("no-timeout: ")


def test_the_module_itself(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As `python -m` runs it."""
    monkeypatch.setattr(sys, "argv", ["pytest-customerio", "explain", "no-timeout"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(__main__.__file__, run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("no-timeout: ")


def test_a_stream_of_any_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something that only takes text."""

    class Taken(list[str]):
        write = list.append
        flush = list.copy

    taken = Taken()
    monkeypatch.setattr(sys, "stdout", taken)
    assert main(["explain", "no-timeout"]) == 0
    assert taken[0].startswith("no-timeout: ")


def test_a_reader_that_leaves_and_a_locale_without_umlauts(monkeypatch: pytest.MonkeyPatch) -> None:
    """`| head` ends quietly; what is printed is UTF-8 wherever that is."""
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
    told = subprocess.run([*command, "explain", "attr-value-too-long"], capture_output=True, check=True)
    assert "éé…" in told.stdout.decode("utf-8")


def test_a_pipe_that_is_closed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is left in the buffer goes nowhere, without a word."""
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
