"""The text of a cassette that was recorded again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_customerio.cassettes.exchanges import Exchange
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer, Provenance, WireRequest
from pytest_customerio.tools.record.canary import LeakError
from pytest_customerio.tools.record.candidates import Candidate
from pytest_customerio.tools.record.cassette_text import cassette_text
from pytest_customerio.tools.record.repetition import Repetition
from pytest_customerio.tools.target import Keys, Target

CATALOG = Catalog.load()
TARGET = Target("workspace", "workspace 7 of Customer.io", "us", Keys("site-4711", "track-4711"))
OLD = Provenance("documented", ("https://docs.customer.io",), "2025-01-01", "docs", "a note")
IDENTIFY = WireRequest(
    "PUT",
    "https://track.customer.io/api/v1/customers/42?x=y",
    {"authorization": "Basic abcdefgh", "content-type": "application/json"},
    b'{"plan": "basic", "tags": ["a", null, true, 7]}',
)
REGION = WireRequest("GET", "https://track.customer.io/api/v1/accounts/region", {}, b"")


def exchange(request: WireRequest, body: bytes = b"{}") -> Exchange:
    return Exchange(request, Answer(400, "Bad Request", (("Content-Type", "application/json"),), body))


def written(name: str, *repetitions: Repetition) -> dict[str, Any]:
    candidate = Candidate("track", name, Path(), (), "documented")
    text = cassette_text(candidate, repetitions, TARGET, CATALOG, lambda cassette, operation: OLD, "2026-11-23")
    assert text.startswith("# Recorded by `python -m pytest_customerio record`, from workspace 7 of Customer.io.\n")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def test_new_and_old_answers() -> None:
    """New answers are recorded; an operation without one keeps its old answer and provenance."""
    new = Answer(400, "Bad Request", (), b'{"plan": "basic", "email": "eve@real.example"}')
    found = written(
        "400-of-ours",
        Repetition("track.identify", exchange(IDENTIFY), new),
        Repetition("track.region", exchange(REGION, b"no json"), reason="answered 200, not 400"),
    )
    about = found["metadata"]
    assert (about["source"], about["date"], about["request"]) == ("recorded", "2026-11-23", "track/400-of-ours")
    assert about["differs"] == {
        "region": {
            "source": "documented",
            "evidence": ["https://docs.customer.io"],
            "date": "2025-01-01",
            "environment": "docs",
            "note": "a note",
        }
    }
    first, second = found["interactions"]
    assert first["request"]["body"] == IDENTIFY.body.decode()
    assert "Authorization" not in first["request"]["headers"]
    assert "basic" in first["response"]["body"]["string"]
    assert "eve@real.example" not in first["response"]["body"]["string"]
    assert second["response"]["body"]["string"] == "no json"


def test_a_success_cassette_has_new_answers_only() -> None:
    """A success cassette leaves out operations without a new answer: the shipped cassette answers for them."""
    found = written(
        "200-ok",
        Repetition("track.region", exchange(REGION), reason="answered 500, not 400"),
        Repetition("track.identify", exchange(IDENTIFY), Answer(200, "OK", (), b"{}")),
    )
    assert [one["request"]["method"] for one in found["interactions"]] == ["PUT"]
    assert "differs" not in found["metadata"]


def test_nothing_new() -> None:
    """Without a new answer there is no text."""
    candidate = Candidate("track", "400-of-ours", Path(), (), "documented")
    old = [Repetition("track.region", exchange(REGION), reason="answered 200, not 400")]
    assert cassette_text(candidate, old, TARGET, CATALOG, lambda cassette, operation: OLD, "") == ""


def test_a_key_in_an_answer() -> None:
    """A cassette that would contain a key of the target is refused."""
    leaking = Repetition("track.region", exchange(REGION, b"track-4711"), reason="answered 200, not 400")
    with pytest.raises(LeakError, match="a credential is still in it"):
        written("400-of-ours", Repetition("track.identify", exchange(IDENTIFY), Answer(400)), leaking)
