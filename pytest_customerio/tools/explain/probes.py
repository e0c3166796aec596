"""What a test says of the one thing that breaks a rule: judged anew, so that no sentence stands twice."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.contract.rules import Rule
from pytest_customerio.core.model import Attempt, ErrorCase, Interaction, LogLine, Message, Observation, Violation
from pytest_customerio.reporting import mocked
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
class Breaking:
    """What breaks a rule, for people: `what` in a line, the `body` of a request, and what is said of it."""

    what: str
    body: str
    violation: Violation | None


class Probes:
    """Judges what breaks each rule (`advice/rules.json`)."""

    def __init__(self, catalog: Catalog, cassettes: Cassettes, advice: Advice) -> None:
        self._catalog = catalog
        self._cassettes = cassettes
        self._advice = advice
        self._contracts: dict[tuple[bool, str | None], Contract] = {}

    def breaking(self, rule: Rule) -> Breaking | None:
        """What breaks the rule; None where nothing of that sort is written down."""
        probe = self._advice.breaks.get(rule.kind, {}).get(rule.name)
        if probe is None:
            return None
        if rule.kind == "session":
            made = mocked.hidden if rule.name == "mock-hides-error" else mocked.not_sent
            return Breaking(probe["call"], "", made(probe["of"], probe["raises"], None))
        return self._payload(rule.name, probe) if rule.kind == "payload" else self._handling(rule.name, probe)

    def _payload(self, rule: str, probe: Mapping[str, Any]) -> Breaking:
        """A request, judged by the contract."""
        method, url = probe["request"].split(" ", 1)
        auth = probe.get("auth", _KEYS[url.partition("//")[2].removeprefix("beta-")[:3]])
        headers = {"authorization": auth} if auth else {}
        call = Interaction("requests", method, url, headers, _sent(probe), at=NOW)
        contract = self._contract(probe.get("region"), own=probe.get("own", False))
        found = [violation for violation in contract.judge(call) if violation.rule == rule]
        notes = [f"Authorization: {auth or 'none'}"] if "auth" in probe else []
        notes += [f"cio_region = {probe['region']}"] if "region" in probe else []
        return Breaking("\n".join([probe["request"], *notes]), _shown(probe), next(iter(found), None))

    def _handling(self, rule: str, probe: Mapping[str, Any]) -> Breaking:
        """What an application does while a case is replayed, judged by the rules of error handling."""
        from pytest_customerio.judging import jitter, judgement

        operation = self._catalog.operations[probe["operation"]]
        case = self._cassettes.case(probe["case"], operation.surface)
        assert case is not None
        case = self._cassettes.variant(case, operation.id)
        seen = [_observation(case, probe, str(one)) for one in range(probe.get("side_by_side", 1))]
        found = [*judgement.judge(seen[0])[1], jitter.jitter(seen)]
        broken = [violation for violation in found if violation is not None and violation.rule == rule]
        return Breaking(f"{case.id} on {operation.id}{_when(probe)}", "", next(iter(broken), None))

    def _contract(self, region: str | None, *, own: bool) -> Contract:
        from pytest_customerio.contract.contract import Contract

        key = (own, region)
        if key not in self._contracts:
            self._contracts[key] = Contract(self._catalog, [self._advice.folder / "own"] if own else [], region)
        return self._contracts[key]


def grown(node: Any) -> Any:
    """A body as it is sent: `$repeat` is a text n times, `$list` a value n times, `$keys` n members with one value."""
    if isinstance(node, list):
        return [grown(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$repeat" in node:
        return node["$repeat"][0] * node["$repeat"][1]
    if "$list" in node:
        return [grown(node["$list"][0])] * node["$list"][1]
    if "$keys" in node:
        prefix, number, value = node["$keys"]
        return {f"{prefix}{index}": value for index in range(number)}
    return {key: grown(value) for key, value in node.items()}


def cropped(node: Any) -> Any:
    """The same body as it is shown: what is repeated once or a little, and how often it would be."""
    if isinstance(node, list):
        return [cropped(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$repeat" in node:
        text, number = node["$repeat"]
        return f"{(text * number)[:_LONG]}… ({len((text * number).encode())} bytes)"
    if "$list" in node:
        return [cropped(node["$list"][0]), f"… ({node['$list'][1]} in all)"]
    if "$keys" in node:
        prefix, number, value = node["$keys"]
        return {f"{prefix[:_LONG]}…": value, **({"…": f"({number} in all)"} if number > 1 else {})}
    return {key: cropped(value) for key, value in node.items()}


def _when(probe: Mapping[str, Any]) -> str:
    """When the attempts are made, where there are several."""
    if "attempts" in probe:
        return f": {probe['attempts']} attempts"
    return ": attempts after " + ", ".join(f"{at:g}" for at in probe["at"]) + " s" if "at" in probe else ""


def _sent(probe: Mapping[str, Any]) -> bytes | None:
    if "body_raw" in probe:
        return str(probe["body_raw"]).encode()
    return json.dumps(grown(probe["body"])).encode() if "body" in probe else None


def _shown(probe: Mapping[str, Any]) -> str:
    if "body_raw" in probe:
        return str(probe["body_raw"])
    return json.dumps(cropped(probe["body"]), indent=2, ensure_ascii=False) if "body" in probe else ""


def _observation(case: ErrorCase, probe: Mapping[str, Any], identity: str) -> Observation:
    ats = probe.get("at", range(probe.get("attempts", 1)))
    anew = probe.get("anew", [[]] * len(ats))
    attempts = [
        Attempt(
            identity,
            probe["operation"],
            float(at),
            case.answer.status or None,
            case.answer.fault,
            messages=(
                Message(
                    identity,
                    tuple((name, value) for name, value in anew[index]),
                    twice=probe.get("twice", ""),
                    rejected=probe.get("rejected", False),
                ),
            ),
        )
        for index, at in enumerate(ats)
    ]
    return Observation(
        case,
        attempts,
        probe.get("waits", ()),
        [LogLine(*line) for line in probe.get("logs", ())],
        raised=type(probe["raised"], (Exception,), {})() if "raised" in probe else None,
        secrets=tuple(probe.get("secrets", ())),
        personal=tuple(probe.get("personal", ())),
        endless=probe.get("endless", False),
        blind=tuple(probe.get("blind", ())),
    )
