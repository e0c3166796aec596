"""Given something of the test's in the place of a function that sleeps, what it is asked for counts as a wait."""

from __future__ import annotations

import asyncio
import time
import types
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from pytest_customerio.process.clock.replaced_sleeps import ReplacedSleeps, Sleep, is_replaced


class _Clock:
    """A clock that stands still until somebody waits."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.replaced = ReplacedSleeps(lambda: sum(self.waits), self.waits.append)


@pytest.mark.parametrize("make", [mock.Mock, lambda: mock.create_autospec(time.sleep), lambda: lambda seconds: None])
def test_what_stands_there_is_seen(make: Callable[[], Any]) -> None:
    """A mock keeps its place and its calls; a function is wrapped until the end."""
    clock, sleep = _Clock(), make()
    space = {"sleep": sleep}
    assert clock.replaced.sees(space, "sleep", time.sleep)
    assert clock.replaced.sees(space, "sleep", time.sleep)
    space["sleep"](7)
    assert clock.waits == [7.0]
    clock.replaced.undo()
    assert space["sleep"] is sleep
    sleep(7)
    assert clock.waits == [7.0]


class _Napping:
    """An object of the test's that is called, and asked for its calls."""

    def __init__(self) -> None:
        self.calls: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.calls.append(seconds)


def test_an_object_that_collects_the_waits() -> None:
    """It can still be asked for them where it stands."""
    clock = _Clock()
    space: dict[str, Any] = {"sleep": _Napping()}
    assert clock.replaced.sees(space, "sleep", time.sleep)
    space["sleep"](3)
    assert (space["sleep"].calls, clock.waits) == ([3], [3.0])


def test_a_list_that_collects_the_waits() -> None:
    """`monkeypatch.setattr(time, "sleep", waits.append)` has the waits still."""
    clock, waits = _Clock(), []
    space = {"sleep": waits.append}
    assert clock.replaced.sees(space, "sleep", time.sleep)
    space["sleep"](3)
    assert (waits, clock.waits) == ([3], [3.0])


@pytest.mark.parametrize("there", [mock.Mock(), types.SimpleNamespace(sleep=mock.Mock())])
def test_a_whole_module(there: Any) -> None:
    """A mock of the module `time` has a mock for its `sleep`; an object of the test's own may have one."""
    clock = _Clock()
    assert clock.replaced.sees({"time": there}, "time", time)
    assert clock.replaced.sees({"time": there}, "time", time)
    there.sleep(2)
    assert clock.waits == [2.0]


def test_an_object_with_a_function() -> None:
    """It is wrapped, until the end."""
    clock, there = _Clock(), types.SimpleNamespace(sleep=print)
    for _ in range(2):
        assert clock.replaced.sees({"time": there}, "time", time)
    assert isinstance(there.sleep, Sleep)
    clock.replaced.undo()
    assert there.sleep is print


@pytest.mark.parametrize("there", [object(), types.SimpleNamespace(), mock.NonCallableMock(spec=["time"])])
def test_a_module_without_a_sleep(there: Any) -> None:
    """Nothing can be seen."""
    assert not _Clock().replaced.sees({"time": there}, "time", time)


@pytest.mark.parametrize("there", [None, float])
def test_what_is_no_function(there: Any) -> None:
    """Nothing can be seen of a class, or of nothing."""
    assert not _Clock().replaced.sees({"sleep": there}, "sleep", time.sleep)
    assert not is_replaced(there)


def test_a_coroutine_waits_when_it_is_awaited() -> None:
    """An `AsyncMock` that nobody awaits waits for nothing."""
    clock, sleep = _Clock(), mock.AsyncMock(return_value="slept")
    assert is_replaced(sleep)
    assert clock.replaced.sees_mock(sleep)
    called = sleep(delay=4)
    assert clock.waits == []

    async def run() -> object:
        return await called

    assert asyncio.run(run()) == "slept"
    assert clock.waits == [4.0]
    sleep.assert_awaited_once_with(delay=4)


@pytest.mark.parametrize("given", [(), ("7",), (0,), (-1,)])
def test_what_is_no_wait(given: tuple[object, ...]) -> None:
    """Nothing passes, and nothing fails."""
    clock = _Clock()
    Sleep(mock.Mock(), lambda: 0.0, clock.waits.append)(*given)
    assert clock.waits == []


def test_a_mock_that_sleeps_itself_waits_once() -> None:
    """`patch("time.sleep", side_effect=time.sleep)` lets time pass already."""
    clock = _Clock()
    sleep = mock.Mock(side_effect=clock.waits.append)
    assert clock.replaced.sees_mock(sleep)
    sleep(5)
    assert clock.waits == [5]
