"""Makes one item per error case of unittest's test methods, which pytest cannot parametrize."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

# Between the case and the operation in the name of an item that is for one operation only.
SEPARATOR = ":"
Cases = Callable[[str, Sequence[object], dict[str, object]], tuple[str, ...]]


def expand(report: pytest.CollectReport, cases: Cases) -> None:
    """Replace each test method that is marked `cio_errors` by one item per case; `cases` reads the mark."""
    report.result = [one for item in report.result for one in _items(item, cases)]


def word_of(item: pytest.Item) -> str | None:
    """What makes this item one of several of its test: the error case that it runs in, perhaps with an operation."""
    spec = getattr(item, "callspec", None)
    word: str | None = spec.params.get("_cio_case") if spec is not None else getattr(item, "cio_case", None)
    return word


def case_of(item: pytest.Item) -> str | None:
    """The error case that this item runs in."""
    word = word_of(item)
    return word.partition(SEPARATOR)[0] if word is not None else None


def operation_of(item: pytest.Item) -> str:
    """The one operation that meets the error in this item; nothing where any may."""
    return (word_of(item) or "").partition(SEPARATOR)[2]


def key_of(item: pytest.Item) -> str:
    """What names the test of an item, with its parameters and without the case."""
    head, _, tail = item.nodeid.rpartition(word_of(item) or "")
    return f"{head}{tail.rpartition(']')[0]}]"  # what stands behind the bracket is a group of pytest-xdist


def function_of(item: pytest.Item) -> str:
    """The node id of the test's function, which all its items share: without the parameters and the case."""
    # The node id itself may have a group of pytest-xdist behind it.
    name = getattr(item, "originalname", None)
    parent = item.parent.nodeid if item.parent is not None else ""
    return f"{parent}::{name}" if name and item.name.partition("[")[0] == name else item.nodeid


class _PerCase:
    """A test method in one case. pytest knows it by a name with the case in it, unittest by the method's own name."""

    parent: Any
    name: str
    originalname: str
    cio_case: str

    def _getinstance(self) -> Any:
        return self.parent.obj(self.originalname)

    def runtest(self) -> None:
        name, self.name = self.name, self.originalname
        try:
            super().runtest()  # type: ignore[misc]
        finally:
            self.name = name


def _items(item: Any, cases: Cases) -> Sequence[Any]:
    mark = item.get_closest_marker("cio_errors")
    if mark is None or not isinstance(item, pytest.Function):
        return [item]
    found = cases(item.nodeid, mark.args, mark.kwargs)
    kind = type(type(item).__name__, (_PerCase, type(item)), {})
    return [item_of(kind, item, case) for case in found] or [item]


def item_of(kind: Any, item: pytest.Function, case: str) -> Any:
    """An item of a test method in one case."""
    made = kind.from_parent(item.parent, name=f"{item.originalname}[{case}]", originalname=item.originalname)
    made.cio_case = case
    if hasattr(made, "_id"):  # pytest 9.1 and newer make the node id from the method's name alone
        made._id = made._id.with_params(case)
    return made
