"""What leaves after its test was over belongs to that test, and to no other."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story, closing

WHAT_TO_DO = """\
what to do  wait for it in the test: thread.join(), executor.shutdown(), queue.join(), await task,
            cio.drain(worker)
"""
# Gates instead of waiting: what is late leaves when the next test lets it, and has left when `left()` returns.
LATE = """
import threading

import crm

BEGUN, GATE, LEFT = threading.Event(), threading.Event(), threading.Event()


def send(name="purchase"):
    BEGUN.set()
    assert GATE.wait(10)
    try:
        crm.event("42", name)
    finally:
        LEFT.set()


def left():
    GATE.set()
    assert LEFT.wait(10)
    for event in (BEGUN, GATE, LEFT):
        event.clear()
"""
NEXT = """

        def test_next(cio):
            left()
            assert cio.sent == ()
"""
# `leftovers.THREADS` real seconds are not waited for here.
CONFTEST = """
import pytest
from pytest_customerio.running import unfinished as leftovers

@pytest.fixture(autouse=True, scope="session")
def hasty():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leftovers, "THREADS", 0.01)
        patch.setattr(leftovers, "REPLAYED", 0.01)
        yield
"""


@pytest.fixture
def project(story: Story) -> Story:
    """A project whose requests may leave late."""
    story.file("late.py", LATE)
    story.file("conftest.py", CONFTEST)
    return story


def test_a_thread(project: Story) -> None:
    """Told below the table, whole; the next test, which looks, has not sent it."""
    result = project.run(
        """
        import threading
        import crm
        from late import left, send

        def test_buy():
            crm.event("42", "purchase")
            threading.Thread(target=send).start()
        """
        + NEXT,
        "--cio-contract",
    )
    result.assert_outcomes(passed=2)
    assert result.ret == 0
    assert closing(result).partition("\n\n")[2] == (
        """\
late: test_app.py::test_buy: 1 request left after the test was over

  operation     sent from            requests
  track.event   crm.py:18 in event   1

"""
        + WHAT_TO_DO
        + """
next: no error was replayed to track.event: mark a test that sends it @pytest.mark.cio_errors
"""
    )


PAIR = """
def test_buy_{number}():
    {starter}


def test_next_{number}(cio):
    arrive()
    assert cio.sent == ()
    crm.identify("42")
    assert len(cio.sent) == 1
"""
STARTERS = {
    "timer": "threading.Timer(0, send).start()",
    "executor": "ThreadPoolExecutor(1).submit(send)",
    "pool": "POOL.submit(send)",
    "callback": "POOL.submit(GO.wait).add_done_callback(lambda _: send()); GO.set()",
    "thread pool": "THREADS.apply_async(send); BEGUN.wait(10)",  # handed over in the dark, it is nobody's before
    "worker": "JOBS.put(send)",
    "own worker": "threading.Thread(target=work, daemon=True).start(); JOBS.put(send)",
    "in a thread": "threading.Thread(target=lambda: threading.Thread(target=send).start()).start()",
    "to_thread": "LOOP.run_until_complete(start(asyncio.to_thread(send)))",
    "task": "LOOP.run_until_complete(start(task()))",
    "child task": "LOOP.run_until_complete(start(parent()))",
    "loop in a thread": "asyncio.run_coroutine_threadsafe(asyncio.to_thread(send), RUNNING); BEGUN.wait(10)",
}


def test_whoever_sends_it(project: Story) -> None:
    """Credited to the test that started it or gave it work, never to the next one."""
    project.file(
        "starters.py",
        """
        import asyncio
        import queue
        import threading
        from concurrent.futures import ThreadPoolExecutor
        from multiprocessing.pool import ThreadPool

        import crm
        from late import BEGUN, GATE, left, send

        GO = threading.Event()
        JOBS, POOL, THREADS = queue.Queue(), ThreadPoolExecutor(1), ThreadPool(1)
        LOOP, RUNNING = asyncio.new_event_loop(), asyncio.new_event_loop()
        TASKS = []

        def work():
            while True:
                JOBS.get()()

        threading.Thread(target=work, daemon=True).start()
        threading.Thread(target=RUNNING.run_forever, daemon=True).start()

        async def start(work):
            TASKS.append(asyncio.create_task(work))
            await asyncio.sleep(0)

        async def task():
            while not GATE.is_set():
                await asyncio.sleep(0)
            send()

        async def parent():
            await asyncio.sleep(0)
            await start(task())

        def arrive():
            GATE.set()
            while TASKS:
                LOOP.run_until_complete(TASKS.pop())
            left()
        """,
    )
    pairs = [PAIR.format(number=number, starter=starter) for number, starter in enumerate(STARTERS.values())]
    result = project.run(
        "from starters import *\n" + "".join(pairs), "--cio-contract", subprocess=True
    )  # its threads end with it
    result.assert_outcomes(passed=2 * len(STARTERS))
    assert [line for line in result.outlines if line.startswith("late: ")] == [
        f"late: test_app.py::test_buy_{number}: 1 request left after the test was over" for number in range(len(pairs))
    ]


def test_it_does_not_meet_the_next_test_s_error(project: Story) -> None:
    """It is answered with success, also while the next one's case is at work; which is met by that test's own."""
    result = project.run(
        """
        import threading
        import crm
        import pytest
        import requests
        from late import left, send

        def test_buy():
            threading.Thread(target=send).start()

        @pytest.mark.cio_errors("500-server-error-persists", raises=requests.HTTPError)
        def test_error(cio):
            left()
            assert cio.attempts == 0
            crm.event("43", "purchase").raise_for_status()
        """,
        "--cio-contract",
        "--cio-report=report.json",
    )
    result.assert_outcomes(passed=2)
    rows = [(row["nodeid"].partition("::")[2], row["outcome"], row["attempts"]) for row in project.rows()]
    assert rows == [("test_error[500-server-error-persists]", "raised", 1), ("test_buy", None, 1)]


def test_what_is_late_of_a_replay_is_not_answered_with_the_error(project: Story) -> None:
    """Its case is over; that is told, too."""
    result = project.run(
        """
        import threading
        import crm
        import pytest
        from late import left, send

        @pytest.mark.cio_errors("500-server-error-persists", best_effort=True)
        def test_buy():
            crm.event("42", "purchase")
            threading.Thread(target=send).start()
            import logging
            logging.error("not sent")

        def test_next(cio):
            left()
            assert cio.sent == ()
        """,
    )
    result.assert_outcomes(passed=2)
    assert "late: test_app.py::test_buy[500-server-error-persists]: 1 request left after" in result.stdout.str()


BROKEN = """
        import threading
        import crm
        from late import left, send

        def test_buy():
            crm.event("42", "purchase")
            threading.Thread(target=send, args=("x" * 134,)).start()

        def test_next(cio):
            left()
            assert cio.sent == ()
"""


def test_a_payload_that_breaks_its_contract(project: Story) -> None:
    """No test can fail for it any more, but the run does: what is wrong is told whole."""
    result = project.run(BROKEN, "--cio-contract", "--cio-report=report.json")
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    text = closing(result)
    assert "late: test_app.py::test_buy: 1 request left after the test was over\n" in text
    assert (
        WHAT_TO_DO
        + """
track.event $.name: expected 1 to 100 bytes, got 134 bytes

  where    expected         got
  $.name   1 to 100 bytes   134 bytes
"""
        in text
    )
    (row,) = project.rows()
    assert (row["nodeid"], row["operation"], row["attempts"]) == ("test_app.py::test_buy", "track.event", 2)
    assert [violation["rule"] for violation in row["violations"]] == ["event-name-too-long"]
    assert "track.event  FAIL" in text


def test_a_payload_that_a_mark_allows(project: Story) -> None:
    """The late one's own mark."""
    allowed = BROKEN.replace(
        "def test_buy", '@__import__("pytest").mark.cio_allow("event-name-too-long", reason="x")\n        def test_buy'
    )
    result = project.run(allowed, "--cio-contract")
    assert result.ret == 0
    assert "late: test_app.py::test_buy: 1 request left" in closing(result)


def test_a_test_that_is_not_checked(project: Story) -> None:
    """Nobody answers its requests, then or later; the next test has no part in it."""
    result = project.run(
        """
        import threading
        import pytest
        from late import left, send

        @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
        def test_buy():
            threading.Thread(target=send).start()

        @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
        def test_next(cio):
            left()
            assert cio.sent == ()
        """
    )
    result.assert_outcomes(passed=2)
    assert "late: " not in result.stdout.str()


def test_several_of_several_tests(project: Story) -> None:
    """Each test in the order in which its first request left; by operation and place."""
    result = project.run(
        """
        import threading
        import crm

        GATES = [threading.Event() for _ in range(2)]
        THREADS = []

        def send(gate, times):
            assert gate.wait(10)
            for n in range(times):
                crm.event(str(n), "purchase")
            crm.identify("42", plan="basic")

        def start(gate, times):
            THREADS.append(threading.Thread(target=send, args=(gate, times)))
            THREADS[-1].start()

        def test_one():
            start(GATES[0], 3)

        def test_two():
            start(GATES[1], 1)

        def test_next(cio):
            for gate, thread in reversed(list(zip(GATES, THREADS))):
                gate.set()
                thread.join()
            assert cio.sent == ()
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=3)
    blocks = [block for block in closing(result).split("\n\n") if block.startswith(("late: ", "  operation"))]
    assert [" ".join(line.split()) for line in "\n".join(blocks).splitlines()] == [
        "late: test_app.py::test_two: 2 requests left after the test was over",
        "operation sent from requests",
        "track.event crm.py:18 in event 1",
        "track.identify crm.py:13 in identify 1",
        "late: test_app.py::test_one: 4 requests left after the test was over",
        "operation sent from requests",
        "track.event crm.py:18 in event 3",
        "track.identify crm.py:13 in identify 1",
    ]


def test_in_workers(project: Story) -> None:
    """What a worker of pytest-xdist saw late is told where the table is, and fails the run."""
    result = project.run(
        BROKEN, "--cio-contract", "--cio-report=report.json", "-p", "xdist", "-n1", "--dist=load", subprocess=True
    )
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    text = closing(result)
    assert "late: test_app.py::test_buy: 1 request left after the test was over\n" in text
    assert "track.event $.name: expected 1 to 100 bytes, got 134 bytes\n" in text
    assert [row["attempts"] for row in project.rows()] == [2]


def test_a_failed_test_has_late_requests_too(project: Story) -> None:
    """Whatever becomes of it, and of its setup."""
    result = project.run(
        """
        import threading
        import pytest
        from late import left, send

        def test_buy():
            threading.Thread(target=send).start()
            assert False

        @pytest.fixture
        def broken():
            raise RuntimeError

        def test_not_set_up(broken):
            pass
        """
        + NEXT,
        "--cio-contract",
    )
    result.assert_outcomes(passed=1, failed=1, errors=1)
    assert "late: test_app.py::test_buy: 1 request left" in closing(result)


def test_what_arrives_in_time_is_not_late(project: Story) -> None:
    """A moment is waited for: then it is the test's as if it had been waited for there."""
    result = project.run(
        """
        import threading
        import crm

        def test_thread():
            threading.Thread(target=crm.event, args=("42", "x" * 134)).start()
        """,
        "--cio-contract",
        "-o",
        "pythonpath=.",
        "--noconftest",
    )
    result.assert_outcomes(failed=1)
    assert "late: " not in result.stdout.str()
