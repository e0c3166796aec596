"""The metadata of a recording: where the answers are from, when they were recorded, and with which versions."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, get_args

from pytest_customerio.core.model import Answer, Provenance, Source
from pytest_customerio.tools.target import Target
from pytest_customerio.tools.versions import installed_version

SOURCE_HEADER = "x-sandbox-source"
_SOURCES = get_args(Source)
# Begins the note of what a sandbox answered.
_BY_SANDBOX = "answered by a sandbox"


def provenance(target: Target, answers: Sequence[Answer], today: str, request: str) -> dict[str, Any]:
    """All metadata of a recording. `request` says whose requests were answered: a test, or a cassette."""
    return {**origin(target, answers, today), **circumstances(target, request)}


def origin(target: Target, answers: Sequence[Answer], today: str) -> dict[str, Any]:
    """The source of the answers, their date, and the environment that gave them."""
    about = {"source": "recorded", "date": today, "environment": target.environment}
    if target.kind == "workspace":
        return about
    labels = sorted({value for answer in answers for value in _labels(answer)})
    how = f"; how sure the sandbox is: {', '.join(labels)}" if labels else ""
    return {**about, "note": f"{_BY_SANDBOX}{how}"}


def by_sandbox(provenance: Provenance) -> bool:
    """Whether an answer was recorded from a sandbox, which says nothing of what Customer.io answers."""
    named = provenance.note.startswith(_BY_SANDBOX) or provenance.environment.startswith("a sandbox")
    return provenance.source == "recorded" and named


def circumstances(target: Target, request: str) -> dict[str, Any]:
    """The region, the versions in use, and whose requests were answered."""
    versions = {name: installed_version(name) for name in ("pytest-customerio", "vcrpy")}
    python = ".".join(map(str, sys.version_info[:3]))
    return {"region": target.region, "versions": {**versions, "python": python}, "request": request}


def _labels(answer: Answer) -> list[str]:
    """How sure the sandbox is of an answer, as its header says. What is no such word may be anything."""
    return [value for name, value in answer.headers if name.lower() == SOURCE_HEADER and value in _SOURCES]
