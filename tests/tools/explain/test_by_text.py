"""The page for a text that was pasted."""

from __future__ import annotations

import pytest

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.tools.explain.advice import Advice
from pytest_customerio.tools.explain.by_text import page_of_text
from pytest_customerio.tools.explain.explanation import Explain
from pytest_customerio.tools.explain.page import as_text

CATALOG = Catalog.load()
EXPLAIN = Explain(CATALOG, Cassettes(CATALOG), Advice())


def shown(text: str) -> str:
    return as_text(page_of_text(EXPLAIN, text))


def test_the_page_of_a_case() -> None:
    """A text that is certain shows the page of its case, then the text that it was found by, and what else is near."""
    text = shown("identifier is required")
    assert text.startswith("400-identifier-required: missing or empty identifiers\n")
    assert "\nFound by its text\n\n  text     identifier is required\n  near it  missing-identifier: 400 " in text


def test_several_pages() -> None:
    """A text that several cases have lists these, and the commands that explain them."""
    assert shown('{"meta":{"error":"Rate limit exceeded"}}') == (
        "this text is that of: 429-rate-limited, 429-retry-after\n"
        "\n"
        f"429-rate-limited  {EXPLAIN.gist('429-rate-limited')}\n"
        f"429-retry-after   {EXPLAIN.gist('429-retry-after')}\n"
        "\n"
        "Next\n"
        "\n"
        "  python -m pytest_customerio explain 429-rate-limited\n"
        "  python -m pytest_customerio explain 429-retry-after\n"
    )


def test_a_text_that_is_only_near() -> None:
    """Where no text is certain, the nearest are listed; with `sure`, nothing is."""
    assert shown("emails are not delivered").startswith("nearest to this text: email-not-delivered\n")
    assert page_of_text(EXPLAIN, "emails are not delivered", sure=True) == []
    assert page_of_text(EXPLAIN, "xyzzy plugh") == []


def test_a_status_in_the_text() -> None:
    """Where no text is certain, a status in the text leads to the page of that status."""
    assert shown("ERROR app.crm: Customer.io answered 413 for user 12").startswith("413-too-large: ")
    assert page_of_text(EXPLAIN, "ERROR app.crm: answered 299") == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("503 Service Unavailable", "503-unavailable: "),
        ("418", "no case is answered 418; nearest: "),
        ("599", "no case is answered 599; nearest: "),
    ],
)
def test_a_bare_status(text: str, first: str) -> None:
    """A bare status leads to its page; one that no case has, to the nearest three of the same hundred."""
    found = shown(text)
    assert found.startswith(first)
    if "nearest" in first:
        names = found.splitlines()[0].removeprefix(first).split(", ")
        assert [name[0] for name in names] == [text[0]] * 3


def test_a_long_text_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """A known text that is very long is shown cut."""
    monkeypatch.setattr("pytest_customerio.tools.explain.by_text._LONGEST", 10)
    assert "\n  text     identifier…\n" in shown("identifier is required")
