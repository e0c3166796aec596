"""With every client, a request is heard once, answered and judged, with the line that sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from applications import APP, BODIES, HEARD, KINDS, LINES
from listening import CONFTEST

if TYPE_CHECKING:
    from tests.stories.conftest import Story

GATE = ("--cio-contract", "-Werror")


@pytest.fixture
def project(story: Story) -> Story:
    """A project that sends through every client."""
    story.file("app.py", APP)
    return story


def test_every_client_is_heard_once_and_answered(project: Story) -> None:
    """One request is one interaction, with the documented answer, the operation and the line that sent it."""
    result = project.run(
        f"""
        import json
        import app
        import pytest

        HEARD, LINES = {HEARD}, {LINES}

        @pytest.mark.parametrize("name", HEARD)
        def test_one(name, cio):
            status, text = app.SENDERS[name](app.URL, app.GOOD)
            assert (status, json.loads(text)) == (200, {{}})
            (one,) = cio.sent
            assert one.client == HEARD[name]
            assert (one.method, one.url, one.body) == ("POST", app.URL, app.GOOD)
            assert (one.operation.id, one.status, one.raised, one.attempts) == ("track.event", 200, None, 1)
            assert one.headers["authorization"] == app.HEADERS["Authorization"]
            assert one.headers["content-type"] == "application/json"
            assert one.timeout_set
            assert one.sent_from == LINES[name]
        """,
        *GATE,
    )
    result.assert_outcomes(passed=len(HEARD))


def test_a_broken_payload_is_red_through_every_client(project: Story) -> None:
    """The violation and the text are the same for every client, except for the line."""
    report = project.report(
        """
        import app
        import pytest

        @pytest.mark.parametrize("name", app.SENDERS)
        def test_one(name):
            app.SENDERS[name](app.URL, app.MILLISECONDS)
        """,
        *GATE,
    )
    found = {one["nodeid"]: [(v["rule"], v["sent_from"]) for v in one["violations"]] for one in report["tests"]}
    assert found == {f"test_app.py::test_one[{name}]": [("timestamp-milliseconds", LINES[name])] for name in HEARD}


def test_sessions_made_before_us_are_heard(project: Story) -> None:
    """With a mark alone the clients are patched after all imports: names that were imported and clients that were made
    before are heard too."""
    project.file(
        "early.py",
        """
        from http.client import HTTPSConnection
        from urllib.request import build_opener, Request

        import httpx
        import httpx2
        import requests
        import urllib3
        from app import GOOD, HEADERS, URL
        from httpx import post as httpx_post
        from requests import post as requests_post
        from urllib3 import request as urllib3_request

        conn = HTTPSConnection("track.customer.io", timeout=5)
        opener = build_opener()
        pool = urllib3.HTTPSConnectionPool("track.customer.io", timeout=5)
        SENDERS = {
            "requests": lambda: requests_post(URL, data=GOOD, headers=HEADERS, timeout=5),
            "requests-bound": lambda post=requests.Session().post: post(URL, data=GOOD, headers=HEADERS, timeout=5),
            "requests-send": lambda send=requests.Session().send: send(
                requests.Request("POST", URL, data=GOOD, headers=HEADERS).prepare(), timeout=5),
            "urllib3": lambda: urllib3_request("POST", URL, body=GOOD, headers=HEADERS, timeout=5),
            "urllib3-bound": lambda urlopen=pool.urlopen: urlopen(
                "POST", "/api/v1/customers/42/events", body=GOOD, headers=HEADERS),
            "httpx": lambda: httpx_post(URL, content=GOOD, headers=HEADERS),
            "httpx-bound": lambda post=httpx.Client().post: post(URL, content=GOOD, headers=HEADERS),
            "httpx-send": lambda send=httpx.Client().send: send(
                httpx.Request("POST", URL, content=GOOD, headers=HEADERS)),
            "httpx2": lambda post=httpx2.Client().post: post(URL, content=GOOD, headers=HEADERS),
            "http.client": lambda: (
                conn.request("POST", "/api/v1/customers/42/events", GOOD, HEADERS), conn.getresponse().read()),
            "http.client-bound": lambda request=HTTPSConnection("track.customer.io").request: request(
                "POST", "/api/v1/customers/42/events", GOOD, HEADERS),
            "urllib.request": lambda: opener.open(Request(URL, GOOD, HEADERS), timeout=5).close(),
        }
        """,
    )
    result = project.run(
        """
        import app
        import early
        import pytest

        @pytest.mark.cio_contract
        @pytest.mark.parametrize("name", early.SENDERS)
        def test_one(name, cio):
            early.SENDERS[name]()
            (one,) = cio.sent
            assert (one.url, one.body, one.operation.id) == (app.URL, app.GOOD, "track.event")

        def test_next_door_is_not_checked():
            pass
        """
    )
    result.assert_outcomes(passed=13)


def test_bodies_of_every_kind_are_heard_whole(project: Story) -> None:
    """Each kind of body is heard as it is sent, and read only once."""
    project.file("kinds.py", BODIES)
    result = project.run(
        """
        import kinds
        import pytest

        @pytest.mark.cio_allow("body-not-json", reason="forms, on purpose")
        @pytest.mark.cio_allow("event-name-missing", reason="no body, on purpose")
        @pytest.mark.parametrize("name", kinds.SENDERS)
        def test_one(name, cio, tmp_path):
            expected = kinds.SENDERS[name](tmp_path)
            (one,) = cio.sent
            assert one.body_known
            assert one.body == expected
            assert one.attempts == 1
        """,
        *GATE,
    )
    result.assert_outcomes(passed=len(KINDS))


def test_a_broken_payload_is_seen_in_every_kind_of_body(project: Story) -> None:
    """A violation is found in a generator, a pipe, a file and a gzip body."""
    project.file("kinds.py", BODIES.replace("GOOD", "MILLISECONDS"))
    hiding = [kind for kind in KINDS if kind.split("-")[-1] in ("generator", "pipe", "file", "gzip", "list", "pieces")]
    report = project.report(
        f"""
        import kinds
        import pytest

        @pytest.mark.parametrize("name", {hiding})
        def test_one(name, tmp_path):
            kinds.SENDERS[name](tmp_path)
        """,
        *GATE,
    )
    found = {one["nodeid"]: [v["rule"] for v in one["violations"]] for one in report["tests"]}
    assert found == {f"test_app.py::test_one[{kind}]": ["timestamp-milliseconds"] for kind in hiding}


def test_what_another_host_sends_on_is_heard_where_it_arrives(project: Story) -> None:
    """Given a redirect from another host to Customer.io, the payload that follows the redirect is judged."""
    project.file(
        "conftest.py",
        CONFTEST.replace("send_response(200)", "send_response(307)").replace(
            '"Content-Type", "text/plain"', '"Location", "https://track.customer.io/api/v1/customers/42/events"'
        ),
    )
    result = project.run(
        """
        import asyncio
        import app
        import httpx
        import httpx2
        import pytest

        def by_httpx(module):
            return lambda url, body: module.post(url, content=body, headers=app.HEADERS, follow_redirects=True)

        SENDERS = {
            "requests": app.by_requests,
            "urllib3": lambda url, body: app.MANAGER.request("POST", url, body=body, headers=app.HEADERS),
            "httpx": by_httpx(httpx),
            "httpx2": by_httpx(httpx2),
            "aiohttp": app.by_aiohttp,
        }

        @pytest.mark.cio_allow("missing-auth", reason="clients take credentials to no other host")
        @pytest.mark.parametrize("name", SENDERS)
        def test_one(name, server, cio):
            SENDERS[name](server.url, app.GOOD)
            (one,) = cio.sent
            assert (one.url, one.body, one.status, one.attempts) == (app.URL, app.GOOD, 200, 1)
            assert one.sent_from.split(":")[0] in ("app.py", "test_app.py")
        """,
        *GATE,
    )
    result.assert_outcomes(passed=5)
