"""Looks for leaks in every checked test, in each phase in which it sends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_customerio.core.credentials import credentials
from pytest_customerio.core.model import Interaction, Violation
from pytest_customerio.core.operation import Operation
from pytest_customerio.core.personal import contacts
from pytest_customerio.judging.written_leaks import Carried, Way, raised_leaks, written_leaks
from pytest_customerio.process.call_sites import CallSite
from pytest_customerio.process.output.written import Written

if TYPE_CHECKING:
    from pytest_customerio.running.checked.checked import CheckedTest

BLIND = Violation(
    "leak-check-blind",
    "warning",
    "logs",
    "a leak check that sees logs",
    "cannot see logs",
    "do not replace what carries logs during this test",
)


class LeakGuard:
    """Compares what the running test wrote with what its requests carried; `written` is what it wrote.

    While an error case is replayed, the replay looks for leaks itself, and in more places.
    """

    def __init__(self, site: CallSite) -> None:
        self.written = Written(site)
        self._site = site
        self._known: set[Violation] = set()

    def begin(self, test: CheckedTest) -> None:
        """A test begins."""
        self._known.clear()
        if test.plan.checked:
            self.written.begin()

    def carried(self, interaction: Interaction, operation: Operation | None) -> Carried | None:
        """What a request carried that must not show; None where nothing was written in which it could."""
        if not self.written.anything:
            return None
        known = replace(interaction, body=None, operation=operation)
        return Carried(known, credentials(interaction.headers), contacts(interaction))

    def judge(self, test: CheckedTest, raised: BaseException | None) -> None:
        """A phase is over: what leaked joins what is wrong with its requests."""
        if not test.record.carried or test.latest is not None:
            return
        own = test.plan.nodeid.rpartition("::")[2].partition("[")[0]
        senders = {one for one in set(self.written.senders) if not (one.name == own and self._is_test(one.file))}
        way = Way(senders, self._site.label, self._is_test)
        found = [*written_leaks(self.written.texts, test.record.carried, way)]
        found += raised_leaks(raised, test.record.carried)
        if self.written.blind:
            found.append((test.record.carried[0].interaction, BLIND))
        for interaction, violation in found:
            if violation not in self._known:
                self._known.add(violation)
                test.record.add(interaction, violation)

    def _is_test(self, file: str) -> bool:
        return is_test_file(self._site.label(file) or file)


def is_test_file(label: str) -> bool:
    """Whether a file holds tests or what tests need, by the names that pytest and its users give to such files."""
    *folders, name = label.split("/")
    if not {"test", "tests", "testing"}.isdisjoint(folders):
        return True
    return name in ("conftest.py", "tests.py", "test.py") or name.startswith("test_") or name.endswith("_test.py")
