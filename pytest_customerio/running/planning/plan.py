"""How one test is to be treated, as its marks, the options and the ini say."""

from __future__ import annotations

from dataclasses import dataclass
from types import CodeType

from pytest_customerio.core.allowances import Allowance
from pytest_customerio.core.marks import ErrorsMark


@dataclass(frozen=True, slots=True)
class Plan:
    """How one test is to be treated: whether it is checked at all, what it may violate, and the case it runs in.

    With `keep` every interaction is remembered, for `cio.sent`. A test that runs once for each of its operations has a
    `key`, and what it `sends` once that is known. With `unreported` it runs to find that: nothing of it is recorded.
    `function` is the node id that all items of its test function share, and `index` the item's place among all tests.
    `code` is the code of that function. No mark reaches an item that is not `markable`, such as a doctest. `made_up`
    says that Hypothesis makes up what it sends.
    """

    nodeid: str
    checked: bool = False
    allow: tuple[Allowance, ...] = ()
    errors: ErrorsMark | None = None
    case: str | None = None
    keep: bool = False
    key: str = ""
    sends: tuple[str, ...] = ()
    unreported: bool = False
    function: str = ""
    index: int = 0
    code: CodeType | None = None
    markable: bool = True
    made_up: bool = False

    @property
    def operation(self) -> str:
        """The operation that the item of a test with a `key` is for."""
        return self.errors.operations[0] if self.key and self.errors is not None and self.errors.operations else ""

    @property
    def name(self) -> str:
        """What tells this item from the others of its function: the parameters, or the case."""
        return self.nodeid.removeprefix(self.function).removeprefix("[").rpartition("]")[0]
