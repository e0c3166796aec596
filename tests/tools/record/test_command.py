"""`python -m pytest_customerio record`: what it sends, what it writes, what it says."""

from __future__ import annotations

import argparse
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
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.data import DataError, UnknownNameError
from pytest_customerio.core.model import Answer
from pytest_customerio.tools import target as targets
from pytest_customerio.tools.record import command as recording
from pytest_customerio.tools.record.about import _version
from pytest_customerio.tools.record.arguments import CannotError, arguments
from pytest_customerio.tools.record.command import Recorder, run
from pytest_customerio.tools.sending import UnreachableError
from pytest_customerio.tools.target import Keys, Target, own

if TYPE_CHECKING:
    from tests.recording.conftest import Stand

CATALOG = Catalog.load()
SHELF = Cassettes(CATALOG)
# What no target is asked for, by the start of its name.
HOPELESS = ("403", "429", "5", "connect", "dns", "read", "tls", "truncated", "accepted", "301", "401-wrong-region")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Target]:
    with own({}) as target:
        yield target


@pytest.fixture
def at_hand(sandbox: Target, monkeypatch: pytest.MonkeyPatch) -> Target:
    """The sandbox of this module in the place of one of its own for each run."""

    class Opened:
        def __init__(self, *args: Any) -> None: ...
        def __enter__(self) -> Target:
            return sandbox

        def __exit__(self, *error: object) -> None: ...

    monkeypatch.setattr(recording, "opened", Opened)
    return sandbox


def asked(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    arguments(parser)
    parser.set_defaults(cassettes=[])
    return parser.parse_args(list(given))


def said(*given: str, environ: dict[str, str] | None = None) -> str:
    parts: list[str] = []
    rest = run(asked(*given), parts.append, environ or {})
    return "".join([*parts, rest])


def rows(text: str) -> dict[str, tuple[str, str]]:
    found = [line.split(maxsplit=2) for line in text.splitlines() if line.startswith("  ")]
    return {one[0]: (one[1], one[2] if len(one) > 2 else "") for one in found}


@pytest.fixture(scope="module")
def everything(sandbox: Target, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[str, str]]]:
    """All cassettes, recorded from a sandbox."""
    out = tmp_path_factory.mktemp("recorded")
    recorder = Recorder(CATALOG, SHELF, out, dt.date(2026, 11, 23))
    return out, {one.id: recorder.record(one, sandbox) for one in recording.sources(SHELF, CATALOG)}


def test_every_case_is_recorded_or_kept_with_a_reason(everything: tuple[Path, dict[str, tuple[str, str]]]) -> None:
    """All successes, and the errors that keys and payloads draw."""
    out, told = everything
    assert {what for what, _ in told.values()} == {"recorded", "kept"}
    recorded = {name for name, (what, _) in told.items() if what == "recorded"}
    assert {path.relative_to(out).with_suffix("").as_posix() for path in out.glob("*/*")} == recorded
    assert {f"{surface}/200-ok" for surface in CATALOG.surfaces} <= recorded
    assert {f"{surface}/401-unauthorized" for surface in CATALOG.surfaces} <= recorded
    assert {
        "track/400-invalid-id",
        "track_v2/207-partial-failure",
        "pipelines/200-dropped",
        "app/404-not-found",
    } <= recorded
    assert not [name for name in recorded if name.partition("/")[2].startswith(HOPELESS)]
    assert all(": " in why for what, why in told.values() if what == "kept")
    assert told["track/403-forbidden"] == ("kept", "synthetic: depends on the rights of a key")
    assert told["app/429-retry-after"] == ("kept", "documented: needs more requests than a sandbox should get")
    assert told["track/413-too-large"] == ("kept", "synthetic: answered 200, not 413")
    assert told["track/200-ok"] == ("recorded", "16 answers")


def test_they_take_the_place_of_ours(everything: tuple[Path, dict[str, tuple[str, str]]]) -> None:
    """Through the ini `cio_cassettes`: same cases, same status, same operations; cause and cure as they were."""
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
    """What was drawn says so; what was not keeps what it said of itself."""
    out, told = everything
    about = yaml.safe_load((out / "app" / "404-not-found.yaml").read_text())["metadata"]
    assert about["source"] == "recorded"
    assert (about["date"], about["region"], about["request"]) == ("2026-11-23", "us", "app/404-not-found")
    assert about["environment"] == "a sandbox of pytest-customerio's own"
    assert about["note"] == "answered by a sandbox, which calls that synthetic"
    assert set(about["versions"]) == {"pytest-customerio", "vcrpy", "python"}
    was = SHELF.provenance("404-not-found", "app.trigger_broadcast")
    assert about["differs"]["trigger_broadcast"]["source"] == was.source
    assert told["app/404-not-found"] == ("recorded", "1 answer; app.trigger_broadcast kept, answered 422, not 404")
    case = Cassettes(CATALOG, [out]).case("404-not-found", "app")
    assert case is not None
    assert Cassettes(CATALOG, [out]).variant(case, "app.trigger_broadcast").provenance == was


def test_the_requests_are_the_cassettes_own(everything: tuple[Path, dict[str, tuple[str, str]]]) -> None:
    """Byte for byte, so that the recording can be recorded again."""
    out, _ = everything
    for path in out.glob("*/*"):
        old, new = (yaml.safe_load(one.read_text()) for one in (SHELF.files()[path.parent.name, path.stem], path))
        assert [one["request"]["body"] for one in new["interactions"]] == [
            one["request"]["body"] for one in old["interactions"]
        ]


def test_no_secret_is_in_them(everything: tuple[Path, dict[str, tuple[str, str]]], sandbox: Target) -> None:
    """Nor the address of the sandbox."""
    out, _ = everything
    text = "".join(path.read_text() for path in out.glob("*/*"))
    assert not [secret for secret in (*sandbox.keys.all, sandbox.url, "X-Sandbox") if secret in text]


def test_vcrpy_reads_them(everything: tuple[Path, dict[str, tuple[str, str]]]) -> None:
    """They are cassettes."""
    out, _ = everything
    with vcr.use_cassette(str(out / "track" / "401-unauthorized.yaml"), record_mode="none") as cassette:
        first = cassette.requests[0]
        answer = requests.request(first.method, first.uri, timeout=1)
    assert answer.status_code == 401


def test_what_it_says(at_hand: Target, tmp_path: Path) -> None:
    """A line for each cassette while it goes on, and what to do with them."""
    out = tmp_path / "out"
    assert said("400-invalid-id", "track/403-forbidden", "--out", str(out)) == (
        f"Recording from a sandbox of pytest-customerio's own (us) into {out}\n"
        "\n"
        "  track/400-invalid-id                      recorded  2 answers\n"
        "  track/403-forbidden                       kept      synthetic: depends on the rights of a key\n"
        "\n"
        "1 recorded, 1 kept as they were. To use them: the ini `cio_cassettes` names the folder.\n"
    )
    assert said("502-html-persists", "--out", str(out)).endswith("\n\n0 recorded, 4 kept as they were.\n")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["track/200-ok"], ["track/200-ok"]),
        (["401-UNAUTHORIZED"], ["app/401-unauthorized", "pipelines/401-unauthorized", "track/401-unauthorized", "track_v2/401-unauthorized"]),
        (["413", "422"], ["app/413-too-large", "app/422-empty-recipients", "app/422-unprocessable", "track/413-too-large", "track_v2/413-too-large"]),
        (["503-unavailable-recovers"], [f"{one}/503-unavailable" for one in ("app", "pipelines", "track", "track_v2")]),
    ],
)  # fmt: skip
def test_words_choose(words: list[str], found: list[str]) -> None:
    """Surface, cassette, family, status, and the ids of cases."""
    assert list(rows(said(*words, "--dry-run"))) == found


def test_a_dry_run_does_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It sends nothing, not even the question whether it may; it writes nothing."""
    monkeypatch.setattr(targets, "send", None)
    text = said(
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
    """The nearest is told."""
    with pytest.raises(UnknownNameError) as caught:
        said("401-unauthorised")
    assert caught.value.nearest == "401-unauthorized"


def test_refused_where_production_may_be(tmp_path: Path) -> None:
    """Before anything is sent or written."""
    with pytest.raises(CannotError, match="nothing says that these keys are not of production"):
        said("--out", str(tmp_path / "out"), environ={"CUSTOMERIO_API_KEY": "9d1c7e5b3a2f4860"})
    assert not (tmp_path / "out").exists()


def test_what_it_is_asked_from_the_command_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 4 for what cannot be done."""
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
    """In a process of its own, with a sandbox of its own."""
    done = command("-m", "pytest_customerio", "record", "track/401-unauthorized", "--out", str(tmp_path), cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert "recorded  1 answer\n" in done.stdout
    assert [path.name for path in tmp_path.rglob("*.yaml")] == ["401-unauthorized.yaml"]


def test_interrupted(at_hand: Target, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is written stays, the rest is as it was."""
    real, calls = Recorder.record, []

    def once(recorder: Recorder, *args: Any) -> tuple[str, str]:
        if calls:
            raise KeyboardInterrupt
        calls.append(args)
        return real(recorder, *args)

    monkeypatch.setattr(Recorder, "record", once)
    text = said("400-invalid-id", "400-invalid-email", "--out", str(tmp_path))
    assert text.endswith("\nStopped. What is listed is written, the rest is as it was.\n")
    assert len(list(tmp_path.rglob("*"))) == 2


def test_a_target_that_goes_away(at_hand: Target, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Says so."""

    def gone(*args: Any) -> Answer:
        raise UnreachableError("http://x gives no answer: gone")

    monkeypatch.setattr(Target, "ask", gone)
    with pytest.raises(CannotError, match="http://x gives no answer: gone"):
        said("400-invalid-id", "--out", str(tmp_path))


def test_a_folder_that_cannot_be_written_to(at_hand: Target, tmp_path: Path) -> None:
    """Says which file, and why."""
    (tmp_path / "out").touch()
    with pytest.raises(CannotError, match=r"400-invalid-id\.yaml cannot be written: .*; nothing was written"):
        said("400-invalid-id", "--out", str(tmp_path / "out"))


def test_cassettes_of_the_users_own(sandbox: Target, tmp_path: Path) -> None:
    """They are recorded too; one whose request is no call of its surface is told with its line."""
    own_folder = tmp_path / "own" / "track"
    own_folder.mkdir(parents=True)
    path = own_folder / "400-of-ours.yaml"
    text = SHELF.files()["track", "400-invalid-id"].read_text().replace('{"meta"', '{{"meta"')
    path.write_text(
        text.replace(
            "headers: {Content-Type: [application/json]}",
            "headers: {Content-Type: application/json, Authorization: [Basic eDp5]}",
        )
    )
    cassettes = Cassettes(CATALOG, [tmp_path / "own"])
    source = next(one for one in recording.sources(cassettes, CATALOG) if one.name == "400-of-ours")
    assert Recorder(CATALOG, cassettes, tmp_path / "out").record(source, sandbox) == ("recorded", "2 answers")
    assert "Authorization" not in (tmp_path / "out" / "track" / "400-of-ours.yaml").read_text()
    path.write_text(text.replace("https://track.customer.io/api/v1", "https://api.customer.io/v1"))
    with pytest.raises(DataError, match="no operation of track"):
        Recorder(CATALOG, cassettes, tmp_path / "out").record(source, sandbox)


def test_a_workspace_without_a_key(stand: Stand, tmp_path: Path) -> None:
    """What cannot be asked is kept, and says what is missing; of successes what was drawn is written."""
    workspace = Target("workspace", "workspace 7 of Customer.io", "us", Keys("site-1", "key-1"), stand.url)
    recorder = Recorder(CATALOG, SHELF, tmp_path)
    by_id = {one.id: one for one in recording.sources(SHELF, CATALOG)}
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


def test_versions_that_nobody_knows() -> None:
    """A checkout that is not installed."""
    assert _version("no-such-package-of-anybody") == "unknown"
