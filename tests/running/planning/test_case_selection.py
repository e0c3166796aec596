"""Selects the error cases that a test asks for."""

from __future__ import annotations

import pytest

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.marks import ErrorsMark
from pytest_customerio.core.settings import SettingsError
from pytest_customerio.running.planning.case_selection import CaseSelection

CATALOG = Catalog.load()
CASSETTES = Cassettes(CATALOG)
SELECTION = CaseSelection(CATALOG, CASSETTES, frozenset)


def test_all_where_nothing_is_named() -> None:
    """Without words all cases are selected that do not ask for their name, in the order of the cassettes, each once."""
    assert SELECTION.case_ids("here", ()) == tuple(CASSETTES.usual_ids)


def test_words_name_ids_families_and_statuses() -> None:
    """Cases are selected in the order of the words, each case once."""
    ids = SELECTION.case_ids("here", ("429", "401-unauthorized", "429-retry-after"))
    assert len(ids) == len(set(ids))
    assert ids[-1] == "401-unauthorized"
    assert ids[:-1] and all(one.startswith("429-") for one in ids[:-1])
    assert {"429-retry-after-recovers", "429-retry-after-persists"} <= set(ids)


def test_exceptions_are_left_out() -> None:
    """except_for takes the same words as the mark itself."""
    left = SELECTION.case_ids("here", ("429",), ("429-retry-after",))
    gone = ("429-retry-after-recovers", "429-retry-after-persists")
    assert left == tuple(one for one in SELECTION.case_ids("here", ("429",)) if one not in gone)
    assert SELECTION.case_ids("here", ("429",), ("429",)) == ()


@pytest.mark.parametrize(("words", "except_for"), [(("429-rate-limitd",), ()), ((), ("429-rate-limitd",))])
def test_an_unknown_name(words, except_for) -> None:
    """The mistake names the nearest case."""
    with pytest.raises(SettingsError) as caught:
        SELECTION.case_ids("here", words, except_for)
    assert str(caught.value).startswith("here: '429-rate-limitd' is no error case (did you mean 429-rate-limited")


def test_an_unknown_name_that_is_near_to_nothing() -> None:
    """Without a near case, the mistake says what is accepted."""
    with pytest.raises(SettingsError) as caught:
        SELECTION.case_ids("here", ("zzzzzzzzzzzz",))
    assert str(caught.value) == (
        "here: 'zzzzzzzzzzzz' is no error case; accepted: an id such as 429-rate-limited, a status, or a family: 207, 2xx,"
        " 3xx, 400, 401, 403, 404, 408, 413, 422, 429, 5xx, network"
    )


def test_a_surface_is_no_operation() -> None:
    """Where a surface is named, its operations are listed."""
    with pytest.raises(SettingsError) as caught:
        SELECTION.errors_mark("here", (), {"operations": "Pipelines.*"})
    assert str(caught.value) == (
        "here: operations='Pipelines.*': there is no such operation (pipelines is a surface; its operations:"
        " pipelines.alias, pipelines.batch, pipelines.group, pipelines.identify, pipelines.page, pipelines.screen,"
        " pipelines.track and 9 more)"
    )


def test_one_case_on_every_surface() -> None:
    """On each surface the case has that surface's answer; a surface without the case is left out."""
    found = SELECTION.cases("401-unauthorized")
    assert len(found) > 1
    assert all(case.surface == surface and case.id == "401-unauthorized" for surface, case in found.items())
    assert SELECTION.cases("no-such-case") == {}


@pytest.mark.parametrize(
    ("word", "id"),
    [
        ("429-retry-after-recovers", "429-retry-after-recovers"),
        ("429-retry-after", "429-retry-after-persists"),
        ("401-unauthorized", "401-unauthorized"),
    ],
)
def test_one_case_by_hand(word, id) -> None:
    """A transient case persists, unless its id ends in -recovers."""
    (found,) = SELECTION.named_cases("here", word)
    assert {case.id for case in found.values()} == {id}


@pytest.mark.parametrize("word", ["429", " 429"])
def test_a_status_by_hand(word) -> None:
    """A status names every case that has it, each as it lasts; the request decides which one is replayed."""
    found = [{case.id for case in cases.values()} for cases in SELECTION.named_cases("here", word)]
    lasting = ["429-rate-limited-persists", "429-retry-after-persists"]
    assert found == [{one} for one in lasting]


@pytest.mark.parametrize("word", ["429", "5xx", "connection-reset", "connection-reset-recovers", "400-malformed"])
def test_a_word_that_is_clear(word) -> None:
    """One case, or cases that differ in their cause only, need no further word."""
    assert SELECTION.unclear("here", word) == ""


def test_a_word_for_several_faults() -> None:
    """The fault that is replayed is named, with the others and the mark that runs all."""
    assert SELECTION.unclear("cio.replay('network')", "network") == (
        "cio.replay('network'): a word for 8 faults; accepted-then-reset is replayed. Say which one is meant (others:"
        " connect-timeout, connection-refused, connection-reset, dns-failure, read-timeout, tls-failure, truncated-body),"
        ' or run all in a mark: @pytest.mark.cio_errors("network")'
    )


def test_only_cases_that_recover(monkeypatch) -> None:
    """A case that only recovers is selected as it is."""
    monkeypatch.setattr(SELECTION, "case_ids", lambda *_: ("429-retry-after-recovers",))
    (found,) = SELECTION.named_cases("here", "429")
    assert {case.id for case in found.values()} == {"429-retry-after-recovers"}


def test_a_mark() -> None:
    """The mark has its cases and its other arguments."""
    asked = {"except_for": "429-retry-after", "operations": "track.event", "raises": KeyError}
    ids = SELECTION.marked_cases("here", ("429",), asked)
    assert ids == SELECTION.case_ids("here", ("429",), ("429-retry-after",))
    assert SELECTION.errors_mark("here", ("429",), asked) == ErrorsMark(
        cases=("429",), operations=("track.event",), except_for=("429-retry-after",), raises=(KeyError,)
    )


def test_a_mark_that_leaves_nothing() -> None:
    """A mark that selects no case is a mistake of the user."""
    with pytest.raises(SettingsError) as caught:
        SELECTION.marked_cases("here", ("429",), {"except_for": ("429",)})
    assert str(caught.value) == "here: except_for=('429',) leaves no case"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("track.evnt", "there is no such operation (did you mean track.event?)"),
        ("eech", "there is no such operation (did you mean each?)"),
        (
            "zzz",
            "there is no such operation; accepted: names such as track.event; "
            "the name of a surface lists its own: app, pipelines, track, track_v2",
        ),
    ],
)
def test_an_operation_that_is_none(name, text) -> None:
    """An operation that does not exist is a mistake in the mark."""
    with pytest.raises(SettingsError) as caught:
        SELECTION.errors_mark("here", (), {"operations": name})
    assert str(caught.value) == f"here: operations={name!r}: {text}"
