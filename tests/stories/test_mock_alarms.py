"""What is not judged of calls that were heard through mocks or fakes, and what the summary says of it."""

from __future__ import annotations

import pytest

from pytest_customerio.reporting.sentences.messages import NOTHING_CHECKED
from tests.stories.conftest import Story, closing

for _name in ("customerio", "customerio.analytics", "async_customerio"):
    pytest.importorskip(_name)


def test_keys_that_are_not_set(story: Story) -> None:
    """Keys that are None, empty or mocks, as in a suite whose environment has none: no violation, whatever is mocked."""
    report = story.report(
        """
        import os
        from unittest.mock import MagicMock, patch

        import pytest
        import requests
        from customerio import APIClient, CustomerIO, SendEmailRequest, analytics

        KEY = os.environ.get("NO_SUCH_KEY")
        URL = "https://track.customer.io/api/v1/customers/42/events"

        @pytest.mark.parametrize("keys", [(KEY, KEY), ("", " "), (MagicMock(), "key-12345"), ()])
        @patch("test_app.CustomerIO")
        def test_track(fake, keys):
            CustomerIO(*keys).track("42", "purchase")

        @pytest.mark.parametrize("key", [KEY, "", MagicMock()])
        @patch("test_app.APIClient", autospec=True)
        def test_email(fake, key):
            APIClient(key).send_email(SendEmailRequest(to="ada@example.com", transactional_message_id=1))

        @patch("test_app.analytics.Client")
        def test_analytics(fake):
            analytics.Client(KEY).track("42", "purchase")

        def test_an_instance():
            client = CustomerIO(KEY, KEY)
            with patch.object(client, "track"):
                client.track("42", "purchase")

        @pytest.mark.parametrize(
            "given",
            [
                {"auth": (KEY, KEY)},
                {"auth": KEY},
                {"headers": {"Authorization": KEY}},
                {"headers": {"Authorization": f"Bearer {KEY}"}},
            ],
        )
        @patch("requests.post")
        def test_a_function(fake, given):
            requests.post(URL, json={"name": "purchase"}, **given)

        @pytest.mark.cio_errors("401-unauthorized", raises=Exception)
        @patch("test_app.CustomerIO")
        def test_a_case(fake):
            CustomerIO(KEY, KEY).track("42", "purchase")
        """,
        "--cio-contract",
    )
    assert len(report["tests"]) == 14
    found = [(one["nodeid"], v) for one in report["tests"] for v in one["violations"]]
    assert [(nodeid, v["rule"]) for nodeid, v in found if v["severity"] != "info"] == []


def test_a_call_without_credentials(story: Story) -> None:
    """A function of a client is called with all that it sends: nothing was given, so the credentials are missing."""
    report = story.report(
        """
        from unittest.mock import patch
        import requests

        @patch("requests.post")
        def test_it(fake):
            requests.post("https://track.customer.io/api/v1/customers/42/events", json={"name": "x"}, headers={})
        """,
        "--cio-contract",
    )
    assert [v["rule"] for one in report["tests"] for v in one["violations"]] == ["missing-auth"]


def test_a_client_whose_constructor_is_unknown(story: Story) -> None:
    """Its host and keys are ours: neither region nor host is judged, also when it calls through in a case."""
    report = story.report(
        """
        import asyncio
        from unittest.mock import MagicMock

        import pytest
        from async_customerio import AsyncCustomerIO
        from customerio import CustomerIO

        refused = pytest.mark.cio_errors("401-unauthorized", raises=Exception)

        def test_a_spec():
            MagicMock(spec=CustomerIO).track("42", "purchase")

        @refused
        def test_a_case():
            MagicMock(spec=CustomerIO).track("42", "purchase")

        @refused
        def test_a_case_of_a_coroutine():
            asyncio.run(MagicMock(spec=AsyncCustomerIO).track("42", "purchase"))
        """,
        "--cio-contract",
        "-o",
        "cio_region=eu",
    )
    rows = [(one["case"], one["outcome"], [v["rule"] for v in one["violations"]]) for one in report["tests"]]
    assert rows == [(None, None, []), *[("401-unauthorized", "raised", [])] * 2]


SUMMARY = """
from unittest.mock import MagicMock, patch

import pytest
from customerio import CustomerIO

@patch("test_app.CustomerIO")
def test_heard(fake):
    for number in range(3):
        CustomerIO("site-1234", "key-12345").track("42", "purchase", {"number": number})

@patch("test_app.CustomerIO")
def test_not_judged(fake):
    CustomerIO("site-1234", "key-12345").track("42", MagicMock())
"""


def test_the_summary(story: Story) -> None:
    """Two lines: the calls that were heard, and those that are not judged, by reason."""
    result = story.run(SUMMARY, "--cio-contract")
    result.assert_outcomes(passed=2)
    assert closing(result) == (
        "operation    contract  400  401  403  404  408  413  429  5xx  2xx  3xx  network\n"
        "track.event  ok        -    -    -    -    -    -    -    -    -    -    -\n"
        "\n"
        "- not tried\n"
        "looked at: 4 calls heard through mocks or fakes in 2 tests\n"
        "not judged: 1 call\n"
        "  1 × arguments that cannot be known later, such as mocks (first at test_app.py:14 in test_not_judged)\n"
        "\n"
        "met no error: 1 of 1 call site\n"
        "  track.event at test_app.py:10 in test_heard\n"
        "    mark test_app.py::test_heard: @pytest.mark.cio_errors\n"
        "\n"
        "next: no error was replayed to track.event: mark a test that sends it @pytest.mark.cio_errors\n"
    )


def test_the_summary_where_nothing_is_judged(story: Story) -> None:
    """The lines stand alone, so that nobody takes the run for one in which something was looked at."""
    result = story.run(SUMMARY, "--cio-contract", "-k", "test_not_judged")
    result.assert_outcomes(passed=1)
    assert closing(result) == (
        "looked at: 1 call heard through mocks or fakes in 1 test\n"
        "not judged: 1 call\n"
        "  1 × arguments that cannot be known later, such as mocks (first at test_app.py:14 in test_not_judged)\n"
    )


BARE = """
from unittest.mock import MagicMock, Mock, patch

import customerio
import pytest

class Mailer:
    def __init__(self, client):
        self.client = client

    def welcome(self):
        self.client.track("42", "", total=3)

class Statistics:
    def track(self, who, what):
        pass

statistics = Statistics()
client = None
"""


def test_a_mock_without_a_spec(story: Story) -> None:
    """It may stand for the SDK, which nobody can know: its calls are counted as not judged, and how to be heard."""
    result = story.run(
        BARE
        + """
def test_handed_over():
    fake = MagicMock()
    Mailer(fake).welcome()
    fake.track.assert_called_once_with("42", "", total=3)

def test_a_global():
    with patch("test_app.client") as fake:
        Mailer(fake).welcome()

@pytest.mark.parametrize("request_", [{"to": ""}, customerio.SendEmailRequest()], ids=["dict", "request"])
def test_a_message(request_):
    Mock().send_email(request_)
""",
        "--cio-contract",
    )
    result.assert_outcomes(passed=4)
    assert closing(result) == (
        "not judged: 4 calls\n"
        "  4 × a mock without a spec, called like a method of an SDK; MagicMock(spec=CustomerIO) would be judged "
        "(first at test_app.py:12 in welcome)\n"
        f"{NOTHING_CHECKED}\n"
    )


def test_a_mock_of_something_else(story: Story) -> None:
    """Methods of the same name: of a mock that stands for something else, with other arguments, of a common name."""
    result = story.run(
        BARE
        + """
def test_in_the_place_of_something_else():
    with patch("test_app.statistics") as fake:
        fake.track("42", "purchase")
    with patch.object(statistics, "track") as fake:
        fake("42", "purchase")

def test_a_spec_of_something_else():
    MagicMock(spec=Statistics).track("42", "purchase")

def test_other_arguments():
    MagicMock().track()
    MagicMock().send_email("ada@example.com", "Welcome")
    MagicMock().send_email("ada@example.com")

def test_other_names():
    fake = MagicMock()
    fake.delete("42")
    fake("42", "purchase")
    track = MagicMock(name="track")
    track("42", "purchase")
""",
        "--cio-contract",
    )
    result.assert_outcomes(passed=4)
    assert closing(result) == NOTHING_CHECKED + "\n"


def test_no_sdk(story: Story) -> None:
    """Nothing is counted in a suite that does not import an SDK."""
    result = story.run(
        """
        import requests
        from unittest.mock import MagicMock

        def test_it():
            MagicMock().track("42", "purchase")
        """,
        "--cio-contract",
        subprocess=True,
    )
    result.assert_outcomes(passed=1)
    assert closing(result) == NOTHING_CHECKED + "\n"


def test_keys_that_are_not_judged_are_counted(story: Story) -> None:
    """Keys that are not set, or not known: their number is given, so that nobody takes them for checked."""
    result = story.run(
        """
        from unittest.mock import MagicMock, patch

        from customerio import CustomerIO

        @patch("test_app.CustomerIO")
        def test_given(fake):
            CustomerIO("site-1234", "key-12345").track("42", "purchase")

        @patch("test_app.CustomerIO")
        def test_not_set(fake):
            CustomerIO(None, None).track("42", "purchase")

        def test_not_known():
            MagicMock(spec=CustomerIO).track("42", "purchase")
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=3)
    assert (
        "3 calls heard through mocks or fakes in 3 tests, 2 with keys that are not known and not judged\n"
        in closing(result)
    )


def test_an_instance_with_mocks_on_it(story: Story) -> None:
    """A call is made again on a copy without them, which has what a new instance has: the call is judged, no alarm.

    Where no new instance can be made, the call is not judged.
    """
    report = story.report(
        """
        from unittest.mock import MagicMock, patch

        import pytest
        import requests
        from customerio import CustomerIO

        SDK, SESSION = CustomerIO("site", "key"), requests.Session()
        SDK._current_session, SDK.url_encode = MagicMock(), MagicMock(return_value="42")
        SESSION.cookies, SESSION.other = MagicMock(), MagicMock()

        class Own(requests.Session):
            def __init__(self, key):
                super().__init__()
                self.auth = key

        OWN = Own(("site", "key"))
        OWN.cookies = MagicMock()
        URL = "https://track.customer.io/api/v1/customers/42"

        def test_sdk():
            with patch.object(CustomerIO, "identify"):
                SDK.identify("42", plan="pro")

        def test_session():
            with patch.object(SESSION, "put"):
                SESSION.put(URL, json={}, auth=("site", "key"))

        def test_own():
            with patch.object(OWN, "put"):
                OWN.put(URL, json={})

        @pytest.mark.cio_errors("401-unauthorized", raises=Exception)
        def test_case():
            with patch.object(SDK, "identify"):
                SDK.identify("42", plan="pro")
        """,
        "--cio-contract",
    )
    rows = [(row["nodeid"].partition("::")[2], row["operation"], row["violations"]) for row in report["tests"]]
    assert rows == [
        ("test_sdk", "track.identify", []),
        ("test_session", "track.identify", []),
        ("test_case[401-unauthorized]", "track.identify", []),
    ]
