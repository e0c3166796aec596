"""What mocks were called with, judged when a phase of the test is over."""

from __future__ import annotations

import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from pytest_customerio.clients.mocks.listening import Listener
from pytest_customerio.clients.mocks.notes import Place, chain
from pytest_customerio.clients.mocks.reenacting import Reenacted, reenact
from pytest_customerio.clients.wire import destination
from pytest_customerio.core.model import Interaction, Violation
from pytest_customerio.process.patching import Patches, Wrapper
from pytest_customerio.reporting import mocked

if TYPE_CHECKING:
    from pytest_customerio.running.test import CheckedTest

# Rules about what the application gave the constructor, which is not known of every mock.
OF_THE_CLIENT = frozenset(
    {
        *("missing-auth", "placeholder-credentials", "wrong-auth", "missing-workspace-id"),
        *("wrong-region", "wrong-host", "not-https", "retired-host"),
    }
)
OF_THE_CREDENTIALS = frozenset({"missing-auth"})


@dataclass(slots=True, repr=False)
class MockedCall(Interaction):
    """A call that was heard through a mock, or that an SDK refused: `violations` where it never became a request.

    `unknown` are the rules that are about what is not known of this call.
    """

    violations: tuple[Violation, ...] = ()
    unknown: frozenset[str] = frozenset()


def judging(judge: Callable[[Interaction], list[Violation]]) -> Callable[[Interaction], list[Violation]]:
    """Judge requests with `judge`, and calls of mocks as far as they are known."""

    def judge_call(interaction: Interaction) -> list[Violation]:
        if type(interaction) is not MockedCall:
            return judge(interaction)
        if not interaction.url:
            return list(interaction.violations)
        return [one for one in judge(interaction) if one.rule not in interaction.unknown]

    return judge_call


class Mocks:
    """The mocks of one session that stand for Customer.io's SDKs and clients."""

    def __init__(self, place: Place) -> None:
        self._listener = Listener(place)
        self._place = place

    @contextmanager
    def heard(self, raises_class: type | None, monkeypatch: type | None) -> Iterator[None]:
        """Listen meanwhile."""
        expecting = Patches()
        for context in _raising_contexts(raises_class):
            expecting.wrap(context, "__exit__", self._note_expected)
        uninstall = self._listener.install(monkeypatch)
        try:
            yield
        finally:
            uninstall()
            expecting.undo()

    def settle(self, test: CheckedTest, raised: BaseException | None) -> None:
        """Judge what was noted so far: it joins what the test sent."""
        notes, refusals = test.mocked.take()
        for found in reenact(self._listener.known, notes):
            self._add(test, found)
        letting = {id(one) for one in chain(raised)} if raised is not None else set()
        declared = test.plan.errors.raises if test.plan.errors else ()
        for one in refusals:
            if id(one.error) not in letting and not isinstance(one.error, declared):
                broken = mocked.not_sent(one.label, one.text, one.sent_from)
                self._hear_not_sent(test, one.label, one.at, broken)

    def _add(self, test: CheckedTest, found: Reenacted) -> None:
        if found.why:
            test.mocked.skip(found.why)
        if found.error:
            note = found.note
            broken = mocked.hidden(note.role.label, found.error, note.sent_from)
            self._hear_not_sent(test, mocked.heard_at(note.role.label), note.at, broken)
        for request in found.requests:
            if self._place.concerns(*destination(request.url)):
                test.mocked.answered[mocked.heard_at(found.note.role.label)] += 1
                test.record.hear(_call(found, request))

    def _hear_not_sent(self, test: CheckedTest, client: str, at: float, broken: Violation) -> None:
        test.mocked.not_sent += 1
        test.record.hear(MockedCall(client, "", "", sent_from=broken.sent_from, at=at, violations=(broken,)))

    def _note_expected(self, original: Wrapper) -> Wrapper:
        def leave(context: Any, kind: Any, error: BaseException | None, trace: Any) -> Any:
            __tracebackhide__ = True
            swallowed = original(context, kind, error, trace)
            notes = self._place.notes() if swallowed and error is not None else None
            if notes is not None and error is not None:
                notes.declare(error)
            return swallowed

        return leave


def _call(found: Reenacted, request: Interaction) -> MockedCall:
    """The request that the real thing would have sent, in the place of the mock's call."""
    note = found.note
    members = {one.name: getattr(request, one.name) for one in fields(request)}
    unknown = frozenset() if found.known else OF_THE_CLIENT
    if note.role.kind == "method" and not note.role.library.sdk:
        unknown = OF_THE_CREDENTIALS  # a session of a client may be given them afterwards
    given = {"client": mocked.heard_at(note.role.label), "sent_from": note.sent_from, "at": note.at}
    return MockedCall(**{**members, **given, "status": None, "raised": None, "unknown": unknown})


def _raising_contexts(raises_class: type | None) -> Iterator[type]:
    """The classes behind `pytest.raises` and `assertRaises`."""
    if raises_class is not None:
        yield raises_class
    yield type(unittest.TestCase().assertRaises(Exception))  # noqa: PT027 - its class is wanted
