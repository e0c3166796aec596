"""A request as a command and as a test."""

from __future__ import annotations

import base64
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest
import requests
from sandbox_pages import received

from pytest_customerio.core.model import Answer, Violation
from pytest_customerio.tools.sandbox.answering.dispatcher import INJECTED
from pytest_customerio.tools.sandbox.fixture import Sandbox, started
from pytest_customerio.tools.sandbox.pages.requests.copies import TOO_LONG, as_curl, as_test
from pytest_customerio.tools.sandbox.requests.exchange import exchange
from pytest_customerio.tools.sandbox.requests.request_log import LoggedRequest

BASE = "http://127.0.0.1:8025"
BROKEN = Violation("timestamp-milliseconds", "error", "$.timestamp", "unix seconds", "milliseconds")


def sent(headers: dict[str, str] | None = None, **given: Any) -> LoggedRequest:
    """A logged request with these headers."""
    wire = exchange(
        BASE, {"authorization": "Basic abc", "content-type": "application/json", **(headers or {})}, Answer(200), 1
    )
    return received(exchange=wire, **given)


def test_curl() -> None:
    """The command has the same method, path, headers and payload, and variables in place of the keys."""
    request = sent({"user-agent": "x", "host": "y", "sec-fetch-site": "none"}, payload={"name": "it's"})
    assert as_curl(request, "basic", BASE) == (
        "curl -X POST http://127.0.0.1:8025/api/v1/customers/42/events \\\n"
        '  -u "$CUSTOMERIO_SITE_ID:$CUSTOMERIO_API_KEY" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        """  --data-raw '{"name":"it'"'"'s"}'"""
    )


@pytest.mark.parametrize(
    ("auth", "words"),
    [
        ("bearer", ["-H", "Authorization: Bearer $CUSTOMERIO_APP_API_KEY"]),
        ("write-key", ["-u", "$CUSTOMERIO_WRITE_KEY:"]),
        ("none", []),
    ],
)
def test_curl_with_each_kind_of_credentials(auth: str, words: list[str]) -> None:
    """Each API takes its own key, in the form in which a shell passes it on."""
    sent_words = shlex.split(as_curl(sent(payload=None), auth, BASE))
    assert [each for each in sent_words if each != "\n"] == [
        *("curl", "-X", "POST", f"{BASE}/api/v1/customers/42/events", *words, "-H", "Content-Type: application/json")
    ]


def test_curl_of_what_a_browser_sends() -> None:
    """Without credentials of its own a request is copied without any; hostile text stays text."""
    wire = exchange(BASE, {"content-type": "text/plain"}, Answer(200), 1)
    request = received(exchange=wire, path="/v1/t?a=$(id)", payload="`id`; '$HOME'")
    words = [each for each in shlex.split(as_curl(request, "write-key", BASE)) if each != "\n"]
    assert words == [
        *("curl", "-X", "POST", f"{BASE}/v1/t?a=$(id)"),
        *("-H", "Content-Type: text/plain", "--data-raw", "`id`; '$HOME'"),
    ]


def test_a_request_without_a_record_of_its_headers() -> None:
    """A request of a log that was loaded is copied with the credentials of its operation."""
    assert "$CUSTOMERIO_API_KEY" in as_curl(received(), "basic", BASE)


def test_as_a_test() -> None:
    """The test sends the same payload, and expects the same status and the same broken rules."""
    info = Violation("non-strict-pipelines", "info", "header", "", "")
    request = sent(
        payload={"name": "x", "timestamp": 1764000000000}, status=400, case="400-x", violations=(BROKEN, info)
    )
    assert as_test(request, "basic") == (
        "import requests\n\n\n"
        "def test_track_event(cio_sandbox):\n"
        '    """Request 7 of a sandbox: 400 400-x."""\n'
        "    keys = cio_sandbox.environ\n"
        "    answer = requests.request(\n"
        "        'POST',\n"
        "        cio_sandbox.url + '/api/v1/customers/42/events',\n"
        "        json={'name': 'x', 'timestamp': 1764000000000},\n"
        '        auth=(keys["CUSTOMERIO_SITE_ID"], keys["CUSTOMERIO_API_KEY"]),\n'
        "        timeout=5,\n"
        "    )\n"
        "    assert answer.status_code == 400\n"
        "    assert [each.rule for each in cio_sandbox.violations] == ['timestamp-milliseconds']\n"
    )


def test_as_a_test_of_a_fault() -> None:
    """A requested fault is requested again."""
    request = sent(status=429, case="429-retry-after", notes=(INJECTED,))
    assert "    cio_sandbox.fault('429-retry-after', operation='track.event')\n" in as_test(request, "basic")
    reset = sent(status=0, fault="connection-reset", case="connection-reset", notes=(INJECTED,))
    assert "status_code" not in as_test(reset, "basic")


def test_as_a_test_of_other_requests() -> None:
    """Text is sent as text; a status that follows from what was sent before is not asserted; each API takes its key."""
    text = as_test(sent({"x-strict-mode": "1"}, payload="{", status=404), "bearer")
    assert "data='{'.encode()" in text
    assert (
        """headers={"Authorization": "Bearer " + keys["CUSTOMERIO_APP_API_KEY"], 'Content-Type': 'application/json', 'X-Strict-Mode': '1'}"""
        in text
    )
    assert "status_code" not in text
    unknown = as_test(received(operation=None, payload=None, exchange=exchange(BASE, {}, Answer(404), 1)), "none")
    assert "def test_request_7(cio_sandbox):" in unknown
    assert "keys" not in unknown
    assert 'auth=(keys["CUSTOMERIO_WRITE_KEY"], "")' in as_test(sent(), "write-key")


def test_what_is_too_long_to_copy() -> None:
    """A long payload is not copied; the text says what to do."""
    long = sent(payload={"note": "x" * 30_000})
    assert (as_curl(long, "basic", BASE), as_test(long, "basic")) == (TOO_LONG, TOO_LONG)


SENT: list[tuple[str, dict[str, Any]]] = [
    ("track.event", {"json": {"name": 'it\'s "x"', "data": {"a": [None, True, "ü"]}}}),
    ("track.event", {"json": {"name": "x", "timestamp": 1764000000000}}),
    ("track.event", {"data": "{", "headers": {"Content-Type": "application/json"}}),
    ("app.list_segments", {}),
    ("pipelines.track", {"json": {"userId": "42", "event": ""}, "headers": {"X-Strict-Mode": "1"}}),
]
PATHS = {
    "track.event": "/api/v1/customers/4%202/events",
    "app.list_segments": "/v1/segments",
    "pipelines.track": "/v1/track",
}


def test_what_is_copied_does_the_same() -> None:
    """The test passes, and the command sends the same: operation, payload, status and what is wrong with it."""
    with started() as fresh:
        sandbox = fresh()
        keys = sandbox.environ
        for operation, more in SENT:
            headers = {**more.get("headers", {}), **authorization(operation, keys)}
            method = "GET" if operation.startswith("app.") else "POST"
            requests.request(method, sandbox.url + PATHS[operation], timeout=5, **{**more, "headers": headers})
        sandbox.fault("429-retry-after", operation="track.event")
        requests.post(
            sandbox.url + PATHS["track.event"],
            json={"name": "x"},
            headers=authorization("track.event", keys),
            timeout=5,
        )
        for each in sandbox.received:
            auth = {"track": "basic", "app": "bearer", "pipelines": "write-key"}[
                (each.operation or "").partition(".")[0]
            ]
            run_test(as_test(each, auth), fresh())
            if shutil.which("curl") and INJECTED not in each.notes:
                sandbox = fresh()
                environ = {**os.environ, **sandbox.environ}
                subprocess.run(
                    as_curl(each, auth, sandbox.url),
                    shell=True,
                    env=environ,
                    capture_output=True,
                    timeout=20,
                    check=True,
                )
                (again,) = sandbox.received
                assert (again.operation, again.payload, again.status) == (each.operation, each.payload, each.status)
                assert again.violations == each.violations


def authorization(operation: str, keys: Mapping[str, str]) -> dict[str, str]:
    """The credentials of an operation."""
    if operation.startswith("app."):
        return {"Authorization": f"Bearer {keys['CUSTOMERIO_APP_API_KEY']}"}
    pair = (
        ("CUSTOMERIO_SITE_ID", "CUSTOMERIO_API_KEY") if operation.startswith("track.") else ("CUSTOMERIO_WRITE_KEY", "")
    )
    text = ":".join(keys.get(name, "") for name in pair)
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def run_test(text: str, sandbox: Sandbox) -> None:
    """Run the test function in this text."""
    defined: dict[str, Any] = {}
    exec(text, defined)
    next(each for name, each in defined.items() if name.startswith("test_"))(sandbox)
