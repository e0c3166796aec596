"""What makes a violation the same one, and what a run knows of a test's violations."""

from __future__ import annotations

import pytest

from pytest_customerio.core import baseline
from pytest_customerio.core.baseline import ADDED, KNOWN, Draws, Fingerprint, Known
from pytest_customerio.core.model import Severity, Violation

AT = "crm.py::buy"
OLD = Fingerprint(AT, "track.event", "event-name-missing", "$.name")


def broken(where: str = "$.name", severity: Severity = "error", site: str | None = "crm.py:3 in buy") -> Violation:
    """A violation of this rule."""
    return Violation("event-name-missing", severity, where, "a name", "nothing", sent_from=site)


def known(reasons: dict[Fingerprint, str] | None = None, *, updating: bool = False, strict: bool = False) -> Known:
    """What a run knows whose call sites are all one function."""
    return Known(reasons or {}, lambda site, _: AT if site else "", updating=updating, strict=strict)


@pytest.mark.parametrize(
    ("violation", "case", "expected"),
    [
        (broken(), None, OLD),
        (broken(), "429-rate-limited-recovers", OLD),
        (broken("$.batch[12].items[0].id"), None, OLD._replace(where="$.batch[*].items[*].id")),
        (broken(site=None), None, OLD._replace(at="")),
        (broken(""), "429-rate-limited-recovers", OLD._replace(where="", case="429-rate-limited-recovers")),
        (broken(""), None, OLD._replace(where="")),
    ],
    ids=["contract", "contract in a case", "indexes", "no call site", "handling", "handling without a case"],
)
def test_a_fingerprint(violation: Violation, case: str | None, expected: Fingerprint) -> None:
    """An index in a payload is no part of it, and a payload breaks its contract in every case."""
    assert known().fingerprint(violation, "track.event", case) == expected


def test_the_name_of_a_function_comes_from_what_the_session_collects() -> None:
    """The call site and the qualified name of its function are both known where the function is named."""
    one = Known({}, lambda site, function: f"{site} {function}")
    one.functions["crm.py:3 in buy"] = "Crm.buy"
    assert one.fingerprint(broken(), "track.event", None).at == "crm.py:3 in buy Crm.buy"


@pytest.mark.parametrize("rule", ["secret-leak", "event-name-missing"])
def test_a_leak_is_where_it_was_written(rule: str) -> None:
    """The first request of a test that carried it says nothing of the leak: neither its call site nor its operation."""
    one = Known({}, lambda site, _: site)
    got = "Authorization, written at app/log.py:7 in log"
    leak = Violation(rule, "error", "log of app", "no credential", got, sent_from="crm.py:3 in buy")
    expected = ("app/log.py:7 in log", "") if rule == "secret-leak" else ("crm.py:3 in buy", "track.event")
    assert one.fingerprint(leak, "track.event", None)[:2] == expected


@pytest.mark.parametrize(
    ("reasons", "updating", "strict", "severity", "expected"),
    [
        ({}, False, False, "error", ""),
        ({OLD: ""}, False, False, "error", KNOWN),
        ({OLD: "the importer goes in May"}, False, False, "warning", "the importer goes in May"),
        ({}, True, False, "error", ADDED),
        ({}, True, False, "warning", ""),
        ({}, True, True, "warning", ADDED),
        ({OLD: ""}, True, False, "info", ""),
    ],
)
def test_why_a_violation_is_known(
    reasons: dict[Fingerprint, str], severity: Severity, expected: str, *, updating: bool, strict: bool
) -> None:
    """An update knows all that would fail; what the file knows may be a warning too, and an info never fails."""
    draws = Draws(known(reasons, updating=updating, strict=strict))
    assert draws.reason(broken(severity=severity), "track.event", None) == expected


def test_what_a_test_drew_can_be_sent() -> None:
    """Each fingerprint once, and whether one of its violations fails a test that does not know it."""
    draws = Draws(known())
    for severity in ("warning", "error", "warning"):
        draws.reason(broken(severity=severity), "track.event", None)
    draws.reason(broken("$.x", severity="warning"), "track.event", None)
    assert draws.values() == [[*OLD, True], [*OLD._replace(where="$.x"), False]]


def test_a_test_that_is_expected_to_fail_knows_and_draws_nothing() -> None:
    """Its violation makes it fail, as its mark says."""
    draws = Draws(known({OLD: "old"}), active=False)
    assert (draws.reason(broken(), "track.event", None), draws.values()) == ("", [])


def test_a_test_remembers_a_limited_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """More are known or not as ever, and are not remembered."""
    monkeypatch.setattr(baseline, "MOST", 2)
    draws = Draws(known(updating=True))
    assert [draws.reason(broken(f"$.n{n}"), "track.event", None) for n in (1, 2, 3, 1)] == [ADDED] * 4
    assert len(draws.values()) == 2
