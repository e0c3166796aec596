"""What is kept of the wire: headers and the beginning of the answer, and no credential."""

from __future__ import annotations

import pytest

from pytest_customerio.core.model import Answer
from pytest_customerio.tools.sandbox.service.exchange import MAX_BODY, exchange

ANSWER = Answer(200, "OK", (("Content-Type", "application/json"), ("Set-Cookie", "session=1")), b"{}")


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("authorization", "Basic c2l0ZTprZXk=", "Basic (not kept)"),
        ("Authorization", "bearer  abc", "Bearer (not kept)"),
        ("authorization", "abc", "(not kept)"),
        ("cookie", "session=1", "(not kept)"),
        ("X-Gist-Encoded-User-Token", "NDI=", "(not kept)"),
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
    assert whole.answer_headers == (("Content-Type", "application/json"), ("Set-Cookie", "(not kept)"))
    long = exchange("http://localhost", {}, Answer(200, "OK", (), b"x" * (MAX_BODY + 1)), 1.5)
    assert (len(long.body), long.size) == (MAX_BODY, MAX_BODY + 1)
    assert long.weight > MAX_BODY
    many = exchange("http://localhost", {f"x-{number}": "1" for number in range(500)}, ANSWER, 1.5)
    assert len(many.headers) == 60
