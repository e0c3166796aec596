"""The calls of mocks that one test made: what became of each when it was made again joins what the test sent."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_customerio.clients.mocks.notes.notes import Note, Notes
from pytest_customerio.clients.mocks.notes.refusals import Refusal, chain
from pytest_customerio.clients.mocks.originals.calls import address, method_of
from pytest_customerio.clients.mocks.real_calls.reenacting import Reenacted
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.contract import Judged
from pytest_customerio.core.model import PendingInteraction, Violation
from pytest_customerio.core.operation import Operation
from pytest_customerio.reporting.sentences import mocked
from pytest_customerio.running.checked.checked import CheckedTest


class MockedCalls:
    """What the record of a test and its `notes` learn of calls that were noted."""

    def __init__(self, test: CheckedTest, notes: Notes, catalog: Catalog) -> None:
        self._test, self._notes, self._catalog = test, notes, catalog

    def add(self, found: Reenacted) -> None:
        """Add a call that was made again: its requests, or why it could not be made."""
        note, notes = found.note, self._notes
        if found.why:
            notes.skip(found.why, note.sent_from)
        if found.error:
            broken = mocked.hidden(note.role.label, found.error, note.sent_from, fake=note.fake)
            self._add_violation(note.through, note.at, broken, self._operation(note))
        notes.without_keys += bool(found.requests) and not found.keys
        if not (found.why or found.error or found.requests or note.role.kind == "class"):
            notes.calls -= 1  # it leads elsewhere, or sends nothing
            notes.built = notes.built or (note.role.label if note.role.library.sdk else "")
        for request in found.requests:
            notes.answered[note.through] += 1
            request.client, request.sent_from, request.at = note.through, note.sent_from, note.at
            request.status = request.raised = None
            self._test.record.hear(request)

    def add_refusals(self, refusals: Iterable[Refusal], raised: BaseException | None) -> None:
        """Add the calls that an SDK refused, unless the test ends with the exception or declares it."""
        own = {id(one) for one in chain(raised)} if raised is not None else set()
        errors = self._test.plan.errors
        for one in refusals:
            if id(one.error) not in own and not isinstance(one.error, errors.raises if errors else ()):
                broken = mocked.not_sent(one.label, one.text, one.sent_from)
                self._add_violation(one.label, one.at, broken, self._catalog.operations.get(one.operation or ""))

    def _add_violation(self, client: str, at: float, broken: Violation, operation: Operation | None) -> None:
        self._notes.not_sent += 1
        pending = PendingInteraction(client, "", "", sent_from=broken.sent_from, at=at)
        self._test.record.hear_judged(pending.frozen(), Judged(operation, (broken,)))

    def _operation(self, note: Note) -> Operation | None:
        """The operation that a call would have been: the method tells, or the address."""
        role, args, kwargs = note.role, note.given.args, note.given.kwargs
        if role.operation is not None:
            return self._catalog.operations.get(role.operation)
        url = address(role, args, kwargs)
        return self._catalog.match(method_of(role, args, kwargs), url).operation if url else None
