"""Our marks in a run that does not check every test: which tests they have checked, and where they do nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_customerio.running.planning.plan import Plan

CHECKED = (
    "checked: {checked} of {total} tests, those with the mark cio_contract or cio_errors or a fixture of this plugin;"
    " pytest --cio-contract checks every test"
)
IDLE = (
    "cio_allow alone does nothing: {function}{more}; what checks the test is pytest --cio-contract, or the mark"
    " cio_contract or cio_errors on it"
)


@dataclass(slots=True)
class Marks:
    """How many of the tests are checked, and the functions of those that have a `cio_allow` mark and are not."""

    checked: int = 0
    total: int = 0
    idle: list[str] = field(default_factory=list)

    def add(self, plan: Plan) -> None:
        """Count one test."""
        self.total += 1
        self.checked += plan.checked
        if plan.allow and not plan.checked and plan.function not in self.idle:
            self.idle.append(plan.function)

    def values(self) -> tuple[int, int, list[str]]:
        """The same as values that xdist can send."""
        return self.checked, self.total, self.idle

    def sentences(self) -> list[str]:
        """What to say about it; nothing where every test is checked."""
        shown = [CHECKED.format(checked=self.checked, total=self.total)] if 0 < self.checked < self.total else []
        if self.idle:
            more = f" (and {len(self.idle) - 1} more)" if len(self.idle) > 1 else ""
            shown.append(IDLE.format(function=self.idle[0], more=more))
        return shown
