"""No request to Customer.io leaves the machine. Every name leads to a local server, which counts connections and gets
none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import analytics
import pytest
from applications import APP, HEARD
from commands import python_path
from listening import CONFTEST

if TYPE_CHECKING:
    from tests.stories.conftest import Story


@pytest.fixture
def project(story: Story) -> Story:
    """A project that sends through every client, on a machine where every name leads to its own server."""
    story.file("app.py", APP)
    story.file("conftest.py", CONFTEST)
    return story


SENDING = """
import app
import pytest

@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("name", app.SENDERS)
def test_one(name, scheme, dns):
    url = app.URL.replace("https", scheme)
"""
OVER_HTTP = "-ocio_allow=not-https: on purpose"


def test_without_us_it_would_arrive(project: Story) -> None:
    """Without the plugin the server gets the request, so a count of zero in the tests below is a result."""
    result = project.run(
        """
        import app

        def test_requests(dns):
            assert app.by_requests("http://track.customer.io/", app.GOOD) == (200, "real")

        def test_aiohttp(dns):
            assert app.by_aiohttp("http://track.customer.io/", app.GOOD) == (200, "real")
        """
    )
    result.assert_outcomes(passed=2, errors=2)
    result.stdout.fnmatch_lines(["*AssertionError: 1 connections arrived"] * 2)


def test_what_no_mock_answers_is_answered_here(project: Story) -> None:
    """With --cio-contract every client gets our answer, over http and https."""
    result = project.run(
        SENDING + "    assert app.SENDERS[name](url, app.GOOD)[0] == 200", "--cio-contract", "-Werror", OVER_HTTP
    )
    result.assert_outcomes(passed=2 * len(HEARD))


def test_beside_a_marked_test_it_is_refused(project: Story) -> None:
    """In a test that is not checked the request is refused, and the test fails even if the application swallows the
    exception."""
    result = project.run(
        SENDING
        + """
    with pytest.raises(RuntimeError, match="refused, nothing may leave the machine") as caught:
        app.SENDERS[name](url, app.GOOD)
    assert "@pytest.mark.cio_contract" in str(caught.value)

@pytest.mark.cio_contract
def test_marked(dns):
    assert app.by_requests(app.URL, app.GOOD)[0] == 200

def test_swallowed(dns):
    try:
        app.by_requests(app.URL, app.GOOD)
    except Exception:
        pass
"""
    )
    result.assert_outcomes(passed=1, failed=1 + 2 * len(HEARD))
    result.stdout.fnmatch_lines(
        [
            "*_ test_swallowed _*",
            "POST https://track.customer.io/api/v1/customers/…/events: refused, nothing may leave the machine *",
            "*`pytest --cio-contract`*@pytest.mark.cio_contract",
        ]
    )
    assert "AssertionError" not in result.stdout.str()
    assert "track-key-1234" not in result.stdout.str()
    assert "c2l0ZS0xMjM0" not in result.stdout.str()


def test_a_proxy_of_the_environment_is_never_asked(project: Story) -> None:
    """No proxy is contacted, for a tunnel or a plain request, by a variable in upper or lower case."""
    result = project.run(
        """
        import app
        import pytest

        NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY")

        @pytest.fixture
        def proxy(dns, monkeypatch):
            for name in NAMES:
                monkeypatch.setenv(name, dns.url)

        @pytest.mark.parametrize("scheme", ["http", "https"])
        @pytest.mark.parametrize("name", app.SENDERS)
        def test_one(name, scheme, proxy, cio):
            assert app.SENDERS[name](app.URL.replace("https", scheme), app.GOOD)[0] == 200
            (one,) = cio.sent
            assert (one.attempts, one.url.split("://")[1]) == (1, app.URL.split("://")[1])
            assert "proxy-authorization" not in one.headers

        def test_tunnel_by_hand(proxy, dns):
            import http.client
            conn = http.client.HTTPSConnection("127.0.0.1", dns.server_port, timeout=5)
            conn.set_tunnel("track.customer.io", 443)
            conn.request("POST", "/api/v1/customers/42/events", app.GOOD, app.HEADERS)
            assert conn.getresponse().read().strip() == b"{}"
        """,
        "--cio-contract",
        "-Werror",
        OVER_HTTP,
    )
    result.assert_outcomes(passed=2 * len(HEARD) + 1)


def test_a_cassette_of_the_users_cannot_record_live(project: Story) -> None:
    """In every record mode and with every client the request is refused, and no file is written with our answer in it."""
    result = project.run(
        """
        import pathlib
        import app
        import pytest
        import vcr

        @pytest.mark.parametrize("scheme", ["http", "https"])
        @pytest.mark.parametrize("mode", ["once", "new_episodes", "all"])
        @pytest.mark.parametrize("name", app.SENDERS)
        def test_one(name, mode, scheme, dns, tmp_path):
            with pytest.raises(Exception) as caught, vcr.use_cassette(str(tmp_path / "c.yaml"), record_mode=mode):
                app.SENDERS[name](app.URL.replace("https", scheme), app.GOOD)
            chain, error = [], caught.value
            while error is not None:
                chain.append(type(error).__name__)
                error = error.__cause__ or error.__context__
            assert "RefusedError" in chain
            assert not (tmp_path / "c.yaml").exists() or "uri" not in (tmp_path / "c.yaml").read_text()
        """,
        "--cio-contract",
        OVER_HTTP,
    )
    result.assert_outcomes(failed=6 * len(HEARD))
    text = result.stdout.str()
    refused = r"POST {}://track\.customer\.io/\S+: refused, a cassette of the suite would send it to Customer\.io"
    assert [re.search(refused.format(scheme), text) is not None for scheme in ("http", "https")] == [True, True]
    assert "run `pytest --cio-record` with a sandbox" in text
    assert "took a way past" not in text
    assert "track-key-1234" not in text
    assert "AssertionError" not in result.stdout.str()
    assert "DID NOT RAISE" not in result.stdout.str()


def test_whatever_opens_a_socket_is_refused(project: Story) -> None:
    """A client that is not patched, a look-up, a thread and an executor of asyncio are refused by the guard."""
    result = project.run(
        """
        import asyncio
        import ftplib
        import smtplib
        import socket
        import threading
        import pytest

        def in_a_thread():
            errors = []
            def run():
                try:
                    socket.create_connection(("cdp.customer.io", 443))
                except BaseException as error:
                    errors.append(error)
            thread = threading.Thread(target=run)
            thread.start()
            thread.join()
            raise errors[0]

        async def stream():
            await asyncio.open_connection("api.customer.io", 443)

        WAYS = {
            "socket": lambda: socket.create_connection(("track.customer.io", 443)),
            "upper-case": lambda: socket.create_connection(("TRACK.CUSTOMER.IO.", 443)),
            "thread": in_a_thread,
            "asyncio": lambda: asyncio.run(stream()),
            "smtp": lambda: smtplib.SMTP("customer.io"),
            "ftp": lambda: ftplib.FTP("eu.customer.io"),
            "look-up": lambda: socket.gethostbyname("track-eu.customer.io"),
        }

        @pytest.mark.parametrize("way", WAYS)
        def test_one(way, dns):
            with pytest.raises(RuntimeError, match="nothing may leave the machine"):
                WAYS[way]()
        """,
        "--cio-contract",
    )
    result.assert_outcomes(failed=7)
    assert "AssertionError" not in result.stdout.str()
    assert "DID NOT RAISE" not in result.stdout.str()


def test_many_threads(project: Story) -> None:
    """Sixteen threads send up to a hundred requests each, over new and shared sessions: each is heard and answered
    once."""
    result = project.run(
        """
        import json
        from concurrent.futures import ThreadPoolExecutor

        import app
        import httpx
        import pytest
        import requests
        import urllib3

        WORKERS, EACH = 16, 100
        CLIENT = httpx.Client(headers=app.HEADERS)
        BLOCKING = urllib3.PoolManager(maxsize=2, block=True)

        def by_new_session(body):
            with requests.Session() as session:
                return session.post(app.URL, data=body, headers=app.HEADERS, timeout=5).status_code

        SENDERS = {
            "new-session": by_new_session,
            "shared-session": lambda body: app.by_requests_session(app.URL, body)[0],
            "shared-client": lambda body: CLIENT.post(app.URL, content=body).status_code,
            "blocking-pool": lambda body: BLOCKING.request(
                "POST", app.URL, body=body, headers=app.HEADERS, timeout=5).status,
            "new-connection": lambda body: app.by_http_client(app.URL.replace("https", "http"), body)[0],
        }

        @pytest.mark.parametrize("name", SENDERS)
        def test_one(name, dns, cio):
            each = EACH if "session" in name else EACH // 4
            bodies = [json.dumps({"name": "purchase", "data": {"n": n}}).encode() for n in range(WORKERS * each)]
            with ThreadPoolExecutor(WORKERS) as pool:
                assert set(pool.map(SENDERS[name], bodies)) == {200}
            assert {one.attempts for one in cio.sent} == {1}
            assert sorted(one.body for one in cio.sent) == sorted(bodies)
            assert {one.sent_from.split(":")[0] for one in cio.sent} <= {"app.py", "test_app.py"}
        """,
        "--cio-contract",
        "-Werror",
        OVER_HTTP,
    )
    result.assert_outcomes(passed=5)


@analytics.needed
def test_what_outlives_the_run_sends_nothing_either(project: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """An SDK's queue that was never flushed is sent while the interpreter ends: its thread is ended instead."""
    monkeypatch.setenv("PYTHONPATH", python_path(analytics.FOLDER))
    result = project.run(
        """
        from customerio import analytics

        client = analytics.Client("pk_us_1", upload_interval=2.5, max_retries=0)

        def test_without_a_flush():
            client.track("42", "purchase")
        """,
        "--cio-contract",
        subprocess=True,
    )
    result.assert_outcomes(passed=1)
    assert "error uploading" not in result.stderr.str() + result.stdout.str()


def test_what_is_sent_when_the_interpreter_ends_does_not_leave(project: Story) -> None:
    """A request of an `atexit` handler, after the plugin was removed, is refused by the guard."""
    result = project.run(
        """
        import atexit
        import requests
        import app

        def last_words():
            try:
                requests.post(app.URL, data=app.GOOD, headers=app.HEADERS, timeout=5)
            finally:
                print("the end")

        atexit.register(last_words)

        def test_good():
            assert app.by_requests(app.URL, app.GOOD)[0] == 200
        """,
        "--cio-contract",
        subprocess=True,
    )
    result.assert_outcomes(passed=1)
    assert "the end" in result.stdout.str()
    assert "RefusedError: track.customer.io:443: refused" in result.stderr.str()


HOOKS = """
import atexit
import pathlib
import threading

SAID = pathlib.Path(__file__).with_name("said.txt")

def send(moment):
    import app
    try:
        said = app.by_requests(app.URL, app.GOOD)[1].strip()
    except BaseException as error:
        said = type(error).__name__
    with open(SAID, "a") as file:
        print(moment, said, file=file)

send("import")

def pytest_addoption(parser): send("addoption")
def pytest_cmdline_main(config): send("cmdline_main")
def pytest_configure(config):
    send("configure")
    config.add_cleanup(lambda: send("cleanup"))
def pytest_sessionstart(session): send("sessionstart")
def pytest_report_header(config): send("report_header")
def pytest_collection(session): send("collection")
def pytest_sessionfinish(session): send("sessionfinish")
def pytest_terminal_summary(terminalreporter): send("terminal_summary")
def pytest_unconfigure(config): send("unconfigure")

def last():
    send("atexit")
    thread = threading.Thread(target=send, args=("thread",))
    thread.start()
    thread.join()

atexit.register(last)
"""
EARLY = ("import", "addoption", "cmdline_main", "configure", "sessionstart", "collection")
LATE = ("sessionfinish", "terminal_summary", "unconfigure", "cleanup")


@pytest.mark.parametrize("workers", [(), ("-p", "xdist.plugin", "-n", "1")], ids=["alone", "xdist"])
def test_no_moment_is_too_early_or_too_late(story: Story, workers: tuple[str, ...]) -> None:
    """From the import of the first conftest to the end of the interpreter, in the controller of pytest-xdist and in its
    workers: what is sent in a hook is answered, and what is sent after the last cleanup is refused."""
    story.file("app.py", APP)
    story.file("conftest.py", HOOKS)
    story.file("pytest.ini", "[pytest]\ncio_contract = true\n")
    result = story.run("def test_one(): pass", *workers, subprocess=True)
    result.assert_outcomes(passed=1)
    said = [line.split(" ", 1) for line in (story.path / "said.txt").read_text(encoding="utf-8").splitlines()]
    times = 2 if workers else 1
    for moment in (*EARLY, *LATE):
        answers = [answer for at, answer in said if at == moment]
        assert answers == ["{}"] * (1 if moment in ("collection", "report_header") else times), moment
    assert {answer for at, answer in said if at in ("atexit", "thread")} == {"RefusedError"}
    assert {answer for _, answer in said} == {"{}", "RefusedError"}


def test_django_that_sends_when_it_starts(story: Story) -> None:
    """pytest-django sets Django up before any conftest is imported: a request in `AppConfig.ready()` is answered."""
    pytest.importorskip("pytest_django")
    story.file("app.py", APP)
    story.file("shop/__init__.py", "")
    story.file(
        "shop/apps.py",
        """
        import app
        from django.apps import AppConfig

        class ShopConfig(AppConfig):
            name = "shop"

            def ready(self):
                self.said = app.by_requests(app.URL, app.GOOD)[1].strip()
        """,
    )
    story.file("settings.py", "SECRET_KEY = 'x'\nINSTALLED_APPS = ['shop.apps.ShopConfig']\n")
    story.file("pytest.ini", "[pytest]\nDJANGO_SETTINGS_MODULE = settings\ncio_contract = true\npythonpath = .\n")
    result = story.run(
        """
        def test_one():
            from django.apps import apps
            assert apps.get_app_config("shop").said == "{}"
        """,
        "-p",
        "pytest_django.plugin",
        subprocess=True,
    )
    result.assert_outcomes(passed=1)


def test_a_process_that_is_started_anew_is_refused(project: Story) -> None:
    """By `subprocess`, by `spawn` and by `forkserver`: it sends nothing, and its look-up ends with a `RuntimeError`."""
    project.file(
        "child.py",
        """
        def look_up():
            import socket
            try:
                socket.getaddrinfo("track.customer.io", 443)
            except RuntimeError as error:
                return str(error)
            return "passed"

        if __name__ == "__main__":
            print(look_up())
        """,
    )
    result = project.run(
        """
        import multiprocessing
        import subprocess
        import sys
        import child
        import pytest

        REFUSED = "track.customer.io: refused, nothing may leave the machine while pytest-customerio checks tests"

        @pytest.mark.parametrize("method", ["spawn", "forkserver"])
        def test_pool(method):
            with multiprocessing.get_context(method).Pool(1) as pool:
                assert pool.apply(child.look_up) == REFUSED

        def test_subprocess():
            assert subprocess.check_output([sys.executable, "child.py"], text=True).strip() == REFUSED
        """,
        "--cio-contract",
        subprocess=True,
    )
    result.assert_outcomes(passed=3)


def test_a_forked_process_is_answered_too(project: Story) -> None:
    """A forked process keeps the patches, and its requests are answered."""
    result = project.run(
        """
        import multiprocessing
        import warnings
        import app

        def status(_):
            return app.by_requests(app.URL, app.GOOD)[0]

        def test_pool(dns):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # a fork beside the server's thread
                with multiprocessing.get_context("fork").Pool(2) as pool:
                    assert pool.map(status, range(4)) == [200] * 4
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=1)
