"""Tasks wait in virtual time; what is real takes real time."""

from __future__ import annotations

import asyncio
import math
import selectors
import subprocess
import sys
import threading
import time
import types
from asyncio import sleep as early_sleep
from unittest import mock

import pytest

from pytest_customerio.process.clock import loops
from pytest_customerio.process.clock.virtual import Clock

pytestmark = pytest.mark.usefixtures("alone")

REAL_SLEEP = asyncio.sleep
REAL_SELECT = {
    name: vars(kind)["select"] for name, kind in vars(selectors).items() if "select" in getattr(kind, "__dict__", ())
}


@pytest.fixture(autouse=True)
def _identity():
    """After every test the real functions stand where they stood."""
    yield
    assert asyncio.sleep is asyncio.tasks.sleep is early_sleep is REAL_SLEEP
    assert {name: vars(getattr(selectors, name))["select"] for name in REAL_SELECT} == REAL_SELECT
    assert "select" not in vars(selectors.PollSelector)


def _work(seconds):
    """Use the processor for so long."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return "done"


async def _sleeps():
    await asyncio.sleep(3600)
    return await early_sleep(0.5, "result")


async def _sleeps_of_no_length():
    await asyncio.sleep(0)
    await asyncio.sleep(-1)


async def _sleep_for_ever():
    task = asyncio.create_task(asyncio.sleep(math.inf))
    await asyncio.sleep(2)
    task.cancel()
    asyncio.get_running_loop().call_later(math.inf, print)
    return await asyncio.to_thread(_work, 0.01)


async def _gathered():
    woken = []

    async def nap(seconds):
        await asyncio.sleep(seconds)
        woken.append(seconds)

    await asyncio.gather(*map(nap, (3, 1, 2, 1)))
    return woken


async def _wait_for():
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.sleep(100), 5)


async def _timeout_around_a_schedule():
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            for seconds in (1, 2, 4, 8):
                await asyncio.sleep(seconds)


async def _timers():
    loop, rang = asyncio.get_running_loop(), asyncio.Event()
    loop.call_at(loop.time() + 30, rang.set)
    await rang.wait()


async def _sleeping_thread():
    await asyncio.wait_for(asyncio.to_thread(time.sleep, 14), 20)


async def _thread_sleeps_past_a_timeout():
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.to_thread(time.sleep, 14), 10)


async def _blocking_sleep():
    task = asyncio.create_task(asyncio.sleep(5))
    await asyncio.sleep(0)
    time.sleep(20)
    await task


async def _computing_thread():
    return await asyncio.wait_for(asyncio.to_thread(_work, 0.03), 5)


async def _child_process():
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", "print(1)", stdout=subprocess.PIPE)
    return (await asyncio.wait_for(child.communicate(), 60))[0].strip()


async def _loopback():
    async def answer(reader, writer):
        writer.write(await reader.readline())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"hello\n")
    line = await asyncio.wait_for(reader.readline(), 5)
    await asyncio.sleep(60)
    writer.close()
    server.close()
    return line


@pytest.mark.parametrize(
    ("run", "waits", "seconds", "result"),
    [
        (_sleeps, [3600, 0.5], 3600.5, "result"),
        (_sleeps_of_no_length, [], 0, None),
        (_sleep_for_ever, [2], 2, "done"),
        (_gathered, [3, 1, 2, 1], 3, [1, 1, 2, 3]),
        (_wait_for, [100], 5, None),
        (_timeout_around_a_schedule, [1, 2, 4], 5, None),
        (_timers, [], 30, None),
        (_sleeping_thread, [14], 14, None),
        (_thread_sleeps_past_a_timeout, [14], 10, None),
        (_blocking_sleep, [5, 20], 20, None),
        (_computing_thread, [], 0, "done"),
        (_child_process, [], 0, b"1"),
        (_loopback, [60], 60, b"hello\n"),
    ],
)
def test_coroutines_in_virtual_time(run, waits, seconds, result):
    """Each coroutine's waits, virtual duration and result are as in real time; computing takes real time."""

    async def timed():
        value = await run()
        return value, clock.now()

    with Clock() as clock:
        value, now = asyncio.run(timed())
    assert (value, clock.waits, clock.hidden) == (result, waits, "")
    assert seconds <= now < seconds + 5


def test_a_real_server_answers_aiohttp_and_its_timeouts_fire():
    """A server in the same loop: a quick answer arrives, and for a slow one the client's timeout fires."""
    import aiohttp
    from aiohttp import web

    async def answer(request):
        await asyncio.sleep(float(request.query["seconds"]))
        return web.Response(text="hello")

    async def talk():
        app = web.Application()
        app.router.add_get("/", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/?seconds="
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            async with session.get(url + "3") as response:
                text = await response.text()
            with pytest.raises(TimeoutError):
                await session.get(url + "30")
        done = clock.now()
        await runner.cleanup()  # waits for the slow answer
        return text, done

    with Clock() as clock:
        text, done = asyncio.run(talk())
    assert text == "hello"
    assert 8 <= done < 12
    assert clock.waits == [3.0, 30.0]


def test_a_timeout_of_httpx_fires_in_virtual_time():
    """A server that never answers: httpx's read timeout fires at its moment."""
    import httpx

    hung_up = asyncio.Event()

    async def listen(reader, writer):
        await reader.read()
        writer.close()
        hung_up.set()

    async def talk():
        server = await asyncio.start_server(listen, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        began = clock.now()
        async with httpx.AsyncClient(timeout=45) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get(f"http://{host}:{port}/")
        took = clock.now() - began
        await hung_up.wait()
        server.close()
        return took

    with Clock() as clock:
        assert 45 <= asyncio.run(talk()) < 50


def test_a_loop_that_goes_on_keeps_its_timers():
    """A timer that was set in virtual time fires afterwards when its remaining time is over, not an hour late."""

    async def goes_on():
        loop, rang = asyncio.get_running_loop(), asyncio.Event()
        with Clock():
            await asyncio.sleep(3600)
            loop.call_later(0.01, rang.set)
        await asyncio.wait_for(rang.wait(), 5)

    asyncio.run(goes_on())


def test_a_loop_of_another_thread_keeps_its_timers_and_a_closed_one_is_left_alone():
    """A background loop goes on ticking after the clock has stopped."""
    ticks, stop = [], threading.Event()

    async def tick():
        while not stop.is_set():
            ticks.append(1)
            await asyncio.sleep(0.005)

    thread = threading.Thread(target=lambda: asyncio.run(tick()))
    thread.start()
    with Clock() as clock:
        asyncio.run(asyncio.sleep(1))
        time.sleep(0.3)
        assert clock.now() >= 1.3
    before = len(ticks)
    deadline = time.monotonic() + 5
    while len(ticks) < before + 3 and time.monotonic() < deadline:
        time.sleep(0.002)
    stop.set()
    thread.join()
    assert len(ticks) >= before + 3


def test_a_selector_used_within_a_coroutine_is_not_the_loops():
    """A coroutine that selects by itself waits for real."""

    async def selects():
        with selectors.DefaultSelector() as selector:
            return selector.select(0.001)

    with Clock() as clock:
        assert asyncio.run(selects()) == []
        with selectors.SelectSelector() as selector:
            assert selector.select(0.001) == []
    assert clock.now() < 4


def test_a_mock_that_stands_at_asyncio_sleep_still_counts_its_calls():
    """The test's own mock is awaited, time moves on, and the wait is logged."""
    with mock.patch("asyncio.sleep") as mocked:
        with Clock() as clock:
            asyncio.run(_mocked())
            assert clock.now() >= 7
        assert asyncio.sleep is mocked
    mocked.assert_awaited_once_with(7)
    assert (clock.waits, clock.hidden) == ([7.0], "")


async def _mocked():
    await asyncio.sleep(7)


def test_a_mock_of_asyncio_sleep_within_waits_all_the_same():
    """A test that replaces asyncio.sleep while the case is replayed: what the mock is asked for counts as a wait."""
    with Clock() as clock, mock.patch("asyncio.sleep") as mocked:
        clock.now()
        asyncio.run(_mocked())
        mocked.assert_awaited_once_with(7)
    assert (clock.waits, clock.hidden) == ([7.0], "")


def test_a_sleep_that_outlives_the_clock_sleeps_for_real():
    """A coroutine that starts to sleep after the clock has stopped sleeps for real."""
    with Clock():
        sleeping = asyncio.sleep(0.001, "slept")
    assert asyncio.run(sleeping) == "slept"


def test_a_loop_whose_time_is_frozen_within_is_driven():
    """`freeze_time` within the case stops the real clock of the loop: its timers follow virtual time nevertheless."""
    import freezegun

    async def frozen():
        with freezegun.freeze_time("2026-01-01"):
            return await asyncio.gather(asyncio.sleep(90, 1), asyncio.sleep(30, 2))

    with Clock() as clock:
        assert asyncio.run(frozen()) == [1, 2]
        assert 90 <= clock.now() < 95
    assert clock.waits == [90.0, 30.0]
    assert clock.hidden == ""


def test_a_loop_with_real_timers_sleeps_by_itself():
    """With `real_asyncio` the timers of loops keep real time. Sleeps end nevertheless, and `hidden` names the cause."""
    import freezegun

    async def frozen():
        return await asyncio.gather(asyncio.sleep(90, 1), asyncio.sleep(30, 2))

    with Clock() as clock, freezegun.freeze_time("2026-01-01", real_asyncio=True):
        assert asyncio.run(frozen()) == [1, 2]
        assert 90 <= clock.now() < 95
    assert clock.waits == [90.0, 30.0]
    assert clock.hidden == "the timers of this event loop keep real time, so timeouts around a wait do not fire"


def test_a_loop_in_frozen_time_is_driven():
    """Under a `freeze_time` that started before, `asyncio.sleep` ends; without the clock it never would."""
    import freezegun

    with freezegun.freeze_time("2026-01-01"), Clock() as clock:
        asyncio.run(_sleeps())
        assert time.time() == pytest.approx(1767225600 + 3600.5, abs=0.001)
    assert (clock.waits, clock.hidden) == ([3600.0, 0.5], "")


def test_uvloop_sleeps_and_says_that_its_timeouts_are_real():
    """The timers of uvloop cannot be moved: its sleeps are virtual, and `hidden` names the timeouts."""
    uvloop = pytest.importorskip("uvloop")

    with Clock() as clock, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(_gathered()) == [1, 1, 2, 3]
        assert clock.now() >= 3
    assert clock.waits == [3.0, 1.0, 2.0, 1.0]
    assert clock.hidden == "the timers of uvloop keep real time, so timeouts around a wait do not fire"


def test_trio_sleeps_and_its_deadlines_pass():
    """trio's deadlines pass in virtual time, because it reads `perf_counter`."""
    import trio

    async def scoped():
        await trio.sleep(10)
        await trio.sleep(0)
        with trio.move_on_after(5) as scope:
            await trio.sleep(100)
        return scope.cancelled_caught

    with Clock() as clock:
        assert trio.run(scoped)
    assert (clock.waits, clock.hidden) == ([10.0, 100.0], "")


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_anyio_sleeps(backend):
    """anyio's sleep is virtual on asyncio, whose sleep it imported by name, and on trio."""
    import anyio

    async def sleeps():
        await anyio.sleep(7)
        return clock.now()

    with Clock() as clock:
        assert 7 <= anyio.run(sleeps, backend=backend) < 10
    assert clock.waits == [7.0]


def _attempts(clock):
    times = []

    def attempt():
        times.append(round(clock.now(), 1))
        raise ConnectionError

    return times, attempt


def _tenacity():
    import tenacity

    return tenacity.retry(wait=tenacity.wait_exponential(), stop=tenacity.stop_after_attempt(4))


def _stamina():
    import stamina

    return stamina.retry(on=ConnectionError, attempts=4, wait_initial=1, wait_jitter=0)


def _backoff():
    import backoff

    return backoff.on_exception(backoff.expo, ConnectionError, max_time=60, jitter=None)


@pytest.mark.parametrize("policy", [_tenacity, _stamina, _backoff])
def test_the_schedules_of_asyncio_equal_their_sync_twins(policy):
    """The same policy waits the same and tries at the same moments, in a thread and in a task.

    What a busy machine takes between two attempts moves the moments.
    """
    sync, in_task = policy(), policy()  # here, because the import of a library takes time
    with Clock() as clock:
        sync_times, attempt = _attempts(clock)
        with pytest.raises(Exception):
            sync(attempt)()
    sync_waits = clock.waits
    with Clock() as clock:
        async_times, attempt = _attempts(clock)

        async def attempt_async():
            attempt()

        with pytest.raises(Exception):
            asyncio.run(in_task(attempt_async)())
    assert clock.waits == pytest.approx(sync_waits, abs=0.5)
    assert async_times == pytest.approx(sync_times, abs=3)
    assert sync_waits[:3] == [1, 2, 4]
    assert clock.hidden == ""


def test_a_loop_library_without_a_sleep_is_left_alone(monkeypatch):
    """A release of trio without `sleep`, and a loop without timers that can be moved: nothing raises."""
    monkeypatch.setitem(sys.modules, "trio", types.ModuleType("trio"))
    with Clock() as clock:
        asyncio.run(asyncio.sleep(5))
    assert clock.waits == [5.0]
    loops._move_timers(object(), [], 5.0)
