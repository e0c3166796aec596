"""What the syntax of functions, classes and calls says of a name."""

from __future__ import annotations

import ast

import pytest

from pytest_customerio.clients.mocks.source_code.syntax import (
    FUNCTIONS,
    arguments,
    binds,
    given_to,
    imports,
    parameters,
)


def _function(code: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    (found,) = ast.parse(code).body
    assert isinstance(found, FUNCTIONS)
    return found


def test_parameters() -> None:
    """Names in their order; the annotation and the default of each."""
    function = _function("def f(a, /, b: B, c=1, *, d, e: E = 2): ...")
    assert parameters(function) == ["a", "b", "c", "d", "e"]
    given = {name: [(ast.unparse(node), said) for node, said in given_to(function, name)] for name in "abcdex"}
    assert given == {
        "a": [],
        "b": [("B", True)],
        "c": [("1", False)],
        "d": [],
        "e": [("E", True), ("2", False)],
        "x": [],
    }


def test_arguments() -> None:
    """By place or by name; by no place after a star."""
    cases = {"f(1, 2)": ["2"], "f(1, name=3)": ["3"], "f(*a, 2)": [], "f()": []}
    for code, found in cases.items():
        (statement,) = ast.parse(code).body
        assert isinstance(statement, ast.Expr)
        assert isinstance(statement.value, ast.Call)
        assert [ast.unparse(one) for one in arguments(statement.value, 1, "name")] == found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import x", ["x"]),
        ("import x.y", ["x"]),
        ("import a.b as x", ["a.b"]),
        ("from a import x", ["a.x"]),
        ("from a import b as x", ["a.b"]),
        ("from . import x", ["shop.app.x"]),
        ("from ..more import x", ["shop.more.x"]),
        ("from a import b", []),
    ],
)
def test_imports(code: str, found: list[str]) -> None:
    """The dotted name behind a variable, relative to the package."""
    (node,) = ast.parse(code).body
    assert isinstance(node, (ast.Import, ast.ImportFrom))
    assert list(imports("shop.app", node, "x")) == found


@pytest.mark.parametrize(
    ("body", "bound"),
    [
        ("x = 1", True),
        ("for x in y: ...", True),
        ("import x.y", True),
        ("def x(): ...", True),
        ("class x: ...", True),
        ("global x; x = 1", False),
        ("y = x", False),
        ("def y():\n        x = 1", False),
    ],
)
def test_what_a_function_binds(body: str, bound: bool) -> None:
    """A name that is assigned, imported or defined in it, unless it is a global one."""
    assert binds(_function(f"def f():\n    {body}"), "x") == bound
