"""A time that the application set around a request is found, however it was set."""

from __future__ import annotations

import asyncio
import sys

import anyio
import pytest
import trio

from pytest_customerio.process import deadlines
from pytest_customerio.process.deadlines import has_deadline


async def asks():
    return has_deadline()


async def nothing():
    return has_deadline()


async def timeout():
    async with asyncio.timeout(10):
        return has_deadline()


async def timeout_without_end():
    async with asyncio.timeout(None):
        return has_deadline()


async def timeout_of_before():
    async with asyncio.timeout(10):
        pass
    return has_deadline()


async def timeout_of_another_task():
    async def other():
        async with asyncio.timeout(10):
            await begun.wait()

    begun = asyncio.Event()
    task = asyncio.create_task(other())
    await asyncio.sleep(0)
    found = has_deadline()
    begun.set()
    await task
    return found


async def wait_for():
    return await asyncio.wait_for(asks(), 10)


async def wait_for_without_end():
    return await asyncio.wait_for(asks(), None)


async def group():
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(asks())
    return task.result()


async def group_without_end():
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(asks())
    return task.result()


async def scope():
    with anyio.fail_after(10):
        return has_deadline()


async def scope_around_a_group():
    found = []

    async def ask():
        found.append(has_deadline())

    with anyio.move_on_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
    return found == [True]


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (nothing, False),
        (timeout, True),
        (timeout_without_end, False),
        (timeout_of_before, False),
        (timeout_of_another_task, False),
        (wait_for, True),
        (wait_for_without_end, False),
        (group, True),
        (group_without_end, False),
        (scope, True),
        (scope_around_a_group, True),
    ],
)
def test_in_a_task(function, found):
    """In asyncio: `timeout`, `wait_for`, a group of tasks within, and the scopes of anyio."""
    assert asyncio.run(function()) is found


@pytest.mark.parametrize(("function", "found"), [(nothing, False), (scope, True)])
def test_in_trio(function, found):
    """In trio: its scopes, and those of anyio."""
    assert trio.run(function) is found


def test_outside_of_any_loop(monkeypatch):
    """Without a loop there is no deadline; nor where a library is not imported, or its private parts are missing."""
    assert not has_deadline()
    monkeypatch.delitem(sys.modules, "anyio")
    monkeypatch.setattr(deadlines, "_release_waiter", None)
    assert asyncio.run(timeout()) and not asyncio.run(nothing())


def test_a_loop_without_timers(monkeypatch):
    """A loop that hides its timers, as uvloop does, shows no deadline."""
    monkeypatch.delitem(sys.modules, "anyio")

    async def asked():
        monkeypatch.setattr(asyncio.get_running_loop(), "_scheduled", [])
        async with asyncio.timeout(None):
            return has_deadline()

    assert asyncio.run(asked()) is False
