"""Sends in a test: as applications do, through a recording cassette, a proxy, threads, and other processes."""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import attempts
import conftest
import pytest
import senders

conftest.at("early: import of a test module")
GEVENT = senders.NETWORK.startswith("gevent")
ANEW = "import attempts; attempts.everything({!r})"


@pytest.fixture
def around(whole_run: object) -> object:
    conftest.at("beside: setup of a fixture")
    yield
    conftest.at("beside: teardown of a fixture")


def test_plain(around: object) -> None:
    attempts.everything("in a test")
    attempts.everything(
        "in a test, without TLS",
        senders.WITHOUT_TLS,
        lambda name: senders.send(name, senders.URL.replace("https", "http")),
    )


@pytest.mark.parametrize("mode", ["once", "new_episodes", "all"])
def test_cassette(mode: str, tmp_path: Path) -> None:
    """A cassette of the suite, which records."""
    vcr = pytest.importorskip("vcr")

    def send(name: str) -> str:
        with vcr.use_cassette(str(tmp_path / f"{name}.yaml"), record_mode=mode):
            return senders.send(name)

    attempts.everything(f"in a cassette, {mode}", senders.RECORDED, send)


def test_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1080")
    attempts.everything("through a proxy of the environment", senders.RECORDED)


def test_thread() -> None:
    thread = threading.Thread(target=attempts.everything, args=("in a thread",))
    thread.start()
    thread.join()

    def late() -> None:
        conftest.ENDING.wait()
        conftest.at_exit("late: thread that a test left")

    conftest.LEFT.append(threading.Thread(target=late, daemon=True))
    conftest.LEFT[-1].start()


@pytest.mark.skipif(GEVENT, reason="gevent does not work with the queues of multiprocessing")
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_process(method: str) -> None:
    context = multiprocessing.get_context(method)
    process = context.Process(target=attempts.everything, args=(f"in a process: {method}",))
    process.start()
    process.join()
    assert process.exitcode == 0


@pytest.mark.skipif(GEVENT, reason="gevent does not work with the queues of multiprocessing")
def test_pool() -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        pool.submit(attempts.everything, "in a process: ProcessPoolExecutor").result()


def test_fork() -> None:
    child = os.fork()
    if child == 0:
        attempts.everything("in a process: os.fork")
        os._exit(0)
    os.waitpid(child, 0)


def test_subprocess() -> None:
    code = ANEW.format("in a process: subprocess")
    subprocess.run([sys.executable, "-c", code], check=True)
    code = ANEW.format("in a process: subprocess with an environment of its own")
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environ, cwd=Path(__file__).parent)
    code = ANEW.format("in a process: subprocess of a subprocess")
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}], check=True)"
    subprocess.run([sys.executable, "-c", outer], check=True)


def test_shell() -> None:
    code = ANEW.format("in a process: shell")
    subprocess.run(f'exec "{sys.executable}" -c "{code}"', shell=True, check=True)


def test_os() -> None:
    command = [sys.executable, "-c", ANEW.format("in a process: os.posix_spawn")]
    os.waitpid(os.posix_spawn(sys.executable, command, os.environ), 0)
    command = [sys.executable, "-c", ANEW.format("in a process: os.spawnv")]
    os.spawnv(os.P_WAIT, sys.executable, command)
    code = ANEW.format("in a process: os.system")
    os.system(f'exec "{sys.executable}" -c "{code}"')


def test_exec() -> None:
    command = [sys.executable, "-c", ANEW.format("in a process: os.execv")]
    child = os.fork()
    if child == 0:
        os.execv(sys.executable, command)
    os.waitpid(child, 0)
    command = [sys.executable, "-c", ANEW.format("in a process: os.spawnve")]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    os.chdir(Path(__file__).parent)
    os.spawnve(os.P_WAIT, sys.executable, command, environ)


@pytest.mark.skipif(GEVENT, reason="gevent does not work with the queues of multiprocessing")
def test_billiard() -> None:
    """The processes of Celery's pools."""
    billiard = pytest.importorskip("billiard")
    process = billiard.get_context("spawn").Process(target=attempts.everything, args=("in a process: billiard",))
    process.start()
    process.join()
    assert process.exitcode == 0


@pytest.mark.skipif(senders.NETWORK != "cpython", reason="many libraries cannot be imported in a second interpreter")
def test_interpreter() -> None:
    """Another interpreter in the same process."""
    interpreters = importlib.import_module("_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters")
    one = interpreters.create()
    names = ("http_client", "urllib_request", "socket", "look_up")
    interpreters.run_string(one, f"import attempts; attempts.everything('in another interpreter', {names!r})")
    interpreters.destroy(one)


@pytest.mark.skipif(GEVENT or senders.NETWORK == "trio", reason="needs a loop of asyncio")
def test_subprocess_of_a_loop() -> None:
    code = ANEW.format("in a process: create_subprocess_exec")

    async def start() -> int:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
        return await process.wait()

    if senders.NETWORK.startswith("uvloop"):
        import uvloop

        assert uvloop.run(start()) == 0
    else:
        assert asyncio.run(start()) == 0
