"""`drift` as a whole: what it asks, what it says, how it ends."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from pytest_customerio.core import data
from pytest_customerio.core.model import Answer
from pytest_customerio.tools.drift import command
from pytest_customerio.tools.drift.arguments import CannotAskError, arguments
from pytest_customerio.tools.drift.asking import Send, SkipError
from pytest_customerio.tools.drift.recorded import Recording

DATA = Path(__file__).parents[2] / "data" / "openapi"
CASSETTE = """\
metadata: {source: recorded, date: "2026-11-01"}
interactions:
- request: {method: GET, uri: 'https://track.customer.io/api/v1/accounts/region', headers: {}, body: null}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: '{"region": "us"}'}}
"""


def same(recording: Recording) -> Answer:
    return recording.answer


def run(*given: str, send: Send = same) -> tuple[str, int]:
    parser = argparse.ArgumentParser()
    arguments(parser)
    parser.add_argument("--cassettes", action="append", default=[], type=Path)

    @contextmanager
    def opened(target: str | None) -> Iterator[tuple[str, Send]]:
        if target == "refused":
            raise CannotAskError("it is no sandbox")
        yield target or "our own", send

    return command.run(parser.parse_args(given), opened, date(2026, 11, 23))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without anything in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(folder: Path, text: str = CASSETTE) -> Path:
    folder.mkdir(parents=True)
    (folder / "test_b.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_same(here: Path) -> None:
    """Exit code 0; the project's own recordings are found in its folder, others by name."""
    made(here / "cassettes" / "tests" / "test_a")
    made(here / "more")
    assert run("track.region", "--target", "x", "--cassettes", "more")[1] == 0
    assert run("test_b", "--cassettes", "more") == ("our own: 2 asked, 2 the same\n", 0)
    assert run("test_b", "--max-age", "22") == ("our own: 1 asked, 1 the same\n", 0)


def test_drift(here: Path) -> None:
    """Exit code 1: another answer, or too old a recording; as data too."""
    made(here / "cassettes")
    text, code = run("test_b", send=lambda recording: Answer(500))
    assert code == 1
    assert text.startswith("track.region test_b: expected 200 at status, got 500\n")
    assert run("test_b", "--max-age", "0")[1] == 1
    text, code = run("test_b", "--json", send=lambda recording: Answer(500))
    assert (code, json.loads(text)["recordings"][0]["drifted"]) == (1, True)


def test_nobody_to_ask(here: Path) -> None:
    """Exit code 2, and why: the target refuses, or has no key for any of it."""
    made(here / "cassettes")
    with pytest.raises(CannotAskError, match="it is no sandbox"):
        run("test_b", "--target", "refused")

    def keyless(recording: Recording) -> Answer:
        raise SkipError("no key")

    assert run("test_b", send=keyless) == ("our own: 0 asked, 0 the same\n  1 not asked: no key\n", 2)


def test_nothing_recorded(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing that could have drifted, and that is not the same as no drift."""
    made(here / "folder", CASSETTE.replace("recorded", "documented"))
    monkeypatch.setattr(data, "cassettes", lambda: here / "folder")
    with pytest.raises(CannotAskError, match="nothing that was recorded is among these cassettes"):
        run()
    assert run("200")[1] == 0


def test_openapi() -> None:
    """Without asking anybody: 1 where a document says otherwise, with the difference."""
    text, code = run("--openapi", str(DATA / "track.json"), "--openapi", str(DATA / "pipelines.yaml"))
    assert code == 1
    assert "POST /api/v2/telegrams" in text
    assert "pipelines.yaml, A Pipelines API: 7 operations compared, " in text
    text, code = run("--openapi", str(DATA / "track.json"), "--json")
    assert (code, len(json.loads(text)["documents"])) == (1, 1)


def test_a_document_that_says_the_same(tmp_path: Path) -> None:
    """Exit code 0: what is known to be different is no drift."""
    operations = {"identify": [], "page": [], "screen": [], "alias": ["previousId", "userId"], "track": ["event"]}
    document = {
        "openapi": "3.1.0",
        "servers": [{"url": "https://cdp.customer.io"}],
        "paths": {
            f"/v1/{name}": {
                "post": {"requestBody": {"content": {"application/json": {"schema": schema(name, required)}}}}
            }
            for name, required in ({"batch": [], "group": []} | operations).items()
        },
    }
    path = tmp_path / "pipelines.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    text, code = run("--openapi", str(path))
    assert text.startswith("pipelines.json, untitled: 7 operations compared, 0 differences, ")
    assert code == 0


def schema(name: str, required: Sequence[str]) -> object:
    members = {"type": {"enum": [name]}, "groupId": {}, "batch": {}, **{one: {} for one in required}}
    return {"required": list(required), "properties": members}


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("openapi: 2", "not an OpenAPI document of version 3: openapi: 2"),
        (
            "{openapi: 3.1.0, servers: [{url: 'https://cdp.customer.io/v1'}], paths: {/page: {$ref: '#/x'}}}",
            "it refers to #/x, which it does not have",
        ),
    ],
)
def test_documents_that_cannot_be_compared(tmp_path: Path, text: str, cause: str) -> None:
    """With file and cause."""
    path = tmp_path / "openapi.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CannotAskError) as error:
        run("--openapi", str(path))
    assert str(error.value) == f"{path}: {cause}"


@pytest.mark.parametrize("days", ["-1", "soon", "1.5", "9999999", "²"])
def test_days(days: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A whole number."""
    with pytest.raises(SystemExit):
        run("--max-age", days)
    assert f"argument --max-age: {days!r} is no number of days" in capsys.readouterr().err or days == "-1"
