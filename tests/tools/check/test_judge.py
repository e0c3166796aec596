"""A piece is judged: what is an entry, what is wrong with it, and what cannot be judged."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from pytest_customerio.tools.check.judge import judge_of
from pytest_customerio.tools.check.reading.pieces import Piece
from pytest_customerio.tools.check.settings import CheckSettings
from pytest_customerio.tools.check.tally import Tally

EVENT = {"name": "signed_up", "timestamp": 1764000000}
ENTITY = {"type": "person", "action": "event", "identifiers": {"id": "1"}, "name": "x"}
URL = "https://track.customer.io/api/v1/customers/42/events"


def tally(*values: Any, **settings: Any) -> Tally:
    data = b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in values)
    return judge_of(CheckSettings(**settings)).tally(Piece("x.ndjson", "lines", Path("x"), data))


def broken(found: Tally) -> list[tuple[str, str, str, list[str]]]:
    """Operation, rule and request of each cause, and its places."""
    return [
        (one.operation, one.violation.rule, one.request, [str(place) for place in one.places.first])
        for one in found.causes.values()
    ]


def test_payloads_of_one_operation() -> None:
    """With an operation each entry is a payload of it, whatever it looks like; a cause is counted, not repeated."""
    wrong = {**EVENT, "timestamp": 1764000000000}
    found = tally(EVENT, wrong, wrong, {"method": "POST", "url": URL}, operation="track.event")
    assert (found.judged, found.files, found.unknown) == (4, {"x.ndjson"}, {})
    assert broken(found) == [
        ("track.event", "timestamp-milliseconds", "", ["x.ndjson:2", "x.ndjson:3"]),
        ("track.event", "event-name-missing", "", ["x.ndjson:4"]),
    ]
    assert found.severities == {"error": 3}


def test_a_payload_has_no_address_no_headers_and_no_age() -> None:
    """Nothing is said of credentials, of strict mode and of old timestamps, where only a payload is known."""
    call = {"type": "track", "userId": "1", "event": "x", "timestamp": "2020-01-01T00:00:00Z"}
    found = tally({**ENTITY, "timestamp": 1500000000}, call, {"batch": [call]}, {"batch": [ENTITY]})
    assert (found.judged, broken(found)) == (4, [])


def test_entities_tell_their_operation() -> None:
    """A payload of Track v2 is judged by type and action; a wrong action has no operation."""
    found = tally(ENTITY, {**ENTITY, "name": 1}, {**ENTITY, "action": "evnt"})
    assert [(name, rule) for name, rule, _, _ in broken(found)] == [
        ("track_v2.person_event", "event-name-not-string"),
        ("track_v2", "unknown-action"),
    ]


def test_entries_that_name_their_operation() -> None:
    """An entry may name its operation beside its payload, which is a value or a text."""
    wrong = {**EVENT, "timestamp": 1764000000000}
    large = {**EVENT, "data": {"note": "x" * 40_000}}
    found = tally(
        {"operation": "track.event", "payload": wrong},
        {"operation": "track.event", "payload": json.dumps(wrong)},
        {"operation": "track.event", "payload": large},
        {"operation": "track.event", "payload": "name=x"},
    )
    assert (found.judged, [(name, rule, places) for name, rule, _, places in broken(found)]) == (
        4,
        [
            ("track.event", "timestamp-milliseconds", ["x.ndjson:1", "x.ndjson:2"]),
            ("track.event", "body-not-json", ["x.ndjson:4"]),
        ],
    )
    for other in (
        {"operation": "track.evnt", "payload": {}},
        {"operation": "track.event"},
        {"operation": "track.region", "payload": {}},
        {"operation": 1, "payload": {}},
    ):
        assert (tally(other).judged, list(tally(other).unknown)) == (0, ["x.ndjson"])


def test_a_line_may_be_a_list() -> None:
    """Each element of a list in one line is an entry of that line."""
    found = tally([ENTITY, {**ENTITY, "name": 1}])
    assert (found.judged, broken(found)[0][3]) == (2, ["x.ndjson:1"])


def test_requests() -> None:
    """A request is judged with its address; one to another host is counted only."""
    found = tally(
        {"method": "POST", "url": URL, "body": {"name": 1}},
        {"request": {"method": "POST", "url": f"{URL}x", "body": {}}},
        {"method": "GET", "url": "https://example.com/"},
        {"method": "POST", "url": URL},
        {"method": "POST", "url": ""},
        {"method": "POST", "url": "http://[broken"},
    )
    assert (found.judged, found.elsewhere, found.bodyless.count) == (3, 3, 1)
    line = "POST https://track.customer.io/api/v1/customers/…/events"
    assert broken(found) == [
        ("track.event", "event-name-not-string", line, ["x.ndjson:1"]),
        ("", "unknown-endpoint", f"{line[:-6]}eventsx", ["x.ndjson:2"]),
    ]


def test_what_a_browser_sends_by_itself(tmp_path: Path) -> None:
    """Questions for leave, and what loads Customer.io's script, are no calls of the API. Elsewhere they are judged."""
    cdp = "https://cdp.customer.io/v1"
    pairs = [("OPTIONS", f"{cdp}/t"), ("GET", f"{cdp}/analytics-js/a/b.js"), ("HEAD", f"{cdp}/analytics-js/a.js")]
    requests = [{"method": method, "url": url} for method, url in pairs]
    event = {"text": json.dumps({"type": "track", "event": "x", "userId": "1"})}
    sent = [*requests, {"method": "POST", "url": f"{cdp}/t", "postData": event}, {"method": "POST", "url": f"{cdp}/tt"}]
    path = tmp_path / "a.har"
    path.write_text(json.dumps({"log": {"entries": [{"request": one} for one in sent]}}), encoding="utf-8")
    found = judge_of(CheckSettings()).tally(Piece("a.har", "document", path))
    assert (found.judged, found.loaded) == (2, 3)
    assert [rule for _, rule, _, _ in broken(found)] == ["unknown-endpoint"]
    assert tally(*requests).judged == 3


def test_what_is_not_known_and_what_is_no_json() -> None:
    """An entry that is neither request nor payload is not judged; a corrupt line is noted, and the rest goes on."""
    found = tally(EVENT, 3, {}, b'{"name": ', b'{"type": "track", "userId": NaN}', b"Infinity", b"a=b")
    assert found.judged == 1
    assert [str(one) for one in found.unknown["x.ndjson"].first] == [
        "x.ndjson:1",
        "x.ndjson:2",
        "x.ndjson:3",
        "x.ndjson:6",
    ]
    assert [(str(one.place), one.reason) for one in found.corrupt.first] == [
        ("x.ndjson:4", "text that stops being JSON at character 9"),
        ("x.ndjson:7", "form-encoded text"),
    ]
    assert [rule for _, rule, _, _ in broken(found)] == ["body-not-json"]


def test_a_body_that_cannot_be_unpacked(tmp_path: Path) -> None:
    """A request with a body in an unknown encoding is judged by its address."""
    path = tmp_path / "a.yaml"
    response = {"status": {"code": 200, "message": ""}, "headers": {}, "body": {}}
    headers = {"content-encoding": ["zip"]}
    sent = {"method": "POST", "uri": URL, "headers": headers, "body": "xyz"}
    path.write_text(f"interactions:\n- request: {json.dumps(sent)}\n  response: {json.dumps(response)}\n")
    found = judge_of(CheckSettings()).tally(Piece("a.yaml", "cassette", path))
    assert (found.judged, found.packed.count, broken(found)) == (1, 1, [])


def test_settings(tmp_path: Path) -> None:
    """Rules that are allowed are counted; the region, other addresses and schemas of the project count."""
    eu = {"method": "POST", "url": URL.replace("track.", "track-eu."), "body": EVENT}
    found = tally(eu, eu, region="us", allow=frozenset({"wrong-region"}))
    assert (broken(found), found.allowed) == ([], {"wrong-region": 2})
    assert [rule for _, rule, _, _ in broken(tally(eu, region="us"))] == ["wrong-region"]
    proxy = {"method": "POST", "url": "https://proxy.example/cio/api/v1/customers/42/events", "body": {"name": 1}}
    assert [rule for _, rule, _, _ in broken(tally(proxy, hosts=("https://proxy.example/cio",)))] == [
        "event-name-not-string"
    ]
    (tmp_path / "track").mkdir()
    (tmp_path / "track" / "event.json").write_text('{"required": ["plan"]}')
    found = tally(EVENT, operation="track.event", schemas=(tmp_path,))
    assert [rule for _, rule, _, _ in broken(found)] == ["own-contract"]


def test_a_tracking_plan(tmp_path: Path) -> None:
    """Payloads by themselves and in requests are judged by the plan of the project."""
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "bought.json").write_text('{"required": ["total"]}')
    event = {"name": "bought", "data": {}}
    found = tally(event, operation="track.event", plan=tmp_path)
    assert [(rule, name) for name, rule, _, _ in broken(found)] == [("event-contract", "track.event")]
    found = tally({"method": "POST", "url": URL, "body": event}, {**ENTITY, "action": "evnt"}, plan=tmp_path)
    assert [rule for _, rule, _, _ in broken(found)] == ["event-contract", "unknown-action"]


@pytest.mark.parametrize(
    ("name", "kind", "text", "place", "reason"),
    [
        ("a.json", "list", b'[{"a": 1}\n', "a.json:2", "the list breaks off"),
        ("a.yaml", "cassette", b"interactions: []\n", "a.yaml:1", "not a cassette: it needs a list `interactions`"),
        ("a.json.gz", "document", gzip.compress(b"{}" * 100, mtime=0)[:20], "a.json.gz", "Compressed file ended"),
        ("gone.json", "document", None, "gone.json", "No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_read(
    tmp_path: Path, name: str, kind: Any, text: bytes | None, place: str, reason: str
) -> None:
    """A broken file is noted with its reason, and its line where that is known."""
    if text is not None:
        (tmp_path / name).write_bytes(text)
    (one,) = judge_of(CheckSettings()).tally(Piece(name, kind, tmp_path / name)).corrupt.first
    assert str(one.place) == place
    assert one.reason.startswith(reason)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("nothing", b"services: {}"), ("list", b"[]"), ("document", b'{"log": {"entries": []}}')],
)
def test_a_file_without_entries(tmp_path: Path, kind: Any, text: bytes) -> None:
    """A file in which there is nothing to judge is named."""
    (tmp_path / "x").write_bytes(text)
    assert judge_of(CheckSettings()).tally(Piece("x", kind, tmp_path / "x")).empty == {"x": None}
