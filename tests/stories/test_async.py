"""asyncio: many requests at once, tasks that outlive their request, cancellation, and asynchronous test runners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from applications import APP
from listening import CONFTEST

if TYPE_CHECKING:
    from tests.stories.conftest import Story

GATE = ("--cio-contract", "-Werror")


@pytest.fixture
def project(story: Story) -> Story:
    """A project that sends through every client."""
    story.file("app.py", APP)
    story.file("conftest.py", CONFTEST)
    return story


def test_many_at_once(project: Story) -> None:
    """Two hundred requests at a time over one session: each is heard once, with its own payload, call site and answer."""
    result = project.run(
        """
        import asyncio
        import json
        import aiohttp
        import app
        import httpx
        import httpx2
        import pytest

        BODIES = [json.dumps({"name": "purchase", "data": {"n": n}}).encode() for n in range(200)]

        async def by_aiohttp():
            async with aiohttp.ClientSession(headers=app.HEADERS) as session:
                async def one(body):
                    async with session.post(app.URL, data=body) as response:
                        return response.status, await response.json(), body
                return await asyncio.gather(*map(one, BODIES))

        async def by_httpx(module=httpx):
            limits = module.Limits(max_connections=20)
            async with module.AsyncClient(headers=app.HEADERS, limits=limits, timeout=60) as client:
                async def one(body):
                    response = await client.post(app.URL, content=body)
                    return response.status_code, response.json(), body
                return await asyncio.gather(*map(one, BODIES))

        async def by_httpx2():
            return await by_httpx(httpx2)

        @pytest.mark.parametrize("send", [by_aiohttp, by_httpx, by_httpx2])
        def test_gather(send, cio, dns):
            assert asyncio.run(send()) == [(200, {}, body) for body in BODIES]
            assert sorted(one.body for one in cio.sent) == sorted(BODIES)
            assert {(one.attempts, one.status, one.raised) for one in cio.sent} == {(1, 200, None)}
            assert {one.sent_from.split(" in ")[1] for one in cio.sent} == {"one"}

        def test_taskgroup_of_all_clients(cio):
            async def main():
                async with asyncio.TaskGroup() as group:
                    for n in range(8):
                        group.create_task(app.aiohttp_async(app.URL, app.GOOD))
                        group.create_task(app._by_async(httpx, app.URL, app.GOOD, "POST"))
                        group.create_task(asyncio.to_thread(app.by_requests, app.URL, app.GOOD))
            asyncio.run(main())
            assert sorted(one.client for one in cio.sent) == sorted(["aiohttp", "httpx", "requests"] * 8)
            assert {one.attempts for one in cio.sent} == {1}
        """,
        *GATE,
    )
    result.assert_outcomes(passed=4)


def test_a_task_started_by_a_hook_is_heard_for_itself(project: Story) -> None:
    """A task that was started during a request keeps the context of that request. Its own later requests are heard
    nevertheless."""
    result = project.run(
        """
        import asyncio
        import app
        import httpx

        def test_one(cio):
            async def main():
                later = []
                async def afterwards():
                    await asyncio.sleep(0)
                    while not done.is_set():
                        await asyncio.sleep(0)
                    return await app.aiohttp_async(app.URL + "?second", app.GOOD)
                async def hook(response):
                    later.append(asyncio.create_task(afterwards()))
                done = asyncio.Event()
                async with httpx.AsyncClient(event_hooks={"response": [hook]}) as client:
                    await client.post(app.URL, content=app.GOOD, headers=app.HEADERS)
                done.set()
                await asyncio.gather(*later)
            asyncio.run(main())
            assert [(one.client, one.attempts) for one in cio.sent] == [("httpx", 1), ("aiohttp", 1)]
        """,
        *GATE,
    )
    result.assert_outcomes(passed=1)


def test_timeouts_and_cancellation(project: Story) -> None:
    """A cancelled request raises CancelledError, a request within its timeout is answered, and other tasks run
    meanwhile."""
    result = project.run(
        """
        import asyncio
        import aiohttp
        import app
        import httpx
        import pytest

        SENDERS = {
            "aiohttp": lambda: app.aiohttp_async(app.URL, app.GOOD),
            "httpx": lambda: app._by_async(httpx, app.URL, app.GOOD, "POST"),
        }

        @pytest.mark.parametrize("name", SENDERS)
        def test_in_time(name):
            async def main():
                async with asyncio.timeout(30):
                    return await SENDERS[name]()
            assert asyncio.run(main())[0] == 200

        @pytest.mark.parametrize("name", SENDERS)
        def test_cancelled_before_it_began(name, cio):
            async def main():
                task = asyncio.create_task(SENDERS[name]())
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            asyncio.run(main())
            assert cio.sent == ()

        @pytest.mark.parametrize("name", SENDERS)
        def test_cancelled_at_every_step(name, cio):
            async def main(steps):
                task = asyncio.create_task(SENDERS[name]())
                for _ in range(steps):
                    await asyncio.sleep(0)
                task.cancel()
                try:
                    return await task
                except asyncio.CancelledError:
                    for _ in range(3):  # what was on its way arrives nonetheless, and is no request of its own
                        await asyncio.sleep(0)
            ends, steps = [], 0
            while not any(ends):
                ends.append(asyncio.run(main(steps)))
                steps += 1 if name == "aiohttp" else 4
            assert len(ends) < 100 and ends[-1][0] == 200
            assert {(one.status, one.raised) for one in cio.sent} == {(None, "CancelledError"), (200, None)}
            assert len(cio.sent) == len(ends) - 1  # the first was cancelled before it began

        @pytest.mark.parametrize("name", SENDERS)
        def test_others_get_their_turn(name):
            async def main():
                turns = 0
                async def other():
                    nonlocal turns
                    while True:
                        turns += 1
                        await asyncio.sleep(0)
                task = asyncio.create_task(other())
                await SENDERS[name]()
                task.cancel()
                return turns
            assert asyncio.run(main()) >= 1

        def test_never_awaited_warns_as_ever():
            async def main():
                async with aiohttp.ClientSession() as session:
                    manager = session.post(app.URL)
                    manager.close()
            asyncio.run(main())
        """,
        *GATE,
    )
    result.assert_outcomes(passed=9)


def test_the_runners_of_asynchronous_tests(project: Story) -> None:
    """Tests of unittest's and anyio's runners are judged in the call phase, with one failure for each broken test."""
    result = project.run(
        """
        import unittest
        import app
        import pytest

        class Tests(unittest.IsolatedAsyncioTestCase):
            async def test_good(self):
                assert (await app.aiohttp_async(app.URL, app.GOOD))[0] == 200

            async def test_broken(self):
                await app.aiohttp_async(app.URL, app.MILLISECONDS)

        @pytest.mark.anyio
        @pytest.mark.parametrize("anyio_backend", ["asyncio"])
        async def test_anyio_good(anyio_backend):
            assert (await app._by_async(app.httpx, app.URL, app.GOOD, "POST"))[0] == 200

        @pytest.mark.anyio
        @pytest.mark.parametrize("anyio_backend", ["asyncio"])
        async def test_anyio_broken(anyio_backend):
            await app._by_async(app.httpx, app.URL, app.MILLISECONDS, "POST")
        """,
        *GATE,
        "-p",
        "anyio.pytest_plugin",
    )
    result.assert_outcomes(passed=2, failed=2)
    lines = [line for line in result.stdout.lines if "expected unix seconds" in line and not line.startswith("FAILED")]
    assert len(lines) == 2


def test_one_client_over_several_loops(project: Story) -> None:
    """A client at module level, used by one event loop after another, is heard and answered each time."""
    result = project.run(
        """
        import asyncio
        import app
        import httpx
        import pytest

        CLIENT = httpx.AsyncClient(headers=app.HEADERS)

        @pytest.mark.parametrize("turn", range(3))
        def test_turn(turn, cio):
            async def main():
                return [(await CLIENT.post(app.URL, content=app.GOOD)).status_code for _ in range(2)]
            assert asyncio.run(main()) == [200, 200]
            assert [one.attempts for one in cio.sent] == [1, 1]
        """,
        *GATE,
    )
    result.assert_outcomes(passed=3)
