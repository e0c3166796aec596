"""What breaks each rule does break it."""

from __future__ import annotations

import pytest

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.tools.explain.advice import Advice
from pytest_customerio.tools.explain.phrases import SAID
from pytest_customerio.tools.explain.probes import Breaking, Probes, cropped, grown

CATALOG = Catalog.load()
ADVICE = Advice()
PROBES = Probes(CATALOG, Cassettes(CATALOG), ADVICE)


def of(rule: str) -> Breaking:
    """The probe of a rule, judged."""
    found = PROBES.breaking(ADVICE.rules[rule])
    assert found is not None
    return found


def test_every_rule_has_what_breaks_it() -> None:
    """A new rule needs a line in advice/rules.json; a rule that is gone leaves none behind."""
    probes = ADVICE.breaks
    kinds = {kind: set(probes[kind]) for kind in ("payload", "handling")}
    for kind, names in kinds.items():
        assert names == {rule.name for rule in ADVICE.rules.values() if rule.kind == kind and rule.name not in SAID}


@pytest.mark.parametrize("rule", [name for name in ADVICE.rules if name not in SAID])
def test_a_rule_is_broken(rule: str) -> None:
    """By its own probe, with the severity that the vocabulary gives it, and told without personal data."""
    found = of(rule).violation
    assert found is not None
    assert found.severity == ADVICE.rules[rule].severity
    assert found.expected
    assert "ada@example.com" not in found.got


def test_a_request_that_breaks_a_rule() -> None:
    """Method, address and body, what else matters, and what is said."""
    found = of("wrong-region")
    assert found.what == "PUT https://track.customer.io/api/v1/customers/42\ncio_region = eu"
    assert found.body == '{\n  "plan": "pro"\n}'
    assert of("missing-auth").what.endswith("\nAuthorization: none")
    assert of("double-encoded-path-segment").body == ""
    assert of("body-not-json").body == "{'name': 'purchase'}"


def test_what_breaks_a_rule_of_handling() -> None:
    """The case, the operation and when it was tried."""
    assert of("no-backoff").what == "429-rate-limited-persists on track.identify: attempts after 0, 0, 0 s"
    assert of("unbounded-retry").what == "429-rate-limited-persists on track.identify: 30 attempts"
    assert of("outcome").what == "429-rate-limited-recovers on track.identify"


def test_a_body_is_grown_and_cropped() -> None:
    """Long texts, lists and objects are written short, sent long and shown short."""
    body = {"a": {"$repeat": ["é", 100]}, "b": {"$list": [{"c": 1}, 3]}, "d": [{"$keys": ["k", 2, True]}], "e": None}
    assert grown(body) == {"a": "é" * 100, "b": [{"c": 1}] * 3, "d": [{"k0": True, "k1": True}], "e": None}
    assert cropped(body) == {
        "a": "é" * 40 + "… (200 bytes)",
        "b": [{"c": 1}, "… (3 in all)"],
        "d": [{"k…": True, "…": "(2 in all)"}],
        "e": None,
    }
    assert cropped({"$keys": ["k", 1, True]}) == {"k…": True}


def test_a_rule_without_a_probe_is_none() -> None:
    """Those of the session, and rules of a later time."""
    assert PROBES.breaking(ADVICE.rules["refused"]) is None
