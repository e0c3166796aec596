"""Exceptions that ended a thread, a task or a future, and that nobody reads."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import threading
from typing import Any

import pytest

from pytest_customerio.process.unseen import Unseen


class Refused(Exception):
    """What the application raises."""


def refuse() -> None:
    """What the application does in a thread."""
    raise Refused


async def refuse_later() -> None:
    """What the application does in a task."""
    raise Refused


@pytest.fixture
def unseen() -> Unseen:
    """The error was met already."""
    made = Unseen()
    made.met = True
    return made


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_ends_with_an_exception(unseen: Unseen, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hook that stood there is called."""
    called: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", called.append)
    with unseen:
        for _ in range(2):
            thread = threading.Thread(target=refuse)
            thread.start()
            thread.join()
    assert unseen.said == ("Refused ended a thread",)
    assert [one.exc_type for one in called] == [Refused] * 2
    assert threading.excepthook == called.append


def test_a_future_that_nobody_reads(unseen: Unseen) -> None:
    """One whose result, or exception, is read is not noted, nor one that ended well."""
    with unseen, concurrent.futures.ThreadPoolExecutor() as pool:
        read, asked, _, unread = [pool.submit(work) for work in (refuse, refuse, int, refuse)]
        with pytest.raises(Refused):
            read.result()
        assert isinstance(asked.exception(5), Refused)
        concurrent.futures.wait([unread])
    assert unseen.said == ("Refused in a future whose result nobody reads",)


def test_a_future_that_failed_before_the_error_was_met() -> None:
    """It has nothing to do with the error."""
    with Unseen() as unseen, concurrent.futures.ThreadPoolExecutor() as pool:
        failed = pool.submit(refuse)
        concurrent.futures.wait([failed])
        unseen.met = True
    assert unseen.said == ()


def test_a_task_that_nobody_awaits(unseen: Unseen) -> None:
    """It may be there still, or be collected; one that was awaited, or was there before, is not noted."""
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)

    async def start() -> Any:
        task = loop.create_task(refuse_later())
        await asyncio.sleep(0)
        return task

    before = loop.run_until_complete(start())
    with unseen:
        with pytest.raises(Refused):
            loop.run_until_complete(refuse_later())
        loop.call_exception_handler({"message": "something else", "exception": Refused()})
        loop.call_exception_handler({"message": "a task without an exception", "task": None})
        assert unseen.said == ()
    assert unseen.said == ()
    with unseen:
        there = loop.run_until_complete(start())
    assert unseen.said == ("Refused in a task that nobody awaits",)
    other = Unseen()
    other.met = True
    with other:
        loop.run_until_complete(start())
        gc.collect()
    assert other.said == ("Refused in a task that nobody awaits",)
    assert [isinstance(one.exception(), Refused) for one in (before, there)] == [True, True]
    loop.close()
