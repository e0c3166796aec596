"""A request that leaves after its test is over belongs to that test, and to no other."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story, closing

WHAT_TO_DO = """\
what to do  wait for it in the test: thread.join(), executor.shutdown(), queue.join(), await task,
            cio.drain(worker)
"""
# No test waits for real time: a late request is sent when the next test opens the gate, and was sent when `left()` returns.
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
# Threads are waited for only 0.01 s here, so that their requests are late.
CONFTEST = """
import pytest
from pytest_customerio.running.checked import unfinished

@pytest.fixture(autouse=True, scope="session")
def hasty():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unfinished, "THREADS", 0.01)
        patch.setattr(unfinished, "REPLAYED", 0.01)
        yield
"""


@pytest.fixture
def project(story: Story) -> Story:
    """A project whose requests may leave after their test."""
    story.file("late.py", LATE)
    story.file("conftest.py", CONFTEST)
    return story


def test_a_thread(project: Story) -> None:
    """The late request of a thread is listed below the matrix. The next test, during which it left, has not sent it."""
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
- not tried
looked at: 2 requests in 1 test

met no error: 1 of 1 call site
  track.event at crm.py:18 in event
    mark test_app.py::test_buy: @pytest.mark.cio_errors

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
    "thread pool": "THREADS.apply_async(send); BEGUN.wait(10)",  # the pool hands the work over in a thread of its own, so the test waits until it has begun
    "worker": "JOBS.put(send)",
    "own worker": "threading.Thread(target=work, daemon=True).start(); JOBS.put(send)",
    "in a thread": "threading.Thread(target=lambda: threading.Thread(target=send).start()).start()",
    "to_thread": "LOOP.run_until_complete(start(asyncio.to_thread(send)))",
    "task": "LOOP.run_until_complete(start(task()))",
    "child task": "LOOP.run_until_complete(start(parent()))",
    "loop in a thread": "asyncio.run_coroutine_threadsafe(asyncio.to_thread(send), RUNNING); BEGUN.wait(10)",
}


def test_every_kind_of_worker(project: Story) -> None:
    """A late request of a thread, executor, worker or task is counted for the test that started it or gave it work."""
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
    )  # the threads end with the subprocess
    result.assert_outcomes(passed=2 * len(STARTERS))
    assert [line for line in result.outlines if line.startswith("late: ")] == [
        f"late: test_app.py::test_buy_{number}: 1 request left after the test was over" for number in range(len(pairs))
    ]


def test_it_does_not_meet_the_next_test_s_error(project: Story) -> None:
    """A late request is answered with success while the next test's case is at work; the case is met by a request of
    that test."""
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
    assert rows == [("test_buy", None, 1), ("test_error[500-server-error-persists]", "raised", 1)]


def test_what_is_late_of_a_replay_is_not_answered_with_the_error(project: Story) -> None:
    """A late request of a test with a case is answered with success, because the case is over, and is listed."""
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
    """A late request that breaks its contract fails the run; the whole violation is shown."""
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
    """The `cio_allow` mark of the test that started the request counts."""
    allowed = BROKEN.replace(
        "def test_buy", '@__import__("pytest").mark.cio_allow("event-name-too-long", reason="x")\n        def test_buy'
    )
    result = project.run(allowed, "--cio-contract")
    assert result.ret == 0
    assert "late: test_app.py::test_buy: 1 request left" in closing(result)


def test_a_test_that_is_not_checked(project: Story) -> None:
    """A late request of a test that is not checked is refused, not listed, and not counted for the next test."""
    result = project.run(
        """
        import threading
        import pytest
        from late import left, send

        THREAD = threading.Thread(target=send)

        @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
        def test_buy():
            THREAD.start()

        @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
        def test_next(cio):
            left()
            THREAD.join()  # its exception is told to pytest while this test ignores it
            assert cio.sent == ()
        """
    )
    result.assert_outcomes(passed=2)
    assert "late: " not in result.stdout.str()


def test_several_of_several_tests(project: Story) -> None:
    """Tests are listed in the order in which their first late request left, each with its requests by operation and
    call site."""
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
    """With pytest-xdist, a late request in a worker is listed by the controller, and fails the run."""
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
    """A test that failed has its late requests listed too; one whose setup failed has none."""
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
    """A test waits a moment for its threads: a request within that time is judged with the test."""
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
