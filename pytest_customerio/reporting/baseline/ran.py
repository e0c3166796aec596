"""Which tests of a run came to their end: only what could have drawn a violation can say that it is mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from pytest_customerio.reporting.baseline.entries import MORE, Entry


@dataclass
class Ran:
    """The test functions of a run: how many items of each were `collected`, and which came to their end (`states`).

    An item comes to its end where it passes, or fails only by what we found. `exact` says that the items of a function
    were collected as they stand in its file, and `files` that all functions of a file were. `narrowed` says that the
    command line leaves tests out, `whole` that it takes all. `exists` says whether there is such a test file.
    """

    exists: Callable[[str], bool]
    collected: Counter[str] = field(default_factory=Counter)
    states: dict[str, dict[str, bool]] = field(default_factory=dict)
    exact: bool = True
    files: bool = True
    narrowed: bool = False
    whole: bool = False

    def note(self, nodeid: str, function: str, *, ended: bool) -> None:
        """Note whether an item came to its end. The last run of an item that is run again counts."""
        self.states.setdefault(function, {})[nodeid] = ended

    def can_tell(self, entry: Entry) -> bool:
        """Whether the run would have drawn this entry, if anything still did."""
        tests = [one for one in entry.tests if one != MORE]
        names_all = bool(tests) and MORE not in entry.tests
        return self.exact and (names_all or self.is_complete) and all(map(self.is_silent, tests))

    def is_silent(self, function: str) -> bool:
        """Whether all items of a function came to their end, or the function is no longer there."""
        return self.exact and (self._ended(function) or self._is_gone(function))

    @cached_property
    def is_complete(self) -> bool:
        """Whether every test was run, as far as the command line does not say otherwise."""
        some = bool(self.collected) and self.exact and not self.narrowed
        return some and all(len(self.states.get(one, ())) >= count for one, count in self.collected.items())

    def _ended(self, function: str) -> bool:
        states = self.states.get(function, {})
        return len(states) >= self.collected[function] > 0 and all(states.values())

    def _is_gone(self, function: str) -> bool:
        file = function.partition("::")[0]
        if function in self.collected:
            return False
        return self.whole or not self.exists(file) or (self.files and file in self._files)

    @cached_property
    def _files(self) -> set[str]:
        return {one.partition("::")[0] for one in self.collected}
