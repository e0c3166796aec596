"""Records cassettes anew: what is sent, written and printed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
import vcr
import yaml
from commands import ROOT, command

from pytest_customerio import __main__
from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.data import DataError, UnknownNameError
from pytest_customerio.core.model import Answer
from pytest_customerio.tools import asking
from pytest_customerio.tools import target as targets
from pytest_customerio.tools.commands import CommandError, command_parser
from pytest_customerio.tools.record.candidates import candidates
from pytest_customerio.tools.record.command import RECORD
from pytest_customerio.tools.record.recorder import Recorder, record
from pytest_customerio.tools.sending import UnreachableError
from pytest_customerio.tools.target import Keys, Target, own_sandbox

if TYPE_CHECKING:
    from tests.tools.conftest import Stand

CATALOG = Catalog.load()
CASSETTES = Cassettes(CATALOG)
# The starts of names of cassettes that no target is asked for.
NEVER_ASKED = ("403", "429", "5", "connect", "dns", "read", "tls", "truncated", "accepted", "301", "401-wrong-region")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Target]:
    with own_sandbox({}) as target:
        yield target


@pytest.fixture
def at_hand(sandbox: Target, monkeypatch: pytest.MonkeyPatch) -> Target:
    """Each run uses the sandbox of this module in the place of a new one."""

    class Opened:
        def __init__(self, *args: Any) -> None: ...
        def __enter__(self) -> Target:
            return sandbox

        def __exit__(self, *error: object) -> None: ...

    monkeypatch.setattr(asking, "open_target", Opened)
    return sandbox


def printed(*given: str, environ: dict[str, str] | None = None) -> str:
    parts: list[str] = []
    record(command_parser([RECORD]).parse_args(["record", *given]), parts.append, environ or {})
    return "".join(parts)


def rows(text: str) -> dict[str, tuple[str, str]]:
    found = [line.split(maxsplit=2) for line in text.splitlines() if line.startswith("  ")]
    return {one[0]: (one[1], one[2] if len(one) > 2 else "") for one in found}


@pytest.fixture(scope="module")
def everything(sandbox: Target, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[str, str]]]:
    """All cassettes, recorded from a sandbox, and what became of each."""
    out = tmp_path_factory.mktemp("recorded")
    recorder = Recorder(CATALOG, CASSETTES, out, dt.date(2026, 11, 23))
    return out, {one.id: recorder.record(one, sandbox) for one in candidates(CASSETTES)}


def test_every_case_is_recorded_or_has_a_reason(everything: tuple[Path, dict[str, tuple[str, str]]]) -> None:
    """All success answers are recorded, and the errors that keys and payloads draw; the rest has a reason."""
    out, statuses = everything
    assert {status for status, _ in statuses.values()} == {"recorded", "kept"}
    recorded = {name for name, (what, _) in statuses.items() if what == "recorded"}
    assert {path.relative_to(out).with_suffix("").as_posix() for path in out.glob("*/*")} == recorded
    assert {f"{surface}/200-ok" for surface in CATALOG.surfaces} <= recorded
    assert {f"{surface}/401-unauthorized" for surface in CATALOG.surfaces} <= recorded
    assert {
        "track/400-invalid-id",
        "track_v2/207-partial-failure",
        "pipelines/200-dropped",
        "app/404-not-found",
    } <= recorded
    assert not [name for name in recorded if name.partition("/")[2].startswith(NEVER_ASKED)]
    assert all(": " in why for what, why in statuses.values() if what == "kept")
    assert statuses["track/403-forbidden"] == ("kept", "synthetic: depends on the rights of a key")
    assert statuses["app/429-retry-after"] == ("kept", "documented: needs more requests than a sandbox should get")
    assert statuses["track/413-too-large"] == ("kept", "synthetic: answered 200, not 413")
    assert statuses["track/200-ok"] == ("recorded", "16 answers")


def test_recordings_replace_the_shipped_cassettes(everything: tuple[Path, dict[str, tuple[str, str]]]) -> None:
    """As the ini `cio_cassettes` they give the same cases, with the same status, operations, cause and advice."""
    out, _ = everything
    ours, theirs = Cassettes(CATALOG), Cassettes(CATALOG, [out])
    assert theirs.case_ids == ours.case_ids
    for name, operation in CATALOG.operations.items():
        assert theirs.success(name).status == ours.success(name).status
        for case_id in ours.applying(name):
            mine, other = ours.case(case_id, operation.surface), theirs.case(case_id, operation.surface)
            assert mine is not None
            assert other is not None
            assert (mine.cause, mine.todo, mine.rules, mine.operations) == (
                other.cause,
                other.todo,
                other.rules,
                other.operations,
            )
            assert ours.variant(mine, name).answer.status == theirs.variant(other, name).answer.status


def test_where_each_is_from(everything: tuple[Path, dict[str, tuple[str, str]]]) -> None:
    """A new answer has the provenance `recorded`; an old answer keeps its own."""
    out, statuses = everything
    about = yaml.safe_load((out / "app" / "404-not-found.yaml").read_text())["metadata"]
    assert about["source"] == "recorded"
    assert (about["date"], about["region"], about["request"]) == ("2026-11-23", "us", "app/404-not-found")
    assert about["environment"] == "a sandbox of pytest-customerio's own"
    assert about["note"] == "answered by a sandbox; how sure the sandbox is: synthetic"
    assert set(about["versions"]) == {"pytest-customerio", "vcrpy", "python"}
    was = CASSETTES.provenance("404-not-found", "app.trigger_broadcast")
    assert about["differs"]["trigger_broadcast"]["source"] == was.source
    assert statuses["app/404-not-found"] == ("recorded", "1 answer; app.trigger_broadcast kept, answered 422, not 404")
    case = Cassettes(CATALOG, [out]).case("404-not-found", "app")
    assert case is not None
    assert Cassettes(CATALOG, [out]).variant(case, "app.trigger_broadcast").provenance == was


def test_the_requests_are_the_cassettes_own(everything: tuple[Path, dict[str, tuple[str, str]]]) -> None:
    """The recorded requests have the bodies of the cassette, so that they can be recorded again."""
    out, _ = everything
    for path in out.glob("*/*"):
        old, new = (yaml.safe_load(one.read_text()) for one in (CASSETTES.files()[path.parent.name, path.stem], path))
        assert [one["request"]["body"] for one in new["interactions"]] == [
            one["request"]["body"] for one in old["interactions"]
        ]


def test_no_secret_is_in_them(everything: tuple[Path, dict[str, tuple[str, str]]], sandbox: Target) -> None:
    """Recordings contain no key, nor the address or headers of the sandbox."""
    out, _ = everything
    text = "".join(path.read_text() for path in out.glob("*/*"))
    assert not [secret for secret in (*sandbox.keys.all, sandbox.url, "X-Sandbox") if secret in text]


def test_vcrpy_reads_them(everything: tuple[Path, dict[str, tuple[str, str]]]) -> None:
    """vcrpy plays a recorded cassette."""
    out, _ = everything
    with vcr.use_cassette(str(out / "track" / "401-unauthorized.yaml"), record_mode="none") as cassette:
        first = cassette.requests[0]
        answer = requests.request(first.method, first.uri, timeout=1)
    assert answer.status_code == 401


def test_what_it_says(at_hand: Target, tmp_path: Path) -> None:
    """Each cassette has a row; the last line counts them and says how to use them."""
    out = tmp_path / "out"
    assert printed("400-invalid-id", "track/403-forbidden", "--out", str(out)) == (
        f"Recording from a sandbox of pytest-customerio's own (us) into {out}\n"
        "\n"
        "  track/400-invalid-id                      recorded  2 answers\n"
        "  track/403-forbidden                       kept      synthetic: depends on the rights of a key\n"
        "\n"
        "1 recorded, 1 kept as they were. To use them: the ini `cio_cassettes` names the folder.\n"
    )
    assert printed("502-html-persists", "--out", str(out)).endswith("\n\n0 recorded, 4 kept as they were.\n")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["track/200-ok"], ["track/200-ok"]),
        (["401-UNAUTHORIZED"], ["app/401-unauthorized", "pipelines/401-unauthorized", "track/401-unauthorized", "track_v2/401-unauthorized"]),
        (["413", "422"], ["app/413-too-large", "app/422-empty-recipients", "app/422-unprocessable", "track/413-too-large", "track_v2/413-too-large"]),
        (["503-unavailable-recovers"], [f"{one}/503-unavailable" for one in ("app", "pipelines", "track", "track_v2")]),
    ],
)  # fmt: skip
def test_words_select(words: list[str], found: list[str]) -> None:
    """Words select by surface, cassette, family, status and case id."""
    assert list(rows(printed(*words, "--dry-run"))) == found


def test_a_dry_run_does_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A dry run sends nothing, not even a question to the target, and writes nothing."""
    monkeypatch.setattr(targets, "send", None)
    text = printed(
        "200-ok",
        "504-timeout",
        "--dry-run",
        "--out",
        str(tmp_path / "out"),
        environ={"CUSTOMERIO_API_KEY": "9d1c7e5b3a2f"},
    )
    assert rows(text)["track/200-ok"] == ("ask", "")
    assert rows(text)["track/504-timeout"] == ("kept", "synthetic: comes when it comes")
    assert text.startswith("Nothing is sent and nothing is written.")
    assert not (tmp_path / "out").exists()


def test_words_that_name_nothing() -> None:
    """An unknown word is refused with the nearest known one."""
    with pytest.raises(UnknownNameError) as caught:
        printed("401-unauthorised")
    assert caught.value.nearest == "401-unauthorized"


def test_refused_where_production_may_be(tmp_path: Path) -> None:
    """Keys that may be of production are refused before anything is sent or written."""
    with pytest.raises(CommandError, match="nothing says that these keys are not of production"):
        printed("--out", str(tmp_path / "out"), environ={"CUSTOMERIO_API_KEY": "9d1c7e5b3a2f4860"})
    assert not (tmp_path / "out").exists()


def test_the_command_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 4 for a target or a word that cannot be used, 0 for a dry run."""
    monkeypatch.setenv("CIO_SANDBOX_URL", "nonsense")
    assert __main__.main(["record"]) == 4
    assert capsys.readouterr().err == (
        "python -m pytest_customerio: CIO_SANDBOX_URL='nonsense' is no address; accepted: http[s]://host[:port], or "
        "'sandbox' for one of our own\n"
    )
    assert __main__.main(["record", "nothing-like-it"]) == 4
    assert "no surface, cassette, case or family is named 'nothing-like-it'" in capsys.readouterr().err
    assert __main__.main(["record", "200-ok", "--dry-run"]) == 0


def test_the_whole_command(tmp_path: Path) -> None:
    """The command runs in a process of its own with a new sandbox."""
    done = command("-m", "pytest_customerio", "record", "track/401-unauthorized", "--out", str(tmp_path), cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert "recorded  1 answer\n" in done.stdout
    assert [path.name for path in tmp_path.rglob("*.yaml")] == ["401-unauthorized.yaml"]


def test_interrupted(at_hand: Target, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After Ctrl-C the cassettes that were listed are written, and the others unchanged."""
    real, calls = Recorder.record, []

    def once(recorder: Recorder, *args: Any) -> tuple[str, str]:
        if calls:
            raise KeyboardInterrupt
        calls.append(args)
        return real(recorder, *args)

    monkeypatch.setattr(Recorder, "record", once)
    text = printed("400-invalid-id", "400-invalid-email", "--out", str(tmp_path))
    assert text.endswith("\nStopped. What is listed is written, the rest is as it was.\n")
    assert len(list(tmp_path.rglob("*"))) == 2


def test_a_target_that_goes_away(at_hand: Target, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the target stops answering, the command fails with its text."""

    def gone(*args: Any) -> Answer:
        raise UnreachableError("http://x gives no answer: gone")

    monkeypatch.setattr(Target, "ask", gone)
    with pytest.raises(CommandError, match="http://x gives no answer: gone"):
        printed("400-invalid-id", "--out", str(tmp_path))


def test_a_folder_that_cannot_be_written_to(at_hand: Target, tmp_path: Path) -> None:
    """A file that cannot be written ends the command with its name and the reason."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "track").touch()
    with pytest.raises(CommandError, match=r"400-invalid-id\.yaml cannot be written: .*; nothing was written"):
        printed("400-invalid-id", "--out", str(tmp_path / "out"))


def test_cassettes_of_the_users_own(sandbox: Target, tmp_path: Path) -> None:
    """Cassettes of the project are recorded too; a request that is no operation of the surface is refused."""
    own_folder = tmp_path / "own" / "track"
    own_folder.mkdir(parents=True)
    path = own_folder / "400-of-ours.yaml"
    text = CASSETTES.files()["track", "400-invalid-id"].read_text().replace('{"meta"', '{{"meta"')
    path.write_text(
        text.replace(
            "headers: {Content-Type: [application/json]}",
            "headers: {Content-Type: application/json, Authorization: [Basic eDp5]}",
        )
    )
    shelf = Cassettes(CATALOG, [tmp_path / "own"])
    source = next(one for one in candidates(shelf) if one.name == "400-of-ours")
    assert Recorder(CATALOG, shelf, tmp_path / "out").record(source, sandbox) == ("recorded", "2 answers")
    assert "Authorization" not in (tmp_path / "out" / "track" / "400-of-ours.yaml").read_text()
    path.write_text(text.replace("https://track.customer.io/api/v1", "https://api.customer.io/v1"))
    with pytest.raises(DataError, match="no operation of track"):
        Recorder(CATALOG, shelf, tmp_path / "out").record(source, sandbox)


def test_a_workspace_without_a_key(stand: Stand, tmp_path: Path) -> None:
    """Without a key a cassette stays as it was, and its row names the missing variable. A success cassette has the new
    answers alone."""
    workspace = Target("workspace", "workspace 7 of Customer.io", "us", Keys("site-1", "key-1"), stand.url)
    recorder = Recorder(CATALOG, CASSETTES, tmp_path)
    by_id = {one.id: one for one in candidates(CASSETTES)}
    missing = "no key for it: set CIO_SANDBOX_APP_KEY to the one of this workspace"
    assert recorder.record(by_id["app/200-ok"], workspace) == ("kept", f"documented: {missing}")
    stand.says("/api/v1/customers/42", {})
    stand.says("/api/v1/events", b"not json")
    what, more = recorder.record(by_id["track/200-ok"], workspace)
    assert what == "recorded"
    assert "track.anonymous_event kept, answered 200 with another body" in more
    written = yaml.safe_load((tmp_path / "track" / "200-ok.yaml").read_text())
    assert {one["request"]["uri"] for one in written["interactions"]} == {
        "https://track.customer.io/api/v1/customers/42"
    }
    assert "note" not in written["metadata"]
    sent = [json.loads(body) for _, path, _, body in stand.requests if path == "/api/v1/customers/42" and body]
    assert {"email": "ada@example.com", "plan": "basic"} in sent
