"""Exactly one outcome, and every guard of error handling: what it flags and what it lets pass."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_customerio.core.model import Answer, ErrorCase, Provenance
from pytest_customerio.core.observation import Attempt, LogLine, Observation
from pytest_customerio.judging.judgement import STOP_AFTER, judge, logged, outcome
from pytest_customerio.judging.spacing import MAX_ATTEMPTS, GaveUp
from pytest_customerio.replay.attempts import BUSY, tries

RATE = ErrorCase(
    "429-rate-limited-persists",
    "429-rate-limited",
    "track",
    "persists",
    Answer(429, "Too Many Requests"),
    True,
    ("track.identify",),
    "429",
    "too fast",
    "retry",
    Provenance("documented"),
)
RECOVERS = replace(RATE, id="429-rate-limited-recovers", mode="recovers")
AFTER = replace(RATE, id="429-retry-after-persists", answer=Answer(429, headers=(("Retry-After", "30"),)))
SERVER = replace(RATE, id="500-server-error-persists", answer=Answer(500))
RESET = replace(RATE, id="connection-reset-persists", answer=Answer(fault="connection-reset"))
PERMANENT = replace(RATE, id="401-unauthorized", mode="once", answer=Answer(401), retryable=False)
PARTIAL = replace(RATE, id="207-partial-failure", mode="once", answer=Answer(207), retryable=False)
WARNED = LogLine("could not sync user", "WARNING", "app.crm")
NOISE = LogLine("could not sync user", "INFO", "app.crm")


class CrmError(Exception):
    """What the application raises."""


def attempts(case, *ats, ok=None, identity="a", draining=()):
    """Attempts at these times; the one numbered `ok` gets a 200, all others the case's answer."""
    error = (case.answer.status or None, case.answer.fault)
    return [
        Attempt(
            identity,
            "track.identify",
            at,
            *((200, None) if index == ok else error),
            draining=index in draining,
            retry_after=None if index == ok else case.retry_after,
        )
        for index, at in enumerate(ats)
    ]


def seen(case=RATE, *ats, ok=None, draining=(), **what):
    """An observation of attempts at these times (one at 0 where none is given)."""
    return Observation(case, attempts(case, *(ats or (0.0,)), ok=ok, draining=draining), **what)


def spaced(case, gaps, **what):
    """An observation with these seconds between its attempts, let out as a declared exception."""
    return seen(case, *itertools.accumulate(gaps, initial=0.0), raised=CrmError(), declared=True, **what)


def rules(observation, **asked):
    return [violation.rule for violation in judge(observation, **asked)[1]]


def got(observation, rule):
    return next(violation.got for violation in judge(observation)[1] if violation.rule == rule)


# Outcomes.


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        (seen(RATE, 0.0, 1.0, ok=1), "recovered"),
        (seen(RATE, 0.0, 1.0, ok=1, raised=CrmError(), declared=True, pending=True, reported=True), "recovered"),
        (seen(RATE, 0.0, 1.0, ok=1, draining=(1,)), "deferred"),
        (seen(RATE, 0.0, 1.0, ok=1, draining=(1,), reported=True), "deferred"),
        (seen(RATE, 0.0, 1.0, ok=1, draining=(1,), raised=CrmError(), declared=True), "raised"),
        (seen(raised=CrmError(), declared=True, pending=True, reported=True), "raised"),
        (seen(raised=CrmError(), pending=True, reported=True), "deferred"),
        (seen(pending=True, reported=True), "deferred"),
        (seen(reported=True), "reported"),
        (seen(), "lost"),
        (seen(logs=[WARNED]), "lost"),
        (seen(raised=CrmError()), "lost"),
        (seen(RATE, 0.0, 1.0), "lost"),
        (seen(RESET), "lost"),
        (seen(RESET, 0.0, 1.0, ok=1), "recovered"),
        (seen(PARTIAL), "lost"),
        (seen(PARTIAL, 0.0, 1.0), "lost"),
        (seen(PARTIAL, 0.0, 1.0, ok=1), "recovered"),
    ],
)
def test_the_first_outcome_that_holds(observation, expected):
    """Recovered before raised before deferred before reported before lost."""
    assert judge(observation)[0] == outcome(observation) == expected


def test_a_case_that_nobody_met_has_no_verdict():
    """Nothing sent, or only other answers: no outcome and no violation, whatever else happened."""
    for sent in ([], attempts(RATE, 0.0, ok=0)):
        assert judge(Observation(RATE, sent, raised=CrmError(), secrets=("s" * 9,), output="s" * 9)) == (None, [])


def test_only_the_payload_that_met_the_error_counts():
    """Another payload's success is no recovery, and its attempts are no retries."""
    observation = Observation(RATE, [*attempts(RATE, 0.0), *attempts(RATE, 0.0, 1.0, 2.0, ok=2, identity="b")])
    assert outcome(observation) == "lost"
    assert len(tries(observation)) == 1


def test_tries_run_from_the_first_error_to_the_first_success():
    """An earlier success of the same payload and whatever comes after the recovery are other stories."""
    sent = [*attempts(RATE, 0.0, ok=0), *attempts(RATE, 1.0, 2.0, ok=1), *attempts(RATE, 3.0)]
    assert [attempt.at for attempt in tries(Observation(RATE, sent))] == [1.0, 2.0]
    assert tries(Observation(RATE)) == []


facts = st.builds(
    seen,
    st.sampled_from([RATE, RECOVERS, AFTER, SERVER, RESET, PERMANENT, PARTIAL]),
    st.just(0.0),
    st.just(2.0),
    ok=st.sampled_from([None, 1]),
    draining=st.sampled_from([(), (1,)]),
    raised=st.sampled_from([None, CrmError(), AssertionError(), GaveUp("track.identify", 51)]),
    declared=st.booleans(),
    pending=st.booleans(),
    reported=st.booleans(),
    logs=st.sampled_from([[], [WARNED], [NOISE]]),
)


@given(facts, st.booleans(), st.booleans())
def test_exactly_one_outcome_holds_and_lost_never_passes_in_silence(observation, must_recover, best_effort):
    """Whatever was seen: one outcome; a lost payload passes only where the test says so and somebody was told."""
    came, violations = judge(observation, must_recover=must_recover, best_effort=best_effort)
    assert came in {"recovered", "raised", "deferred", "reported", "lost"}
    names = [violation.rule for violation in violations]
    assert len(names) == len(set(names))
    if came == "lost" and not {"outcome", "undeclared-exception", "unbounded-retry"} & set(names):
        assert best_effort
        assert observation.logs == [WARNED]
    if came in {"recovered", "deferred"}:
        assert "outcome" not in names


# outcome


@pytest.mark.parametrize(
    ("observation", "text"),
    [
        (seen(), "lost: nothing after the 429, not even logged"),
        (seen(logs=[NOISE]), "lost: nothing after the 429, not even logged"),
        (seen(logs=[NOISE, WARNED]), "lost: nothing after the 429, only logged (WARNING app.crm)"),
        (seen(RESET), "lost: nothing after the connection-reset, not even logged"),
        (seen(RATE, 0.0, 1.0, 3.0), "lost: nothing after 3 attempts, not even logged"),
    ],
)
def test_lost_fails_and_says_what_came_last(observation, text):
    """The text tells how far it got and who logged it, but never what was logged."""
    came, (violation,) = judge(observation)
    assert (came, violation.rule, violation.severity, violation.where) == ("lost", "outcome", "error", "")
    assert violation.expected == "recovered, raised, deferred or reported"
    assert violation.got == text
    assert violation.source == "documented"


def test_the_call_site_is_told():
    """A violation carries where the payload was sent from."""
    (violation,) = judge(seen(sent_from="app.py:1 in f"))[1]
    assert violation.sent_from == "app.py:1 in f"


@pytest.mark.parametrize(("logs", "found"), [([], ["outcome"]), ([NOISE], ["outcome"]), ([WARNED], [])])
def test_best_effort_accepts_lost_but_logged_never_silence(logs, found):
    """A loud record is enough where the test says best effort; INFO is not loud."""
    assert rules(seen(logs=logs), best_effort=True) == found
    assert rules(seen(logs=logs)) == ["outcome"]


@pytest.mark.parametrize(
    ("level", "loud"),
    [
        ("DEBUG", False),
        ("INFO", False),
        ("WARNING", True),
        ("ERROR", True),
        ("CRITICAL", True),
        ("Level 35", True),
        ("Level 25", False),
        ("FANCY", False),
    ],
)
def test_loud_begins_at_warning(level, loud):
    """Levels by name or number; an unknown name is not loud."""
    assert logged([LogLine("x", level, "app")] * 2) == ((f"{level} app",) if loud else ())


@pytest.mark.parametrize(
    ("observation", "found"),
    [
        (seen(RECOVERS, 0.0, 1.0, ok=1), []),
        (seen(RECOVERS, 0.0, 1.0, ok=1, draining=(1,)), []),
        (seen(RECOVERS, 0.0, 1.0, ok=1, draining=(1,), raised=CrmError(), declared=True), []),
        (seen(RECOVERS, pending=True), []),
        (seen(RECOVERS, pending=True, raised=CrmError(), declared=True), []),
        (seen(RECOVERS, raised=CrmError(), declared=True), ["raised"]),
        (seen(RECOVERS, reported=True), ["reported"]),
        (seen(RECOVERS), ["lost: nothing after the 429, not even logged"]),
        (seen(RATE, raised=CrmError(), declared=True), []),
        (seen(PERMANENT, reported=True), []),
    ],
)
def test_must_recover_asks_for_recovered_or_deferred_where_the_service_recovers(observation, found):
    """Only in the mode that lets it recover; a declared exception or a report is not enough there."""
    violations = judge(observation, must_recover=True, best_effort=True)[1]
    assert [violation.got for violation in violations] == found
    assert {violation.expected for violation in violations} <= {"recovered or deferred"}


# undeclared-exception


@pytest.mark.parametrize(
    ("raised", "declared", "found"),
    [
        (CrmError("secret text"), False, ["undeclared-exception"]),
        (SystemExit(1), False, ["undeclared-exception"]),
        (CrmError(), True, []),
        (AssertionError(), False, ["outcome"]),
        (KeyboardInterrupt(), False, ["outcome"]),
        (None, False, ["outcome"]),
    ],
)
def test_an_undeclared_exception_fails_once(raised, declared, found):
    """It is not told a second time as lost; a failing assert or an interrupt is not the application's exception."""
    assert rules(seen(raised=raised, declared=declared)) == found


def test_an_undeclared_exception_is_told_by_its_class_only():
    """Its text may hold a payload."""
    (violation,) = judge(seen(raised=CrmError("jane@example.com")))[1]
    assert violation.got == "CrmError"
    assert "jane" not in repr(violation)
    assert "raises=CrmError" in violation.hint


# blind-retry


@pytest.mark.parametrize(
    ("observation", "found"),
    [
        (seen(PERMANENT, reported=True), []),
        (seen(PERMANENT, 0.0, 5.0, reported=True), ["blind-retry"]),
        (seen(PERMANENT, 0.0, 5.0, ok=1), ["blind-retry"]),
        (seen(SERVER, 0.0, 5.0, reported=True), []),
        (
            replace(
                seen(PERMANENT, reported=True),
                attempts=[*attempts(PERMANENT, 0.0), *attempts(PERMANENT, 1.0, ok=0, identity="repaired")],
            ),
            [],
        ),
    ],
)
def test_a_permanent_error_is_attempted_once(observation, found):
    """A repaired payload is another payload, and transient errors may be retried."""
    assert rules(observation) == found


def test_blind_retry_counts():
    """The text tells how often."""
    assert got(seen(PERMANENT, 0.0, 1.0, 2.0), "blind-retry") == "3 attempts"


# no-backoff

GROWING = [
    [0.0, 2.0, 4.0],  # urllib3
    [1.0, 2.0, 4.0],
    [0.0, 0.04, 0.08],  # the official SDK
    [0.0, 0.04],
    [0.001, 0.0412],
    [1.0, 2.0, 2.0, 2.0],  # a cap
    [4.0, 1.0],
    [0.5],
    [1.0, 1.005],  # by jitter
]


@pytest.mark.parametrize("gaps", GROWING)
@pytest.mark.parametrize("case", [RATE, SERVER, RESET])
def test_schedules_that_wait_longer_or_jitter_pass(case, gaps):
    """Known schedules of real engines, with and without their sleeps in the log."""
    assert rules(spaced(case, gaps, waits=[gap for gap in gaps if gap])) == []
    assert rules(spaced(case, [gap + 0.003 for gap in gaps], waits=[gap for gap in gaps if gap > 0.01])) == []


@pytest.mark.parametrize(
    ("gaps", "text"),
    [
        ([0.0, 0.0, 0.0], "no wait before any of 3 retries"),
        ([0.002, 0.013], "no wait before any of 2 retries"),
        ([1.0, 1.0], "1 s each time"),
        ([0.1, 0.1, 0.1], "0.1 s each time"),
        ([30.001, 30.09, 30.0], "30 s each time"),
    ],
)
@pytest.mark.parametrize("case", [RATE, SERVER, RESET])
def test_no_wait_and_equal_waits_are_flagged(case, gaps, text):
    """Retrying at once, or always after the same while, is no backoff."""
    assert got(spaced(case, gaps), "no-backoff") == text


def test_two_equal_waits_before_a_recovery_may_be_the_floor_of_a_schedule():
    """tenacity's wait_exponential(min=4) waits 4, 4, 8: only a longer series tells, or the case that persists."""
    recovers = replace(RATE, id="429-rate-limited-recovers", mode="recovers")
    assert "no-backoff" not in rules(spaced(recovers, [4.0, 4.0], waits=[4.0, 4.0]))
    assert got(spaced(recovers, [4.0, 4.0, 4.0], waits=[4.0] * 3), "no-backoff") == "4 s each time"
    assert got(spaced(recovers, [0.0, 0.0]), "no-backoff") == "no wait before any of 2 retries"


def test_the_machines_own_noise_does_not_hide_equal_sleeps():
    """Two sleeps of 0.1 s are equal, however long the attempts between them took, and whoever else slept."""
    observation = spaced(RATE, [0.104, 0.131], waits=[5.0, 0.1, 0.1, 3.0])
    assert got(observation, "no-backoff") == "0.1 s each time"


def test_a_single_retry_at_once_is_flagged_only_for_a_rate_limit():
    """After a reset or a 500 one retry at once is common and right."""
    assert got(spaced(RATE, [0.0]), "no-backoff") == "no wait"
    assert rules(spaced(SERVER, [0.0])) == []
    assert rules(spaced(RESET, [0.0])) == []


def test_what_a_drain_sends_is_not_judged_for_backoff():
    """The test decides when it drains."""
    observation = seen(RATE, 0.0, 0.0, 0.0, draining=(1, 2), pending=True)
    assert rules(observation) == []
    assert rules(replace(observation, case=AFTER, attempts=attempts(AFTER, 0.0, 0.0, draining=(1,)))) == []


@pytest.mark.parametrize(("case", "gaps"), [(RATE, [0.0, 0.0]), (AFTER, [1.0])])
def test_hidden_waits_make_a_warning_of_it(case, gaps):
    """Where the test replaced sleep, the schedule cannot be known: shown, but not failed."""
    (violation,) = judge(spaced(case, gaps, hidden_waits="the test replaced sleep"))[1]
    assert violation.severity == "warning"
    assert violation.got.endswith(", as far as seen: the test replaced sleep")


bases = st.floats(0.001, 10)
lengths = st.integers(2, 6)


@given(bases, st.floats(1.2, 3), lengths, st.data())
def test_exponential_schedules_with_any_jitter_are_never_flagged(base, factor, length, data):
    """Each wait times something between a half and three halves; logged, or measured where it can be told from none."""
    jitter = data.draw(st.lists(st.floats(0.5, 1.5), min_size=length, max_size=length))
    gaps = [base * factor**number * off for number, off in enumerate(jitter)]
    assume(max(gaps) - min(gaps) > 0.011 * max(gaps))  # chance may make a constant of it: then it is one
    assert max(gaps) < BUSY or "no-backoff" not in rules(spaced(SERVER, gaps))
    assert "no-backoff" not in rules(spaced(SERVER, [gap + 0.002 for gap in gaps], waits=gaps))


@given(bases, lengths, st.data())
def test_full_jitter_is_never_flagged(base, length, data):
    """Anything between nothing and the exponential, as it was slept."""
    shares = data.draw(st.lists(st.floats(0.001, 1), min_size=length, max_size=length))
    gaps = [base * 2**number * share for number, share in enumerate(shares)]
    assume(max(gaps) - min(gaps) > 0.011 * max(gaps))
    assert "no-backoff" not in rules(spaced(RATE, [gap + 0.002 for gap in gaps], waits=gaps))


@given(st.lists(st.floats(30, 300), min_size=1, max_size=6))
def test_waits_that_honour_retry_after_are_never_flagged(gaps):
    """Equal or not, at least Retry-After is right."""
    assert rules(spaced(AFTER, gaps)) == []
    assert rules(spaced(AFTER, [30.0] * len(gaps))) == []


@given(st.floats(60, 3600 / 4), st.integers(2, 4))
def test_a_minute_each_time_crowds_nobody(wait, length):
    """From there on a constant will do."""
    assert "no-backoff" not in rules(spaced(RATE, [wait] * length))


@given(st.floats(0.06, 59), lengths, st.data())
def test_constants_and_zeros_are_always_flagged(wait, length, data):
    """With whatever the machine takes on top, as long as the sleeps are in the log."""
    noise = data.draw(st.lists(st.floats(0.0001, 0.04), min_size=length, max_size=length))
    for constant in (wait, 0.0):
        exact = [constant] * length
        assert "no-backoff" in rules(spaced(RATE, exact))
        assert "no-backoff" in rules(spaced(RATE, [constant + off for off in noise], waits=exact))
    assert "no-backoff" in rules(spaced(RATE, noise))


# retry-after-ignored


@pytest.mark.parametrize(
    ("gaps", "found"),
    [
        ([], []),
        ([30.0], []),
        ([29.9], []),
        ([29.0], ["retry-after-ignored"]),
        ([30.0, 5.0, 60.0], ["retry-after-ignored"]),
        ([0.0, 0.0], ["retry-after-ignored"]),
    ],
)
def test_retry_after_is_a_lower_bound(gaps, found):
    """One per cent is forgiven; one cause is told once, not as missing backoff too."""
    assert rules(spaced(AFTER, gaps)) == found


def test_retry_after_texts():
    """The text tells what was asked for and the shortest wait."""
    (violation,) = judge(spaced(AFTER, [30.0, 5.04]))[1]
    assert (violation.expected, violation.got) == ("at least 30 s between attempts", "5 s")


def asked(gaps, afters, **what):
    """An observation with these seconds between its attempts, each of which was asked to wait so long before it."""
    found = spaced(AFTER, gaps, **what)
    attempts = [replace(one, retry_after=after) for one, after in zip(found.attempts, [*afters, None], strict=True)]
    return replace(found, attempts=attempts)


def test_each_wait_is_compared_with_the_answer_before_it():
    """Answers may ask for different waits: 1 s, then 7 s."""
    assert rules(asked([1.0, 7.0], [1.0, 7.0])) == []
    assert rules(asked([1.0, 7.0, 0.5], [1.0, 7.0, None])) == []
    (violation,) = judge(asked([1.0, 2.0, 9.0], [1.0, 7.0, 9.0]))[1]
    assert violation.rule == "retry-after-ignored"
    assert (violation.expected, violation.got) == ("at least 7 s between attempts 2 and 3", "2 s")


def test_waits_that_were_asked_for_are_added_up():
    """A retry that waits longer than an hour in all is unbounded, unless it was asked to wait that long."""
    assert rules(asked([100.0, 7000.0], [100.0, 7000.0])) == []
    assert rules(asked([100.0, 7000.0], [100.0, None])) == ["unbounded-retry"]


def test_retry_after_of_a_permanent_error_is_a_blind_retry():
    """There is no right moment to repeat it."""
    assert rules(spaced(replace(AFTER, retryable=False), [1.0])) == ["blind-retry"]


# unbounded-retry


@pytest.mark.parametrize(
    ("observation", "found"),
    [
        (spaced(RATE, [1.2**n for n in range(MAX_ATTEMPTS - 1)]), []),
        (spaced(RATE, [1.0 + n for n in range(MAX_ATTEMPTS)]), ["unbounded-retry"]),
        (spaced(RATE, [1000.0, 2000.0, 600.0]), []),
        (spaced(RATE, [1000.0, 2000.0, 601.0]), ["unbounded-retry"]),
        (spaced(replace(AFTER, answer=Answer(429, headers=(("retry-after", "5000"),))), [5001.0, 5002.0]), []),
        (seen(RATE, 0.0, 9000.0, draining=(1,), pending=True), []),
        (spaced(RATE, [1000.0, 20000.0], task="shop.identify failed after 2 retries"), []),
        (spaced(RATE, [1.0 + n for n in range(MAX_ATTEMPTS)], task="shop.identify failed"), ["unbounded-retry"]),
        (seen(raised=GaveUp("track.identify", STOP_AFTER + 1)), ["unbounded-retry"]),
    ],
)
def test_retrying_gives_up(observation, found):
    """After twenty attempts or an hour, unless Retry-After asks for more; a drain's or a task queue's waiting is not its."""
    assert rules(observation) == found


def test_unbounded_retry_texts():
    """The text tells attempts and the seconds they took; the stop itself says what it stopped."""
    assert got(spaced(RATE, [1.0 + n for n in range(50)]), "unbounded-retry") == "51 attempts in 1275 s"
    assert str(GaveUp("track.identify", 51)) == "track.identify: stopped after 51 attempts of one request"


def test_nothing_of_the_applications_stops_giving_up():
    """`except Exception` does not catch it."""
    assert not issubclass(GaveUp, Exception)


# secret-leak, leak-check-blind


def test_leaks_are_told_by_place_and_never_shown():
    """One violation per place, without the secret in any text."""
    secret = "c0ffee00c0ffee00"
    observation = seen(
        reported=True,
        logs=[LogLine(f"headers {secret}", "DEBUG", "app.log")],
        output=secret,
        raised=CrmError(secret),
        declared=True,
        secrets=(secret,),
    )
    violations = judge(observation)[1]
    assert [(violation.rule, violation.expected, violation.got) for violation in violations] == [
        ("secret-leak", "no credential in logs", "Authorization in app.log at DEBUG"),
        ("secret-leak", "no credential in output", "Authorization in stdout or stderr"),
        ("secret-leak", "no credential in exception text", "Authorization in CrmError"),
    ]
    assert secret not in repr(violations)


def test_a_leak_check_that_sees_nothing_is_an_error():
    """A check that cannot fail is worth nothing."""
    (violation,) = judge(seen(reported=True, blind=("logs",)))[1]
    assert (violation.rule, violation.severity, violation.got) == ("leak-check-blind", "error", "cannot see logs")


def test_what_a_busy_machine_takes_hides_no_pace():
    """A quarter of a second beside each sleep of one second, or a tenth where nothing was slept, is no backoff."""
    same = judge(spaced(RATE, [1.24, 1.0, 1.1], waits=(1.0, 1.0, 1.0)))[1]
    assert [one.got for one in same] == ["1 s each time"]
    none = judge(spaced(RATE, [0.09, 0.02]))[1]
    assert [one.got for one in none] == ["no wait before any of 2 retries"]
