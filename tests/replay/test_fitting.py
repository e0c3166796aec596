"""Recorded answers are adapted to the requests that they answer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.core.http_dates import http_date, unix_time
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.replay.fitting import dated, fit

URL = "https://track.customer.io/api/v1/customers/a%2Fb?x=1"
MOVED = Answer(301, "Moved", (("X-A", "1"), ("Location", "https://track-eu.customer.io/api/v1/customers/42")), b"moved")


def request(url: str = URL, body: bytes = b"") -> WireRequest:
    return WireRequest("PUT", url, {}, body)


def errors(*indexes: int) -> bytes:
    return json.dumps({"errors": [{"batch_index": index, "reason": "invalid"} for index in indexes]}).encode()


def batch(size: int) -> WireRequest:
    return request(body=json.dumps({"batch": [{}] * size}).encode())


def test_a_redirect_leads_to_the_same_path_elsewhere() -> None:
    """Path and query are those of the request, everything else is as recorded."""
    fitted = fit(MOVED, request())
    assert fitted is not None
    assert fitted.headers == (("X-A", "1"), ("Location", "https://track-eu.customer.io/api/v1/customers/a%2Fb?x=1"))
    assert (fitted.status, fitted.body) == (301, b"moved")


def test_the_target_of_a_redirect_does_not_redirect() -> None:
    """A request to the right region cannot draw the redirect."""
    assert fit(MOVED, request("https://track-eu.customer.io/api/v1/customers/42")) is None


@pytest.mark.parametrize(("size", "left"), [(1, [0]), (2, [0]), (3, [0, 2]), (9, [0, 2])])
def test_a_207_names_only_items_of_the_batch(size: int, left: list[int]) -> None:
    """An index after the last item is left out."""
    fitted = fit(Answer(207, body=errors(0, 2)), batch(size))
    assert fitted is not None
    assert [error["batch_index"] for error in json.loads(fitted.body)["errors"]] == left


@pytest.mark.parametrize(
    "answer",
    [
        Answer(207, body=errors(0)),
        Answer(207, body=b'{"errors": []}'),
        Answer(207, body=b"<html>"),
        Answer(207, body=b"[]"),
        Answer(207, body=b'{"errors": ["text", {"batch_index": "5"}]}'),
        Answer(429),
        Answer(200, body=errors(7)),
        Answer(fault="connection-reset"),
    ],
)
def test_any_other_answer_fits(answer: Answer) -> None:
    """Any other answer is not changed."""
    assert fit(answer, batch(1)) is answer


@given(
    st.binary(max_size=60)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["batch", "errors"]), inner),
        max_leaves=6,
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_body_can_be_adapted(body: bytes) -> None:
    """Any bodies of request and answer give an answer of the same status."""
    for answer, sent in ((Answer(207, body=errors(0, 5)), body), (Answer(207, body=body), b'{"batch": [{}]}')):
        fitted = fit(answer, request(body=sent))
        assert fitted is not None
        assert fitted.status == 207


@given(st.floats(0, 4_000_000_000), st.integers(0, 100_000))
def test_a_date_is_moved_to_the_time_of_the_test(now: float, wait: int) -> None:
    """The date asks for as long as the recorded one, and nobody who waits until then waits for less, who reads it half a
    second later and leaves out fractions."""
    answer = Answer(
        429, headers=(("date", http_date(784111777)), ("Retry-After", http_date(784111777 + wait)), ("A", "b"))
    )
    moved = dated(answer, now)
    until = unix_time(moved.header("retry-after")[0])
    assert moved.retry_after == wait
    assert until is not None
    assert wait + 0.5 <= until - now + 1e-6 < wait + 1.501
    assert moved.headers[2] == ("A", "b")


@pytest.mark.parametrize("headers", [(), (("Retry-After", "7"), ("Date", "x")), (("Retry-After", http_date(7)),)])
def test_no_date_to_move(headers: tuple[tuple[str, str], ...]) -> None:
    """Seconds, and a date without a Date beside it, stay as they were recorded."""
    answer = Answer(429, headers=headers)
    assert dated(answer, 1764000000.0) is answer
