"""Which answer of a case each attempt gets: by payload, as often as the case or `times` says, fitted to the request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain, repeat

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer, ErrorCase, Provenance, WireRequest
from pytest_customerio.replay.identity import messages
from pytest_customerio.replay.schedule import Schedule, repeated

CATALOG = Catalog.load()
TRACK = "https://track.customer.io/api/v1/customers/"
WAITS = tuple(Answer(429, headers=(("Retry-After", str(seconds)),)) for seconds in (1, 7, 9))
RATE = ErrorCase(
    "429-mine-persists",
    "429-mine",
    "track",
    "persists",
    WAITS[0],
    True,
    ("track.identify",),
    "429",
    "",
    "",
    Provenance("synthetic"),
)
RECOVERS = RATE._replace(id="429-mine-recovers", mode="recovers")


def sequence(case: ErrorCase, operation: str) -> Iterator[Answer]:
    """Three answers, of which the last one repeats, as a cassette plays them."""
    return chain(WAITS, repeat(WAITS[-1]))


def made(case: ErrorCase = RATE, times: int | None = None) -> Schedule:
    return Schedule({case.surface: case}, variant=lambda found, _: found, answers=sequence, times=times)


def sent(schedule: Schedule, who: str, host: str = TRACK) -> float | None:
    """The seconds that the answer to an identify asks to wait; None where the request does not meet the error."""
    operation = CATALOG.operations["track.identify"]
    request = WireRequest("PUT", f"{host}{who}", {}, json.dumps({"plan": "gold"}).encode())
    answer = schedule.answer(operation, request, messages(operation, request))
    return answer.retry_after if answer else None


def test_attempt_n_gets_answer_n() -> None:
    """The attempts of one payload get the answers in order; the last one repeats while the case persists."""
    schedule = made()
    assert [sent(schedule, "42") for _ in range(5)] == [1, 7, 9, 9, 9]


def test_each_payload_meets_the_sequence_from_its_beginning() -> None:
    """Two payloads that meet the case at the same time do not take each other's answers."""
    schedule = made()
    assert [sent(schedule, who) for who in ("a", "b", "a", "a", "b", "c")] == [1, 1, 7, 9, 7, 1]


def test_a_case_that_recovers_gives_the_first_answers() -> None:
    """Each payload gets as many errors as the case has times, and then none."""
    schedule = made(RECOVERS)
    assert [sent(schedule, who) for who in ("a", "b", "a", "a", "b", "b")] == [1, 1, 7, None, 7, None]


def test_times_counts_for_all_payloads() -> None:
    """`times` errors are given in all; each payload gets its answers from the beginning nevertheless."""
    schedule = made(times=3)
    assert [sent(schedule, who) for who in ("a", "b", "a", "b", "a")] == [1, 1, 7, None, None]


def test_without_a_cassette_the_first_answer_repeats() -> None:
    """The default is the case's own answer to each attempt."""
    answers = repeated(RATE, "track.identify")
    assert [next(answers) for _ in range(3)] == [RATE.answer] * 3


def test_a_request_that_cannot_draw_the_case_takes_no_answer() -> None:
    """A redirect to the host that was asked is not given, and is not counted as played."""
    eu = "https://track-eu.customer.io/api/v1/customers/"
    redirects = [
        Answer(301, headers=(("Location", "https://track-eu.customer.io/"), ("Retry-After", str(n)))) for n in (1, 7)
    ]
    case = RATE._replace(answer=redirects[0], family="3xx", kind="redirect", mode="once", retryable=False)
    schedule = Schedule({"track": case}, variant=lambda found, _: found, answers=lambda *_: iter(redirects))
    assert [sent(schedule, "42", host) for host in (eu, TRACK, eu, TRACK)] == [None, 1, None, 7]


def test_the_first_alternative_that_applies_is_taken() -> None:
    """A case of other operations, and one that the request cannot draw, are passed over; what was met stays."""
    other = RATE._replace(id="other", operations=("track.event",))
    lacking = RATE._replace(id="lacking", when={"email": "https://example.com"})
    schedule = Schedule(
        {"track": other},
        alternatives=({"app": RATE}, {"track": lacking}, {"track": RATE}),
        variant=lambda found, _: found,
        answers=sequence,
    )
    assert [case.id for case in schedule.cases] == ["other", RATE.id, "lacking", RATE.id]
    assert [sent(schedule, "42") for _ in range(2)] == [1, 7]
    assert (schedule.cases, list(schedule.lacking)) == ((RATE,), ["an e-mail address"])


def test_a_request_that_lacks_what_the_case_takes_does_not_meet_it() -> None:
    """A later request that has it does; then one that lacks it is answered with success again."""
    schedule = made(RATE._replace(when={"email": "https://example.com"}))
    assert [sent(schedule, who) for who in ("42", "ada@example.com", "42", "ada@example.com")] == [None, 1, None, 7]


def test_only_the_operations_asked_for_are_asked_for_conditions() -> None:
    """A request of another operation lacks nothing: the test does not ask for it."""
    lacking = RATE._replace(when={"email": "https://example.com"})
    schedule = Schedule({"track": lacking}, ["track.event"], variant=lambda found, _: found)
    assert (sent(schedule, "42"), list(schedule.lacking)) == (None, [])
