"""Sorts of errors that are no plain status, and the guards that look at each request: what handling.py makes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_customerio.core.model import Answer, ErrorCase, Provenance
from pytest_customerio.core.observation import Attempt, LogLine, Message, Observation
from pytest_customerio.judging.judgement import judge

STATUS = ErrorCase(
    "500-persists", "500", "track", "persists", Answer(500), True, (), "5xx", "", "", Provenance("synthetic")
)
FAULT = replace(STATUS, answer=Answer(fault="read-timeout"), kind="fault", family="network")
DROPPED = replace(STATUS, answer=Answer(200), retryable=False, mode="once", kind="dropped", accepted="never")
USELESS = replace(STATUS, answer=Answer(200), retryable=False, mode="once", kind="malformed", accepted="perhaps")
TAKEN = replace(USELESS, accepted="surely")
REDIRECT = replace(STATUS, answer=Answer(301), retryable=False, mode="once", kind="redirect", accepted="never")
REFUSED = replace(STATUS, answer=Answer(400), retryable=False, mode="once", family="400", accepted="never")
BARRED = replace(REFUSED, answer=Answer(401), family="401")


class CrmError(Exception):
    """What the application raises."""


def seen(case, *requests, ok=None, **what):
    """One attempt of message `a` for each request, the one numbered `ok` delivered, a growing while apart."""
    attempts = [
        Attempt(
            name,
            "op",
            3.0**at,
            *((200, None) if at == ok else (case.answer.status or None, case.answer.fault)),
            messages=(Message("a"),),
            met=at != ok,
        )
        for at, name in enumerate(requests or ("a",))
    ]
    return Observation(case, attempts, **what)


def told(observation, **asked):
    outcome, violations = judge(observation, **asked)
    return outcome, [(one.rule, one.severity) for one in violations]


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        (seen(DROPPED), ("lost", [("200-dropped", "warning")])),
        (seen(DROPPED, reported=True), ("reported", [])),
        (seen(DROPPED, pending=True), ("deferred", [])),
        (seen(DROPPED, raised=CrmError(), declared=True), ("raised", [])),
        (seen(DROPPED, "a", "a"), ("lost", [("200-dropped", "warning")])),
    ],
)
def test_what_pipelines_drops(observation, expected):
    """A 200 that says nothing is a warning, unless somebody is told."""
    assert told(observation) == expected


def test_the_way_out_is_strict_mode():
    """In Python."""
    ((violation,),) = (judge(seen(DROPPED))[1],)
    assert '"X-Strict-Mode": "1"' in violation.hint
    assert "X-Strict-Mode: 1" in violation.expected


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        (seen(USELESS), ("lost", [("outcome", "warning")])),
        (seen(USELESS, "a", "a", ok=1), ("recovered", [])),
        (seen(USELESS, raised=CrmError()), ("lost", [("undeclared-exception", "error")])),
        (seen(TAKEN), ("recovered", [])),
        (seen(TAKEN, reported=True), ("reported", [])),
        (seen(TAKEN, raised=CrmError()), ("lost", [("undeclared-exception", "error")])),
        (seen(TAKEN, raised=CrmError(), declared=True), ("raised", [])),
        (seen(TAKEN, "a", "a"), ("recovered", [])),
    ],
)
def test_a_2xx_of_no_use(observation, expected):
    """Delivered where Customer.io had surely taken it; an exception over its body is the application's."""
    assert told(observation) == expected


def test_following_a_redirect_is_no_retry():
    """The second attempt goes elsewhere."""
    assert told(seen(REDIRECT, "a", "a", ok=1)) == ("recovered", [])
    assert told(seen(REDIRECT)) == ("lost", [("outcome", "error")])


@pytest.mark.parametrize(
    ("case", "requests", "found"),
    [
        (REFUSED, ("a", "a"), [("blind-retry", "error")]),
        (REFUSED, ("ab", "a"), []),
        (BARRED, ("a", "a"), [("blind-retry", "error")]),
        (BARRED, ("ab", "a"), [("blind-retry", "error")]),
    ],
)
def test_a_refused_batch_may_be_sent_in_parts(case, requests, found):
    """When its payload was refused, not when its key was."""
    assert told(seen(case, *requests, reported=True))[1] == found


@pytest.mark.parametrize(
    ("case", "endless", "found"),
    [
        (STATUS, True, [("no-timeout", "warning")]),
        (FAULT, True, [("no-timeout", "error")]),
        (FAULT, False, []),
    ],
)
def test_every_request_has_a_timeout(case, endless, found):
    """An error where the network is at fault, a warning elsewhere."""
    assert told(seen(case, reported=True, endless=endless))[1] == found


def test_no_timeout_says_how():
    """For the common clients."""
    (violation,) = judge(seen(FAULT, reported=True, endless=True))[1]
    assert "timeout=10" in violation.hint


def test_double_sends_and_changed_payloads_are_judged_here():
    """Beside everything else."""
    attempts = [
        Attempt("a", "op", 3.0**at, 500, None, messages=(Message("a", (("id", str(at)),), twice="send"),), met=True)
        for at in range(3)
    ]
    assert told(Observation(STATUS, attempts, reported=True))[1] == [
        ("double-send", "error"),
        ("payload-changed", "error"),
    ]


def test_personal_data_is_told_by_place_and_never_shown():
    """In a log an error, in the text of the SDK's exception a warning; with what to write instead."""
    text = "ada@example.com"
    observation = seen(
        REFUSED, personal=(text,), logs=[LogLine(text, "ERROR", "app")], raised=CrmError(text), declared=True
    )
    violations = judge(observation)[1]
    assert [(one.rule, one.severity, one.expected, one.got) for one in violations] == [
        ("pii-leak", "error", "no personal data in logs", "e-mail, phone or payload value in app at ERROR"),
        ("pii-leak", "error", "no personal data in exception text", "e-mail, phone or payload value in CrmError"),
    ]
    assert "log.warning(" in violations[0].hint
    assert "from None" in violations[1].hint
    assert text not in repr(violations)
