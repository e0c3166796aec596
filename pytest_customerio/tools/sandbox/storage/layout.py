"""Names the layout of what is stored: the fields of its classes. Another version may have another layout."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pytest_customerio.core.model import Violation
from pytest_customerio.tools.sandbox import workspace
from pytest_customerio.tools.sandbox.requests import exchange, request_log
from pytest_customerio.tools.sandbox.webhooks import calls, posting


@cache
def layout() -> str:
    """A short text that differs where a class of what is stored has other fields."""
    others = (request_log, exchange, calls, posting)
    files = [*Path(workspace.__file__).parent.rglob("*.py"), *(Path(str(each.__file__)) for each in others)]
    names = [f"{path.parent.name}.{path.stem}.{name}" for path in sorted(files) for name in _names(path)]
    names += Violation._fields
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()[:12]


def version() -> str:
    """The version of this package."""
    return importlib.metadata.version("pytest-customerio")


def _names(path: Path) -> Iterator[str]:
    """Each class in a file with its fields: those of a dataclass, and those that `__init__` sets."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef):
            yield node.name
            yield from (f"{node.name}.{name}" for name in _fields(node))


def _fields(node: ast.ClassDef) -> Iterator[str]:
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            yield each.target.id
        elif isinstance(each, ast.FunctionDef) and each.name == "__init__":
            set_here = (part for part in ast.walk(each) if isinstance(part, ast.Attribute))
            yield from (part.attr for part in set_here if isinstance(part.ctx, ast.Store))
