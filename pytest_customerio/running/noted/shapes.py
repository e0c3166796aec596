"""Notes the shapes of what tests send: once for each call site and shape, and none of the values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pytest_customerio.contract.contract import Judged
from pytest_customerio.contract.plan.contents import BROADCAST, Content, contents
from pytest_customerio.contract.plan.files import RULES
from pytest_customerio.contract.plan.shapes import shape, signature, typed
from pytest_customerio.core.allowances import Allowance
from pytest_customerio.core.model import Interaction, Violation
from pytest_customerio.core.operation import Operation
from pytest_customerio.core.redact import is_personal
from pytest_customerio.reporting.results import CONFLICT
from pytest_customerio.reporting.sent_shapes import CACHE
from pytest_customerio.reporting.sentences.conflicts import Mark, add_conflicts, unmarked

if TYPE_CHECKING:
    import pytest

    from pytest_customerio.reporting.results import Results
    from pytest_customerio.running.planning.plan import Plan

_INDEX = re.compile(r"\[\d+\]")
# What breaks the plan is noted all the same: the plan may be what is to change.
_OF_PLANS = frozenset({*RULES.values(), "unknown-event"})
# The number of different shapes that are remembered. After that some are noted again.
_REMEMBERED = 20_000
Judge = Callable[[Interaction], Judged]


class Shapes:
    """Notes what the tests of one process send."""

    def __init__(self) -> None:
        self._seen: set[object] = set()
        self._bodies: set[object] = set()
        self._new: list[dict[str, Any]] = []

    def noting(self, judge: Judge, plan: Plan, allow: Iterable[Allowance]) -> Judge:
        """The function that judges, which now notes the shapes in each request of a test.

        Values that are made up, or of a test that runs once more, are no example.
        """
        if plan.made_up or plan.unreported:
            return judge
        covering = [one for one in allow if one.rule == CONFLICT]

        def judged(interaction: Interaction) -> Judged:
            found = judge(interaction)
            if found.operation is not None and interaction.body_known:
                # Most requests of a suite have a body that the same call site sent before. The path of a broadcast
                # names it.
                place = interaction.url if found.operation.id == BROADCAST else found.operation.id
                body = (place, interaction.sent_from, hash(interaction.body), plan.nodeid if covering else None)
                if body not in self._bodies and not (found.violations and any(map(_is_broken, found.violations))):
                    _remember(self._bodies, body)
                    self._note(found.operation, found.params, interaction, plan, covering)
            return found

        return judged

    def take(self) -> list[dict[str, Any]]:
        """What was noted since the last call."""
        new, self._new = self._new, []
        return new

    def _note(
        self,
        operation: Operation,
        params: Mapping[str, str],
        interaction: Interaction,
        plan: Plan,
        covering: Sequence[Allowance],
    ) -> None:
        for content in contents(operation.id, interaction.payload.value, params):
            key = (content.key, interaction.sent_from, signature(content.data), plan.nodeid if covering else None)
            if key not in self._seen:
                _remember(self._seen, key)
                if not is_personal(content.name):
                    self._new.append(_observed(content, operation, interaction, plan, covering))


def _remember(known: set[object], key: object) -> None:
    """Add what was seen; a set that has grown large begins anew."""
    if len(known) >= _REMEMBERED:
        known.clear()
    known.add(key)


def conclude(config: pytest.Config, results: Results, mark: Mark = unmarked, *, keep: bool, whole: bool) -> list[str]:
    """The tests are over: add the conflicts to the results, and keep the shapes for the command `plan`.

    `mark` gives a violation with what the baseline says of it.
    Returns the allowances that were needed.
    """
    cache = getattr(config, "cache", None)
    if keep and cache is not None and (results.shapes or whole):
        cache.set(CACHE, results.shapes.document(whole=whole))
    return add_conflicts(results, mark)


def _is_broken(violation: Violation) -> bool:
    """Whether a payload breaks a rule of Customer.io's, so that its shape is no example."""
    return violation.severity == "error" and violation.where[:1] == "$" and violation.rule not in _OF_PLANS


def _observed(
    content: Content, operation: Operation, interaction: Interaction, plan: Plan, covering: Sequence[Allowance]
) -> dict[str, Any]:
    where, types = _INDEX.sub("[*]", content.where), list(dict.fromkeys(typed(content.data)))
    allow = {}
    for path, _ in types if covering else ():
        violation = Violation(CONFLICT, "warning", where + path, "", "")
        for one in covering:
            if one.covers(violation, operation.id, plan.case):
                allow[path] = (one.reason, one.given)
    return {
        "kind": content.kind,
        "name": content.name,
        "where": where,
        "operation": operation.id,
        "site": interaction.sent_from or "",
        "nodeid": plan.nodeid,
        "shape": shape(_said(content)),
        "types": types,
        "allow": allow,
    }


def _said(content: Content) -> Mapping[str, Any]:
    """The data; of attributes those that get a value, because null and empty text clear one of any type."""
    if content.kind != "attributes":
        return content.data
    return {name: value for name, value in content.data.items() if value is not None and value != ""}
