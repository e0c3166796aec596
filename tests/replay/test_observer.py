"""What is observed while a case is replayed: one observation per payload that met the error."""

from __future__ import annotations

import unittest

import pytest
from replaying import PEOPLE, RATE, RECOVERS, mark

from pytest_customerio.core.model import PendingInteraction
from pytest_customerio.replay.observer import MOST_PERSONAL, Observer


def test_each_payload_has_an_observation(sender):
    """Each payload is judged by itself; the case is delivered if all payloads are."""
    app = sender(RECOVERS, times=3)
    for name in ("a", "b", "a", "a"):
        app.identify(name)
    assert app.outcomes() == [("recovered", 3), ("lost", 1)]
    assert not app.delivered()
    app.identify("b")
    assert app.delivered()


def test_a_herd_is_reported_with_the_first_payload(sender):
    """Rule `jitter` is reported once for all payloads, with the first."""
    app = sender(RATE)
    for _ in range(2):
        for name in range(5):
            app.identify(str(name))
        for _ in range(5):
            app.replay.observer.clock.waits.append(1.0)
        app.replay.observer.clock.advance(1.0)
    rules = [[v.rule for v in one.violations if v.rule == "jitter"] for one in app.judgements()]
    assert rules == [["jitter"], [], [], [], []]


def test_the_call_site_and_a_missing_timeout(sender):
    """Call site and timeout are taken from the request that was heard, also where the timeout becomes known later."""
    app = sender(RATE)
    first, second = (PendingInteraction("requests", "PUT", PEOPLE, sent_from=f"app.py:{n} in f") for n in (1, 2))
    for call in (first, first, second):
        app.identify(call=call)
    second.timeout_set = False
    (one,) = app.judgements()
    assert (one.observation.sent_from, one.observation.endless) == ("app.py:1 in f", True)
    assert {violation.sent_from for violation in one.violations} == {"app.py:1 in f"}
    assert "no-timeout" in {violation.rule for violation in one.violations}


def test_a_leak_is_reported_once(sender, capsys):
    """A leak is reported once for each place, with the first payload."""
    app = sender(RATE)
    for name in ("a", "b"):
        app.identify(name, headers={"authorization": "Bearer f00dcafe12345678"}, email="ada@example.com")
    print("f00dcafe12345678 ada@example.com")  # noqa: T201 - a leak
    capsys.readouterr()
    leaks = [[v.rule for v in one.violations if v.rule.endswith("-leak")] for one in app.judgements()]
    assert leaks == [["secret-leak", "pii-leak"], []]


def test_personal_data_of_thousands_is_not_remembered(sender):
    """After MOST_PERSONAL texts no more are added, so that memory does not grow."""
    app = sender(RATE)
    for number in range(MOST_PERSONAL):
        app.identify(str(number), email=f"ada{number}@example.com")
    (one, *_) = app.replay.observations(None)
    assert MOST_PERSONAL <= len(one.personal) < MOST_PERSONAL + 10


@pytest.mark.parametrize(
    ("left", "ended", "outcome"),
    [
        (KeyError("x"), None, "raised"),
        (KeyError("x"), ValueError("y"), "raised"),
        (None, None, "lost"),
        (None, KeyError("x"), "lost"),
    ],
)
def test_what_a_block_let_out_and_the_test_caught_was_expected(sender, left, ended, outcome):
    """An exception that left the `with` block, but did not end the test, counts as declared."""
    app = sender(RATE)
    app.identify()
    app.replay.leave(left)
    assert app.outcomes(ended)[0][0] == outcome


def test_an_exception_that_ends_block_and_test_was_not_expected(sender):
    """An exception that ends the block and the test is not expected; `raises` has to declare it."""
    for asked, outcome in ((mark(), "lost"), (mark(raises=(KeyError,)), "raised")):
        app = sender(RATE, asked=asked)
        app.identify()
        error = KeyError("x")
        app.replay.leave(error)
        assert app.outcomes(error)[0][0] == outcome


def test_subtests_are_no_retries_of_each_other(sender):
    """Each of them is a part of the test, with a chain of its own."""
    app = sender(RATE)

    class Case(unittest.TestCase):
        def runTest(self):
            for _ in range(2):
                with self.subTest():
                    app.identify()

    result = unittest.TestResult()
    Case().run(result)
    assert result.wasSuccessful()
    assert app.outcomes() == [("lost", 1), ("lost", 1)]


def test_a_group_is_declared_where_all_that_it_holds_is(sender):
    """One exception that nobody declared is enough for a group that is not declared."""
    for held, outcome in ((KeyError("y"), "raised"), (ValueError("y"), "lost")):
        app = sender(RATE, asked=mark(raises=(KeyError,)))
        app.identify()
        group = ExceptionGroup("", [KeyError("x"), held])
        app.replay.leave(group)
        assert app.outcomes(group)[0][0] == outcome


def test_what_pytest_raises_swallowed_after_the_error_counts(sender):
    """An exception that pytest.raises swallowed before the error is not the application's answer to it."""
    app = sender(RATE)
    app.replay.observer.raising.exceptions.expected.append(KeyError("before"))
    app.identify()
    assert app.outcomes() == [("lost", 1)]
    app.replay.observer.raising.exceptions.expected.append(KeyError("after"))
    assert app.outcomes() == [("raised", 1)]


def test_what_pytest_raises_swallowed_counts_for_no_later_payload(sender):
    """A payload that meets the error after the last exception of the test raised none; one that goes on did."""
    app = sender(RATE)
    app.identify("a")
    app.replay.observer.raising.exceptions.expected.append(KeyError("of a"))
    app.identify("a"), app.identify("b")
    assert app.outcomes() == [("raised", 2), ("lost", 1)]
    app.replay.observer.raising.exceptions.expected.append(KeyError("of b"))
    assert app.outcomes() == [("raised", 2), ("raised", 1)]


def test_statements_are_observed(sender):
    """What the test states is part of every observation; a false value for `reported` shows until a true one."""
    app = sender(RATE)
    for name in ("a", "b"):
        app.identify(name)
    statements = app.replay.observer.statements
    statements.state_reported(False)
    assert [one.reported_falsy for one in app.replay.observations(None)] == [True, True]
    statements.state_reported(True)
    statements.state_reported(False)
    assert [(one.reported, one.reported_falsy) for one in app.replay.observations(None)] == [(True, False)] * 2


@pytest.mark.parametrize(
    ("stated", "expected", "found"),
    [
        (False, [], ("TimeoutError", False)),
        (False, [TimeoutError()], ("TimeoutError", True)),
        (False, [KeyError()], ("TimeoutError", False)),
        (True, [], (None, False)),
        (True, [KeyError()], ("KeyError", True)),
    ],
)
def test_the_exception_of_a_celery_task(sender, stated, expected, found):
    """A task's exception counts if the test raised and stated nothing. It is declared if the test expected its class."""
    app = sender(RATE)
    app.identify()
    app.replay.observer.jobs.tasks.failed = TimeoutError()
    app.replay.observer.raising.exceptions.expected += expected
    app.replay.observer.statements.state_pending(stated)
    (one,) = app.replay.observations(None)
    assert (None if one.raised is None else type(one.raised).__name__, one.declared) == found


def test_equal_states_give_equal_observations(sender):
    """Without anything new, the observations are equal values."""
    app = sender(RATE)
    app.identify()
    assert app.replay.observations(None) == app.replay.observations(None)


def test_without_attempts_there_is_no_observation():
    """Another thread may ask before the first attempt is noted."""
    assert Observer().observations(RATE, None) == []


def test_what_comes_after_the_error_is_told_apart(sender, capsys):
    """The watch knows when the error was met, and each attempt whether it only reads."""
    app = sender(RATE)
    watch = app.replay.observer.watch
    assert not watch.error_met
    app.identify("a")
    assert watch.error_met
    (one,) = app.judgements()
    assert (one.observation.unread, one.observation.attempts[0].reads) == (False, False)
    capsys.readouterr()


def test_a_task_that_asks_to_be_run_again(sender):
    """Celery's own exception is declared, and the observation says that the task is to be run again."""
    app, error = sender(RATE), KeyError()
    app.identify("a")
    tasks = app.replay.observer.jobs.tasks
    tasks._again.add("1")
    tasks._requests_to_retry.append(error)
    (one,) = app.replay.observations(error)
    assert (one.raised, one.declared, one.rerun, one.pending) == (error, True, True, True)


def test_the_text_of_an_attempt_shows_no_credential(sender):
    """Two keys are two workspaces, and neither can be read from the value, which a failed assertion shows."""
    app = sender(RATE)
    for key in ("f00dcafe12345678", "f00dcafe87654321"):
        app.identify("a", headers={"authorization": f"Bearer {key}"})
    found = [attempt for one in app.replay.observations(None) for attempt in one.attempts]
    assert len({attempt.workspace for attempt in found}) == 2
    assert "f00dcafe" not in repr(found)
