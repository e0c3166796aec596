"""What a sandbox knows after it was stopped, or killed, and started again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sandbox_client import NOW, SandboxClient

from pytest_customerio.tools.sandbox.answering import json_views
from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.requests import request_log
from pytest_customerio.tools.sandbox.settings import Settings
from pytest_customerio.tools.sandbox.storage import persistence
from pytest_customerio.tools.sandbox.storage.data_file import DataFileError
from pytest_customerio.tools.sandbox.storage.encoding import SnapshotError

Start = Callable[..., SandboxClient]
EMAIL = {"transactional_message_id": 3, "to": "ada@example.com", "identifiers": {"id": "42"}}


def use(ask: SandboxClient) -> None:
    """Send something of each kind."""
    ask.identify("42", email="ada@example.com", plan="pro", tags=["a", {"b": None}])
    ask.identify("43", anonymous_id="visitor")
    ask.notes("POST", "/api/v1/customers/42/events", {"name": "bought", "data": {"total": 1.5, "note": "é\ud83d"}})
    ask.notes("POST", "/api/v1/events", {"name": "seen", "anonymous_id": "v1"})
    ask.entity("identify", "object", identifiers={"object_type_id": "1", "object_id": "acme"}, attributes={"a": 1})
    ask(
        "POST",
        "/api/v2/batch",
        {
            "batch": [
                {"type": "person", "action": "identify", "identifiers": {"id": ""}, "attributes": {}},
                {"type": "person", "action": "identify", "identifiers": {"id": "44"}, "attributes": {"x": 1}},
            ]
        },
    )
    ask.notes("POST", "/v1/track", {"userId": "45", "event": "played"})
    ask.notes("POST", "/api/v1/segments/4/add_customers", {"ids": ["42", "43"]})
    ask.notes("POST", "/api/v1/customers/46/suppress")
    ask.body("POST", "/v1/send/email", EMAIL)
    ask.service.deliver("bounced")
    ask.service.deliver("unsubscribed")
    ask.service.add_webhook("http://127.0.0.1:9/hook", ["email_opened"])
    ask.service.load([{"id": "47", "plan": "free"}])
    ask("PUT", "/api/v1/customers/49", {"a": 1}, {"host": "track.customer.io"})
    ask.notes("DELETE", "/api/v1/customers/43")
    ask.body("PUT", "/v1/snippets", {"name": "footer", "value": "bye"})
    ask.identify("50")
    ask.identify("fifty@example.com")
    ask.identify("50", email="fifty@example.com")
    ask("GET", "/v1/segments")
    ask.body("POST", "/v1/exports/customers", {"filters": {"segment": {"id": 4}}})
    ask.body("GET", "/v1/exports/1/download")
    ask("PUT", "/api/v1/customers/48", {"a": 1}, {"authorization": "Basic x"})


def known(ask: SandboxClient) -> Any:
    """All that it knows."""
    service, workspace = ask.service, ask.service.workspace
    return (
        [json_views.person_json(workspace, each) for each in workspace.people],
        [json_views.delivery_json(each) for each in workspace.deliveries.values()],
        json_views.workspace_json(workspace),
        workspace.reporting_webhooks,
        workspace.esp_suppressions,
        workspace.optouts,
        workspace.visitors.people,
        workspace.exports,
        workspace.files,
        list(workspace.inventory),
        list(workspace.activities),
        [each.id for each in workspace.deliveries.of(next(iter(workspace.people)).cio_id)],
        list(service.log),
        service.log.number,
        service.keys,
    )


def killed(ask: SandboxClient) -> None:
    """What the file of a sandbox is like after `kill -9`: nothing more is written."""
    ask.service._current.persistence.abandon()
    ask.service._current.persistence.file = None


@pytest.mark.parametrize("end", [killed, lambda ask: ask.service.close()], ids=["killed", "stopped"])
def test_it_is_as_it_was(start: Start, end: Callable[[SandboxClient], object]) -> None:
    """After the end everything is there again, the keys too; the same calls lead to the same numbers."""
    first = start()
    use(first)
    before = known(first)
    end(first)
    second = start()
    assert known(second) == before
    assert second.service.workspace.next_number() == first.service.workspace.next_number()
    assert second.body("POST", "/v1/send/email", EMAIL)["delivery_id"]
    end(second)
    assert len(start().service.workspace.deliveries) == 2


def test_one_file_at_rest(start: Start, data: Path) -> None:
    """After the end there is one file, without credentials of requests."""
    ask = start()
    use(ask)
    ask.service.close()
    ask.service.close()
    assert [each.name for each in data.parent.iterdir()] == [data.name]
    connection = sqlite3.connect(data)
    assert connection.execute("SELECT count(*) FROM happened WHERE entry IS NOT NULL").fetchone() == (0,)
    connection.close()


def test_a_snapshot_from_time_to_time(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some entries, or many bytes of them, a snapshot takes their place; the log is trimmed."""
    monkeypatch.setattr(persistence, "FEWEST", 5)
    monkeypatch.setattr(persistence, "MOST", 5)
    monkeypatch.setattr(persistence, "TRIM_EVERY", 4)
    monkeypatch.setattr(request_log, "MAX_REQUESTS", 3)
    ask = start()
    file = ask.service._current.persistence.file
    assert file is not None
    sizes = []
    for number in range(12):
        ask.identify(str(number), plan="pro")
        sizes.append((len(file.journal()), len(file.log())))
    assert [journal for journal, _ in sizes] == [1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2]
    assert [log for _, log in sizes] == [1, 2, 3, 3, 4, 5, 6, 3, 4, 5, 6, 3]
    monkeypatch.setattr(persistence, "MOST_BYTES", 10)
    ask.identify("12", plan="pro")
    assert file.journal() == []
    ask.identify("13", plan="pro")
    assert len(file.log()) == 3  # many bytes lead to it too
    before = known(ask)
    killed(ask)
    monkeypatch.undo()
    assert known(start())[0] == before[0]


def test_reset(start: Start) -> None:
    """A reset is kept too; the keys stay."""
    ask = start()
    use(ask)
    keys = ask.service.keys
    ask.service.reset()
    ask.identify("50")
    killed(ask)
    again = start()
    assert [each.display_name for each in again.service.workspace.people] == ["50"]
    assert (len(again.service.log), again.service.keys) == (1, keys)


def test_snapshots_of_the_user(start: Start) -> None:
    """A snapshot brings everything back, also after a restart; what it lacks is gone."""
    ask = start()
    ask.identify("42", plan="pro")
    ask.service.snapshots.put("one", ask.service.snapshot())
    ask.identify("43")
    ask.service.restore(ask.service.snapshots.get("one"))
    assert [each.display_name for each in ask.service.workspace.people] == ["42"]
    ask.identify("44")
    killed(ask)
    again = start()
    assert [each.display_name for each in again.service.workspace.people] == ["42", "44"]
    again.service.restore(again.service.snapshots.get("one"))
    assert len(again.service.workspace.people) == 1
    with pytest.raises(SnapshotError, match="this is no snapshot of a sandbox"):
        again.service.restore(b"nothing")
    assert len(again.service.workspace.people) == 1


def test_settings_of_a_later_start(start: Start) -> None:
    """The region, webhooks and keys of a seed are those of today; a file with people is for a new workspace only."""
    first = start(region="us", webhooks=("http://127.0.0.1:9/a",))
    first.service.close()
    second = start(region="eu", webhooks=("http://127.0.0.1:9/a", "http://127.0.0.1:9/b"), seed="team")
    workspace = second.service.workspace
    assert workspace.region == "eu"
    assert [each.endpoint for each in workspace.reporting_webhooks.values()] == [
        "http://127.0.0.1:9/a",
        "http://127.0.0.1:9/b",
    ]
    assert second.service.keys != first.service.keys
    keys = second.service.keys
    second.service.close()
    assert start().service.keys == keys


def test_people_for_a_new_workspace(start: Start, tmp_path: Path) -> None:
    """They are there at the start and after a reset, and are not added again at a restart."""
    path = tmp_path / "people.json"
    path.write_text(json.dumps([{"id": "1", "plan": "pro"}]), encoding="utf-8")
    ask = start(load=(path,))
    ask.notes("DELETE", "/api/v1/customers/1")
    ask.service.close()
    again = start(load=(path,))
    assert len(again.service.workspace.people) == 0
    again.service.reset()
    assert len(again.service.workspace.people) == 1


def test_a_file_in_use(start: Start, data: Path) -> None:
    """A second sandbox with the same file is refused; the first one goes on."""
    ask = start()
    with pytest.raises(DataFileError, match="another program uses it, perhaps another sandbox"):
        start()
    ask.identify("42")
    ask.service.close()
    assert len(start().service.workspace.people) == 1


def test_a_disk_that_is_full(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox goes on, and says at each answer that it is not stored; once there is room all is stored again."""
    ask = start()
    file = ask.service._current.persistence.file
    assert file is not None
    limit = file._execute("PRAGMA page_count").fetchone()[0]
    file._execute(f"PRAGMA max_page_count = {limit}")
    monkeypatch.setattr(persistence, "SECONDS_BETWEEN_TRIES", -1.0)
    note = ""
    for number in range(50):
        note = (*ask.identify(str(number), plan="x" * 900), "")[0]
        if note:
            break
    assert note == f"not stored: {file.path}: the disk is full"
    file._execute("PRAGMA max_page_count = 1000000")
    assert ask.identify("100") == ()
    monkeypatch.setattr(persistence, "SECONDS_BETWEEN_TRIES", 60.0)
    count = len(ask.service.workspace.people)
    file._execute(f"PRAGMA max_page_count = {limit}")
    assert any(ask.identify(str(number), plan="x" * 900) for number in range(200, 250))
    assert ask.identify("300")[0].startswith("not stored: ")
    file._execute("PRAGMA max_page_count = 1000000")
    ask.service.close()
    assert len(start().service.workspace.people) > count


def test_a_reset_that_cannot_be_stored(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox goes on with the new workspace, and stores it as soon as that is possible."""
    ask = start()
    ask.identify("old")
    point = ask.service.snapshot()
    file = ask.service._current.persistence.file
    assert file is not None
    monkeypatch.setattr(persistence, "SECONDS_BETWEEN_TRIES", 60.0)
    with monkeypatch.context() as full:
        for name in ("save", "clear_log", "clear_calls"):
            full.setattr(file, name, lambda *_: raises(DataFileError("the disk is full")))
        ask.service.restore(point)
        ask.service.reset()
        assert ask.identify("new") == ("not stored: the disk is full",)
    monkeypatch.setattr(persistence, "SECONDS_BETWEEN_TRIES", -1.0)
    ask.identify("newer")
    killed(ask)
    assert [each.identifiers["id"] for each in start().service.workspace.people] == ["new", "newer"]


@pytest.mark.parametrize("gap", [False, True])
def test_a_last_snapshot_that_cannot_be_stored(start: Start, monkeypatch: pytest.MonkeyPatch, gap: bool) -> None:
    """Nothing is lost, because the file has each entry, unless an entry could not be stored either: then it is said."""
    ask = start()
    ask.identify("1")
    file = ask.service._current.persistence.file
    assert file is not None
    with monkeypatch.context() as full:
        for name in ("save", *(["append"] if gap else [])):
            full.setattr(file, name, lambda *_: raises(DataFileError("the disk is full")))
        assert bool(ask.identify("2")) == gap
        if gap:
            with pytest.raises(DataFileError, match="^the disk is full; the file has what came before, and the rest"):
                ask.service.close()
        else:
            ask.service.close()
    assert len(start().service.workspace.people) == (1 if gap else 2)


def raises(error: Exception) -> None:
    """Raise an error."""
    raise error


def test_damaged_data(start: Start, data: Path) -> None:
    """Each kind of damage draws a message that names the file; the file stays as it is."""
    ask = start()
    use(ask)
    killed(ask)
    for statement, text in (
        ("UPDATE snapshots SET data = x'00'", "this is no snapshot of a sandbox"),
        (
            "UPDATE snapshots SET data = substr(data, 1, length(data) - 1)",
            "the snapshot is damaged: its checksum differs",
        ),
        ("UPDATE happened SET entry = x'00' WHERE id = 1", "it is damaged: JSONDecodeError"),
        ("UPDATE happened SET logged = x'5b' WHERE number = 1", "it is damaged: JSONDecodeError"),
    ):
        copy = data.with_suffix(".copy")
        for path in data.parent.glob("sandbox.db*"):
            copy.with_name(path.name.replace("sandbox.db", copy.name)).write_bytes(path.read_bytes())
        connection = sqlite3.connect(copy)
        connection.execute(statement)
        connection.commit()
        connection.close()
        with pytest.raises(DataFileError, match=text) as caught:
            Service(Settings(data=copy))
        assert str(copy) in str(caught.value)
        for path in data.parent.glob("*.copy*"):
            path.unlink()
    assert len(start().service.workspace.people) == 6


def test_a_start_that_fails(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox that cannot start leaves the data file to the next one; without a file there is nothing to close."""

    def fail(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Service, "_use", fail)
        for path in (None, data):
            with pytest.raises(KeyboardInterrupt):
                Service(Settings(data=path))
    Service(Settings(data=data)).close()


def test_without_a_file(ask: SandboxClient) -> None:
    """In memory nothing is written, and a snapshot works as well."""
    ask.identify("42")
    data = ask.service.snapshot()
    ask.service.reset()
    ask.service.restore(data)
    assert len(ask.service.workspace.people) == 1
    assert list(ask.service._current.persistence.entries()) == []
    assert ask.service.workspace.reports.maxlen
    assert ask.service._now() == NOW


def test_damaged_keys(start: Start, data: Path) -> None:
    """Keys that cannot be read end the command with a sentence; keys from a seed take their place."""
    start().service.close()
    with sqlite3.connect(data) as connection:
        connection.execute("UPDATE about SET value = '{}' WHERE name = 'keys'")
    connection.close()
    with pytest.raises(DataFileError, match="it is damaged: TypeError"):
        start()
    assert start(seed="a").service.keys.app
