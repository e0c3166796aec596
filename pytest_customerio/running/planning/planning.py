"""Reads the marks of all tests before any runs: how each of them is to be treated, and the items of error cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import pytest

from pytest_customerio.contract.rules import vocabulary
from pytest_customerio.core.allowances import Allowance, mark_allowance
from pytest_customerio.core.marks import ErrorsMark, contract_mark
from pytest_customerio.core.settings import SettingsError
from pytest_customerio.process.recognition import code_of
from pytest_customerio.running import options
from pytest_customerio.running.planning.plan import Plan
from pytest_customerio.running.planning.unittest import case_of, function_of, key_of, operation_of

if TYPE_CHECKING:
    from pytest_customerio.running.mistakes import Mistakes
    from pytest_customerio.running.phases import Phases
    from pytest_customerio.running.planning.case_selection import CaseSelection
    from pytest_customerio.running.planning.each import Each

NO_CASES = "only what is marked in its source runs once per case, and no pytest.param does; there, use cio.replay(case)"


class Planning:
    """The plans of all tests, by node id.

    `everywhere` says whether every test is checked. `selection` gives the cases, which are loaded at the first use.
    """

    def __init__(
        self, config: pytest.Config, mistakes: Mistakes, selection: Callable[[], CaseSelection], *, everywhere: bool
    ) -> None:
        self.plans: dict[str, Plan] = {}
        self._config = config
        self._mistakes = mistakes
        self._selection = selection
        self._everywhere = everywhere

    @property
    def wanted(self) -> bool:
        """Whether a test is to be checked."""
        return any(plan.checked for plan in self.plans.values())

    @cached_property
    def each(self) -> Each:
        """The tests that run once for each operation that they send."""
        from pytest_customerio.running.planning.each import Each

        return Each(self._config, self._selection().applies)

    def cases(self, nodeid: str, args: Sequence[object], kwargs: Mapping[str, object]) -> tuple[str, ...]:
        """The ids of the cases that a `cio_errors` mark asks for; none where the mark cannot be used."""
        selection, given = self._selection(), f"{nodeid}: cio_errors"
        found = self._mistakes.noted(lambda: selection.marked_cases(given, args, kwargs)) or ()
        each = bool(found) and selection.errors_mark(given, args, kwargs).each
        return self.each.words(nodeid, found) if each else found

    def parametrize(self, metafunc: pytest.Metafunc, mark: pytest.Mark) -> None:
        """Make one item per case of a test that is marked `cio_errors`."""
        cases = self.cases(metafunc.definition.nodeid, mark.args, mark.kwargs)
        if cases:
            metafunc.fixturenames.append("_cio_case")
            metafunc.parametrize("_cio_case", cases)

    def read(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """Read the marks of all tests. Items of operations that their test does not send are left out, and returned."""
        left_out = []
        for item in list(items):
            plan = None if self._mistakes.text else self._mistakes.noted(lambda: self._read(item))  # noqa: B023 - called at once
            if plan is not None and plan.key and not self.each.is_wanted(plan.key, plan.case or "", plan.operation):
                items.remove(item)
                left_out.append(item)
            elif plan is not None:
                self.plans[item.nodeid] = plan
        return left_out

    def of(self, item: pytest.Item) -> Plan:
        """The plan of an item. It is made anew for one that was not collected, as another plugin may make."""
        return self.plans.get(item.nodeid) or self._read(item)

    def protocol(self, phases: Phases, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a test that runs once for each operation that it sends; None for any other."""
        # Before pytest 9.1, `--dist loadgroup` of pytest-xdist adds the group to the node id once tests are planned.
        plan = self.plans[item.nodeid] = self.of(item)
        return self.each.run(phases, self.plans, item, nextitem) if plan.key else None

    def _read(self, item: pytest.Item) -> Plan:
        is_marked = options.is_marked(item)
        if is_marked:
            contract_mark(item.nodeid, item.iter_markers("cio_contract"))
        errors = item.get_closest_marker("cio_errors") if is_marked else None
        if errors is not None and case_of(item) is None:
            raise SettingsError(f"{item.nodeid}: cio_errors: {NO_CASES}")
        asked = self._asked(item, errors) if errors is not None else None
        function, written = function_of(item), getattr(item, "obj", None)
        return Plan(
            nodeid=item.nodeid,
            function=function,
            index=len(self.plans),
            checked=self._everywhere or errors is not None or _asks_for_a_check(item),
            allow=self._allowances(item, function) if is_marked else (),
            errors=asked,
            code=code_of(getattr(written, "__func__", written)),
            key=key_of(item) if asked is not None and asked.each else "",
            case=case_of(item),
            markable=isinstance(item, pytest.Function),
            keep=errors is not None or _may_ask_later(written) or options.asks_for(item, "cio"),
            made_up=bool(getattr(written, "is_hypothesis_test", False)),
        )

    def remember(self, sent: Mapping[str, list[str]], gone: Mapping[str, list[str]]) -> None:
        """Keep for the next run what tests sent that run once for each of their operations."""
        if sent:
            from pytest_customerio.running.planning.each import remember

            remember(self._config, sent, gone)

    def _asked(self, item: pytest.Item, mark: pytest.Mark) -> ErrorsMark:
        """What a mark asks for; in an item that is for one operation, that operation."""
        asked = self._selection().errors_mark(f"{item.nodeid}: cio_errors", mark.args, mark.kwargs)
        operation = operation_of(item)
        return asked._replace(operations=(operation,)) if operation else asked

    def _allowances(self, item: pytest.Item, function: str) -> tuple[Allowance, ...]:
        """The allowances of the item's marks; `place` of one of a class or module is that node."""
        return tuple(
            self._allowance(item.nodeid, mark, node.nodeid if node is not item else function)
            for node, mark in item.iter_markers_with_node("cio_allow")
        )

    def _allowance(self, nodeid: str, mark: pytest.Mark, place: str) -> Allowance:
        rule = mark.args[0] if mark.args else mark.kwargs.get("rule")
        own = isinstance(rule, str) and rule not in vocabulary()  # a rule of the project, or a mistake
        rules = self._selection().rules() if own else vocabulary()
        found = mark_allowance(nodeid, mark.args, mark.kwargs, rules, place)
        if not (found.cases or found.operations):
            return found
        return self._selection().allowance(f"{nodeid}: cio_allow", found)


def _may_ask_later(function: object) -> bool:
    """Whether the steps of a scenario may ask for `cio` while the test runs, as pytest-bdd's do (4 to 9).

    The attribute is private. Without it, `cio` has to stand in the arguments of the scenario's function.
    """
    return hasattr(function, "__scenario__")


def _asks_for_a_check(item: pytest.Item) -> bool:
    """Whether a mark or one of our fixtures has the test checked."""
    marked = item.get_closest_marker("cio_contract") is not None
    return marked or any(options.asks_for(item, name) for name in ("cio", "cio_error", "cio_responses"))
