"""The texts by which pages are known."""

from __future__ import annotations

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.tools.explain.advice import Advice
from pytest_customerio.tools.explain.explanation import Explain
from pytest_customerio.tools.explain.known_texts import known_texts

CATALOG = Catalog.load()
EXPLAIN = Explain(CATALOG, Cassettes(CATALOG), Advice())


def test_every_page_has_texts() -> None:
    """Each case, rule and topic has a text; each text belongs to a page; cases come first."""
    known = list(known_texts(EXPLAIN))
    pages = list(dict.fromkeys(one.page for one in known))
    assert set(pages) == {*EXPLAIN.cases, *EXPLAIN.advice.rules, *EXPLAIN.advice.topics}
    assert pages[: len(EXPLAIN.cases)] == list(EXPLAIN.cases)


def test_an_answer_with_several_texts() -> None:
    """A text that is one of several in an answer says less about its case than one that stands alone."""
    texts = {(one.page, one.text): one for one in known_texts(EXPLAIN)}
    several = texts["400-id-mismatch", "id attribute and identifier are not the same value"]
    alone = texts["400-identifier-required", "identifier is required"]
    assert several.weight < alone.weight
    assert (alone.status, several.status) == ("400", "400")
