"""The rules of error handling with the real SDKs: each test breaks the one rule that it is about, or none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import analytics
import pytest

if TYPE_CHECKING:
    from tests.stories.conftest import Story

SDK = """
import json
import logging

import requests
from customerio import APIClient, CustomerIO, CustomerIOException, SendEmailRequest

track = CustomerIO("site-1234", "track-key-1234")
app = APIClient("app-key-1234")
careful = APIClient("app-key-1234", retries=0)
log = logging.getLogger("shop")
ITEMS = [
    {"type": "person", "action": "identify", "identifiers": {"id": str(n)}, "attributes": {"plan": "basic"}}
    for n in range(3)
]


def email(client=app):
    message = {"transactional_message_id": 3, "identifiers": {"id": "42"}, "message_data": {"total": 3}}
    return client.send_email(SendEmailRequest(to="ada@example.com", **message))


def repaired(response):
    items = [dict(ITEMS[error["batch_index"]], attributes={"plan": "b"}) for error in response.json()["errors"]]
    return track.batch(items) if items else None
"""


def broken(story: Story, test: str, *args: str) -> dict[str, dict[str, str]]:
    """The rules of error handling that each test broke, with their worst severities, by the name of the test."""
    story.file("sdk.py", SDK)
    story.run(test, "--cio-report=report.json", *args)
    found: dict[str, dict[str, str]] = {}
    for row in json.loads((story.path / "report.json").read_text(encoding="utf-8"))["tests"]:
        rules = found.setdefault(row["nodeid"].partition("::")[2], {})
        for one in (one for one in row["violations"] if one["where"] == ""):
            if rules.get(one["rule"]) != "error":
                rules[one["rule"]] = one["severity"]
    return found


def test_partial_failures(story: Story) -> None:
    """The official SDK returns a 207 like a success: the test fails unless the application reads the errors in it."""
    found = broken(
        story,
        """
        import pytest
        import sdk

        @pytest.mark.cio_errors("207")
        def test_ignored():
            sdk.track.batch(sdk.ITEMS)

        @pytest.mark.cio_errors("207")
        def test_repaired():
            sdk.repaired(sdk.track.batch(sdk.ITEMS))

        @pytest.mark.cio_errors("207")
        def test_reported(cio):
            response = sdk.track.batch(sdk.ITEMS)
            cio.reported(response.status_code == 207)

        @pytest.mark.cio_errors("207-partial-failure")
        def test_whole_batch_again(cio):
            for _ in range(2):
                response = sdk.track.batch(sdk.ITEMS)
            cio.reported(response.status_code == 207)
        """,
    )
    ignored = {"partial-failure-ignored": "error"}
    assert found == {
        "test_ignored[207-empty-errors]": {},
        **{
            f"test_ignored[207-{one}]": ignored
            for one in ("partial-failure", "several-failures", "several-on-one-item")
        },
        **{
            f"test_{test}[207-{one}]": {}
            for test in ("repaired", "reported")
            for one in ("empty-errors", "partial-failure", "several-failures", "several-on-one-item")
        },
        "test_whole_batch_again[207-partial-failure]": ignored,
    }


def test_double_sends(story: Story) -> None:
    """The official SDK repeats each POST, e-mails too, after a 5xx or a broken connection: an error. After a 429 the
    payload was not accepted, so repeating is allowed."""
    found = broken(
        story,
        """
        import pytest
        import sdk

        raising = {"raises": sdk.CustomerIOException}

        @pytest.mark.cio_errors("500", "connection-reset", "accepted-then-reset", "429", "connection-refused", **raising)
        def test_send():
            sdk.email()

        @pytest.mark.cio_errors("500", "connection-reset", **raising)
        def test_send_once():
            sdk.email(sdk.careful)

        @pytest.mark.cio_errors("500-server-error-recovers", **raising)
        def test_event():
            sdk.track.track("42", "purchase", {"total": 3})

        @pytest.mark.cio_errors("500-server-error-recovers", **raising)
        def test_event_with_id():
            sdk.track.track("42", "purchase", {"total": 3}, id="01ARZ3NDEKTSV4RRFFQ69G5FAV")
        """,
    )
    rules = {name: {rule for rule in rules if rule != "pii-leak"} for name, rules in found.items()}
    twice = {
        name.partition("[")[2][:-1]
        for name, one in rules.items()
        if name.startswith("test_send[") and "double-send" in one
    }
    assert twice >= {"500-server-error-recovers", "500-server-error-persists", "connection-reset-recovers"}
    assert not {name for name in twice if name.startswith(("429", "connection-refused"))}
    assert {name for name, one in rules.items() if name.startswith("test_send_once") and one} == set()
    assert found["test_send[500-server-error-recovers]"]["double-send"] == "error"
    assert found["test_event[500-server-error-recovers]"] == {"double-send": "warning"}
    assert found["test_event_with_id[500-server-error-recovers]"] == {}


def test_personal_data(story: Story) -> None:
    """The SDK's exception holds the payload: to raise it is a warning, to log its text is an error."""
    found = broken(
        story,
        """
        import sys
        import warnings

        import pytest
        import sdk

        mark = pytest.mark.cio_errors("400-malformed", operations="track.identify", raises=(sdk.CustomerIOException, RuntimeError))

        def caught():
            try:
                sdk.track.identify(id="42", email="ada@example.com", plan="basic")
            except sdk.CustomerIOException as error:
                return error

        @mark
        def test_let_out():
            sdk.track.identify(id="42", email="ada@example.com")

        @mark
        def test_logged(cio):
            sdk.log.error("failed: %s", caught())
            cio.reported(True)

        @mark
        def test_logged_as_traceback(cio):
            sdk.log.warning("failed", exc_info=caught())
            cio.reported(True)

        @mark
        def test_printed(cio):
            print(caught())
            cio.reported(True)

        @mark
        def test_to_stderr(cio):
            sys.stderr.write(str(caught()))
            cio.reported(True)

        @mark
        def test_warned(cio):
            warnings.warn(f"failed: {caught()}")
            cio.reported(True)

        @mark
        def test_in_an_exception_of_our_own():
            caught()
            raise RuntimeError("ada@example.com is not synced") from None

        @mark
        def test_quiet(cio):
            sdk.log.error("identify of 42 (plan basic) failed: %s", type(caught()).__name__)
            cio.reported(True)
        """,
        "-W",
        "default",
    )
    assert {name.partition("[")[0]: rules for name, rules in found.items()} == {
        "test_let_out": {"pii-leak": "warning"},
        "test_logged": {"pii-leak": "error"},
        "test_logged_as_traceback": {"pii-leak": "error"},
        "test_printed": {"pii-leak": "error"},
        "test_to_stderr": {"pii-leak": "error"},
        "test_warned": {"pii-leak": "error"},
        "test_in_an_exception_of_our_own": {"pii-leak": "error"},
        "test_quiet": {},
    }


def test_personal_data_in_other_loggers(story: Story) -> None:
    """loguru, structlog, and loggers that do not propagate are observed too."""
    found = broken(
        story,
        """
        import logging
        import pytest
        import sdk
        import structlog
        from loguru import logger

        pytestmark = pytest.mark.cio_errors("400-malformed")

        def caught(cio):
            cio.reported(True)
            with pytest.raises(sdk.CustomerIOException) as error:
                sdk.track.identify(id="42", email="ada@example.com")
            return type(error.value), str(error.value)

        def test_loguru(cio):
            logger.warning("failed {}", caught(cio)[1])

        def test_loguru_under_another_capture(cio, capsys):
            logger.warning("failed {}", caught(cio)[1])

        def test_structlog(cio):
            structlog.get_logger().warning("failed", error=caught(cio)[1])

        def test_structlog_of_the_class(cio):
            structlog.get_logger().warning("failed", user="42", error=caught(cio)[0].__name__)

        def test_by_itself(cio):
            alone = logging.getLogger("alone")
            alone.propagate = False
            alone.warning("failed: %s", caught(cio)[1])
        """,
    )
    errors = {name.partition("[")[0] for name, rules in found.items() if rules == {"pii-leak": "error"}}
    assert errors == {"test_loguru", "test_loguru_under_another_capture", "test_structlog", "test_by_itself"}


def test_warnings_still_show(story: Story) -> None:
    """Warnings are observed and still shown; our canary is not shown."""
    story.file("sdk.py", SDK)
    result = story.run(
        """
        import warnings
        import pytest
        import sdk

        @pytest.mark.cio_errors("400-malformed")
        def test_deprecated(cio):
            warnings.warn("this is old", DeprecationWarning)
            with pytest.raises(sdk.CustomerIOException):
                sdk.track.identify(id="42")
        """
    )
    result.assert_outcomes(passed=1)  # the garbage collector may warn here of sockets of other tests
    result.stdout.fnmatch_lines(["*DeprecationWarning: this is old*"])
    assert "Canary" not in result.stdout.str()


@analytics.needed
def test_timeouts(story: Story) -> None:
    """The SDKs set a timeout; `requests` alone does not."""
    found = broken(
        story,
        """
        import asyncio
        import pytest
        import requests
        import sdk
        from async_customerio import AsyncCustomerIO, Regions
        from customerio import analytics

        def put(**timeout):
            url = "https://track.customer.io/api/v1/customers/42"
            requests.put(url, json={"plan": "basic"}, auth=("site-1234", "track-key-1234"), **timeout)

        @pytest.mark.cio_errors("read-timeout-persists", "500-server-error-persists", raises=Exception)
        class Test:
            def test_none(self, cio):
                put()
                cio.reported(True)

            def test_some(self, cio):
                put(timeout=5)
                cio.reported(True)

            def test_official(self):
                sdk.track.identify(id="42")

            def test_pipelines(self):
                analytics.Client("pk_us_1234567890", sync_mode=True).identify("42", {"plan": "basic"})

            def test_async(self):
                async def main():
                    async with AsyncCustomerIO("site-1234", "track-key-1234", region=Regions.US) as client:
                        await client.identify("42", plan="basic")
                asyncio.run(main())
        """,
    )
    timeouts = {
        name[len("Test::test_") :]: rules["no-timeout"] for name, rules in found.items() if "no-timeout" in rules
    }
    assert timeouts == {"none[read-timeout-persists]": "error", "none[500-server-error-persists]": "warning"}
    assert len(found) == 10


@analytics.needed
def test_what_changes_between_attempts(story: Story) -> None:
    """A new id or timestamp in each attempt is an error, except for the members that the Pipelines SDK itself makes
    anew."""
    found = broken(
        story,
        """
        import time
        import uuid
        import pytest
        import sdk
        from customerio import analytics

        def retrying(call):
            for wait in (1, 2, 4):
                try:
                    return call()
                except sdk.CustomerIOException:
                    time.sleep(wait)
            raise RuntimeError

        RATE = pytest.mark.cio_errors("429-rate-limited-recovers")

        @RATE
        def test_new_id():
            retrying(lambda: sdk.track.track("42", "buy", {"total": 3}, id=uuid.uuid4().hex))

        @RATE
        def test_new_timestamp():
            retrying(lambda: sdk.track.track("42", "buy", {"total": 3}, timestamp=int(time.time())))

        @RATE
        def test_the_same():
            at = int(time.time())
            retrying(lambda: sdk.track.track("42", "buy", {"total": 3}, id="01ARZ3NDEKTSV4RRFFQ69G5FAV", timestamp=at))

        @RATE
        def test_pipelines():
            client = analytics.Client("pk_us_1234567890", gzip=True)
            client.track("42", "buy", {"total": 3})
            client.track("42", "buy", {"total": 3})
            client.flush()
        """,
    )
    assert found == {
        "test_new_id[429-rate-limited-recovers]": {"payload-changed": "error"},
        "test_new_timestamp[429-rate-limited-recovers]": {"payload-changed": "error"},
        "test_the_same[429-rate-limited-recovers]": {},
        "test_pipelines[429-rate-limited-recovers]": {},
    }


@analytics.needed
def test_what_pipelines_drops(story: Story) -> None:
    """A dropped payload is lost, and nobody knows. In strict mode the case does not apply."""
    story.file("sdk.py", SDK)
    result = story.run(
        """
        import pytest
        import requests
        from customerio import analytics

        @pytest.mark.cio_errors("200-dropped")
        def test_sdk():
            analytics.Client("pk_us_1234567890", sync_mode=True).track("42", "buy")

        @pytest.mark.cio_errors("200-dropped")
        def test_strict():
            requests.post("https://cdp.customer.io/v1/track", json={"userId": "42", "event": "buy"},
                          auth=("pk_us_1234567890", ""), headers={"X-Strict-Mode": "1"}, timeout=5)
        """
    )
    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "pipelines.batch 200-dropped: 200-dropped, expected X-Strict-Mode: 1, *",
            "* request._session.headers*",
            "*no error was replayed to these tests, every case of their mark was skipped*",
            "  test_app.py::test_strict: 200-dropped takes a request without X-Strict-Mode: 1",
        ]
    )


@pytest.mark.parametrize(("wait", "jitters"), [("2.0", True), ("2.0 * random.uniform(0.5, 1.5)", False)])
def test_a_thundering_herd(story: Story, wait: str, jitters: bool) -> None:
    """Eight threads meet a 429 together and wait for the same time: rule `jitter`."""
    found = broken(
        story,
        f"""
        import random
        import threading
        import time
        import pytest
        import sdk

        gate = threading.Barrier(8)

        def work(number):
            try:
                sdk.track.identify(id=str(number))
            except sdk.CustomerIOException:
                gate.wait()
                time.sleep({wait})
                sdk.track.identify(id=str(number))

        def test_threads(cio):
            with cio.replay("429-rate-limited", times=8):
                threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
                [thread.start() for thread in threads]
                [thread.join() for thread in threads]
        """,
    )
    assert found == {"test_threads": {"jitter": "warning"} if jitters else {}}
