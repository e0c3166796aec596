"""A counterexample for each rule, judged as in a test: `explain` shows the violation that a test would report."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.rules import Rule
from pytest_customerio.core.model import ErrorCase, Interaction, Violation
from pytest_customerio.core.observation import Attempt, LogLine, Message, Observation
from pytest_customerio.reporting.sentences import mocked
from pytest_customerio.tools.explain.advice import Advice

if TYPE_CHECKING:
    from pytest_customerio.contract.contract import Contract

NOW = 1_764_000_000.0
_KEYS = {
    "api": "Bearer app_api_key",
    "cdp": "Basic " + base64.b64encode(b"write_key:").decode(),
    "tra": "Basic " + base64.b64encode(b"site_id:track_key").decode(),
}
_LONG = 40


@dataclass(frozen=True, slots=True)
class Counterexample:
    """What breaks a rule: a `summary`, the `body` of a request as it is shown, and the violation that is reported."""

    summary: str
    body: str
    violation: Violation | None


class Counterexamples:
    """Judges the counterexamples of `advice/rules.json`."""

    def __init__(self, catalog: Catalog, cassettes: Cassettes, advice: Advice) -> None:
        self._catalog = catalog
        self._cassettes = cassettes
        self._advice = advice
        self._contracts: dict[tuple[bool, bool, str | None], Contract] = {}

    def of(self, rule: Rule) -> Counterexample | None:
        """The counterexample of a rule; None where the rule has none."""
        row = self._advice.counterexamples.get(rule.kind, {}).get(rule.name)
        if row is None:
            return None
        if rule.kind == "session":
            made = mocked.hidden if rule.name == "mock-hides-error" else mocked.not_sent
            return Counterexample(row["call"], "", made(row["of"], row["raises"], None))
        return self._payload(rule.name, row) if rule.kind == "payload" else self._handling(rule.name, row)

    def _payload(self, rule: str, row: Mapping[str, Any]) -> Counterexample:
        """A request that the contract judges, or two that disagree."""
        if "beside" in row:
            return self._conflict(row)
        call = self._call(row)
        contract = self._contract(row.get("region"), own=row.get("own", False), plan=row.get("plan", False))
        found = [violation for violation in contract.judge(call).violations if violation.rule == rule]
        notes = [f"Authorization: {row['auth'] or 'none'}"] if "auth" in row else []
        notes += ["verify=False"] if "unverified" in row else []
        notes += [f"cio_region = {row['region']}"] if "region" in row else []
        return Counterexample("\n".join([row["request"], *notes]), _shown(row), next(iter(found), None))

    def _conflict(self, row: Mapping[str, Any]) -> Counterexample:
        """Two requests, of which the second sends another type."""
        from pytest_customerio.reporting.sent_shapes import SentShapes
        from pytest_customerio.reporting.sentences.conflicts import conflict
        from pytest_customerio.running.noted.shapes import Shapes
        from pytest_customerio.running.planning.plan import Plan

        rows = (row, {**row, **row["beside"]})
        noted, sent = Shapes(), SentShapes()
        judge = noted.noting(self._contract(None).judge, Plan(""), ())
        for each in rows:
            judge(self._call(each))
        sent.add(noted.take())
        body = "\n\n".join(f"{_shown(each)}\n{each['sent_from']}" for each in rows)
        return Counterexample(row["request"], body, conflict(sent.conflicts()[0]))

    def _call(self, row: Mapping[str, Any]) -> Interaction:
        """The request of a row, with the credentials that it needs."""
        method, url = row["request"].split(" ", 1)
        auth = row.get("auth", _KEYS[url.partition("//")[2].removeprefix("beta-")[:3]])
        headers = {"authorization": auth} if auth else {}
        verified, site = not row.get("unverified", False), row.get("sent_from")
        return Interaction("requests", method, url, headers, _sent(row), sent_from=site, at=NOW, tls_verified=verified)

    def _handling(self, rule: str, row: Mapping[str, Any]) -> Counterexample:
        """What an application does while a case is replayed, judged by the rules of error handling."""
        from pytest_customerio.judging import jitter, judgement

        operation = self._catalog.operations[row["operation"]]
        case = self._cassettes.case(row["case"], operation.surface)
        assert case is not None
        case = self._cassettes.variant(case, operation.id)
        seen = [_observation(case, row, str(one)) for one in range(row.get("side_by_side", 1))]
        found = [*judgement.judge(seen[0])[1], jitter.jitter(seen)]
        violations = [one for one in found if one is not None and one.rule == rule]
        return Counterexample(f"{case.id} on {operation.id}{_when(row)}", "", next(iter(violations), None))

    def _contract(self, region: str | None, *, own: bool = False, plan: bool = False) -> Contract:
        from pytest_customerio.contract.contract import Contract

        key = (own, plan, region)
        if key not in self._contracts:
            folder = self._advice.folder
            planned = folder / "contracts" if plan else None
            self._contracts[key] = Contract(self._catalog, [folder / "own"] if own else [], region, planned)
        return self._contracts[key]


def expanded(node: Any) -> Any:
    """The whole body: `$repeat` is a text n times, `$list` a value n times, `$keys` are n members with one value."""
    if isinstance(node, list):
        return [expanded(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$repeat" in node:
        return node["$repeat"][0] * node["$repeat"][1]
    if "$list" in node:
        return [expanded(node["$list"][0])] * node["$list"][1]
    if "$keys" in node:
        prefix, number, value = node["$keys"]
        return {f"{prefix}{index}": value for index in range(number)}
    return {key: expanded(value) for key, value in node.items()}


def shortened(node: Any) -> Any:
    """The body as it is shown: a repeated part stands there once or cut, with the number of repetitions."""
    if isinstance(node, list):
        return [shortened(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$repeat" in node:
        text, number = node["$repeat"]
        return f"{(text * number)[:_LONG]}… ({len((text * number).encode())} bytes)"
    if "$list" in node:
        return [shortened(node["$list"][0]), f"… ({node['$list'][1]} in all)"]
    if "$keys" in node:
        prefix, number, value = node["$keys"]
        return {f"{prefix[:_LONG]}…": value, **({"…": f"({number} in all)"} if number > 1 else {})}
    return {key: shortened(value) for key, value in node.items()}


def _when(row: Mapping[str, Any]) -> str:
    """The number or the times of the attempts, where there are several."""
    if "attempts" in row:
        return f": {row['attempts']} attempts"
    return ": attempts after " + ", ".join(f"{at:g}" for at in row["at"]) + " s" if "at" in row else ""


def _sent(row: Mapping[str, Any]) -> bytes | None:
    if "body_raw" in row:
        return str(row["body_raw"]).encode()
    return json.dumps(expanded(row["body"])).encode() if "body" in row else None


def _shown(row: Mapping[str, Any]) -> str:
    if "body_raw" in row:
        return str(row["body_raw"])
    return json.dumps(shortened(row["body"]), indent=2, ensure_ascii=False) if "body" in row else ""


def _attempts(case: ErrorCase, row: Mapping[str, Any], identity: str) -> list[Attempt]:
    """The attempts of a row: at the times of `at`, else one a second; `anew` lists what each added to the payload."""
    ats = row.get("at", range(row.get("attempts", 1)))
    anew = row.get("anew", [[]] * len(ats))
    return [
        Attempt(
            identity,
            row["operation"],
            float(at),
            case.answer.status or None,
            case.answer.fault,
            retry_after=case.retry_after,
            messages=(
                Message(
                    identity,
                    tuple((name, value) for name, value in anew[index]),
                    twice=row.get("twice", ""),
                    rejected=row.get("rejected", False),
                ),
            ),
        )
        for index, at in enumerate(ats)
    ]


def _observation(case: ErrorCase, row: Mapping[str, Any], identity: str) -> Observation:
    return Observation(
        case,
        _attempts(case, row, identity),
        row.get("waits", ()),
        [LogLine(*line) for line in row.get("logs", ())],
        raised=type(row["raised"], (Exception,), {})() if "raised" in row else None,
        secrets=tuple(row.get("secrets", ())),
        personal=tuple(row.get("personal", ())),
        endless=row.get("endless", False),
        blind=tuple(row.get("blind", ())),
    )
