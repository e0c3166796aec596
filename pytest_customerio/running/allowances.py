"""Which allowances were needed, from all tests of a run: a rule that nothing breaks needs none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_customerio.running.checked.checked import CheckedTest

# What one test says about an allowance, the strongest first. A mark on several items is unneeded only if none of them
# needed it; an item that failed for its own reason cannot say.
NEEDED, UNKNOWN, UNNEEDED_HERE, UNNEEDED = "needed", "unknown", "unneeded here", "unneeded"
_STRONGEST_FIRST = (NEEDED, UNKNOWN, UNNEEDED_HERE, UNNEEDED)


def states(test: CheckedTest, when: str, *, ended: bool) -> dict[str, str]:
    """What a test says after one of its phases; `ended` is False if the phase ended for a reason of the test's own."""
    needed = dict.fromkeys(test.record.needed, NEEDED)
    if not test.plan.checked or (ended and when != "call"):
        return needed
    single = f"{test.plan.nodeid}: "
    found = {one.given: UNNEEDED if one.given.startswith(single) else UNNEEDED_HERE for one in test.plan.allow}
    return {**(found if ended else dict.fromkeys(found, UNKNOWN)), **needed}


class Allowances:
    """Collects what the tests of a run say, from all workers."""

    def __init__(self) -> None:
        self._states: dict[str, str] = {}

    def add(self, said: Mapping[str, str]) -> None:
        """Add what one test says."""
        for given, state in said.items():
            self._states[given] = min(self._states.get(given, state), state, key=_STRONGEST_FIRST.index)

    def unneeded(self, lines: Iterable[str], *, narrowed: bool) -> list[str]:
        """Those that nothing needed, as they were given; `lines` are those of the ini.

        Where the run was `narrowed`, nothing is said of a mark that stands on several items.
        """
        alone = (UNNEEDED,) if narrowed else (UNNEEDED, UNNEEDED_HERE)
        marks = [given for given, state in self._states.items() if state in alone]
        ini = [given for given in (f"ini cio_allow: {line.strip()}" for line in lines) if given not in self._states]
        return [f"allowed, but not needed: {given}" for given in [*marks, *ini]]
