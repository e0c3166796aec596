"""The whole output of `drift`, as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer, Provenance, Severity, Violation, WireRequest
from pytest_customerio.tools.drift import printing
from pytest_customerio.tools.drift.answers.comparison import AnswerDrift
from pytest_customerio.tools.drift.answers.recordings import Recording
from pytest_customerio.tools.drift.documents.comparison import Difference
from pytest_customerio.tools.drift.documents.known_differences import KnownDifference
from pytest_customerio.tools.drift.printing import DocumentDrift

IDENTIFY = Catalog.load().operations["track.identify"]


def drift(case: str, *violations: Violation) -> AnswerDrift:
    request = WireRequest("PUT", "https://track.customer.io/api/v1/customers/ada%40example.com", {}, b"{}")
    provenance = Provenance("recorded", date="2026-11-01", environment="a sandbox")
    return AnswerDrift(Recording(Path("c.yaml"), case, IDENTIFY, request, Answer(400), provenance, "400"), violations)


ADDED = Violation("drift-field-added", "info", "$.more", "nothing", "list")
GONE = Violation("drift-field-removed", "warning", "$.meta", "object", "nothing")
TYPE = Violation("drift-type", "error", "$.id", "text", "number")


def test_answers() -> None:
    """Each recording that differs has a block without personal data; the last line counts all."""
    found = [drift("200-ok"), drift("400-id-mismatch", GONE, TYPE), drift("404-not-found", ADDED)]
    assert printing.answers_text(found, "a sandbox of our own") == (
        "track.identify 400-id-mismatch: expected text at $.id, got number (and 1 more)\n"
        "\n"
        "  severity   where    expected   got\n"
        "  error      $.id     text       number\n"
        "  warning    $.meta   object     nothing\n"
        "\n"
        "recorded    2026-11-01, a sandbox\n"
        "asked       a sandbox of our own\n"
        "request     PUT https://track.customer.io/api/v1/customers/…\n"
        "cassette    c.yaml\n"
        "what to do  python -m pytest_customerio record 400-id-mismatch\n"
        "\n"
        "track.identify 404-not-found: expected nothing at $.more, got list\n"
        "\n"
        "  severity   where    expected   got\n"
        "  info       $.more   nothing    list\n"
        "\n"
        "recorded    2026-11-01, a sandbox\n"
        "asked       a sandbox of our own\n"
        "request     PUT https://track.customer.io/api/v1/customers/…\n"
        "cassette    c.yaml\n"
        "what to do  python -m pytest_customerio record 404-not-found\n"
        "\n"
        "a sandbox of our own: 3 asked, 1 the same, 1 drifted, 1 with more than was recorded\n"
    )
    assert printing.answers_text(found[:1], "x") == "x: 1 asked, 1 the same\n"
    skipped = replace(found[0], skipped="no key")
    assert printing.answers_text([skipped, found[0]], "x") == "x: 1 asked, 1 the same\n  1 not asked: no key\n"


def test_recordings_of_tests() -> None:
    """The recording of a test names the command that records the test again."""
    one = drift("test_b", TYPE)
    text = printing.answers_text([replace(one, recording=replace(one.recording, test="tests/test_a.py::test_b"))], "x")
    assert "\nwhat to do  pytest --cio-record 'tests/test_a.py::test_b'\n" in text


def test_answers_as_data() -> None:
    """JSON lists all recordings, also those that are the same."""
    document = json.loads(printing.answers_json([drift("200-ok"), drift("400-id-mismatch", TYPE)], "x"))
    assert (document["version"], document["target"]) == (1, "x")
    same, other = document["recordings"]
    assert (same["operation"], same["case"], same["drifted"], same["violations"]) == (
        "track.identify",
        "200-ok",
        False,
        [],
    )
    assert same["provenance"]["date"] == "2026-11-01"
    assert other["drifted"]
    assert other["violations"][0]["where"] == "$.id"


def document_drift(*new: Difference, stale: tuple[KnownDifference, ...] = (), known: int = 0) -> DocumentDrift:
    return DocumentDrift(Path("a/track.json"), "Track 1", 40, new, new[:1] * known, stale)


def difference(rule: str, severity: Severity) -> Difference:
    return Difference("track.identify", Violation(rule, severity, "$.a", "optional", "required"))


def test_documents() -> None:
    """A document has a table of differences, a count of optional fields, and the entries that cover none any more."""
    entry = KnownDifference("track.*", "values", "$.a", "it says so in prose", "https://docs.customer.io/")
    new = difference("required-new", "error")
    optional = [difference("field-gone", "info"), difference("field-new", "info"), difference("field-new", "info")]
    first = document_drift(new, *optional, stale=(entry,), known=2)
    assert printing.documents_text([first, document_drift()]) == (
        "track.json, Track 1: 40 operations compared, 1 difference, 2 known ones\n"
        "\n"
        "  operation        severity   where   contract   published\n"
        "  track.identify   error      $.a     optional   required\n"
        "\n"
        "  optional fields: 2 there alone, 1 here alone (--json lists them)\n"
        "\n"
        "  known differences that are none any more (advice/openapi-known.json):\n"
        "\n"
        "  track.* $.a values: it says so in prose\n"
        "\n"
        "track.json, Track 1: 40 operations compared, 0 differences\n"
    )
    assert first.drifted
    assert not document_drift(*optional).drifted


def test_documents_as_data() -> None:
    """JSON lists all differences, new and expected."""
    entry = KnownDifference("track.*", "values", "$.a", "reason", "https://docs.customer.io/", other_than=("track.x",))
    document = json.loads(
        printing.documents_json([document_drift(difference("values", "error"), stale=(entry,), known=1)])
    )
    (row,) = document["documents"]
    assert (row["file"], row["title"], row["operations"], row["drifted"]) == ("a/track.json", "Track 1", 40, True)
    assert row["differences"] == row["known"]
    assert row["differences"][0]["operation"] == "track.identify"
    assert row["stale"][0]["reason"] == "reason"
