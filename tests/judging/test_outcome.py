"""Rules `outcome` and `200-dropped`: which outcome holds, and which outcome is a violation."""

from __future__ import annotations

import pytest
from observed import (
    NOISE,
    PARTIAL,
    PERMANENT,
    RATE,
    RECOVERS,
    RESET,
    SERVER,
    WARNED,
    CrmError,
    attempts,
    got,
    judged,
    rules,
    seen,
)

from pytest_customerio.core.model import Answer
from pytest_customerio.core.observation import LogLine, Observation
from pytest_customerio.judging.chain import chain_of
from pytest_customerio.judging.judgement import judge
from pytest_customerio.judging.outcome import all_delivered, logged, outcome

HOUR = RECOVERS._replace(answer=Answer(429, headers=(("Retry-After", "3600"),)))

DROPPED = SERVER._replace(answer=Answer(200), retryable=False, mode="once", kind="dropped", accepted="never")
USELESS = SERVER._replace(answer=Answer(200), retryable=False, mode="once", kind="malformed", accepted="perhaps")
TAKEN = USELESS._replace(accepted="surely")
REDIRECT = SERVER._replace(answer=Answer(301), retryable=False, mode="once", kind="redirect", accepted="never")


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
    """The first that holds of recovered, raised, deferred, reported, lost."""
    assert judge(observation)[0] == outcome(observation) == expected


def test_only_the_payload_that_met_the_error_counts():
    """A success of another payload is no recovery, and its attempts are no retries."""
    observation = Observation(RATE, [*attempts(RATE, 0.0), *attempts(RATE, 0.0, 1.0, 2.0, ok=2, identity="b")])
    assert outcome(observation) == "lost"
    assert len(chain_of(observation)) == 1


def test_all_are_delivered_if_each_one_is() -> None:
    """Without any payload that met the error, nothing was delivered."""
    delivered, lost = seen(RATE, 0.0, 1.0, ok=1), seen()
    assert [all_delivered(group) for group in ([], [delivered], [delivered, lost])] == [False, True, False]


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
    """A lost payload is an error; the text names the number of attempts and the logger, never what was logged."""
    came, (violation,) = judge(observation)
    assert (came, violation.rule, violation.severity, violation.where) == ("lost", "outcome", "error", "")
    assert violation.expected == "recovered, raised, deferred or reported"
    assert violation.got == text
    assert violation.source == "documented"


def test_a_violation_names_the_call_site():
    """A violation holds the place that sent the payload."""
    (violation,) = judge(seen(sent_from="app.py:1 in f"))[1]
    assert violation.sent_from == "app.py:1 in f"


@pytest.mark.parametrize(("logs", "found"), [([], ["outcome"]), ([NOISE], ["outcome"]), ([WARNED], [])])
def test_best_effort_accepts_lost_but_logged_never_silence(logs, found):
    """With best_effort a log record of level WARNING is enough; a record of level INFO is not."""
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
def test_records_count_from_warning(level, loud):
    """Records of level WARNING and above count, by name or number; an unknown level does not."""
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
        (seen(RECOVERS._replace(accepted="surely"), raised=CrmError(), declared=True), []),
        (seen(RECOVERS, reported=True), ["reported"]),
        (seen(RECOVERS), ["lost: nothing after the 429, not even logged"]),
        (seen(RATE, raised=CrmError(), declared=True), []),
        (seen(PERMANENT, reported=True), []),
        (seen(HOUR, raised=CrmError(), declared=True), []),
        (seen(HOUR, reported=True), []),
        (seen(HOUR), ["lost: nothing after the 429, not even logged"]),
    ],
)
def test_must_recover_asks_for_recovered_or_deferred_where_the_service_recovers(observation, found):
    """Where the service recovers, a declared exception or a report is not enough for must_recover, unless the answer asked
    to wait for an hour."""
    violations = judge(observation, must_recover=True, best_effort=True)[1]
    assert [violation.got for violation in violations] == found
    assert {violation.expected for violation in violations} <= {"recovered or deferred"}


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        (seen(DROPPED), ("lost", [("200-dropped", "error")])),
        (seen(DROPPED, reported=True), ("reported", [])),
        (seen(DROPPED, pending=True), ("deferred", [])),
        (seen(DROPPED, raised=CrmError(), declared=True), ("raised", [])),
        (seen(DROPPED, 0.0, 1.0), ("lost", [("200-dropped", "error")])),
    ],
)
def test_a_dropped_payload(observation, expected):
    """A 200 for a dropped payload is an error if the payload is lost."""
    assert judged(observation) == expected


def test_the_hint_is_strict_mode():
    """The hint is the header that makes Pipelines answer with an error."""
    ((violation,),) = (judge(seen(DROPPED))[1],)
    assert '"X-Strict-Mode": "1"' in violation.hint
    assert "X-Strict-Mode: 1" in violation.expected


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        (seen(USELESS), ("lost", [("outcome", "warning")])),
        (seen(USELESS, 0.0, 1.0, ok=1), ("recovered", [])),
        (seen(USELESS, raised=CrmError()), ("lost", [("undeclared-exception", "error")])),
        (seen(TAKEN), ("recovered", [])),
        (seen(TAKEN, reported=True), ("reported", [])),
        (seen(TAKEN, raised=CrmError()), ("lost", [("undeclared-exception", "error")])),
        (seen(TAKEN, raised=CrmError(), declared=True), ("raised", [])),
        (seen(TAKEN, 0.0, 1.0), ("recovered", [])),
    ],
)
def test_a_2xx_with_a_useless_body(observation, expected):
    """It recovers if Customer.io surely accepted the payload; an exception over the body counts as any other."""
    assert judged(observation) == expected


def test_following_a_redirect_is_no_retry():
    """The second attempt, at the target of the redirect, is no retry."""
    assert judged(seen(REDIRECT, 0.0, 1.0, ok=1)) == ("recovered", [])
    assert judged(seen(REDIRECT)) == ("lost", [("outcome", "error")])


def test_a_task_that_asks_to_be_run_again_is_deferred():
    """Also where Celery's exception reaches the test, and is no failure of the application."""
    assert outcome(seen(raised=CrmError(), declared=True, rerun=True, pending=True)) == "deferred"


@pytest.mark.parametrize(
    ("case", "reads", "expected"),
    [
        (RESET._replace(kind="fault", accepted="surely"), False, "recovered"),
        (RESET._replace(kind="fault", accepted="surely"), True, "lost"),
        (TAKEN, True, "recovered"),
        (RESET._replace(accepted="perhaps"), False, "lost"),
    ],
)
def test_what_was_taken_is_not_lost(case, reads, expected):
    """Customer.io has the payload, although the answer is an error; what a call reads did not arrive."""
    observation = Observation(case, [one._replace(reads=reads) for one in attempts(case, 0.0)])
    assert outcome(observation) == expected


def test_a_repaired_payload_is_delivered():
    """The refused one met the error once; another attempt delivered what was right in it."""
    (taken,) = attempts(PERMANENT, 1.0, ok=0, identity="repaired")
    assert judged(seen(PERMANENT, repaired=taken)) == ("recovered", [])
    assert judged(seen(PERMANENT, repaired=taken._replace(draining=True))) == ("deferred", [])


@pytest.mark.parametrize(
    ("status", "raised", "expected"), [(404, None, "recovered"), (404, CrmError(), "lost"), (403, None, "lost")]
)
def test_what_is_not_there_needs_no_deletion(status, raised, expected):
    """A 404 to a DELETE may count as success; an exception shows that the application does not take it so."""
    case = PERMANENT._replace(answer=Answer(status))
    tried = [one._replace(deletes=True) for one in attempts(case, 0.0)]
    assert outcome(Observation(case, tried, raised=raised)) == expected
    assert outcome(Observation(case, attempts(case, 0.0), raised=raised)) == "lost"


def test_a_useless_body_that_nobody_reads_is_no_warning():
    """The application saw a 200, and had no reason to look at the body."""
    assert judged(seen(USELESS, unread=True)) == ("lost", [])
    assert judged(seen(USELESS)) == ("lost", [("outcome", "warning")])


OTHER = LogLine("Retrying after connection broken", "WARNING", "urllib3.connectionpool", own=False)
EARLY = LogLine("calling", "WARNING", "app.crm", early=True)


@pytest.mark.parametrize(
    ("what", "text", "enough"),
    [
        ({"logs": [OTHER]}, "logged by a library only (WARNING urllib3.connectionpool)", False),
        ({"logs": [OTHER, WARNED]}, "only logged (WARNING app.crm)", True),
        ({"logs": [EARLY]}, "not even logged", False),
        ({"printed": True}, "only printed", False),
        ({"printed": True, "printed_failure": True}, "only printed", True),
        ({"printed": True, "printed_failure": True, "printed_by": "loguru"}, "only logged (loguru)", True),
        ({"printed": True, "logs": [WARNED]}, "only logged (WARNING app.crm)", True),
    ],
)
def test_only_what_the_application_says_after_the_error_counts(what, text, enough):
    """Records of libraries, and what was written before the error, say nothing of the failure."""
    assert got(seen(**what), "outcome") == f"lost: nothing after the 429, {text}"
    assert rules(seen(**what), best_effort=True) == ([] if enough else ["outcome"])


def test_the_advice_names_an_exception_that_nobody_reads():
    """It says where it is, and who could read it."""
    unread = "CrmError in a future whose result nobody reads"
    hint = judge(seen(unseen=(unread,)))[1][0].hint
    assert hint.startswith(f"{unread}: handle it where it is raised, or let somebody read it (future.result(), ")


def test_the_advice_fits_the_mark():
    """Only without best_effort a log line is said to be too little."""
    advice = [judge(seen(), best_effort=asked)[1][0].hint for asked in (False, True)]
    assert ["a log line alone is not handling" in one for one in advice] == [True, False]
    assert "best_effort=True accepts a log record" in advice[1]
