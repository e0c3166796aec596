"""Every sentence that a developer reads in a failure, built from values."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_customerio.contract.catalog.paths import request_line
from pytest_customerio.contract.rules import vocabulary
from pytest_customerio.core.model import ErrorCase, Interaction, Provenance, Violation
from pytest_customerio.core.requirements import outdated
from pytest_customerio.judging.ledger import Occurrence
from pytest_customerio.replay.endless import GaveUp
from pytest_customerio.reporting.sentences.client_advice import client_advice
from pytest_customerio.reporting.sentences.layout import and_more, counted, cut, facts, table
from pytest_customerio.reporting.sentences.mocked import THROUGH

if TYPE_CHECKING:
    from pytest_customerio.judging.judgement import Judgement

# The most requests of one test that are shown in full with their violations; the rest is counted.
REQUESTS = 5

REFUSED = """\
{request}: refused, nothing may leave the machine while pytest-customerio is active

  to have it answered     run `pytest --cio-contract`, or mark the test: @pytest.mark.cio_contract
  to answer it yourself   use a mock of your own (responses, respx, pytest-httpx, requests-mock, vcrpy)"""
UNANSWERED = """\
{request}: refused, it took a way past everything that answers, and nothing may leave the machine

  what is answered        requests, urllib3, httpx, httpx2, aiohttp and http.client
  what may be the cause   another client, a socket of its own, or a mock that records (vcrpy: record_mode)"""
RECORDS = """\
{request}: refused, a cassette of the suite would send it to Customer.io with its key, and record it

  to play only           the interaction has to be in the cassette; record_mode="none" (`--record-mode=none`)
  to record it           take the cassette off the test, and run `pytest --cio-record` with a sandbox
  to have it answered    take the cassette off the test"""
UNJUDGED = """\
{request}: could not be judged, because of an error in pytest-customerio

  the error               {error} at {place}
  what to do              {todo}"""
REPORT_IT = "please report it, with what the request is made of"
NOTHING_SENT = """\
nothing was sent to Customer.io: the test ended before any request

  what to do   a test marked cio_errors must send something; an exception before the request
               (a TypeError that somebody swallows, a missing key) looks just like this, and so does a fake
               of the suite's own in the place of the client or SDK;
               name the address of a proxy of yours in the ini cio_hosts; in the place of a local server, keep
               Customer.io's own address, and the plugin answers"""
UNSENT = "{case}: nothing was sent to Customer.io while it was replayed"
GONE = "{case}: {operation} was sent by an earlier run of this test, and not by this one"
NOT_APPLICABLE = "{case}: does not apply to what the test sends ({operations})"
NOT_NAMED = "{case}: the mark says operations={named}, and the test sends {operations} only"
NOTHING_CHECKED = """\
nothing was checked: no test sent a request to Customer.io, or called a mock that stands for an SDK or client

  an address of your own   such as a proxy: name it in the ini, cio_hosts = https://…
  a mock without a spec    is not heard where it is handed to the application: MagicMock(spec=CustomerIO)
  with --cio-strict        such a run fails

next: call the code that sends in a test; where no mock answers, the plugin does"""
# How the client of a request begins that the sandbox has judged.
RECEIVED = "cio_sandbox"
JUDGED_THERE = "what cio_sandbox received was judged too; only what broke the contract is counted here"
WAIT_FOR_IT = "wait for it in the test: thread.join(), executor.shutdown(), queue.join(), await task, cio.drain(worker)"
ON_PURPOSE = '@pytest.mark.cio_allow("{rule}", reason="…")'


def contract_text(occurrences: Sequence[Occurrence], *, full: bool = False) -> str:
    """All violations of one test, one block per request that broke its contract; `full` if some were not counted."""
    groups: dict[tuple[str, str, str | None], list[Occurrence]] = {}
    for one in occurrences:
        call = one.interaction
        groups.setdefault((_name(call), call.url, one.violation.sent_from), []).append(one)
    total = len(occurrences)
    blocks = []
    for index, group in enumerate(list(groups.values())[:REQUESTS]):
        more = and_more(total - 1, full=full) if index == 0 else ""
        blocks.append("\n".join(_contract_block(group, more)))
    if len(groups) > REQUESTS:
        blocks.append(f"(and {len(groups) - REQUESTS} more requests)")
    return "\n\n".join(blocks)


def handling_text(judgement: Judgement, *, payloads: int = 1) -> str:
    """What is wrong with how one error was handled; so many `payloads` were judged alike."""
    first = judgement.violations[0]
    attempts = counted(judgement.attempts, "attempt")
    outcome = judgement.outcome or "not met"
    head = f"{judgement.operation} {judgement.case.id}: {outcome}, {attempts}"
    if first.rule != "outcome":
        head = f"{judgement.operation} {judgement.case.id}: {first.rule}, expected {first.expected}, got {first.got}"
    lines = [cut(head, 160) + and_more(len(judgement.violations) - 1), ""]
    lines += table(("rule", "expected", "got"), [(v.rule, v.expected, v.got) for v in judgement.violations])
    lines += ["", *facts(_handling_facts(judgement, payloads))]
    return "\n".join(lines)


def late_lines(nodeid: str, requests: Mapping[tuple[str, str], int]) -> list[str]:
    """The requests that one test sent after it was over, by operation and call site."""
    count = counted(sum(requests.values()), "request")
    rows = [(name, place, str(number)) for (name, place), number in requests.items()]
    return [
        f"late: {nodeid}: {count} left after the test was over",
        "",
        *table(("operation", "sent from", "requests"), rows),
        "",
        *facts([("what to do", WAIT_FOR_IT)]),
    ]


def unjudged_text(call: Interaction, error: Exception) -> str:
    """That an error of ours was raised where a request was judged. Its own words may hold data of the application."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}"
    request = request_line(None, call.method, call.url)
    todo = "\n".join(f"{one.cure}\n{'':26}{one.problem}" for one in outdated()) or REPORT_IT
    return UNJUDGED.format(request=request, error=type(error).__name__, place=place, todo=todo)


def answer_text(case: ErrorCase) -> str:
    """What Customer.io answers in this case, and how sure that is."""
    answer = case.answer
    sure = _sure(case.provenance)
    if answer.fault:
        return f"{answer.fault.replace('-', ' ')}: no response ({sure})"
    after = f"Retry-After {case.retry_after:g} s" if case.retry_after is not None else "no Retry-After"
    tail = f", {after}" if answer.status == 429 else ""
    return f"{answer.status} {answer.reason}{tail} ({sure})"


def _sure(provenance: Provenance) -> str:
    """The source; for a recording of a sandbox also its name, because the answer is not the service's own."""
    of_a_sandbox = provenance.source == "recorded" and "sandbox" in provenance.environment
    return f"recorded: {provenance.environment}" if of_a_sandbox else provenance.source


def waits_text(waits: Sequence[float]) -> str:
    """The seconds slept, or `none`."""
    shown = ", ".join(f"{wait:.3g}" for wait in waits[:8])
    more = f", … ({len(waits)} waits)" if len(waits) > 8 else ""
    return f"{shown}{more} s" if waits else "none"


def _contract_block(group: Sequence[Occurrence], more: str) -> list[str]:
    first = group[0].violation
    call = group[0].interaction
    name = _name(call)
    subject = f"{name} " if call.operation else ""
    lines = [
        cut(f"{subject}{first.where}: expected {_brief(first.expected)}, got {_brief(first.got)}", 160) + more,
        "",
        *table(("where", "expected", "got"), [(f.violation.where, f.violation.expected, _got(f)) for f in group]),
        "",
    ]
    return lines + facts(
        [
            *_drawn(group),
            ("request", request_line(call.operation, call.method, call.url) if call.url else ""),
            ("heard at", call.client if call.client.startswith((*THROUGH, RECEIVED)) else ""),
            ("sent from", first.sent_from or ""),
            ("contract", explain(first.rule) if call.operation else ""),
            ("docs", call.operation.docs if call.operation else ""),
            *_hints(group),
            *_ways_out([one.violation for one in group]),
        ]
    )


def explain(rule: str) -> str:
    """The command that tells all about a rule; nothing for a rule that only the project knows."""
    return f"python -m pytest_customerio explain {rule}" if rule in vocabulary() else ""


def _drawn(group: Sequence[Occurrence]) -> list[tuple[str, str]]:
    errors = dict.fromkeys(f"{f.violation.error}   ({f.violation.source})" for f in group if f.violation.error)
    return _rows("would draw", errors)


def _hints(group: Sequence[Occurrence]) -> list[tuple[str, str]]:
    return _rows("what to do", dict.fromkeys(f.violation.hint for f in group if f.violation.hint))


def _ways_out(violations: Sequence[Violation]) -> list[tuple[str, str]]:
    return _rows("on purpose?", dict.fromkeys(ON_PURPOSE.format(rule=violation.rule) for violation in violations))


def _rows(name: str, values: Iterable[str]) -> list[tuple[str, str]]:
    return [(name if index == 0 else " ", value) for index, value in enumerate(values)]


def _handling_facts(judgement: Judgement, payloads: int) -> list[tuple[str, str]]:
    seen = judgement.observation
    raised = type(seen.raised).__name__ if seen.raised else f"nothing{''.join(f'; {one}' for one in seen.unseen)}"
    if isinstance(seen.raised, GaveUp):
        raised = "nothing: pytest-customerio ended the retries"
    logged = f"  logged by {judgement.logged}" if judgement.logged else ""
    by_client = client_advice(judgement.case.cassette, seen.client, seen.agent)
    hints = dict.fromkeys([judgement.case.todo, by_client, *(v.hint for v in judgement.violations if v.hint)])
    falsy = (
        "cio.reported(…) got a false value; pass what is true when the caller knows of the failure"
        if seen.reported_falsy and judgement.outcome == "lost"
        else ""
    )
    return [
        ("answer", answer_text(judgement.case)),
        ("payloads", f"{payloads} were handled alike, this is the first" if payloads > 1 else ""),
        ("attempts", f"{judgement.attempts}        waits  {waits_text(seen.waits)}"),
        ("raised", f"{raised}{logged}"),
        ("task", seen.task),
        ("reported", falsy),
        ("sent from", seen.sent_from or ""),
        *_rows("what to do", [hint for hint in hints if hint]),
        *_ways_out(judgement.violations),
    ]


def _got(occurrence: Occurrence) -> str:
    return occurrence.violation.got + (f" (×{occurrence.count})" if occurrence.count > 1 else "")


def _name(call: Interaction) -> str:
    return call.operation.id if call.operation else "unknown"


def _brief(text: str) -> str:
    return text.partition(" (")[0]
