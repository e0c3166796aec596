"""What may stand in a recording unchanged."""

from __future__ import annotations

import pytest

from pytest_customerio.cassettes.recording import allowlist


def test_the_vocabulary_is_that_of_the_schemas() -> None:
    """Values that schemas list and members that they define are known; words of people are not."""
    words, names = allowlist.vocabulary()
    assert {"person", "identify", "us"} <= words
    assert {"identifiers", "attributes", "email"} <= names
    assert not {"Ada", "ada@example.com"} & (words | names)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("content-type", "application/json; charset=utf-8", True),
        ("content-type", "secret", False),
        ("content-type", "text/secret", False),
        ("content-type", "text/html; charset=secret", False),
        ("retry-after", "120", True),
        ("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT", True),
        ("x-ratelimit-reset", "soon", False),
    ],
)
def test_headers_of_answers(name: str, value: str, *, allowed: bool) -> None:
    """A header of an answer stays only with a value of its form."""
    assert (allowlist.RESPONSE_HEADERS[name][1].fullmatch(value) is not None) == allowed


@pytest.mark.parametrize(("name", "harmless"), [("plan", True), ("$ip", True), ("line 1", False), ("a@b.de", False)])
def test_names_of_members(name: str, *, harmless: bool) -> None:
    """A member's name of letters says nothing about a person."""
    assert (allowlist.MEMBER_NAME.fullmatch(name) is not None) == harmless
