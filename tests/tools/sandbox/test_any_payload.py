"""Generated payloads: the sandbox and the contract agree, and no payload makes the sandbox fail."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox_client import SandboxClient
from vectors import grown

from pytest_customerio.contract.catalog.routes import document_of

FILES = sorted((Path(__file__).parents[2] / "data" / "vectors").glob("*.json"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def drawn(ask: SandboxClient, vector: dict[str, Any]) -> int:
    """The status that a test vector of the contract draws."""
    method, url = vector["request"].split(" ", 1)
    place = urlsplit(url)
    headers = {name.lower(): value for name, value in vector.get("headers", {}).items()}
    body = vector["body_raw"].encode() if "body_raw" in vector else None
    if "body" in vector:
        body = json.dumps(grown(vector["body"])).encode()
    target = place.path + (f"?{place.query}" if place.query else "")
    return ask(method, target, body, {**headers, "x-strict-mode": "1"}).answer.status


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_contract_and_the_sandbox_say_the_same(path: Path, ask: SandboxClient) -> None:
    """A valid vector is accepted, or names an unknown record; an invalid one draws the error that the contract names."""
    differences, refused = [], 0
    for vector in json.loads(path.read_text("utf-8"))["vectors"]:
        if "auth" in vector:
            continue
        ask.service.reset()
        status = drawn(ask, vector)
        (one,) = ask.service.log
        named = {each.error[:3] for each in one.violations if each.severity == "error" and each.error[:1] == "4"}
        expected = {"200", "204", "404", "422"} if vector["verdict"] == "valid" else {*named, "400", "207"}
        if (vector["verdict"] == "valid" or named) and str(status) not in expected:
            differences.append((vector["id"], status, expected))
        refused += status >= 400
    assert differences == []
    assert refused > 5


# Drawing costs much more than answering. So the values of one draw are sent to all operations.
@settings(max_examples=6, deadline=None)
@given(
    values=st.lists(JSON, min_size=2, max_size=6),
    texts=st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=4),
    seed=st.integers(0, 2**32),
)
def test_nothing_breaks_it(values: list[Any], texts: list[str], seed: int) -> None:
    """The examples of the schemas with random members, and random bodies, are all answered, by every operation."""
    for name, operation in SandboxClient().service.catalog.operations.items():
        ask, pick = SandboxClient(), Random(f"{seed} {name}")
        example = pick.choice(document_of(operation.id)["examples"])
        target = operation.path
        for part in operation.path.split("/"):
            if part.startswith("{"):
                target = target.replace(part, quote(pick.choice(texts), safe=""))
        if isinstance(example, dict):
            changed = {key: pick.choice(values) for key in sorted(example) if pick.random() < 0.5}
            example = {**example, **changed, **operation.variant}
        payload = pick.choice([example, pick.choice(values)])
        reply = ask(operation.method, target, json.dumps(payload).encode())
        assert reply.answer.status
        assert reply.source in ("recorded", "documented", "observed", "synthetic")
