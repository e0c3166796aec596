"""The command `check`, from the command line to its output and exit code."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from pytest_customerio.__main__ import main
from pytest_customerio.tools.check import checking
from pytest_customerio.tools.check.forms import NOTHING

EVENT = {"name": "bought", "timestamp": 1764000000}
LATE = {"name": "bought", "timestamp": 1764000000000}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an export of events, in which one is wrong, and one line is broken."""
    text = "\n".join([json.dumps(EVENT), json.dumps(LATE), '{"name": "bou', json.dumps(EVENT)])
    (tmp_path / "events.ndjson").write_text(text, encoding="utf-8")
    (tmp_path / "fine.json").write_text(json.dumps(EVENT, indent=1), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code, and what is printed."""
    code = main(["check", *arguments])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def test_an_export_of_events(capsys: pytest.CaptureFixture[str]) -> None:
    """A corrupt line is said with its number, and the rest goes on."""
    assert check(capsys, "events.ndjson", "--operation", "track.event") == (
        1,
        """\
track.event $.timestamp: expected unix seconds (10 digits), got 1764000000000, milliseconds: divide by 1000

found at     events.ndjson:2
would draw   400 timestamp must be a valid unix timestamp   (documented)
contract     python -m pytest_customerio explain timestamp-milliseconds
docs         https://docs.customer.io/integrations/api/track/tag/track-events/track/
what to do   int(time.time()), never time.time() * 1000
on purpose?  --allow timestamp-milliseconds

3 payloads of 1 file judged: 1 error
could not be read:
  events.ndjson:3: text that stops being JSON at character 9
""",
    )


def test_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """0 where all is well, 1 for a broken contract, 2 for what cannot be read, or where nothing was judged."""
    operation = ("--operation", "track.event")
    assert check(capsys, "fine.json", *operation) == (0, "1 payload of 1 file judged: nothing is wrong\n")
    assert check(capsys, "events.ndjson", *operation, "--allow", "timestamp-milliseconds")[0] == 2
    code, text = check(capsys, "fine.json", "fin.json", *operation)
    assert (code, text.splitlines()[-1]) == (2, "  fin.json: there is no such file; did you mean fine.json?")
    code, text = check(capsys, "fine.json")
    assert (code, text.endswith(f"\n\n{NOTHING}\n")) == (2, True)
    assert check(capsys, "fine.json", "--allow-unjudged")[0] == 0


def test_folders_and_forms(capsys: pytest.CaptureFixture[str]) -> None:
    """A folder is read with all its files; the data goes to standard output alone."""
    code, text = check(capsys, ".", "--operation", "track.event", "--format", "json", "--jobs", "0")
    found = json.loads(text)
    assert (code, found["files"], found["judged"], found["errors"]) == (1, 2, 4, 1)
    code, text = check(capsys, ".", "--operation", "track.event", "--format", "sarif", "--strict")
    assert (code, json.loads(text)["version"]) == (1, "2.1.0")


def test_lines_of_a_folder_are_not_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    """NDJSON whose operation is not known is a mistake, also in a folder in which something else is judged."""
    request = {"method": "PUT", "url": "https://track.customer.io/api/v1/customers/42", "body": {"plan": "pro"}}
    Path("requests.jsonl").write_text(json.dumps(request), encoding="utf-8")
    Path("events.ndjson").write_text(json.dumps(EVENT), encoding="utf-8")
    assert check(capsys, ".") == (
        2,
        """\
1 payload of 1 file judged: nothing is wrong
not judged:
  1 entry whose operation is not known (name it: --operation track.event): events.ndjson:1
  1 file without anything of Customer.io: fine.json
""",
    )


def test_a_file_that_is_named_is_not_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    """A file of another kind, or an empty one, is a mistake where it is named, and none where its folder is."""
    Path("compose.yaml").write_text("services: {}\n", encoding="utf-8")
    Path("empty.ndjson").write_text("", encoding="utf-8")
    Path("events.ndjson").unlink()
    last = "  2 files without anything of Customer.io: compose.yaml, empty.ndjson"
    code, text = check(capsys, ".", "--operation", "track.event")
    assert (code, text.splitlines()[-1]) == (0, last.replace(", ", " and "))
    code, text = check(capsys, "compose.yaml", "empty.ndjson", "fine.json", "--operation", "track.event")
    assert (code, text.splitlines()[-1]) == (2, last.replace(", ", " and "))


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads standard input."""
    given = io.TextIOWrapper(io.BytesIO(json.dumps(LATE).encode()))
    monkeypatch.setattr(sys, "stdin", given)
    code, text = check(capsys, "-", "--operation", "track.event")
    assert (code, text.splitlines()[2]) == (1, "found at     <stdin>:1")


def test_what_is_shown_holds_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither addresses nor names nor credentials are shown, in any form."""
    request = {
        "method": "POST",
        "url": "https://user:s3cret@track.customer.io/api/v1/customers/ada%40example.com/evnts?api_key=s3cret",
        "headers": {"Authorization": "Basic c2VjcmV0OnMzY3JldA=="},
        "body": {"email": "ada lovelace@", "ada@example.com": 1, "name": "Ada Lovelace"},
    }
    put = {**request, "method": "PUT", "url": "https://track.customer.io/api/v1/customers/ada@example.com"}
    broken = '{"email": "ada@example.com", "token": "s3cret'
    Path("events.ndjson").write_text("\n".join([json.dumps(request), json.dumps(put), broken]), encoding="utf-8")
    for form in ("text", "json", "sarif"):
        code, text = check(capsys, "events.ndjson", "--format", form, "--strict")
        assert code == 1
        for secret in ("lovelace", "s3cret", "c2vj", "ada@", "ada%40"):
            assert secret not in text.lower(), form


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name the files or folders to check, or - for standard input"),
        (["--operation", "track"], "no operation is named 'track'\nWith a payload there are track."),
        (
            ["x.json", "--operation", "track.evnt"],
            "no operation is named 'track.evnt'; did you mean track.event?\nWith a payload there are track.",
        ),
        (["x.json", "--allow", "bad-mail"], "no rule is named 'bad-mail'; did you mean bad-email?"),
        (["x.json", "--operation", "track.region"], "nothing is known of a payload of track.region: it has none"),
        (["x.json", "--host", "proxy"], "--host: 'proxy' is no base URL; accepted: https://host[:port][/path]"),
        (["x.json", "--jobs", "many"], "argument --jobs: 'many' is no number of processes"),
        (["x.json", "--jobs", "1000"], "argument --jobs: '1000' is no number of processes"),
        (["x.json", "--format", "xml"], "argument --format: invalid choice: 'xml'"),
        (["x.json", "--schemas", "none"], "argument --schemas: 'none' does not exist"),
    ],
)
def test_usage(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    """A mistake of usage ends with exit code 4, as with every command, with the nearest name."""
    code, text = check(capsys, *arguments)
    assert (code, text.startswith(f"python -m pytest_customerio: {said}")) == (4, True), text


def test_a_rule_of_the_project(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A rule that only a schema of the project names can be allowed; `explain` knows nothing of it."""
    (tmp_path / "own" / "track").mkdir(parents=True)
    named = {"required": ["plan"], "x-cio": {"required": {"rule": "plan-missing"}}}
    (tmp_path / "own" / "track" / "event.json").write_text(json.dumps(named))
    own = ("fine.json", "--operation", "track.event", "--schemas", "own")
    code, text = check(capsys, *own)
    assert (code, "explain" in text, "on purpose?  --allow plan-missing" in text) == (1, False, True)
    assert check(capsys, *own, "--allow", "plan-missing")[0] == 0
    code, text = check(capsys, *own, "--allow", "plan-mising")
    assert (code, "no rule is named 'plan-mising'; did you mean plan-missing?" in text) == (4, True)


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_a_name_that_cannot_be_printed(capsysbinary: pytest.CaptureFixture[bytes], form: str) -> None:
    """Its control characters cannot forge a row of the text, and bytes that are no text are escaped."""
    path = Path(os.fsdecode(b"a\n::error::b\xff.ndjson"))
    path.write_text('{"name": 5}\n{\n', encoding="utf-8")
    assert main(["check", str(path), "--operation", "track.event", "--format", form]) == 1
    said = capsysbinary.readouterr().out.decode()
    assert "\n::error" not in said
    if form == "text":
        assert "a\\n::error::b\\udcff.ndjson:1" in said
    else:
        assert json.loads(said)


def test_a_plan_without_files(capsys: pytest.CaptureFixture[str]) -> None:
    """It would judge nothing."""
    Path("empty").mkdir()
    assert main(["check", "x.json", "--plan", "empty"]) == 4
    assert "--plan: no tracking plan in empty; accepted: attributes.json, " in capsys.readouterr().err


def test_ctrl_c(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends the command with one line."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(checking, "tallies", interrupted)
    code, text = check(capsys, "fine.json")
    assert (code, text) == (130, "python -m pytest_customerio: stopped; nothing is known of what was not read\n")
