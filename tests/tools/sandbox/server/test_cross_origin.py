"""What lets a page of another origin of this machine call the sandbox."""

from __future__ import annotations

from typing import Any

from pytest_customerio.tools.sandbox.server.cross_origin import allowed_for_pages, answer_preflight

ORIGIN = (b"origin", b"http://localhost:3000")
ASKS = (b"access-control-request-method", b"POST")


def scope(method: str, path: str, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    """The scope of a request."""
    return {"method": method, "path": path, "headers": list(headers)}


def test_a_preflight_is_answered() -> None:
    """A browser that asks learns that it may send the headers of the SDKs."""
    answer = answer_preflight(scope("OPTIONS", "/v1/track", ORIGIN, ASKS))
    assert answer is not None
    assert (answer.status, dict(answer.headers)["Access-Control-Allow-Origin"]) == (204, "*")
    assert "Authorization" in dict(answer.headers)["Access-Control-Allow-Headers"]


def test_the_app_api_is_not_for_pages() -> None:
    """The browser is answered without permission: the key of the App API is a secret."""
    answer = answer_preflight(scope("OPTIONS", "/v1/send/email", ORIGIN, ASKS))
    assert answer is not None
    assert answer.headers == ()
    assert allowed_for_pages("/v1/send/email", asked_by_page=True) == ()


def test_other_requests_are_no_preflight() -> None:
    """OPTIONS without the headers of a preflight is a call like any other."""
    assert answer_preflight(scope("OPTIONS", "/v1/track", ORIGIN)) is None
    assert answer_preflight(scope("POST", "/v1/track", ORIGIN, ASKS)) is None


def test_answers_name_the_origin_only_for_pages() -> None:
    """A client that is no browser gets the answer without these headers; of Track, which sends it always, with one."""
    assert dict(allowed_for_pages("/v1/t", asked_by_page=True))["Access-Control-Allow-Origin"] == "*"
    assert allowed_for_pages("/v1/t", asked_by_page=False) == ()
    for path in ("/api/v1/customers/42", "/eu/api/v2/entity", "/push/events"):
        assert allowed_for_pages(path, asked_by_page=False) == (("Access-Control-Allow-Origin", "*"),)
