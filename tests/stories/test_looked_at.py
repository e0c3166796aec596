"""The end of a run says what was looked at, and names the tests that used Customer.io and sent it nothing."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story, closing, table

SUITE = """
import crm
import pytest
import requests
from customerio import CustomerIO
from unittest.mock import MagicMock, patch


def client():
    return CustomerIO("site-1234", "key-12345", retries=0)


@pytest.fixture
def at_hand():
    return client()


def test_sends():
    crm.identify("42", plan="pro")
    crm.event("42", "purchase")


@patch("test_app.CustomerIO")
def test_mock(fake):
    client().identify("42", plan="pro")
    client().track("42", MagicMock())


def test_built():
    assert client().host


def test_fake(monkeypatch):
    monkeypatch.setattr(CustomerIO, "send_request", lambda *given: None)
    client().track("42", "purchase")


def test_fake_that_raises(monkeypatch):
    def fail(*given):
        raise OSError
    monkeypatch.setattr(CustomerIO, "send_request", fail)
    with pytest.raises(OSError):
        client().track("42", "purchase")


def test_refused():
    with pytest.raises(ValueError):
        requests.post("https://track.customer.io/api/v1/customers/42/events", timeout="soon")


def test_expected():
    with pytest.raises(Exception):
        client().track("", "purchase")


def test_fixture_only(at_hand):
    assert at_hand.host


def test_elsewhere():
    pass
"""
LINES = """\
looked at: 2 requests in 1 test, 4 calls heard through mocks or fakes in 3 tests
not judged: 1 call
  1 × arguments that cannot be known later, such as mocks (first at test_app.py:26 in test_mock)
used Customer.io and sent it nothing: 2 tests: test_app.py::test_built (customerio.CustomerIO), \
test_app.py::test_refused (requests)
"""
DATA = {
    "tests": 1,
    "requests": 2,
    "tests_with_mocks": 3,
    "mock_calls": 4,
    "not_judged": {"arguments that cannot be known later, such as mocks": 1},
    "sent_nothing": [
        {"nodeid": "test_app.py::test_built", "used": "customerio.CustomerIO"},
        {"nodeid": "test_app.py::test_refused", "used": "requests"},
    ],
}


@pytest.mark.parametrize("args", [(), ("-q",), ("-p", "xdist.plugin", "-n2")], ids=["verbose", "quiet", "xdist"])
def test_the_lines_and_the_report(story: Story, args: tuple[str, ...]) -> None:
    """A test that expects the SDK's refusal looked at it; what a fixture builds is no use of the test."""
    result = story.run(SUITE, "--cio-report=report.json", *args)
    assert result.ret == 0
    assert story.written()["looked_at"] == DATA
    assert LINES in result.stdout.str()


def test_without_a_terminal_the_report_has_it(story: Story) -> None:
    """`-p no:terminal` prints nothing."""
    result = story.run(SUITE, "--cio-report=report.json", "-p", "no:terminal")
    assert "looked at" not in result.stdout.str()
    assert story.written()["looked_at"] == DATA


def test_a_run_of_such_tests_only(story: Story) -> None:
    """Nothing was checked, and the tests that are named show where to look."""
    result = story.run(SUITE.partition("def test_sends")[0] + "def test_built():\n    client()\n", "--cio-contract")
    assert closing(result).startswith(
        "used Customer.io and sent it nothing: 1 test: test_app.py::test_built (customerio.CustomerIO)\nnothing was checked: "
    )


def test_the_second_call_site_of_an_operation(story: Story) -> None:
    """The first call site handles the error; the second swallows each, which no test tried. Both count."""
    result = story.run(
        """
        import pytest
        import requests
        from crm import AUTH, BASE

        def buy():
            requests.post(f"{BASE}/customers/42/events", json={"name": "a"}, auth=AUTH, timeout=5).raise_for_status()

        def renew():
            try:
                buy_again = requests.post(f"{BASE}/customers/42/events", json={"name": "b"}, auth=AUTH, timeout=5)
            except Exception:
                pass

        @pytest.mark.cio_errors("404-not-found", raises=requests.HTTPError)
        def test_buy():
            buy()

        def test_renew():
            renew()
        """,
        "--cio-report=report.json",
    )
    assert table(result)["track.event"]["404"] == "ok 1/2"
    assert closing(result).split("\n\n")[1:3] == [
        "- not tried; 1/2 met at 1 of 2 call sites\nlooked at: 2 requests in 2 tests",
        "met no error: 1 of 2 call sites\n"
        "  track.event at test_app.py:11 in renew\n"
        "    mark test_app.py::test_renew: @pytest.mark.cio_errors",
    ]
    row, other = story.rows()
    assert (row["call_sites"], row["met_at"]) == (["test_app.py:7 in buy"],) * 2
    assert (other["call_sites"], other["met_at"]) == (["test_app.py:11 in renew"], [])


def test_a_call_site_that_repeats_the_payload_met_the_error_too(story: Story) -> None:
    """A worker sends from another line what the first call could not."""
    story.run(
        """
        import pytest
        import crm

        def send():
            return crm.identify("42", plan="pro").ok

        @pytest.mark.cio_errors("500-server-error-persists")
        def test_worker(cio):
            cio.reported(not send())
            requests = crm.requests
            requests.put(f"{crm.BASE}/customers/42", json={"plan": "pro"}, auth=crm.AUTH, timeout=5)
        """,
        "--cio-report=report.json",
    )
    (row,) = story.rows()
    assert row["met_at"] == ["crm.py:13 in identify", "test_app.py:12 in test_worker"]
