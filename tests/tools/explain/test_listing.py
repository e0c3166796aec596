"""The catalogue: complete, filtered, as a table, as data and as a page."""

from __future__ import annotations

import json

import pytest

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.data import UnknownNameError
from pytest_customerio.core.model import FAULTS
from pytest_customerio.tools.explain.advice import Advice
from pytest_customerio.tools.explain.explanation import Explain
from pytest_customerio.tools.explain.listing import HEAD, LEGEND, Listing
from pytest_customerio.tools.explain.phrases import SURE

CATALOG = Catalog.load()
EXPLAIN = Explain(CATALOG, Cassettes(CATALOG), Advice())


def ids(*words: str) -> list[str]:
    """The cases that these words leave."""
    return [row[0] for row in Listing(EXPLAIN, words).rows()]


def test_every_case_has_one_line_that_fits() -> None:
    """In the order of the cases, in 100 columns."""
    assert ids() == list(EXPLAIN.cassettes.case_ids)
    lines = Listing(EXPLAIN).text().splitlines()
    assert lines[0].split("  ")[0] == HEAD[0]
    assert max(map(len, lines)) <= 100


def test_words_of_one_kind_add_words_of_several_restrict() -> None:
    """Surfaces, operations, cases, families and status."""
    assert ids("429-rate-limited", "413") == ["413-too-large", "429-rate-limited-recovers", "429-rate-limited-persists"]
    assert ids("track", "app", "400-id-mismatch") == ["400-id-mismatch"]
    assert ids("app", "400-id-mismatch") == []
    assert set(ids("Track_v2.batch", "207")) == {one for one in ids() if one.startswith("207")}
    assert len(ids("network")) == 2 * len(FAULTS)
    assert ids("pipelines", "track.identify") == []


def test_a_line_is_about_what_is_left() -> None:
    """Of one operation the provenance is its own."""
    assert Listing(EXPLAIN, ["403"]).rows() == [
        ("403-forbidden", "403", "app track track_v2", "no", "documented/synthetic")
    ]
    assert Listing(EXPLAIN, ["403", "app.send_push"]).rows() == [("403-forbidden", "403", "app", "no", "documented")]
    assert Listing(EXPLAIN, ["429-retry-after-persists", "app"]).rows()[0][1] == "429, after 2 s"
    assert Listing(EXPLAIN, ["dns-failure-persists"]).rows() == [
        ("dns-failure-persists", "none", "all", "yes", "synthetic")
    ]


def test_nothing_left() -> None:
    """Is said."""
    assert Listing(EXPLAIN, ["app", "400-id-mismatch"]).text() == "no case is of all these\n"


def test_as_data() -> None:
    """All that the cassette says, per group of operations that meet it alike."""
    told = json.loads(Listing(EXPLAIN, ["403", "app"]).json())
    assert told["version"] == 1
    assert len(told["cases"]) == 6
    push = next(case for case in told["cases"] if case["operations"] == ["app.send_push"])
    assert push["status"] == 403
    assert json.loads(push["body"])["meta"]["error"].startswith("Push")
    assert push["headers"] == {"Content-Type": "application/json; charset=utf-8"}
    assert (push["kind"], push["accepted"], push["fault"], push["mode"]) == ("status", "never", None, "once")
    every = json.loads(Listing(EXPLAIN).json())["cases"]
    assert {(case["id"], operation) for case in every for operation in case["operations"]} == {
        (case.id, operation) for case in EXPLAIN.cassettes.cases() for operation in case.operations
    }


def test_as_a_page() -> None:
    """A table, and a part for each case."""
    told = Listing(EXPLAIN, ["dns-failure", "413"]).markdown()
    assert told.startswith("# Errors of Customer.io\n\n| case | answer | surfaces | retry | how sure |\n| --- |")
    assert told.count("\n## ") == 2
    assert "\n- **in Python**: [retry](examples.md#retry): " in told


def test_the_legend_knows_every_source() -> None:
    """From the surest to the least sure."""
    assert [name for name, _ in LEGEND] == list(SURE)


def test_unknown_words() -> None:
    """The nearest of all that may be said."""
    for given, meant in (
        ("trak", "track"),
        ("track.identfy", "track.identify"),
        ("429-rate-limitd", "429-rate-limited"),
    ):
        with pytest.raises(UnknownNameError) as told:
            Listing(EXPLAIN, [given])
        assert told.value.nearest is not None
        assert told.value.nearest.startswith(meant)
