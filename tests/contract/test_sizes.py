"""Limits of the size of a call."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.sizes import judge_sizes

OPERATIONS = Catalog.load().operations


def judged(operation: str, payload: Any, size: int | None = None) -> list[tuple[str, str, str]]:
    """Rule, place and source of each violation."""
    size = len(json.dumps(payload)) if size is None else size
    return [(each.rule, each.where, each.source) for each in judge_sizes(OPERATIONS[operation], payload, size)]


@pytest.mark.parametrize("operation", ["track_v2.person_event", "pipelines.track"])
def test_one_entity_has_32_kb(operation: str) -> None:
    """Above the limit in KB of 1024 bytes it is an error, in KB of 1000 bytes a warning."""
    assert judged(operation, {}, 32_000) == []
    assert judged(operation, {}, 32_001) == [("entity-too-large", "$", "inferred")]
    assert judged(operation, {}, 32_769) == [("entity-too-large", "$", "documented")]


@pytest.mark.parametrize("operation", ["track_v2.batch", "pipelines.batch"])
def test_a_batch_has_500_kb_and_its_items_32(operation: str) -> None:
    """Each item is measured as compact JSON."""
    assert judged(operation, {"batch": []}, 500_000) == []
    assert judged(operation, {"batch": []}, 500_001) == [("batch-too-large", "$", "inferred")]
    assert judged(operation, {"batch": None}, 512_001) == [("batch-too-large", "$", "documented")]
    assert judged(operation, [], 512_001) == [("batch-too-large", "$", "documented")]
    items = [{"a": "x" * size} for size in (31_992, 31_993, 32_761)]
    assert judged(operation, {"batch": items}) == [
        ("entity-too-large", "$.batch[1]", "inferred"),
        ("entity-too-large", "$.batch[2]", "documented"),
    ]


def test_a_message_has_1_mb_without_its_attachments() -> None:
    """Attachments do not count: they have another limit."""
    huge = "x" * 1_100_000
    assert judged("app.send_email", {"attachments": {"a.txt": huge}}) == []
    assert judged("app.send_email", {"body": huge}) == [("message-too-large", "$", "documented")]
    assert judged("app.send_email", {"body": "x" * 1_010_000}) == [("message-too-large", "$", "inferred")]
    assert judged("app.send_email", [huge]) == []


def test_other_calls_have_no_limit_of_the_whole() -> None:
    """Track v1 limits members, not bodies."""
    assert judged("track.identify", {}, 10**7) == []
    assert judged("app.trigger_broadcast", {}, 10**7) == []
