"""Which error cases a test asks for."""

from __future__ import annotations

import pytest

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.settings import ErrorsMark, SettingsError
from pytest_customerio.running.case_selection import CaseSelection

CATALOG = Catalog.load()
CASSETTES = Cassettes(CATALOG)
CHOICE = CaseSelection(CATALOG, CASSETTES)


def test_all_where_nothing_is_named() -> None:
    """In the cassettes' order, each once."""
    assert CHOICE.case_ids("here", ()) == tuple(CASSETTES.case_ids)


def test_words_name_ids_families_and_statuses() -> None:
    """In the order of the words, each case once."""
    ids = CHOICE.case_ids("here", ("429", "401-unauthorized", "429-retry-after"))
    assert len(ids) == len(set(ids))
    assert ids[-1] == "401-unauthorized"
    assert ids[:-1] and all(one.startswith("429-") for one in ids[:-1])
    assert {"429-retry-after-recovers", "429-retry-after-persists"} <= set(ids)


def test_exceptions_are_left_out() -> None:
    """By the same words."""
    kept = CHOICE.case_ids("here", ("429",), ("429-retry-after",))
    assert kept == tuple(one for one in CHOICE.case_ids("here", ("429",)) if not one.startswith("429-retry-after"))
    assert CHOICE.case_ids("here", ("429",), ("429",)) == ()


@pytest.mark.parametrize(("words", "except_for"), [(("429-rate-limitd",), ()), ((), ("429-rate-limitd",))])
def test_an_unknown_name(words, except_for) -> None:
    """The nearest one is told."""
    with pytest.raises(SettingsError) as caught:
        CHOICE.case_ids("here", words, except_for)
    assert str(caught.value).startswith("here: '429-rate-limitd' is no error case (did you mean 429-rate-limited")


def test_an_unknown_name_that_is_near_to_nothing() -> None:
    """Then there is nothing to tell."""
    with pytest.raises(SettingsError) as caught:
        CHOICE.case_ids("here", ("zzzzzzzzzzzz",))
    assert str(caught.value) == "here: 'zzzzzzzzzzzz' is no error case"


def test_one_case_on_every_surface() -> None:
    """With the envelope of each; what a surface does not have is not there."""
    found = CHOICE.cases("401-unauthorized")
    assert len(found) > 1
    assert all(case.surface == surface and case.id == "401-unauthorized" for surface, case in found.items())
    assert CHOICE.cases("no-such-case") == {}


@pytest.mark.parametrize(
    ("word", "id"),
    [
        ("429-retry-after-recovers", "429-retry-after-recovers"),
        ("429-retry-after", "429-retry-after-persists"),
        ("401-unauthorized", "401-unauthorized"),
    ],
)
def test_one_case_by_hand(word, id) -> None:
    """A transient one lasts, unless its id says that it does not."""
    assert {case.id for case in CHOICE.one_case("here", word).values()} == {id}


def test_only_cases_that_recover(monkeypatch) -> None:
    """Then that has to do."""
    monkeypatch.setattr(CHOICE, "case_ids", lambda *_: ("429-retry-after-recovers",))
    assert {case.id for case in CHOICE.one_case("here", "429").values()} == {"429-retry-after-recovers"}


def test_a_mark() -> None:
    """Its cases, and what else it says."""
    asked = {"except_for": "429-retry-after", "operations": "track.event", "raises": KeyError}
    ids = CHOICE.marked_cases("here", ("429",), asked)
    assert ids == CHOICE.case_ids("here", ("429",), ("429-retry-after",))
    assert CHOICE.errors_mark("here", ("429",), asked) == ErrorsMark(
        cases=("429",), operations=("track.event",), except_for=("429-retry-after",), raises=(KeyError,)
    )


def test_a_mark_that_leaves_nothing() -> None:
    """Is a mistake."""
    with pytest.raises(SettingsError) as caught:
        CHOICE.marked_cases("here", ("429",), {"except_for": ("429",)})
    assert str(caught.value) == "here: except_for=('429',) leaves no case"


@pytest.mark.parametrize(
    ("name", "told"),
    [("track.evnt", "there is no such operation (did you mean track.event?)"), ("zzz", "there is no such operation")],
)
def test_an_operation_that_is_none(name, told) -> None:
    """In a mark."""
    with pytest.raises(SettingsError) as caught:
        CHOICE.errors_mark("here", (), {"operations": name})
    assert str(caught.value) == f"here: operations={name!r}: {told}"
