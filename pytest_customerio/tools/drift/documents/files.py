"""Reads a published OpenAPI document from a JSON or YAML file, and refuses what is none or too large."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_customerio.cassettes.parsing import load_any
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.data import DataError, read_json
from pytest_customerio.tools.drift.documents.operations import Published

LARGEST = 20_000_000


def read(path: Path, catalog: Catalog) -> Published:
    """The document, whose servers are Customer.io's. Raises `DataError`."""
    document = _loaded(path)
    version = str(document.get("openapi", "")) if isinstance(document, dict) else ""
    if not version.startswith("3."):
        got = f"openapi: {version[:20]}" if version else "no `openapi: 3.…` at its top"
        raise DataError(path, None, f"not an OpenAPI document of version 3: {got}")
    if not isinstance(document.get("paths"), dict):
        raise DataError(path, None, "not an OpenAPI document: it has no mapping `paths`")
    published = Published(document, catalog)
    if not published.surfaces:
        hosts = sorted({host for one in catalog.operations.values() for host in one.hosts.values()})
        raise DataError(path, None, f"none of its servers is Customer.io's: {', '.join(hosts)}")
    return published


def _loaded(path: Path) -> Any:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DataError(path, None, error.strerror or str(error)) from error
    if size > LARGEST:
        raise DataError(path, None, f"{size} bytes: no OpenAPI document is larger than {LARGEST}")
    return read_json(path) if path.suffix.lower() == ".json" else load_any(path)
