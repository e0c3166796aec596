"""Runs a test that is marked `cio_errors(operations="each")` in each case once for each operation that it sends.

What a test sends is known only after it ran. So the first item of the test runs it once more, without an error and
without a report. The item of a case then stands for the first operation that the case applies to; for each other
operation one more item is run, `test[<case>:<operation>]`. What was found is in pytest's cache: the next run collects
these items like any other, so that they can be selected, and `--lf` finds them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from pytest_customerio.running.planning.unittest import SEPARATOR, item_of, word_of

if TYPE_CHECKING:
    from pytest_customerio.running.phases import Phases
    from pytest_customerio.running.planning.plan import Plan

# Where the operations of tests are kept: in pytest's cache, and in what xdist's controller sends to its workers.
CACHE = "customerio/operations"
WORKERINPUT = "customerio_operations"

# The operations of the test with a key; `Applies` says whether an operation can draw a case.
Sent = Mapping[str, Sequence[str]]
Applies = Callable[[str, str], bool]


class Each:
    """The tests that run once for each of their operations: what they sent in the last run, and what they send now."""

    def __init__(self, config: pytest.Config, applies: Applies) -> None:
        self.known = _known(config)
        self._applies = applies
        self._found: dict[str, tuple[str, ...]] = {}

    def words(self, nodeid: str, cases: Sequence[str]) -> tuple[str, ...]:
        """What tells the items of a test function apart: the cases, then the cases with further operations of the last
        run, with whichever parameters the test sent them.
        """
        known = [sent for key, sent in self.known.items() if key.startswith(f"{nodeid}[")]
        further = [f"{case}{SEPARATOR}{name}" for sent in known for case in cases for name in self._further(sent, case)]
        return (*cases, *dict.fromkeys(further))

    def is_wanted(self, key: str, case: str, operation: str) -> bool:
        """Whether an item is to run: not that of an operation which the test sends with other parameters only."""
        return not operation or operation in self._further(self.known.get(key, ()), case)

    def run(self, phases: Phases, plans: dict[str, Plan], item: Any, nextitem: pytest.Item | None) -> bool | None:
        """Run an item of a case, and those of further operations; None where pytest is to run it as ever."""
        plan = plans.get(item.nodeid)
        if plan is None or not plan.key or plan.errors is None or plan.errors.operations:
            return None
        sent = self._found.get(plan.key)
        if sent is None:
            sent = self._found[plan.key] = _operations(phases, plans, item)
        case = plan.case or ""
        plans[item.nodeid] = _only(plan, item.nodeid, self._fitting(sent, case)[:1], sent)
        several = [item]
        for operation in self._further(sent, case):
            if operation not in self._further(self.known.get(plan.key, ()), case):
                several.append(sibling(item, f"{case}{SEPARATOR}{operation}"))
                plans[several[-1].nodeid] = _only(plan, several[-1].nodeid, (operation,), sent)
        _run_all(several, nextitem)
        return True

    def _fitting(self, operations: Sequence[str], case: str) -> tuple[str, ...]:
        return tuple(operation for operation in operations if self._applies(operation, case))

    def _further(self, operations: Sequence[str], case: str) -> tuple[str, ...]:
        return self._fitting(operations, case)[1:]


def sibling(item: Any, word: str) -> Any:
    """One more item of the same test, with another word in the place of its case."""
    spec = getattr(item, "callspec", None)
    if spec is None:
        return item_of(type(item), item, word)
    # `_idlist`, `_fixtureinfo` and the arguments of `from_parent` are private (pytest 8.4 to 9.2). pytest-asyncio makes
    # its items in the same way. Without them an item could not be made after the collection.
    old = word_of(item)
    ids = [word if one == old else one for one in spec._idlist]
    changed = dataclasses.replace(spec, params={**spec.params, "_cio_case": word}, _idlist=ids)
    made = type(item).from_parent(
        item.parent,
        name=f"{item.originalname}[{changed.id}]",
        callspec=changed,
        fixtureinfo=item._fixtureinfo,
        originalname=item.originalname,
    )
    made.own_markers[:] = item.own_markers
    made.keywords.update(item.keywords)
    return made


def remember(config: pytest.Config, sent: Sent, gone: Sent) -> None:
    """Keep what these tests sent for the next run, where pytest has its cache; `gone` is what they send no more."""
    cache = getattr(config, "cache", None)
    if cache is not None:
        known = _checked(cache.get(CACHE, {}))
        for key, names in sent.items():
            every = dict.fromkeys([*names, *known.get(key, ())])
            known[key] = [name for name in every if name not in gone.get(key, ())]
        cache.set(CACHE, known)


def _known(config: pytest.Config) -> dict[str, list[str]]:
    """What tests sent in the last run. A worker asks its controller: all workers have to collect the same items."""
    given = getattr(config, "workerinput", None)
    cache = getattr(config, "cache", None)
    if given is not None:
        return _checked(given.get(WORKERINPUT))
    return _checked(cache.get(CACHE, {})) if cache is not None else {}


def _checked(value: Any) -> dict[str, list[str]]:
    """The part of a cached value that can be read."""
    found = value.items() if isinstance(value, dict) else ()
    return {key: [one for one in names if isinstance(one, str)] for key, names in found if isinstance(names, list)}


def _only(plan: Plan, nodeid: str, operations: tuple[str, ...], sent: tuple[str, ...]) -> Plan:
    """The plan of one item: its case meets these operations only. Without any it is like an item of a bare mark."""
    errors = plan.errors._replace(operations=operations) if plan.errors is not None else None
    return dataclasses.replace(plan, nodeid=nodeid, errors=errors, key=plan.key if operations else "", sends=sent)


def _operations(phases: Phases, plans: dict[str, Plan], item: Any) -> tuple[str, ...]:
    """Run the test once without an error: the operations that it sends, in order. Its result is of no interest."""
    copy, plan = sibling(item, f"{word_of(item)}{SEPARATOR}"), plans[item.nodeid]
    plans[copy.nodeid] = dataclasses.replace(plan, errors=None, case=None, allow=(), key="", unreported=True)
    try:
        for _ in _phases(copy, item):
            pass
        return phases.sent()
    finally:
        phases.end()
        del plans[copy.nodeid]


def _phases(item: pytest.Item, nextitem: pytest.Item) -> Iterator[None]:
    hooks = item.ihook
    setup = _called("setup", lambda: hooks.pytest_runtest_setup(item=item))
    yield
    if setup.excinfo is None:
        _called("call", lambda: hooks.pytest_runtest_call(item=item))
        yield
    _called("teardown", lambda: hooks.pytest_runtest_teardown(item=item, nextitem=nextitem))


def _called(when: Any, hook: Callable[[], object]) -> pytest.CallInfo[object]:
    return pytest.CallInfo.from_call(hook, when=when, reraise=(pytest.exit.Exception, KeyboardInterrupt))


def _run_all(several: Sequence[Any], nextitem: pytest.Item | None) -> None:
    """Run these items one after the other.

    pytest-xdist (3.x) asserts that a report has the node id of the item at the index at work: each item stands there.
    """
    session = several[0].session
    session.testscollected += len(several) - 1
    place = next((at for at, one in enumerate(session.items) if one is several[0]), None)
    try:
        for one, following in zip(several, [*several[1:], nextitem], strict=True):
            if place is not None:
                session.items[place] = one
            one.ihook.pytest_runtest_protocol(item=one, nextitem=following)
            if session.shouldfail or session.shouldstop:
                break
    finally:
        if place is not None:
            session.items[place] = several[0]
