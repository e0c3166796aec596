"""The counterexample of each rule breaks it."""

from __future__ import annotations

from for_each import for_each

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.tools.explain.advice import Advice
from pytest_customerio.tools.explain.counterexamples import Counterexample, Counterexamples, expanded, shortened
from pytest_customerio.tools.explain.phrases import SESSION_RULES

CATALOG = Catalog.load()
ADVICE = Advice()
COUNTEREXAMPLES = Counterexamples(CATALOG, Cassettes(CATALOG), ADVICE)


def of(rule: str) -> Counterexample:
    """The counterexample of a rule."""
    found = COUNTEREXAMPLES.of(ADVICE.rules[rule])
    assert found is not None
    return found


def test_every_rule_has_a_counterexample() -> None:
    """advice/rules.json has one counterexample for each rule of payloads and of handling, and no other."""
    rows = ADVICE.counterexamples
    kinds = {kind: set(rows[kind]) for kind in ("payload", "handling")}
    for kind, names in kinds.items():
        assert names == {
            rule.name for rule in ADVICE.rules.values() if rule.kind == kind and rule.name not in SESSION_RULES
        }


@for_each("rule", [name for name in ADVICE.rules if name not in SESSION_RULES])
def test_a_rule_is_broken(rule: str) -> None:
    """A counterexample breaks its rule with the severity of the vocabulary; the violation has no personal data."""
    found = of(rule).violation
    assert found is not None
    assert found.severity == ADVICE.rules[rule].severity
    assert found.expected
    assert "ada@example.com" not in found.got


def test_a_request_that_breaks_a_rule() -> None:
    """A request is shown with method, address, body, and the setting or header that matters."""
    found = of("wrong-region")
    assert found.summary == "PUT https://track.customer.io/api/v1/customers/42\ncio_region = eu"
    assert found.body == '{\n  "plan": "pro"\n}'
    assert of("missing-auth").summary.endswith("\nAuthorization: none")
    assert of("double-encoded-path-segment").body == ""
    assert of("body-not-json").body == "{'name': 'purchase'}"


def test_what_breaks_a_rule_of_handling() -> None:
    """A counterexample of handling is shown with its case, operation, and attempts."""
    assert of("no-backoff").summary == "429-rate-limited-persists on track.identify: attempts after 0, 0, 0 s"
    assert of("unbounded-retry").summary == "429-rate-limited-persists on track.identify: 30 attempts"
    assert of("outcome").summary == "429-rate-limited-recovers on track.identify"


def test_a_body_is_expanded_and_shortened() -> None:
    """Repeated parts of a body are sent whole, and shown once or cut with their number."""
    body = {"a": {"$repeat": ["é", 100]}, "b": {"$list": [{"c": 1}, 3]}, "d": [{"$keys": ["k", 2, True]}], "e": None}
    assert expanded(body) == {"a": "é" * 100, "b": [{"c": 1}] * 3, "d": [{"k0": True, "k1": True}], "e": None}
    assert shortened(body) == {
        "a": "é" * 40 + "… (200 bytes)",
        "b": [{"c": 1}, "… (3 in all)"],
        "d": [{"k…": True, "…": "(2 in all)"}],
        "e": None,
    }
    assert shortened({"$keys": ["k", 1, True]}) == {"k…": True}


def test_a_rule_without_a_counterexample() -> None:
    """A rule about the session has no counterexample."""
    assert COUNTEREXAMPLES.of(ADVICE.rules["refused"]) is None
