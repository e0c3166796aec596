"""Payloads with a known verdict: valid ones have no violation, broken ones have that of their rule and place."""

from __future__ import annotations

from collections import Counter
from functools import cache

from for_each import for_each
from vectors import DOCUMENTS, Vector, vectors

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.contract import Contract


@cache
def contract(region: str | None) -> Contract:
    """One contract for each declared region."""
    return Contract(Catalog.load(), region=region)


@for_each("vector", vectors(), ids=lambda vector: vector.name)
def test_a_vector_draws_its_verdict(vector: Vector) -> None:
    """Valid ones draw no error and no warning; invalid ones break their rule, at their place, and `only` that one."""
    found = vector.judged(contract(vector.about.get("region")))
    assert vector.holds(found), [(each.rule, each.severity, each.where) for each in found]


def test_vectors_cover_both_ways() -> None:
    """Every surface has payloads that pass and payloads that break, and no id stands twice."""
    for name, document in DOCUMENTS.items():
        verdicts = Counter(vector["verdict"] for vector in document["vectors"])
        ids = Counter(vector["id"] for vector in document["vectors"])
        assert min(verdicts["valid"], verdicts["invalid"]) > 10, name
        assert max(ids.values()) == 1, name
        assert all(vector["source"] for vector in document["vectors"]), name
