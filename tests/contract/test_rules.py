"""The vocabulary of rules."""

from __future__ import annotations

import pytest

from pytest_customerio.contract.own_schemas import read_json
from pytest_customerio.contract.rules import Rule, load_rules
from pytest_customerio.core import data

RULES = load_rules(read_json(data.schemas() / "rules.json"))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_when_it_breaks(rule: Rule) -> None:
    """Name, severity, kind, and a sentence without its full stop."""
    assert rule.severity in {"error", "warning", "info"}
    assert rule.kind in {"payload", "handling", "session"}
    assert rule.breaks_when
    assert not rule.breaks_when.endswith(".")
    assert RULES[rule.name] is rule


def test_the_public_names_stay() -> None:
    """Marks and ini files of other projects name them."""
    pinned = (
        "attr-value-too-long bad-email body-not-json event-name-missing id-too-long missing-auth missing-identifier "
        "timestamp-milliseconds unknown-endpoint wrong-host wrong-method wrong-region blind-retry no-backoff "
        "retry-after-ignored unbounded-retry secret-leak pii-leak double-send partial-failure-ignored no-timeout "
        "refused own-contract semantic-event"
    )
    assert set(pinned.split()) <= set(RULES)
