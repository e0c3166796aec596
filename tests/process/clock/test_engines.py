"""tenacity's own ways to wait are seen, and it is known when the test hides its waits."""

from __future__ import annotations

import asyncio
import threading
import time
from unittest import mock

import pytest
import tenacity
from tenacity import retry, stop_after_attempt, wait_exponential, wait_fixed, wait_none

from pytest_customerio.process.clock.engines import NO_WAIT, _declares_wait
from pytest_customerio.process.clock.virtual import Clock

REAL_PREPARE = tenacity.RetryCallState.prepare_for_next_attempt


@pytest.fixture(autouse=True)
def _identity():
    """After every test the real method stands where it stood."""
    yield
    assert tenacity.RetryCallState.prepare_for_next_attempt is REAL_PREPARE


def _fail():
    raise ConnectionError


async def _fail_async():
    raise ConnectionError


def _run(function):
    with Clock() as clock, pytest.raises((tenacity.RetryError, ConnectionError)):
        result = function()
        if asyncio.iscoroutine(result):
            asyncio.run(result)
    return clock.waits, clock.hidden


@retry(wait=wait_exponential(), stop=stop_after_attempt(3))
def _with_wait():
    raise ConnectionError


@retry(wait=wait_none(), stop=stop_after_attempt(3))
def _without_wait():
    raise ConnectionError


@retry(stop=stop_after_attempt(3))
def _by_default():
    raise ConnectionError


def test_a_policy_that_waits_for_an_event_waits_in_virtual_time():
    """`sleep_using_event` ends at once where the event is set, and takes virtual time otherwise."""
    event = threading.Event()
    policy = tenacity.Retrying(
        sleep=tenacity.sleep_using_event(event), wait=wait_exponential(), stop=stop_after_attempt(3)
    )
    sleep = policy.sleep
    assert _run(lambda: policy(_fail)) == ([1.0, 2.0], "")
    assert policy.sleep is sleep
    event.set()
    assert _run(lambda: policy(_fail)) == ([], "")


@pytest.mark.parametrize(("sleep", "fail"), [(time.sleep, _fail), (asyncio.sleep, _fail_async)])
def test_a_policy_that_was_given_a_sleep_early_is_served(sleep, fail):
    """A policy that holds the real sleep is given ours, and gets its own back."""
    kind = tenacity.Retrying if fail is _fail else tenacity.AsyncRetrying
    policy = kind(sleep=sleep, wait=wait_fixed(5), stop=stop_after_attempt(3))
    assert _run(lambda: policy(fail)) == ([5.0, 5.0], "")
    assert policy.sleep is sleep


@pytest.mark.parametrize("fail", [_fail, _fail_async])
def test_a_policy_whose_sleep_was_replaced_waits_all_the_same(fail):
    """A mock as the sleep of a policy takes no time: what it was asked for counts as a wait."""
    function = retry(wait=wait_exponential(), stop=stop_after_attempt(3))(fail)
    function.retry.sleep = mock.AsyncMock() if fail is _fail_async else mock.Mock()
    assert _run(function) == ([1.0, 2.0], "")
    assert function.retry.sleep.call_count == 2


def test_a_wait_that_the_test_took_away_is_noticed(monkeypatch):
    """The test sets `wait_none()` where the decorator asks for a wait: the waits count as hidden."""
    monkeypatch.setattr(_with_wait.retry, "wait", wait_none())
    assert _run(_with_wait) == ([0.0, 0.0], NO_WAIT)


@pytest.mark.parametrize("function", [_without_wait, _by_default])
def test_a_policy_of_the_application_that_never_waits_is_its_own(function):
    """tenacity without `wait` does not wait: that is the application's fault, and nothing is hidden."""
    assert _run(function) == ([0.0, 0.0], "")


def test_a_function_without_source_declares_nothing():
    """The source of a function made by `exec` cannot be read, so that it declares no wait."""
    namespace = {}
    exec("def made(): pass", namespace)
    assert not _declares_wait(namespace["made"])
    assert not _declares_wait(None)


def test_what_is_not_imported_is_left_alone(monkeypatch):
    """Without tenacity nothing is patched."""
    monkeypatch.delitem(__import__("sys").modules, "tenacity")
    with Clock():
        assert tenacity.RetryCallState.prepare_for_next_attempt is REAL_PREPARE
