"""What is kept of the wire: headers and the beginning of the answer, and no credential."""

from __future__ import annotations

import pytest

from pytest_customerio.core.model import Answer
from pytest_customerio.tools.sandbox.requests.exchange import MAX_BODY, exchange

ANSWER = Answer(200, "OK", (("Content-Type", "application/json")), b"{}")


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("authorization", "Basic c2l0ZTprZXk=", "Basic (not stored)"),
        ("authorization", "bearer  abc", "Bearer (not stored)"),
        ("authorization", "abc", "(not stored)"),
        ("cookie", "session=1", "(not stored)"),
        ("x-gist-encoded-user-token", "NDI=", "(not stored)"),
        ("content-type", "text/plain", "text/plain"),
        ("x-long", "x" * 10_000, "x" * 500),
    ],
)
def test_headers_without_credentials(name: str, value: str, stored: str) -> None:
    """A credential is replaced, because it may be one of production; a long value is cut."""
    assert exchange("http://localhost", {name: value}, ANSWER, 1.5).headers == ((name, stored),)


def test_the_answer_is_kept_in_part() -> None:
    """The beginning of a long answer is kept, and how long it was."""
    whole = exchange("http://localhost", {}, ANSWER, 1.5)
    assert (whole.body, whole.size) == (b"{}", 2)
    assert whole.answer_headers == ANSWER.headers
    long = exchange("http://localhost", {}, Answer(200, "OK", (), b"x" * (MAX_BODY + 1)), 1.5)
    assert (len(long.body), long.size) == (MAX_BODY, MAX_BODY + 1)
    assert whole.weight < MAX_BODY <= long.weight
    many = exchange("http://localhost", {f"x-{number}": "1" for number in range(500)}, ANSWER, 1.5)
    assert len(many.headers) == 60
