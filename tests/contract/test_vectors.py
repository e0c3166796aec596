"""Payloads with a known verdict: valid ones have no violation, broken ones have that of their rule and place."""

from __future__ import annotations

import base64
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.core.model import Interaction, Violation

FILES = sorted((Path(__file__).parents[1] / "data" / "vectors").glob("*.json"))
DOCUMENTS = {path.stem: json.loads(path.read_text("utf-8")) for path in FILES}
VECTORS = [
    pytest.param(document["at"], vector, id=f"{name}-{vector['id']}")
    for name, document in DOCUMENTS.items()
    for vector in document["vectors"]
]
KEYS = {"api": "Bearer app_api_key", "cdp": "Basic " + base64.b64encode(b"write_key:").decode()}
TRACK = "Basic " + base64.b64encode(b"site_id:track_key").decode()


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


@cache
def contract(region: str | None) -> Contract:
    """One contract for each declared region."""
    return Contract(Catalog.load(), region=region)


def judged(vector: dict[str, Any], at: float) -> list[Violation]:
    """The errors and warnings that the vector draws."""
    method, url = vector["request"].split(" ", 1)
    headers = {name.lower(): value for name, value in vector.get("headers", {}).items()}
    auth = vector.get("auth", KEYS.get(url.partition("//")[2][:3], TRACK))
    body = vector["body_raw"].encode() if "body_raw" in vector else None
    if "body" in vector:
        body = json.dumps(grown(vector["body"])).encode()
    if auth is not None:
        headers["authorization"] = auth
    heard = Interaction(client="requests", method=method, url=url, headers=headers, body=body, at=at)
    return [each for each in contract(vector.get("region")).judge(heard).violations if each.severity != "info"]


@pytest.mark.parametrize(("at", "vector"), VECTORS)
def test_a_vector_draws_its_verdict(at: float, vector: dict[str, Any]) -> None:
    """Valid ones draw no error and no warning; invalid ones break their rule, at their place, and `only` that one."""
    found = [(each.rule, each.severity, each.where) for each in judged(vector, at)]
    if vector["verdict"] == "valid":
        assert found == []
        return
    wanted = [vector["rule"], vector["severity"], *([vector["where"]] if "where" in vector else [])]
    assert wanted in [list(each[: len(wanted)]) for each in found], found
    if vector.get("only"):
        assert len(found) == 1, found


def test_vectors_cover_both_ways() -> None:
    """Every surface has payloads that pass and payloads that break, and no id stands twice."""
    for name, document in DOCUMENTS.items():
        verdicts = Counter(vector["verdict"] for vector in document["vectors"])
        ids = Counter(vector["id"] for vector in document["vectors"])
        assert min(verdicts["valid"], verdicts["invalid"]) > 10, name
        assert max(ids.values()) == 1, name
        assert all(vector["source"] for vector in document["vectors"]), name
