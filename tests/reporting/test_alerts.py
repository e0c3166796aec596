"""The alerts of a run: one for each call site, rule and place in the payload."""

from __future__ import annotations

from dataclasses import replace

from resulting import BAD, LOST, WARNING, results, verdict

from pytest_customerio.core.model import Violation
from pytest_customerio.reporting.alerts import TESTS, of_results
from pytest_customerio.reporting.sarif import Alert, Spot

DOCS = "https://docs.customer.io/integrations/api/track/tag/track-events/track/"


def site(where: str) -> Violation:
    return replace(BAD, sent_from=where)


def test_a_broken_contract() -> None:
    """A violation in a payload is an alert at its call site, with the operation's page and the tests that saw it."""
    (found,) = of_results(
        results(verdict("track.event", None, None, BAD), verdict("track.event", None, None, BAD, test="u"))
    )
    assert found == Alert(
        rule="bad-email",
        severity="error",
        text="track.event $.email: expected an e-mail address, got text of 3 characters.",
        identity="track.event bad-email $.email  app.py f",
        spots=[Spot("app.py", 1, "f")],
        count=2,
        docs=DOCS,
        properties={"operation": "track.event", "cases": [], "tests": ["t.py::t", "u"]},
    )


def test_an_error_that_was_handled_badly() -> None:
    """What is the same in many cases is one alert, which names them."""
    cases = [
        "429-rate-limited-recovers",
        "500-server-error-recovers",
        "503-unavailable-recovers",
        "504-timeout-recovers",
    ]
    lost = replace(LOST, hint="retry", sent_from="app.py:3 in g")
    (found,) = of_results(results(*[verdict("track.event", case, "lost", lost) for case in cases]))
    assert found.text == (
        "track.event 429-rate-limited-recovers: expected recovered, got lost. What to do: retry (Seen in"
        " 429-rate-limited-recovers, 500-server-error-recovers and 2 more.)"
    )
    assert (found.count, found.properties["cases"]) == (4, cases)


def test_a_broken_contract_is_the_same_in_every_case() -> None:
    """The cases of a test that breaks the contract say nothing about that."""
    rows = [verdict("track.event", case, "raised", BAD) for case in ("401-unauthorized", "403-forbidden")]
    (found,) = of_results(results(*rows))
    assert (found.count, found.properties["cases"], "Seen" in found.text) == (2, [], False)


def test_the_order_is_that_of_the_tests() -> None:
    """The alerts are the same in whatever order the tests have run."""
    rows = [
        verdict("track.event", None, None, one, test=name) for one, name in ((WARNING, "t2"), (BAD, "t1"), (BAD, "t3"))
    ]
    assert of_results(results(*rows)) == of_results(results(*reversed(rows)))
    assert [one.rule for one in of_results(results(*rows))] == ["bad-email", "batch-empty"]


def test_what_makes_alerts_the_same() -> None:
    """Line numbers, values and indexes may differ; function, rule, place and operation may not."""
    same = [site("app.py:1 in f"), site("app.py:9 in f"), replace(BAD, got="text of 4 characters")]
    assert len(of_results(results(*[verdict("track.event", None, None, one, test=one.got) for one in same]))) == 1
    others = [BAD, site("app.py:1 in g"), WARNING, replace(BAD, where="$.data.email"), replace(BAD, allowed="so")]
    assert len(of_results(results(*[verdict("track.event", None, None, one, test=str(one)) for one in others]))) == 5


def test_the_place_where_no_call_site_is_known() -> None:
    """The call site of the row stands for it, else the file of the test."""
    bad = replace(BAD, sent_from=None)
    rows = [
        verdict("track.event", None, None, bad, sites=["other.py:5 in h"], test="a"),
        verdict("track.event", None, None, bad, sites=["other.py:5 in h"], met_at=["met.py:6"], test="b"),
        verdict("track.event", None, None, bad, test="tests/test_x.py::test_y[1]"),
        verdict("unknown", None, None, replace(bad, sent_from="<string>"), test="z"),
    ]
    found = of_results(results(*rows))
    assert [one.spots for one in found] == [
        [Spot("other.py", 5, "h")],
        [Spot("met.py", 6)],
        [Spot("tests/test_x.py")],
        [Spot("<string>")],
    ]
    assert found[2].identity.endswith(" tests/test_x.py::test_y")
    assert found[3].docs == ""
    assert found[3].text.startswith("$.email: expected ")


def test_what_is_allowed_keeps_its_reason() -> None:
    """An allowance is part of the alert."""
    (found,) = of_results(results(verdict("track.event", None, None, replace(BAD, allowed="legacy"))))
    assert found.allowed == "legacy"


def test_the_number_of_tests_is_bounded() -> None:
    """An alert names the first tests only."""
    rows = [verdict("track.event", None, None, BAD, test=f"t{number}") for number in range(TESTS + 5)]
    (found,) = of_results(results(*rows))
    assert (found.count, len(found.properties["tests"])) == (TESTS + 5, TESTS)


def test_nothing_wrong() -> None:
    """A run without violations has no alerts."""
    assert of_results(results(verdict("track.event"))) == []
