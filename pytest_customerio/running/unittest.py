"""Makes one item per error case of unittest's test methods, which pytest cannot parametrize."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

Cases = Callable[[str, Sequence[object], dict[str, object]], tuple[str, ...]]


def expand(report: pytest.CollectReport, cases: Cases) -> None:
    """Replace each test method that is marked `cio_errors` by one item per case; `cases` reads the mark."""
    report.result = [one for item in report.result for one in _items(item, cases)]


def case_of(item: pytest.Item) -> str | None:
    """The error case that this item runs in."""
    spec = getattr(item, "callspec", None)
    case: str | None = spec.params.get("_cio_case") if spec is not None else getattr(item, "cio_case", None)
    return case


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
    return [_made(kind, item, case) for case in found] or [item]


def _made(kind: Any, item: pytest.Function, case: str) -> Any:
    made = kind.from_parent(item.parent, name=f"{item.name}[{case}]", originalname=item.originalname)
    made.cio_case = case
    if hasattr(made, "_id"):  # pytest 9.1 and newer make the node id from the method's name alone
        made._id = made._id.with_params(case)
    return made
