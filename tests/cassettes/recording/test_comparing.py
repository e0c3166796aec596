"""Two requests are compared by what they say; no own value is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from echo import APP, CATALOG, HEADERS, TOKEN, URL, put

from pytest_customerio.cassettes.recording.comparing import differences, listed, other_headers, said
from pytest_customerio.core.model import WireRequest


def between(recorded: dict[str, Any], sent: dict[str, Any]) -> list[str]:
    return differences(said(put("jane", **recorded), CATALOG), said(put("joe", **sent), CATALOG))


@pytest.mark.parametrize(
    ("recorded", "sent", "texts"),
    [
        ({"plan": "gold"}, {}, ["$.plan recorded, not sent"]),
        ({}, {"plan": "gold"}, ["$.plan sent, not recorded"]),
        ({"n": 7}, {"n": "7"}, ["$.n: a number recorded, a text sent"]),
        ({"n": None}, {"n": True}, ["$.n: nothing recorded, true sent"]),
        ({"n": {}}, {"n": []}, ["$.n: an object recorded, a list sent"]),
        ({"created_at": 1_764_000_000}, {"created_at": "soon"}, ["$.created_at: a time recorded, a text sent"]),
        ({"tags": ["a", "b"]}, {"tags": ["a"]}, ["$.tags: 2 items recorded, 1 item sent"]),
        ({"tags": [1]}, {"tags": ["a"]}, ["$.tags[0]: a number recorded, a text sent"]),
        ({"jane@corp.org": 1}, {"joe@corp.org": "x"}, ['$["…"]: a number recorded, a text sent']),
        ({"email": "jane", "id": "jane"}, {"email": "a", "id": "b"},
         ["values that were the same are different now, or the other way round"]),
        ({"cio_relationships": {"action": "add_relationships"}}, {"cio_relationships": {"action": "delete_relationships"}},
         ['$.cio_relationships.action: "add_relationships" recorded, "delete_relationships" sent']),
    ],
)  # fmt: skip
def test_differences(recorded: dict[str, Any], sent: dict[str, Any], texts: list[str]) -> None:
    """A difference has its place, what was recorded and what is sent: a type of value, or a word of Customer.io's."""
    assert between(recorded, sent) == texts


def test_operation_and_query() -> None:
    """The query counts; the operation is named, also where there is none."""
    one = said(WireRequest("GET", APP.format("jane"), TOKEN, b""), CATALOG)
    other = said(WireRequest("GET", APP.format("jane").partition("?")[0], TOKEN, b""), CATALOG)
    assert one.operation == "app.person_attributes"
    assert differences(one, other) == ["query.id_type recorded, not sent"]
    assert said(WireRequest("GET", "https://track.customer.io/unheard", {}, b""), CATALOG).operation == "no operation"


def test_a_body_that_is_no_json() -> None:
    """Of a body that is no JSON only that is compared."""
    text = said(WireRequest("PUT", URL.format("a"), HEADERS, b"Jane"), CATALOG)
    assert differences(text, said(put("a"), CATALOG)) == ["$: a text recorded, an object sent"]


def test_what_lies_deep_is_not_compared() -> None:
    """A payload may be as deep as it likes."""
    deep: Any = 1
    for _ in range(300):
        deep = {"a": deep}
    assert between({"x": deep}, {"x": deep})


def test_other_headers() -> None:
    """The type of the content and the strict mode count; what a recording by hand leaves out does not."""
    url, body = URL.format("a"), json.dumps({}).encode()

    def request(**headers: str) -> WireRequest:
        return WireRequest("PUT", url, {name.replace("_", "-"): value for name, value in headers.items()}, body)

    plain = request(content_type="application/json")
    assert other_headers(plain, request(content_type="application/JSON; charset=utf-8", x_other="1")) == []
    assert other_headers(request(), plain) == []
    assert other_headers(plain, request(content_type="text/plain", x_strict_mode="1")) == [
        'header.Content-Type: "application/json" recorded, "text/plain" sent'.replace(
            ".Content-Type", '["Content-Type"]'
        ),
        'header["X-Strict-Mode"] sent, not recorded',
    ]


def test_a_long_list() -> None:
    """The first differences are named, the rest is counted."""
    assert listed(["a", "b", "c"]) == "a; b; c"
    assert listed(["a", "b", "c", "d", "e"]) == "a; b; c; 2 more"
