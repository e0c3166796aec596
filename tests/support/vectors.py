"""The vectors of `tests/data/vectors`: payloads with a known verdict."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_customerio.contract.contract import Contract
from pytest_customerio.core.model import Interaction, Violation

FILES = sorted((Path(__file__).parents[1] / "data" / "vectors").glob("*.json"))
DOCUMENTS = {path.stem: json.loads(path.read_text("utf-8")) for path in FILES}
KEYS = {"api": "Bearer app_api_key", "cdp": "Basic " + base64.b64encode(b"write_key:").decode()}
TRACK = "Basic " + base64.b64encode(b"site_id:track_key").decode()


@dataclass(frozen=True)
class Vector:
    """One vector. `about` is its row in the file, `interaction` the request that it describes."""

    name: str
    about: dict[str, Any]
    interaction: Interaction

    def judged(self, contract: Contract) -> list[Violation]:
        """The errors and warnings that it draws."""
        return [each for each in contract.judge(self.interaction).violations if each.severity != "info"]

    def holds(self, violations: list[Violation]) -> bool:
        """A valid one draws none; an invalid one breaks its rule, at its place, and `only` that one."""
        found = [[each.rule, each.severity, each.where] for each in violations]
        if self.about["verdict"] == "valid":
            return not found
        wanted = [self.about[key] for key in ("rule", "severity", "where") if key in self.about]
        alone = len(found) == 1 or not self.about.get("only")
        return alone and wanted in [each[: len(wanted)] for each in found]


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
        return {f"{prefix}{index}": grown(value) for index in range(number)}
    return {key: grown(value) for key, value in node.items()}


def vectors() -> list[Vector]:
    """All vectors, in the order of the files."""
    return [
        Vector(f"{name}-{about['id']}", about, _interaction(about, document["at"]))
        for name, document in DOCUMENTS.items()
        for about in document["vectors"]
    ]


def _interaction(about: dict[str, Any], at: float) -> Interaction:
    method, url = about["request"].split(" ", 1)
    headers = {name.lower(): value for name, value in about.get("headers", {}).items()}
    auth = about.get("auth", KEYS.get(url.partition("//")[2][:3], TRACK))
    body = about["body_raw"].encode() if "body_raw" in about else None
    if "body" in about:
        body = json.dumps(grown(about["body"])).encode()
    if auth is not None:
        headers["authorization"] = auth
    return Interaction(client="requests", method=method, url=url, headers=headers, body=body, at=at)
