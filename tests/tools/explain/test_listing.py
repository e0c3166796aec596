"""The catalogue of error cases: complete, filtered, as a table, as JSON and as Markdown."""

from __future__ import annotations

import json

import pytest

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.data import UnknownNameError
from pytest_customerio.core.model import FAULTS
from pytest_customerio.tools.explain.advice import Advice
from pytest_customerio.tools.explain.explanation import Explain
from pytest_customerio.tools.explain.listing import HEAD, LEGEND, Listing
from pytest_customerio.tools.explain.phrases import PROVENANCE

CATALOG = Catalog.load()
EXPLAIN = Explain(CATALOG, Cassettes(CATALOG), Advice())


def ids(*words: str) -> list[str]:
    """The ids of the cases that the words select."""
    return [row[0] for row in Listing(EXPLAIN, words).rows()]


def test_every_case_has_one_line_that_fits() -> None:
    """Each case has one row, in the order of the cases and in 100 columns."""
    assert ids() == list(EXPLAIN.cassettes.case_ids)
    lines = Listing(EXPLAIN).text().splitlines()
    assert lines[0].split("  ")[0] == HEAD[0]
    assert max(map(len, lines)) <= 100


def test_words_of_one_kind_add_words_of_several_restrict() -> None:
    """Words of one kind add cases; words of two kinds select what both name."""
    assert ids("429-rate-limited", "413") == ["413-too-large", "429-rate-limited-recovers", "429-rate-limited-persists"]
    assert ids("track", "app", "400-id-mismatch") == ["400-id-mismatch"]
    assert ids("app", "400-id-mismatch") == []
    assert set(ids("Track_v2.batch", "207")) == {one for one in ids() if one.startswith("207")}
    assert len(ids("network")) == 2 * len(FAULTS)
    assert ids("pipelines", "track.identify") == []


def test_a_line_is_about_what_is_left() -> None:
    """A row shows surfaces and provenance of the selected operations only."""
    assert Listing(EXPLAIN, ["403"]).rows() == [
        ("403-forbidden", "403", "app track track_v2", "no", "documented/synthetic"),
    ]
    send_push = Listing(EXPLAIN, ["403-forbidden", "app.send_push"])
    assert send_push.rows() == [("403-forbidden", "403", "app", "no", "documented")]
    assert Listing(EXPLAIN, ["429-retry-after-persists", "app"]).rows()[0][1] == "429, after 2 s"
    assert Listing(EXPLAIN, ["dns-failure-persists"]).rows() == [
        ("dns-failure-persists", "none", "all", "yes", "synthetic")
    ]


def test_nothing_left() -> None:
    """Words that no case fits give a text that says so."""
    assert Listing(EXPLAIN, ["app", "400-id-mismatch"]).text() == "no case is of all these\n"


def test_as_data() -> None:
    """JSON has one record for each case and group of operations with the same answer."""
    data = json.loads(Listing(EXPLAIN, ["403-forbidden", "app"]).json())
    assert data["version"] == 1
    assert len(data["cases"]) == 6
    push = next(case for case in data["cases"] if case["operations"] == ["app.send_push"])
    assert push["status"] == 403
    assert json.loads(push["body"])["meta"]["error"].startswith("Push")
    assert push["headers"] == {"Content-Type": "application/json; charset=utf-8"}
    assert (push["kind"], push["accepted"], push["fault"], push["mode"]) == ("status", "never", None, "once")
    every = json.loads(Listing(EXPLAIN).json())["cases"]
    assert {(case["id"], operation) for case in every for operation in case["operations"]} == {
        (case.id, operation) for case in EXPLAIN.cassettes.cases() for operation in case.operations
    }


def test_as_a_page() -> None:
    """Markdown has the table and a part for each case."""
    text = Listing(EXPLAIN, ["dns-failure", "413"]).markdown()
    assert text.startswith("# Errors of Customer.io\n\n| case | answer | surfaces | retry | how sure |\n| --- |")
    assert text.count("\n## ") == 2
    assert "\n- **in Python**: [retry](examples.md#retry): " in text


def test_the_legend_knows_every_source() -> None:
    """The legend has each provenance, from the surest to the least sure."""
    assert [name for name, _ in LEGEND] == list(PROVENANCE)


def test_unknown_words() -> None:
    """An unknown word is refused with the nearest surface, operation or case."""
    for given, meant in (
        ("trak", "track"),
        ("track.identfy", "track.identify"),
        ("429-rate-limitd", "429-rate-limited"),
    ):
        with pytest.raises(UnknownNameError) as error:
            Listing(EXPLAIN, [given])
        assert error.value.nearest is not None
        assert error.value.nearest.startswith(meant)
