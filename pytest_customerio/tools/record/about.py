"""What a recording says of itself: from where, when, with what, and whose requests were answered."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import metadata as packages
from typing import Any

from pytest_customerio.core.model import Answer
from pytest_customerio.tools.target import Target

SOURCE_HEADER = "x-sandbox-source"


def provenance(target: Target, answers: Sequence[Answer], today: str, request: str) -> dict[str, Any]:
    """The metadata of a recording: `request` says whose requests were answered."""
    return {**drawn_from(target, answers, today), **circumstances(target, request)}


def drawn_from(target: Target, answers: Sequence[Answer], today: str) -> dict[str, Any]:
    """How sure the answers are, and where they are from."""
    labels = sorted({value for answer in answers for value in _labels(answer)})
    note = f"answered by a sandbox, which calls that {', '.join(labels)}" if target.kind != "workspace" else ""
    about = {"source": "recorded", "date": today, "environment": target.environment}
    return {**about, **({"note": note.removesuffix(", which calls that ")} if note else {})}


def circumstances(target: Target, request: str) -> dict[str, Any]:
    """What else was so when they were recorded."""
    python = ".".join(map(str, sys.version_info[:3]))
    versions = {"pytest-customerio": _version("pytest-customerio"), "vcrpy": _version("vcrpy"), "python": python}
    return {"region": target.region, "versions": versions, "request": request}


def _version(name: str) -> str:
    try:
        return packages.version(name)
    except packages.PackageNotFoundError:
        return "unknown"


def _labels(answer: Answer) -> list[str]:
    return [value for name, value in answer.headers if name.lower() == SOURCE_HEADER]
