"""What one test sent is judged in batches, counted, and bounded."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from pytest_customerio.contract.contract import Judged
from pytest_customerio.core.allowances import Allowance
from pytest_customerio.core.model import Interaction, PendingInteraction, Severity, Violation
from pytest_customerio.core.operation import Operation
from pytest_customerio.judging import ledger
from pytest_customerio.judging.ledger import Record, Tally
from pytest_customerio.judging.written_leaks import Carried

OPERATION = Operation("track.event", "track", "POST", "/x", {"us": "track.customer.io"}, "basic", "")


def pending(attempts: int = 0, **more: object) -> PendingInteraction:
    """One request that was heard."""
    return PendingInteraction("requests", "POST", "https://track.customer.io/x", attempts=attempts, **more)


def broken(where: str = "$.name", severity: Severity = "error") -> Violation:
    """One violation."""
    return Violation("event-name-missing", severity, where, "a name", "null")


def judging(*violations: Violation) -> Callable[[Interaction], Judged]:
    """Finds these violations in every request, which is a track.event."""
    return lambda _: Judged(OPERATION, violations)


def test_requests_are_noted_for_a_report() -> None:
    """The first of each call site, and those that broke a rule; not more than a report shows of one operation."""
    broken_first = iter([(broken(),), (), (), (broken(),), (), *[(broken(),)] * 10])
    record = Record(
        "t", lambda _: Judged(OPERATION, next(broken_first)), note=lambda call, _: {"attempts": call.attempts}
    )
    for number, site in enumerate("aabbc"):
        record.hear(pending(number, sent_from=site))
    record.settle()
    assert [one["attempts"] for one in record.tallies["track.event"].noted] == [0, 2, 3, 4]
    never_sent = PendingInteraction("a mock", "", "", sent_from="never sent").frozen()
    record.hear_judged(never_sent, Judged(OPERATION, (broken(),)))
    assert list(record.tallies["track.event"].call_sites) == ["a", "b", "c"], (
        "no error can meet a call that is not sent"
    )
    for _ in range(10):
        record.hear(pending(sent_from="a"))
    record.settle()
    assert len(record.tallies["track.event"].noted) == ledger.NOTED


def test_equal_violations_are_counted() -> None:
    """The same rule at the same place, sent from the same line, is one occurrence with a count."""
    record = Record("t", judging(broken()))
    for _ in range(3):
        record.hear(pending(attempts=2))
    record.settle()
    tally = record.tallies["track.event"]
    assert (tally.requests, tally.attempts, [o.count for o in tally.occurrences.values()]) == (3, 6, [3])


def test_an_allowed_violation_has_its_reason() -> None:
    """It is counted apart from the others, and each allowance that covers it was needed."""
    allow = [
        Allowance("event-name-missing", "$.name", "old", given="a"),
        Allowance("event-name-missing", "$.name", "older", ("429",), given="b"),
        Allowance("event-name-missing", None, "any", (), ("track.identify",), given="c"),
    ]
    record = Record("t", judging(broken(), broken("$.other")), allow, case="429")
    record.hear(pending())
    record.settle()
    tally = record.tallies["track.event"]
    assert [o.violation.allowed for o in tally.occurrences.values()] == ["old", ""]
    assert (tally.kinds, record.needed) == ({"allowed": 1, "error": 1}, {"a", "b"})


def test_too_many_allowed_violations_leave_nothing_out_that_fails() -> None:
    """The tally is not full because of violations that are allowed."""
    counter = iter(range(10**6))
    judge = lambda _: Judged(OPERATION, (broken(f"$.n{next(counter)}"),))  # noqa: E731
    record = Record("t", judge, [Allowance("event-name-missing", None, "old")])
    for _ in range(ledger.KINDS + 1):
        record.hear(pending())
    record.settle()
    assert not record.tallies["track.event"].full


def test_memory_is_bounded() -> None:
    """A full batch is judged and dropped; the number of different occurrences has a limit."""
    counter = iter(range(10**6))
    record = Record("t", lambda _: Judged(OPERATION, (broken(f"$.n{next(counter)}"),)))
    for _ in range(ledger.BATCH * 3 + 1):
        record.hear(pending())
    assert len(record._open) == 1
    assert len(record.tallies["track.event"].occurrences) == ledger.KINDS
    assert (record.heard, record.sent) == (ledger.BATCH * 3 + 1, ())


def test_large_bodies_are_dropped_soon() -> None:
    """Bodies are judged and dropped when they are many megabytes together; an occurrence keeps no body."""
    judged: list[int] = []

    def judge(one: Interaction) -> Judged:
        judged.append(len(one.body or b""))
        return Judged(OPERATION, (broken(),))

    record, body = Record("t", judge), b"x" * (ledger.HELD // 4)
    for _ in range(5):
        record.hear(pending(body=body))
    assert (judged, len(record._open)) == ([len(body)] * 4, 1)
    (occurrence,) = record.tallies["track.event"].occurrences.values()
    assert (occurrence.interaction.body, occurrence.interaction.operation) == (None, OPERATION)


def test_requests_of_many_threads_are_all_judged() -> None:
    """A request that is heard while another thread judges is judged too."""
    record = Record("t", judging())
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: record.hear(pending()), range(ledger.BATCH * 20)))
    record.settle()
    assert record.heard == record.tallies["track.event"].requests == ledger.BATCH * 20


def test_many_warnings_do_not_displace_an_error() -> None:
    """The limit holds for each severity by itself; `full` says that there were more."""
    tally = Tally("track.identify")
    call = pending().frozen()
    warnings = [broken(f"$.attribute_{number}", "warning") for number in range(ledger.KINDS + 1)]
    tally.add(call, warnings[:-1])
    assert not tally.full
    tally.add(call, [warnings[-1], broken("$.email", "error")])
    assert tally.full
    assert len(tally.occurrences) == ledger.KINDS + 1
    assert [one.violation.severity for one in tally.occurrences.values()].count("error") == 1


def test_every_interaction_is_remembered_on_demand() -> None:
    """`cio.sent` is complete, however many requests were sent, and has what a client learned later."""
    record, late = Record("t", judging(), keep=True), pending()
    for one in (late, *(pending() for _ in range(ledger.BATCH + 4))):
        record.hear(one)
    late.status = 200
    assert len(record.sent) == ledger.BATCH + 5
    assert record.sent[0].status == 200


def test_a_request_that_is_no_operation_has_a_row_too() -> None:
    """A request that is no operation has a row with the operation `unknown`."""
    record = Record("t", lambda _: Judged(None, (broken("url"),)))
    record.hear(PendingInteraction("httpx", "GET", "https://track.customer.io/nothing"))
    record.settle()
    assert list(record.tallies) == ["unknown"]


def test_what_a_request_carried_is_remembered(monkeypatch) -> None:
    """That of the first requests, where the session asks for it."""
    monkeypatch.setattr(ledger, "CARRIED", 2)
    interaction = pending().frozen()
    carried = Carried(interaction, ("key",), ())
    answers = iter([None, carried, carried, carried])
    record = Record("t", judging(), carry=lambda *_: next(answers))
    for _ in range(4):
        record.hear(pending())
    record.settle()
    assert record.carried == [carried] * 2


def test_a_violation_that_is_added_later() -> None:
    """It is counted with its operation, but no request is; one that is allowed has the reason."""
    record = Record("t", judging(), [Allowance("event-name-missing", "$.name", "old")])
    interaction = replace(pending().frozen(), operation=OPERATION)
    for where in ("$.name", "$.other"):
        record.add(interaction, broken(where))
    tally = record.tallies["track.event"]
    assert (tally.requests, [one.violation.allowed for one in tally.occurrences.values()]) == (0, ["old", ""])


def failing(*errors: Exception) -> Callable[[Interaction], Judged]:
    """Raises these errors one after the other, then finds nothing wrong."""
    coming = iter(errors)

    def judge(_: Interaction) -> Judged:
        for error in coming:
            raise error
        return Judged(OPERATION)

    return judge


def test_an_error_in_judging_never_reaches_the_application(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that cannot be judged while the test sends is judged again at its end."""
    monkeypatch.setattr(ledger, "BATCH", 2)
    record = Record("t", failing(RecursionError("deep"), RecursionError("deep")))
    for _ in range(4):
        record.hear(pending())
    record.settle()
    assert (record.tallies["track.event"].requests, record.unjudged) == (4, [])


def test_what_cannot_be_judged_at_all_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that is raised at the end of the test too is kept, with the request, up to a limit."""
    monkeypatch.setattr(ledger, "BATCH", 2)
    monkeypatch.setattr(ledger, "KINDS", 1)
    errors = [TypeError(f"no. {number}") for number in range(6)]
    record = Record("t", failing(*errors))
    for _ in range(4):
        record.hear(pending())
    record.settle()
    ((interaction, error),) = record.unjudged
    assert interaction.url == "https://track.customer.io/x"
    assert error is errors[4]
    record.settle()
    assert len(record.unjudged) == 1


def test_a_finaliser_may_send_while_a_batch_is_judged() -> None:
    """Judging in one thread may run code of the application's that sends, and has it judged."""
    record = Record("t", lambda _: Judged(OPERATION))

    def judge(_: Interaction) -> Judged:
        record._judge = judging()
        record.hear(pending())
        record.settle()
        return Judged(OPERATION)

    record._judge = judge
    record.hear(pending())
    record.settle()
    assert record.tallies["track.event"].requests == 2
