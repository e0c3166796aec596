"""What one test sent, judged in batches and bounded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from pytest_customerio.core.model import Interaction, Operation, Severity, Violation
from pytest_customerio.core.settings import Allowance
from pytest_customerio.judging import ledger
from pytest_customerio.judging.ledger import Record, Tally

OPERATION = Operation("track.event", "track", "POST", "/x", {"us": "track.customer.io"}, "basic", "")


def interaction(attempts: int = 0) -> Interaction:
    """One request to track.event."""
    return Interaction("requests", "POST", "https://track.customer.io/x", operation=OPERATION, attempts=attempts)


def broken(where: str = "$.name", severity: Severity = "error") -> Violation:
    """One broken promise."""
    return Violation("event-name-missing", severity, where, "a name", "null")


def test_equal_findings_are_counted_not_repeated() -> None:
    """One row for the same rule at the same place from the same line."""
    record = Record("t", lambda _: [broken()])
    for _ in range(3):
        record.hear(interaction(attempts=2))
    record.settle()
    tally = record.tallies["track.event"]
    assert (tally.requests, tally.attempts, [f.count for f in tally.findings.values()]) == (3, 6, [3])


def test_what_is_allowed_is_no_finding() -> None:
    """Marks and ini are looked at before anything is remembered."""
    record = Record("t", lambda _: [broken(), broken("$.other")], [Allowance("event-name-missing", "$.name")])
    record.hear(interaction())
    record.settle()
    assert [f.violation.where for f in record.tallies["track.event"].findings.values()] == ["$.other"]


def test_memory_stays_flat() -> None:
    """A batch is judged and forgotten; only kinds of findings stay, up to a bound."""
    counter = iter(range(10**6))
    record = Record("t", lambda _: [broken(f"$.n{next(counter)}")])
    for _ in range(ledger.BATCH * 3 + 1):
        record.hear(interaction())
    assert len(record._open) == 1
    assert len(record.tallies["track.event"].findings) == ledger.KINDS
    assert (record.heard, record.sent) == (ledger.BATCH * 3 + 1, ())


def test_large_bodies_are_not_held_for_long() -> None:
    """They are judged when they are many megabytes together, and then forgotten, with a finding or not."""
    judged: list[int] = []

    def judge(one: Interaction) -> list[Violation]:
        judged.append(len(one.body or b""))
        return [broken()]

    record, body = Record("t", judge), b"x" * (ledger.HELD // 4)
    for _ in range(5):
        one = interaction()
        one.body = body
        record.hear(one)
    assert (judged, len(record._open)) == ([len(body)] * 4, 1)
    assert [f.interaction.body for f in record.tallies["track.event"].findings.values()] == [None]


def test_threads_lose_nothing() -> None:
    """What one thread hears while another judges is judged too."""
    record = Record("t", lambda _: [])
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: record.hear(interaction()), range(ledger.BATCH * 20)))
    record.settle()
    assert record.heard == record.tallies["track.event"].requests == ledger.BATCH * 20


def test_many_warnings_hide_no_error() -> None:
    """Kinds are kept per severity, and that more was wrong is known."""
    tally = Tally("track.identify")
    call = interaction()
    warnings = [broken(f"$.attribute_{number}", "warning") for number in range(ledger.KINDS + 1)]
    tally.add(call, warnings[:-1])
    assert not tally.full
    tally.add(call, [warnings[-1], broken("$.email", "error")])
    assert tally.full
    assert len(tally.findings) == ledger.KINDS + 1
    assert [one.violation.severity for one in tally.findings.values()].count("error") == 1


def test_a_test_that_asks_keeps_everything() -> None:
    """`cio.sent` is complete however many were sent."""
    record = Record("t", lambda _: [], keep=True)
    for _ in range(ledger.BATCH + 5):
        record.hear(interaction())
    assert len(record.sent) == ledger.BATCH + 5


def test_a_request_that_is_no_operation_has_a_row_too() -> None:
    """Its operation reads `unknown`."""
    record = Record("t", lambda _: [broken("url")])
    record.hear(Interaction("httpx", "GET", "https://track.customer.io/nothing"))
    record.settle()
    assert list(record.tallies) == ["unknown"]
