"""A schema and the error it prevents point at each other, both ways."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from for_each import for_each

from pytest_customerio.core import data

ROOT = data.schemas()
RULES = json.loads((ROOT / "rules.json").read_text("utf-8"))
# Errors that a payload causes, as captured or published; each has to have a rule that names its text.
TEXTS = {
    "400 identifier is required": "missing-identifier",
    "400 timestamp must be a valid unix timestamp": "timestamp-milliseconds",
    "400 value for attribute cannot be longer than 1000 bytes": "attr-value-too-long",
    "400 event name cannot be longer than 100 bytes": "event-name-too-long",
    "400 event data must be a hash": "event-data-not-object",
    "400 invalid email identifier": "bad-email",
    "400 invalid id": "id-too-long",
    "400 bad request": "bad-id-type",
    "400 Invalid phone number format. Phone numbers must be in E.164 format.": "bad-phone",
    "400 Attachment must be base64 encoded": "attachment-not-base64",
    '400 Missing required field: "to"': "recipient-missing",
    "403 Forbidden file type": "attachment-no-extension",
    "413 Total attachment size exceeds the limit": "attachments-too-large",
}
# Cases that a payload, an address or a credential causes.
CASES = {
    "400-identifier-required": "missing-identifier",
    "400-invalid-timestamp": "timestamp-milliseconds",
    "400-invalid-email": "bad-email",
    "400-attribute-value-too-long": "attr-value-too-long",
    "400-event-name-too-long": "event-name-too-long",
    "400-id-mismatch": "id-mismatch",
    "400-malformed": "malformed",
    "401-unauthorized": "missing-auth",
    "401-unauthorized-with-challenge": "missing-auth",
    "401-unauthorized-with-code": "missing-auth",
    "401-wrong-key-type": "wrong-auth",
    "401-wrong-region": "wrong-region",
    "403-forbidden": "wrong-auth",
    "404-not-found": "unknown-endpoint",
    "404-not-found-html": "unknown-endpoint",
    "413-too-large": "batch-too-large",
    "422-unprocessable": "recipient-missing",
    "200-dropped": "entity-too-large",
    "207-partial-failure": "attr-value-too-long",
    "207-several-failures": "attr-value-too-long",
    "207-several-on-one-item": "attr-value-too-long",
    "301-region-redirect": "wrong-region",
    "400-invalid-id": "id-too-long",
    "400-event-data-not-object": "event-data-not-object",
    "400-invalid-id-type": "missing-identifier",
    "400-recipient-missing": "recipient-missing",
    "400-workspace-id-required": "missing-workspace-id",
    "422-empty-recipients": "recipient-missing",
}


def entries(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every entry of x-cio in a schema, with its keyword."""
    if isinstance(node, dict):
        for key, value in node.get("x-cio", {}).items():
            if isinstance(value, dict) and "rule" in value:
                yield key, value
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from entries(item)


ALL = [
    (path.stem, key, entry)
    for path in sorted(ROOT.rglob("*.json"))
    if path.name != "rules.json"
    for key, entry in entries(json.loads(path.read_text("utf-8")))
]


def test_every_error_that_a_constraint_draws_is_one_that_its_rule_prevents() -> None:
    """The status in an entry's error is the status of a case that the rule prevents."""
    lost = [
        (name, key, entry["rule"], entry["error"])
        for name, key, entry in ALL
        if re.match(r"[45]\d\d|200, then dropped", entry.get("error", ""))
        and not any(case.startswith(entry["error"][:3]) for case in RULES[entry["rule"]]["prevents"])
    ]
    assert lost == []


@pytest.mark.parametrize(("text", "rule"), TEXTS.items())
def test_every_known_text_has_a_constraint_that_prevents_it(text: str, rule: str) -> None:
    """Each known text of an error has a rule that names it."""
    assert rule in {entry["rule"] for _, _, entry in ALL if entry.get("error") == text}


@for_each(("case", "rule"), CASES.items())
def test_every_case_that_a_payload_causes_has_its_rule(case: str, rule: str) -> None:
    """Each case that a payload causes is prevented by its rule."""
    assert case in RULES[rule]["prevents"]


def test_no_rule_prevents_a_case_that_is_unknown() -> None:
    """Each rule of payloads that is an error names the cases that it prevents, unless no answer is known."""
    named = {case for rule in RULES.values() for case in rule["prevents"]}
    assert named <= set(CASES)
    silent = {
        name
        for name, rule in RULES.items()
        if rule["kind"] == "payload" and rule["severity"] == "error" and not rule["prevents"]
    }
    planned = {"unknown-event", "event-contract", "attribute-type", "message-data-contract"}
    assert silent == planned | {"not-https", "own-contract", "v2-shape-on-v1-endpoint"}


def test_an_observed_or_documented_fact_has_its_evidence() -> None:
    """Each source is a link or a file of a public repository."""
    bare = [(name, key) for name, key, entry in ALL if entry["source"] == "observed" and not entry.get("evidence")]
    assert bare == []
