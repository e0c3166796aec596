"""Requests of exports, HAR files and cassettes become interactions; what a file cannot know is exempt."""

from __future__ import annotations

import base64
from json import dumps
from typing import Any

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.core.model import Interaction, WireRequest
from pytest_customerio.tools.check.reading.exported import is_har, of_cassette, of_export, of_har

CONTRACT = Contract(Catalog.load())
EVENT = "https://track.customer.io/api/v1/customers/42/events"
TRACK = "https://cdp.customer.io/v1/track"
CALL = {"type": "track", "userId": "1", "event": "x"}


def rules(sent: Interaction) -> list[str]:
    return [one.rule for one in CONTRACT.judge(sent).violations]


def exported(size: int = 100, problem: str = "", **members: Any) -> Interaction:
    return of_export({"method": "POST", "url": EVENT, **members}, size, problem)


def har(**request: Any) -> Interaction:
    entry = {"startedDateTime": request.pop("at", None), "request": {"method": "POST", "url": EVENT, **request}}
    (found,) = of_har({"log": {"entries": [entry]}})
    assert found is not None
    return found


def test_credentials_are_never_judged() -> None:
    """A file without credentials, or with masked ones, breaks no rule; they are not even kept."""
    for given in ({}, {"headers": {"Authorization": "[FILTERED]"}}, {"headers": {"authorization": "Basic Og=="}}):
        sent = exported(body={"name": "x"}, **given)
        assert rules(sent) == []
        assert "authorization" not in sent.headers


@pytest.mark.parametrize(
    ("at", "broken"),
    [
        (None, []),
        ("no time", []),
        (True, []),
        (1e15, []),
        (1764000000, []),
        ("2025-11-24T16:00:00Z", []),
        (1795000000, ["stale-event"]),
        ("2026-11-18T00:00:00+01:00", ["stale-event"]),
    ],
)
def test_rules_about_time_need_the_moment(at: object, broken: list[str]) -> None:
    """An old timestamp in an export is only stale where it was old when it was sent."""
    assert rules(exported(body={"name": "x", "timestamp": 1764000000}, at=at)) == broken


def test_a_body_is_text_or_a_value_or_not_there() -> None:
    """A text is decoded as what was sent; a value is judged as it is; without a body nothing is said of it."""
    assert rules(exported(body='{"name": 1}')) == rules(exported(body={"name": 1})) == ["event-name-not-string"]
    assert rules(exported(body="name=x")) == ["body-not-json"]
    assert rules(exported(body=[])) == ["body-not-object"]
    assert rules(exported(body={"name": "x"}, problem="NaN, which JSON does not have")) == ["body-not-json"]
    assert rules(exported()) == []
    assert rules(exported(body=None)) == ["event-name-missing"]
    assert not exported().body_known
    assert exported(body='"é\ud800"').body == b'"\xc3\xa9\xed\xa0\x80"'


def test_the_size_of_a_value() -> None:
    """The size of a large body is that of its compact JSON, not that of the entry."""
    large = {"name": "x", "data": {"note": "x" * 40_000}}
    sent = exported(size=200_000, body=large)
    assert sent.payload.size == len('{"name":"x","data":{"note":""}}') + 40_000
    assert rules(sent) == []


def test_headers_in_any_form() -> None:
    """Headers are a mapping, of texts or lists, or a list of names and values."""
    for headers in (
        {"X-Strict-Mode": "1"},
        {"x-strict-mode": ["1"], "x": []},
        [{"name": "X-Strict-Mode", "value": "1"}, "x", {"name": 3, "value": "y"}],
    ):
        sent = of_export({"method": "POST", "uri": TRACK, "headers": headers, "body": CALL}, 100)
        assert sent.headers["x-strict-mode"] == "1"
        assert rules(sent) == []
    other = of_export({"method": "POST", "url": TRACK, "headers": {"accept": "*/*"}, "body": CALL}, 100)
    assert rules(other) == ["non-strict-pipelines"]
    assert rules(of_export({"method": "POST", "url": TRACK, "headers": "none", "body": CALL}, 100)) == []


def test_a_har_file() -> None:
    """A browser's request has its body in `postData`, as text, as base64 or as a form, and the moment beside it."""
    assert rules(har(postData={"text": '{"name": 1}'})) == ["event-name-not-string"]
    packed = base64.b64encode(b'{"name": 1}').decode()
    assert rules(har(postData={"text": packed, "encoding": "base64"})) == ["event-name-not-string"]
    assert rules(har(postData={"text": "x", "encoding": "base64"})) == []
    assert rules(har(postData={"text": "", "params": [{"name": "name", "value": "x"}, 3]})) == ["body-not-json"]
    assert rules(har(postData={"text": ""})) == rules(har()) == rules(har(postData=[])) == []
    assert rules(har(bodySize=0)) == ["event-name-missing"]
    old = {"text": '{"name": "x", "timestamp": 1764000000}'}
    assert rules(har(postData=old, at="2026-11-20T10:00:00.000Z")) == ["stale-event"]
    sent = har(url=TRACK, headers=[{"name": "Accept", "value": "*/*"}], postData={"text": dumps(CALL)})
    assert rules(sent) == ["non-strict-pipelines"]


def test_what_is_no_har_entry() -> None:
    """An entry without a request is passed over, and keeps its number."""
    assert list(of_har({"log": {"entries": [3, {}, {"request": {"method": "GET"}}]}})) == [None, None, None]
    assert is_har({"log": {"entries": []}})
    assert not any(map(is_har, ([], {}, {"log": []}, {"log": {"entries": {}}})))


def test_a_cassette() -> None:
    """A recorded request is judged but for its credentials and its age."""
    body = b'{"name": 1, "timestamp": 1764000000}'
    sent = of_cassette(WireRequest("POST", EVENT, {"authorization": "DUMMY", "accept": "*/*"}, body))
    assert rules(sent) == ["event-name-not-string"]
    assert rules(of_cassette(WireRequest("POST", EVENT, {}, b""))) == ["event-name-missing"]
