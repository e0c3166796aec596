"""The problems of a run as alerts of code scanning."""

from __future__ import annotations

from pathlib import Path

from resulting import BAD, LOST, WARNING, results, verdict

from pytest_customerio.core.model import Violation
from pytest_customerio.reporting.formats.alerts import TESTS, of_results
from pytest_customerio.reporting.formats.sarif import Alert, Spot, Suppression

DOCS = "https://docs.customer.io/integrations/api/track/tag/track-events/track/"


def identity(one: Violation, *, test: str = "t.py::t", case: str | None = None) -> str:
    (found,) = of_results(results(verdict("track.event", case, None, one, test=test)))
    return found.identity


def test_a_broken_contract() -> None:
    """A violation in a payload is an alert at its call site, with the operation's page and the tests that saw it."""
    rows = [verdict("track.event", None, None, BAD), verdict("track.event", "401-unauthorized", None, BAD, test="u")]
    assert of_results(results(*rows)) == [
        Alert(
            rule="bad-email",
            severity="error",
            text="track.event $.email: expected an e-mail address, got text of 3 characters.",
            identity="track.event bad-email $.email app.py f",
            spots=[Spot("app.py", 1, "f")],
            count=2,
            docs=DOCS,
            properties={"operation": "track.event", "cases": [], "tests": ["t.py::t", "u"]},
        )
    ]


def test_an_error_that_was_handled_badly() -> None:
    """What is the same in many cases is one alert, which names them."""
    cases = [
        "429-rate-limited-recovers",
        "500-server-error-recovers",
        "503-unavailable-recovers",
        "504-timeout-recovers",
    ]
    lost = LOST._replace(hint="retry", sent_from="app.py:3 in g")
    (found,) = of_results(results(*[verdict("track.event", case, "lost", lost) for case in cases]))
    assert found.text == (
        "track.event 429-rate-limited-recovers: expected recovered, got lost. What to do: retry (Seen in"
        " 429-rate-limited-recovers, 500-server-error-recovers and 2 more.)"
    )
    assert (found.count, found.properties["cases"]) == (4, cases)


def test_what_makes_an_alert_the_same_in_another_run() -> None:
    """The number of the line, values, the index in a batch and the case may differ; rule, place and function may not."""
    first = BAD._replace(where="$.batch[3].email")
    for same in (
        first._replace(sent_from="app.py:9 in f"),
        first._replace(got="x"),
        first._replace(where="$.batch[4].email"),
    ):
        assert identity(same) == identity(first)
    for other in (first._replace(sent_from="app.py:1 in g"), WARNING, first._replace(where="$.data.email")):
        assert identity(other) != identity(first)
    lost = LOST._replace(got="lost: nothing after the 429")
    again = LOST._replace(got="lost: nothing after the 500")
    assert identity(lost, case="429-rate-limited-recovers") == identity(again, case="500-server-error-recovers")


def test_the_place_where_no_call_site_is_known() -> None:
    """The file of the first test stands for it."""
    bad = BAD._replace(sent_from=None)
    (found,) = of_results(results(verdict("unknown", None, None, bad, test="tests/test_x.py::test_y[1]")))
    assert (found.spots, found.docs) == ([Spot("tests/test_x.py")], "")
    assert found.text.startswith("$.email: expected ")


def test_paths_begin_at_the_workspace() -> None:
    """Where the project lies in a folder of the repository, paths begin at the repository, as code scanning needs it."""
    found = results(verdict("track.event", None, None, BAD))
    found.about = found.about._replace(rootdir=Path("/srv/repo/service"))
    (one,) = of_results(found, "/srv/repo")
    assert one.spots == [Spot("service/app.py", 1, "f")]


def test_what_is_no_open_alert() -> None:
    """What is allowed, stands in the baseline, or is expected by an xfail mark is suppressed, with the reason."""
    allowed = BAD._replace(allowed="legacy")
    found = results(verdict("track.event", None, None, allowed), verdict("track.event", None, None, BAD, test="x"))
    found.outcomes["x"] = "xfailed"
    assert [one.suppression for one in of_results(found)] == [
        Suppression("inSource", "legacy"),
        Suppression("inSource", "its tests are marked xfail"),
    ]


def test_the_number_of_tests_is_bounded() -> None:
    """An alert names the first tests only."""
    rows = [verdict("track.event", None, None, BAD, test=f"t{number}") for number in range(TESTS + 5)]
    (found,) = of_results(results(*rows))
    assert (found.count, len(found.properties["tests"])) == (TESTS + 5, TESTS)


def test_nothing_wrong() -> None:
    """A run without violations has no alerts."""
    assert of_results(results(verdict("track.event"))) == []
