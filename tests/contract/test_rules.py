"""The vocabulary of rules, and violations with its severities."""

from __future__ import annotations

from for_each import for_each

from pytest_customerio.contract.rules import Rule, violation, vocabulary

RULES = vocabulary()


@for_each("rule", RULES.values(), ids=RULES)
def test_a_rule_says_when_it_breaks(rule: Rule) -> None:
    """Name, severity, kind, and a sentence without its full stop."""
    assert rule.severity in {"error", "warning", "info"}
    assert rule.kind in {"payload", "handling", "session"}
    assert rule.breaks_when
    assert not rule.breaks_when.endswith(".")
    assert RULES[rule.name] is rule


def test_the_public_names_stay() -> None:
    """These names do not change: marks and ini files of other projects contain them."""
    pinned = (
        "attr-value-too-long bad-email body-not-json event-name-missing id-too-long missing-auth missing-identifier "
        "timestamp-milliseconds unknown-endpoint wrong-host wrong-method wrong-region blind-retry no-backoff "
        "retry-after-ignored unbounded-retry secret-leak pii-leak double-send partial-failure-ignored no-timeout "
        "refused own-contract semantic-event"
    )
    assert set(pinned.split()) <= set(RULES)


def test_a_violation_has_the_severity_of_its_rule() -> None:
    """A rule that the vocabulary does not know is an error, and a severity that is given counts."""
    assert violation("body-not-json", "$", "JSON", "text").severity == RULES["body-not-json"].severity == "error"
    assert violation("stale-event", "$", "a", "b").severity == RULES["stale-event"].severity == "info"
    assert violation("rule-of-the-project", "$", "a", "b").severity == "error"
    assert violation("body-not-json", "$", "a", "b", severity="info").severity == "info"


def test_an_error_that_is_only_inferred_is_a_warning() -> None:
    """Customer.io documents no such error; other severities stay."""
    assert violation("body-not-json", "$", "a", "b", source="inferred").severity == "warning"
    assert violation("stale-event", "$", "a", "b", source="inferred").severity == "info"
