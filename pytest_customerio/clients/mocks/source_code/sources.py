"""The source code of the application, parsed: a file is read when a mock without a spec is called from it."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass, field
from types import FrameType

from pytest_customerio.clients.mocks.source_code.syntax import SCOPES, Scope

_open = open  # bound here, before a test replaces it and counts its calls


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """One file: its tree, the scope in which each node is, and each call by the place where it ends.

    `package` is that to which relative imports belong.
    """

    tree: ast.Module
    package: str
    scopes: dict[ast.AST, Scope | None] = field(default_factory=dict)
    calls: dict[tuple[int, int], ast.Call] = field(default_factory=dict)

    def call(self, frame: FrameType) -> ast.Call | None:
        """The call that a frame of this file makes now. No two calls end in the same place."""
        positions = list(frame.f_code.co_positions())
        _, line, _, column = positions[frame.f_lasti // 2]
        return self.calls.get((line, column)) if line is not None and column is not None else None


def read(file: str, package: str) -> Source | None:
    """A file, parsed; None where it is no Python. A file that is not there is an empty one."""
    try:
        tree = ast.parse(_content(file))
    except (SyntaxError, ValueError, RecursionError):
        return None
    source = Source(tree, package)
    _note(source, tree)
    return source


@functools.lru_cache(maxsize=5000)
def has_word(file: str, word: str) -> bool:
    """Whether a file has this word anywhere; it is read and not parsed."""
    return word.encode() in _content(file)


def _content(file: str) -> bytes:
    try:
        with _open(file, "rb") as opened:
            return opened.read()
    except OSError:
        return b""


def _note(source: Source, tree: ast.Module) -> None:
    todo: list[tuple[ast.AST, Scope | None]] = [(tree, None)]
    while todo:
        node, scope = todo.pop()
        source.scopes[node] = scope
        if isinstance(node, ast.Call) and node.end_lineno is not None and node.end_col_offset is not None:
            source.calls[node.end_lineno, node.end_col_offset] = node
        inside = node if isinstance(node, SCOPES) else scope
        todo += [(one, inside) for one in ast.iter_child_nodes(node)]
