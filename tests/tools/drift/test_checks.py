"""Runs `drift` as a whole: output and exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core import data
from pytest_customerio.core.model import Answer
from pytest_customerio.tools.commands import CommandError, command_parser
from pytest_customerio.tools.drift import checks
from pytest_customerio.tools.drift.answers.comparison import SkipError
from pytest_customerio.tools.drift.answers.recordings import Recording
from pytest_customerio.tools.drift.checks import check
from pytest_customerio.tools.drift.command import DRIFT
from pytest_customerio.tools.sending import UnreachableError
from pytest_customerio.tools.target import Keys, Target, TargetError

DATA = Path(__file__).parents[2] / "data" / "openapi"
CASSETTE = """\
metadata: {source: recorded, date: "2026-11-01"}
interactions:
- request: {method: GET, uri: 'https://track.customer.io/api/v1/accounts/region', headers: {}, body: null}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: '{"region": "us"}'}}
"""


def same(recording: Recording) -> Answer:
    return recording.answer


def run(*given: str, environ: Mapping[str, str] | None = None) -> tuple[str, int]:
    arguments = command_parser([DRIFT]).parse_args(["drift", *given])
    return check(arguments, environ or {}, date(2026, 11, 23))


class Sending:
    """Stands for `Sender`: answers each recording with what `answer` returns for it."""

    answer: Callable[[Recording], Answer] = staticmethod(same)

    def __init__(self, target: Target, catalog: Catalog) -> None:
        pass

    def send(self, recording: Recording) -> Answer:
        return type(self).answer(recording)


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Recording], Answer]], None]:
    """Says how a target answers that needs no server; the recorded answer at first."""

    @contextmanager
    def opened(environ: Mapping[str, str], catalog: Catalog, given: str | None) -> Iterator[Target]:
        if given == "refused":
            raise TargetError("it is no sandbox")
        yield Target("sandbox", given or "our own", "us", Keys())

    monkeypatch.setattr(checks, "open_guarded", opened)
    monkeypatch.setattr(checks, "Sender", Sending)
    monkeypatch.setattr(Sending, "answer", staticmethod(same))
    return lambda answer: monkeypatch.setattr(Sending, "answer", staticmethod(answer))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answering: object) -> Path:
    """An empty project."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(folder: Path, text: str = CASSETTE) -> Path:
    folder.mkdir(parents=True)
    (folder / "test_b.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_same(here: Path) -> None:
    """Exit code 0 without drift. Recordings in the project's folder are found, those of other folders by option."""
    made(here / "cassettes" / "tests" / "test_a")
    made(here / "more")
    assert run("track.region", "--target", "x", "--cassettes", "more")[1] == 0
    assert run("test_b", "--cassettes", "more") == ("our own: 2 asked, 2 the same\n", 0)
    assert run("test_b", "--max-age", "22") == ("our own: 1 asked, 1 the same\n", 0)


def test_a_sandbox_that_is_compared_with_itself(here: Path, answering: Callable[..., None]) -> None:
    """Exit code 2 where only recordings of a sandbox were compared with a sandbox; 0 where another was among them."""
    of_sandbox = CASSETTE.replace("source: recorded", "source: recorded, note: answered by a sandbox")
    made(here / "cassettes", of_sandbox)
    proves_nothing = "were recorded from a sandbox, and a sandbox was asked: that proves nothing about Customer.io"
    text, code = run("test_b")
    assert code == 2
    assert text.startswith(f"our own: 1 asked, 1 the same\n  all of them {proves_nothing}\n")
    assert json.loads(run("test_b", "--json")[0])["recordings"][0]["circular"] is True
    made(here / "more")
    text, code = run("test_b", "--cassettes", "more")
    assert code == 0
    assert f"\n  1 of them {proves_nothing}\n" in text
    answering(lambda recording: Answer(500))
    assert run("test_b")[1] == 1


def test_drift(here: Path, answering: Callable[..., None]) -> None:
    """Exit code 1 for another answer and for a recording that is too old, in text and JSON."""
    made(here / "cassettes")
    answering(lambda recording: Answer(500))
    text, code = run("test_b")
    assert code == 1
    assert text.startswith("track.region test_b: expected 200 at status, got 500\n")
    text, code = run("test_b", "--json")
    assert (code, json.loads(text)["recordings"][0]["drifted"]) == (1, True)
    answering(same)
    assert run("test_b", "--max-age", "0")[1] == 1


def test_without_an_answer(here: Path, answering: Callable[..., None]) -> None:
    """Exit code 2, with the reason, where the target refuses or has no key for any recording."""
    made(here / "cassettes")
    with pytest.raises(CommandError, match="it is no sandbox") as error:
        run("test_b", "--target", "refused")
    assert error.value.code == 2

    def keyless(recording: Recording) -> Answer:
        raise SkipError("no key")

    answering(keyless)
    assert run("test_b") == ("our own: 0 asked, 0 the same\n  1 not asked: no key\n", 2)


def test_nothing_recorded(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a recording that a server gave, exit code 2: nothing was compared. A word selects others."""
    made(here / "folder", CASSETTE.replace("recorded", "documented"))
    monkeypatch.setattr(data, "cassettes", lambda: here / "folder")
    with pytest.raises(CommandError, match="nothing that was recorded is among these cassettes") as error:
        run()
    assert error.value.code == 2
    assert run("200")[1] == 0


def test_openapi() -> None:
    """Documents are compared without a target; exit code 1 with the differences."""
    text, code = run("--openapi", str(DATA / "track.json"), "--openapi", str(DATA / "pipelines.yaml"))
    assert code == 1
    assert "POST /api/v2/telegrams" in text
    assert "pipelines.yaml, A Pipelines API: 7 operations compared, " in text
    text, code = run("--openapi", str(DATA / "track.json"), "--json")
    assert (code, len(json.loads(text)["documents"])) == (1, 1)


def test_a_document_that_says_the_same(tmp_path: Path) -> None:
    """Exit code 0 where a document has expected differences only."""
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


def test_a_document_of_the_app_api(tmp_path: Path) -> None:
    """It names the calls that are new, and those of ours that are gone; a call under `/v1` of the server is the same."""
    catalog = Catalog.load()
    paths: dict[str, dict[str, object]] = {"/rockets/{id}": {"get": {}}}
    for one in catalog.of("app"):
        if one.id != "app.list_workspaces":
            paths.setdefault(one.path.removeprefix("/v1"), {})[one.method.lower()] = {}
    document = {"openapi": "3.1.0", "servers": [{"url": "https://api.customer.io/v1"}], "paths": paths}
    path = tmp_path / "journeys-app.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    text, code = run("--openapi", str(path))
    assert code == 1
    assert text.startswith("journeys-app.json, untitled: 186 operations compared, ")
    rows = [row.split() for row in text.splitlines() if "/v1/" in row and "  " in row]
    gone = [row for row in rows if row[0] == "app.list_workspaces"]
    new = [row for row in rows if row[:2] == ["GET", "/v1/rockets/{}"]]
    assert (len(gone), len(new)) == (1, 1)


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
    """A document that cannot be compared ends with exit code 2, its file and the cause."""
    path = tmp_path / "openapi.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError) as error:
        run("--openapi", str(path))
    assert (str(error.value), error.value.code) == (f"{path}: {cause}", 2)


def test_targets_that_refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2 where no server answers, and where the keys in the environment may be of production."""
    monkeypatch.chdir(tmp_path)
    made(tmp_path / "cassettes")
    keys = {"CUSTOMERIO_SITE_ID": "site-0001", "CUSTOMERIO_API_KEY": "track-0001"}
    for given, environ, text in (
        (["--target", "http://127.0.0.1:9"], {}, "gives no answer"),
        ([], keys, "nothing was sent"),
    ):
        with pytest.raises(CommandError, match=text) as error:
            run("test_b", *given, environ=environ)
        assert error.value.code == 2


def test_a_target_that_stops_answering(here: Path, answering: Callable[..., None]) -> None:
    """Exit code 2 where the target gives no answer to a recorded request."""
    made(here / "cassettes")

    def gone(recording: Recording) -> Answer:
        raise UnreachableError("http://x gives no answer: gone")

    answering(gone)
    with pytest.raises(CommandError, match="http://x gives no answer: gone") as error:
        run("test_b")
    assert error.value.code == 2
