"""The section that ends a run."""

from __future__ import annotations

from resulting import BAD, LOST, WARNING, results, seen, verdict

from pytest_customerio.core.model import Violation
from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.summary import LATER, summary


def test_a_summary_is_the_matrix_the_warnings_and_the_next_command() -> None:
    """The next command runs the failed tests again."""
    shown = summary(
        results(
            verdict("track.identify", "401-unauthorized", "raised"),
            verdict("track.identify", "429-rate-limited-recovers", "lost", LOST),
            verdict("track.event", None, None, BAD, WARNING),
        )
    )
    assert shown == [
        "operation       contract  401  429   network",
        "track.event     FAIL      -    -     -",
        "track.identify  ok        ok   FAIL  -",
        "",
        "- not tried",
        "",
        "warnings (they fail with --cio-strict):",
        "  track.event $.batch: expected at least 1 operation, got empty list [batch-empty] at app.py:2 in g",
        "",
        "next: pytest --cio-contract --lf",
    ]


def test_a_strict_run_does_not_list_warnings() -> None:
    """In a strict run each warning fails its test, and is reported there only."""
    assert summary(results(verdict("track.event", None, None, WARNING), strict=True)) == [
        "operation    contract  401  429  network",
        "track.event  FAIL      -    -    -",
        "",
        "- not tried",
        "",
        "next: pytest --cio-contract --lf",
    ]


def test_many_warnings_are_counted() -> None:
    """Equal warnings are shown once with their number; at most ten warnings are shown."""
    kinds = [Violation("batch-empty", "warning", f"$.n{n}", "x", "y") for n in range(12)]
    shown = summary(results(verdict("a", None, None, *kinds), verdict("b", None, None, kinds[0]), verdict("c")))
    assert shown[-3:] == [
        "  (and 3 more)",
        "",
        "next: no error was replayed to a, b, c: mark a test that sends one @pytest.mark.cio_errors",
    ]
    again = summary(results(verdict("a", None, None, kinds[0]), verdict("a", None, None, kinds[0], test="t.py::u")))
    assert "  a $.n0: expected x, got y [batch-empty] (×2)" in again


def test_without_requests_there_is_only_the_note() -> None:
    """Without a note there is no summary."""
    assert summary(Results()) == []
    assert summary(Results(), ["unused: a.yaml"]) == ["unused: a.yaml"]


def test_late_requests_recordings_and_the_note_stand_below_the_matrix() -> None:
    """Each is a block below the matrix. A test that did not pass was not recorded."""
    found = results(verdict("track.event", "401-unauthorized", "raised"))
    found.add_late({"rows": [], "applicable": {}, "lines": ["late: t.py::t"]})
    for test, answers in (("t.py::a", 1), ("t.py::b", 2), ("t.py::c", 0)):
        found.add_recorded(test, answers)
    assert summary(found, ["unused: a.yaml"])[2:] == [
        "",
        "- not tried",
        "",
        "late: t.py::t",
        "",
        "recorded in cassettes/recorded/: 2 tests, 3 answers",
        "not recorded: t.py::c did not pass",
        "",
        "unused: a.yaml",
        "",
        "next: pytest --cio-contract --cio-report=contract.json",
    ]


def test_only_lost_recordings() -> None:
    """If no test was recorded, only the lost recordings are named."""
    found = results(verdict("track.event", "401-unauthorized", "raised"))
    found.add_recorded("t.py::a", 0)
    assert summary(found)[4:-2] == ["", "not recorded: t.py::a did not pass"]


def test_what_was_looked_at_stands_below_the_matrix() -> None:
    """It follows the legend; the call sites that met no error are a block of their own."""
    found = results(
        verdict("track.event", "401-unauthorized", "raised", sites=["crm.py:9 in buy"], met_at=["crm.py:9 in buy"]),
        verdict("track.event", sites=["crm.py:13 in renew"], test="t.py::renew"),
        t=seen(requests=2),
        renew=seen(),
        idle=seen(requests=0, heard=0, used="requests"),
    )
    assert summary(found) == [
        "operation    contract  401     429  network",
        "track.event  ok        ok 1/2  -    -",
        "",
        "- not tried; 1/2 met at 1 of 2 call sites",
        "looked at: 3 requests in 2 tests",
        "used Customer.io and sent it nothing: 1 test: t.py::idle (requests)",
        "",
        "met no error: 1 of 2 call sites",
        "  track.event at crm.py:13 in renew",
        "    mark t.py::renew: @pytest.mark.cio_errors",
        "",
        "next: pytest --cio-contract --cio-report=contract.json",
    ]


def test_all_operations_without_an_error_are_named_or_counted() -> None:
    """Three are named, and how many there are more."""
    shown = summary(results(*(verdict(name) for name in ("a", "b", "c", "d", "e"))))
    assert shown[-1] == (
        "next: no error was replayed to a, b, c and 2 more: mark a test that sends one @pytest.mark.cio_errors"
    )


def test_an_allowed_warning_is_not_listed() -> None:
    """A mark or the ini allows it on purpose."""
    found = results(verdict("track.event", None, None, WARNING))
    found.rows[0]["violations"][0]["allowed"] = "a reason"
    assert "warnings (they fail with --cio-strict):" not in summary(found)
    assert summary(found)[1] == "track.event  allowed   -    -    -"


def test_the_report_is_the_next_command_if_all_was_tried() -> None:
    """Given an error replayed to every operation and no failure, the next command is the report."""
    assert summary(results(verdict("track.event", "401-unauthorized", "raised")))[-1] == (
        "next: pytest --cio-contract --cio-report=contract.json"
    )


def test_a_suite_in_which_many_tests_fail_hears_of_the_baseline() -> None:
    """With fewer, or where there is one already, nothing is said of it."""
    many = [verdict("track.event", None, None, BAD, test=f"t.py::t{n}") for n in range(10)]
    assert summary(results(*many))[-2:] == ["next: pytest --cio-contract --lf", LATER]
    assert summary(results(*many[1:]))[-1] == "next: pytest --cio-contract --lf"
    found = results(*many)
    found.baseline, found.gate = {"file": "b.jsonl"}, "--cio-baseline=b.jsonl"
    assert summary(found)[-1] == "next: pytest --cio-baseline=b.jsonl --lf"


def test_written_reports_are_named() -> None:
    """They stand before the next command; where all was tried and the JSON report is among them there is none."""
    found = results(verdict("track.event", "401-unauthorized", "raised"))
    found.written = ["contract.html"]
    last = "next: pytest --cio-contract --cio-report=contract.json"
    assert summary(found)[-3:] == ["", "report written: contract.html", last]
    found.written = ["contract.html", "contract.json"]
    assert summary(found)[-2:] == ["", "report written: contract.html, contract.json"]
    nothing = Results()
    nothing.written = ["contract.json"]
    assert summary(nothing) == ["report written: contract.json"]
