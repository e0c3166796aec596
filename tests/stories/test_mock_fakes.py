"""Functions of the project in the place of an SDK or a client: heard as mocks are, and passed in error cases."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story, closing, failure

for _name in ("customerio", "async_customerio", "httpx"):
    pytest.importorskip(_name)

APP = """
import customerio
import requests
from async_customerio import AsyncCustomerIO
from customerio import CustomerIO

KEYS = ("site-1234", "key-12345")
URL = "https://track.customer.io/api/v1/customers/42/events"
SDK = CustomerIO(*KEYS)
SESSION = requests.Session()
SESSION.auth = KEYS


def post(name):
    return requests.post(URL, json={"name": name}, auth=KEYS, timeout=5)


def track(name):
    CustomerIO(*KEYS).track("42", name)


def quietly(name):
    try:
        track(name)
    except Exception:
        pass


async def track_async(name):
    await AsyncCustomerIO(*KEYS).track("42", name)
"""
FAKES = """
import asyncio
from unittest.mock import MagicMock, patch

import app
import pytest


class Answer:
    status_code = 202

    def raise_for_status(self):
        pass


def test_a_function(monkeypatch):
    calls = []

    def fake_post(url, **kwargs):
        calls.append((url, kwargs["json"]))
        return Answer()

    monkeypatch.setattr(app.requests, "post", fake_post)
    assert app.post(NAME).status_code == 202
    assert calls == [(app.URL, {"name": NAME})]

def test_a_method(monkeypatch):
    calls = []
    monkeypatch.setattr(app.CustomerIO, "track", lambda self, *args: calls.append((type(self), args)))
    app.track(NAME)
    assert calls == [(app.CustomerIO, ("42", NAME))]

def test_a_method_of_an_instance():
    with patch.object(app.SDK, "track", lambda who, name: (who, name)):
        assert app.SDK.track("42", NAME) == ("42", NAME)

def test_a_class(monkeypatch):
    fake = MagicMock()
    monkeypatch.setattr(app, "CustomerIO", lambda *args, **kwargs: fake)
    app.track(NAME)
    fake.track.assert_called_once_with("42", NAME)

def test_a_class_in_a_dict(monkeypatch):
    fake = MagicMock()
    monkeypatch.setitem(app.__dict__, "CustomerIO", lambda *args, **kwargs: fake)
    app.track(NAME)

def test_a_class_in_a_patched_dict():
    with patch.dict(app.__dict__, CustomerIO=lambda *args, **kwargs: MagicMock()):
        app.track(NAME)

def test_a_coroutine(monkeypatch):
    async def fake(self, *args):
        assert args == ("42", NAME)

    monkeypatch.setattr(app.AsyncCustomerIO, "track", fake)
    assert asyncio.iscoroutinefunction(app.AsyncCustomerIO.track)
    asyncio.run(app.track_async(NAME))
"""


@pytest.fixture
def project(story: Story) -> Story:
    """An application of the SDKs and of requests."""
    story.file("app.py", APP)
    return story


@pytest.mark.parametrize(("name", "rules"), [("purchase", []), ("", ["event-name-missing"])])
def test_fakes_are_heard(project: Story, name: str, rules: list[str]) -> None:
    """What they are called with is judged; what they return and note is their own business."""
    report = project.report(f"NAME = {name!r}\n{FAKES}", "--cio-contract")
    assert [(one["attempts"], [v["rule"] for v in one["violations"]]) for one in report["tests"]] == [(1, rules)] * 7


def test_no_mock_is_imported(project: Story) -> None:
    """A suite with `monkeypatch` and requests alone, in a process of its own."""
    project.file(
        "app.py",
        """
        import requests

        def post(name):
            url = "https://track.customer.io/api/v1/customers/42/events"
            return requests.post(url, json={"name": name}, auth=("site-1234", "key-12345"), timeout=5)
        """,
    )
    result = project.run(
        """
        import sys

        import app

        def test_it(monkeypatch):
            assert "unittest.mock" not in sys.modules
            monkeypatch.setattr("app.requests.post", lambda url, **kwargs: None)
            app.post("")

        def test_put_back():
            assert app.post("purchase").status_code == 200
        """,
        "--cio-contract",
        subprocess=True,
    )
    result.assert_outcomes(passed=1, failed=1)
    assert "$.name: expected 1 to 100 bytes, got empty text" in result.stdout.str()


def test_an_error_passes_through_a_fake(project: Story) -> None:
    """While an error case is at work the real function is called."""
    report = project.report(
        """
        import app
        import pytest

        @pytest.mark.cio_errors("401-unauthorized")
        def test_it(monkeypatch):
            monkeypatch.setattr(app.CustomerIO, "track", lambda self, *args: None)
            app.quietly("purchase")
        """
    )
    assert [one["outcome"] for one in report["tests"]] == ["lost"]


def test_what_calls_the_real_one_is_no_fake(project: Story) -> None:
    """A function that passes its calls on stays where it is: the real one is heard, also with an error case."""
    report = project.report(
        """
        import app
        import pytest

        @pytest.mark.parametrize("name", [""])
        def test_it(monkeypatch, name):
            real, calls = app.CustomerIO.track, []

            def counting(*args):
                calls.append(args)
                return real(*args)

            monkeypatch.setattr(app.CustomerIO, "track", counting)
            assert app.CustomerIO.track is counting
            app.track(name)
            assert len(calls) == 1

        @pytest.mark.cio_errors("401-unauthorized", raises=Exception)
        def test_a_default(monkeypatch):
            def passing(*args, real=app.CustomerIO.track):
                return real(*args)

            monkeypatch.setattr(app.CustomerIO, "track", passing)
            app.track("purchase")

        def test_of_something_else(monkeypatch):
            def fake():
                return later
            monkeypatch.setattr("os.getcwd", fake)
            later = 1
            assert app.customerio.os is fake if hasattr(app.customerio, "os") else True
        """,
        "--cio-contract",
    )
    rows = [(one["case"], one["attempts"], [v["rule"] for v in one["violations"]]) for one in report["tests"]]
    assert rows == [(None, 1, ["event-name-missing"]), ("401-unauthorized", 1, [])]


CLASSES = """
import asyncio

import app
import pytest
from unittest.mock import patch


class FakeCustomerIO:
    def __init__(self, *keys):
        self.keys, self.calls = keys, []

    def track(self, *args):
        self.calls.append(args)
        return self.send_request("POST", "/nowhere", {})

    def send_request(self, *args):
        return "sent"

    @staticmethod
    def identify(*args):
        pass


class FakeAsyncCustomerIO:
    __slots__ = ()

    def __init__(self, *keys):
        pass

    async def track(self, *args):
        return await self.send_request("POST")

    async def send_request(self, *args):
        return "sent"


class FakeAnswer:
    status_code = 200


class FakeSession:
    def post(self, url, **given):
        return FakeAnswer()


class FakeSubclass(app.CustomerIO):
    def send_request(self, *args):
        pass

    def track(self, *args):
        return super().track(*args)


def test_a_class(monkeypatch):
    monkeypatch.setattr(app, "CustomerIO", FakeCustomerIO)
    client = app.CustomerIO(*app.KEYS)
    assert client.track("42", NAME) == "sent"
    assert (client.keys, client.calls, type(client)) == (app.KEYS, [("42", NAME)], FakeCustomerIO)

def test_a_class_with_patch():
    with patch("app.CustomerIO", FakeCustomerIO):
        app.track(NAME)

def test_an_object(monkeypatch):
    monkeypatch.setattr(app, "SDK", FakeCustomerIO())
    app.SDK.track("42", NAME)

def test_what_a_mock_returns():
    with patch("app.CustomerIO", return_value=FakeCustomerIO()):
        app.track(NAME)

def test_coroutines(monkeypatch):
    monkeypatch.setattr(app, "AsyncCustomerIO", FakeAsyncCustomerIO)
    assert asyncio.iscoroutinefunction(app.AsyncCustomerIO.track)
    asyncio.run(app.track_async(NAME))

def test_a_session(monkeypatch):
    monkeypatch.setattr(app, "SESSION", FakeSession())
    assert app.SESSION.post(app.URL, json={"name": NAME}).status_code == 200

def test_a_subclass(monkeypatch):
    monkeypatch.setattr(app, "CustomerIO", FakeSubclass)
    app.track(NAME)
"""


@pytest.mark.parametrize(("name", "rules"), [("purchase", []), ("", ["event-name-missing"])])
def test_classes_of_the_project_are_heard(project: Story, name: str, rules: list[str]) -> None:
    """What a hand-written class in the place of a known one is called with is judged, once for each call."""
    report = project.report(f"NAME = {name!r}\n{CLASSES}", "--cio-contract")
    assert [(one["attempts"], [v["rule"] for v in one["violations"]]) for one in report["tests"]] == [(1, rules)] * 7


HAND_WRITTEN = """
import types

import app
import pytest
from unittest.mock import patch


class Anything:
    def __getattr__(self, name):
        return lambda *args: None


def test_a_class(monkeypatch):
    monkeypatch.setattr(app, "CustomerIO", lambda *keys: Anything())
    app.track(NAME)

def test_an_object(monkeypatch):
    monkeypatch.setattr(app, "SDK", types.SimpleNamespace(track=lambda *args: None))
    app.buy(NAME)

def test_an_assignment():
    app.SDK.track = lambda *args: None
    app.buy(NAME)
    del app.SDK.track

def test_an_assignment_to_the_class():
    real, app.CustomerIO.track = app.CustomerIO.track, lambda *args: None
    app.buy(NAME)
    app.CustomerIO.track = real

@pytest.fixture
def quiet():
    real, app.CustomerIO.track = app.CustomerIO.track, lambda *args: None
    yield
    app.CustomerIO.track = real

def test_a_fixture(quiet):
    app.buy(NAME)

class Handed:
    def track(self, *args):
        pass

def test_an_argument():
    app.buy(NAME, Handed())

def test_a_class_within_the_test():
    class Local:
        def track(self, *args):
            pass
    app.buy(NAME, Local())

def test_what_calls_the_real_one(monkeypatch):
    real = app.CustomerIO

    class Counting:
        def __init__(self, *keys):
            self.real = real(*keys)

        def track(self, *args, sending=real.track):
            return sending(self.real, *args)

    monkeypatch.setattr(app, "CustomerIO", Counting)
    app.track(NAME)
"""


@pytest.mark.parametrize(("name", "rules"), [("purchase", []), ("", ["event-name-missing"])])
def test_fakes_that_nothing_tells_of_are_heard(project: Story, name: str, rules: list[str]) -> None:
    """Handed over, assigned without `monkeypatch`, or with any attribute: the code that calls them says what they are."""
    project.file(
        "app.py", APP + "\n\ndef buy(name, client: CustomerIO | None = None):\n    (client or SDK).track('42', name)\n"
    )
    report = project.report(f"NAME = {name!r}\n{HAND_WRITTEN}", "--cio-contract")
    assert [(one["attempts"], [v["rule"] for v in one["violations"]]) for one in report["tests"]] == [(1, rules)] * 8
    assert report["looked_at"]["not_judged"] == {}


COUNTED = """
import types

import app


def test_an_object(monkeypatch):
    monkeypatch.setattr(app, "SDK", types.SimpleNamespace(track=print))
    app.SDK.track("42", "")

def test_a_real_one(monkeypatch):
    monkeypatch.setattr(app, "SDK", app.CustomerIO(*app.KEYS))
    monkeypatch.setattr(app, "CustomerIO", app.AsyncCustomerIO)
    monkeypatch.setattr(app, "CustomerIO", None)

class FakeCustomerIO:
    def track(self, *args):
        pass

def test_an_argument():
    app.unclear(FakeCustomerIO())
"""


def test_other_fakes_are_counted(project: Story) -> None:
    """What cannot be heard, or is called by code that does not say what it stands for: that is said."""
    project.file("app.py", APP + "\n\ndef unclear(client):\n    client.track('42', '')\n")
    result = project.run(COUNTED, "--cio-contract")
    result.assert_outcomes(passed=3)
    text = closing(result)
    assert (
        "not judged: 2 calls\n"
        "  1 × fakes of the tests, called like methods of an SDK by code that does not say what they stand for; "
        "the annotation client: CustomerIO would say it (first at app.py:34 in unclear)\n"
        "  1 × fakes of the project's own in the place of an SDK: a mock with a spec is heard "
        "(first at test_app.py:8 in test_an_object)\n"
        "used Customer.io and sent it nothing: 1 test: test_app.py::test_a_real_one (customerio.CustomerIO)\n"
    ) in text


CASES = """
class Recorder(list):
    def __call__(self, *args):
        self.append(args)

@pytest.mark.cio_errors("401-unauthorized")
@pytest.mark.parametrize("fake", [FakeCustomerIO, FakeSubclass])
def test_swallowed(monkeypatch, fake):
    monkeypatch.setattr(app, "CustomerIO", fake)
    app.quietly("purchase")

@pytest.mark.cio_errors("401-unauthorized", raises=Exception)
def test_coroutines(monkeypatch):
    monkeypatch.setattr(app, "AsyncCustomerIO", FakeAsyncCustomerIO)
    asyncio.run(app.track_async("purchase"))

@pytest.mark.cio_errors("401-unauthorized")
def test_answered(monkeypatch):
    monkeypatch.setattr(app, "SESSION", FakeSession())
    assert app.SESSION.post(app.URL, json={"name": "purchase"}, auth=app.KEYS).status_code == 401

@pytest.mark.cio_errors("401-unauthorized", raises=Exception)
def test_recorded(monkeypatch):
    calls = Recorder()
    monkeypatch.setattr(app.CustomerIO, "track", calls)
    app.quietly("purchase")
    assert calls[0]

@pytest.mark.cio_errors("500-server-error-recovers")
def test_recovered(monkeypatch):
    made = FakeCustomerIO()
    monkeypatch.setattr(app, "SDK", made)
    assert app.SDK.track("42", "purchase") == "sent"
    assert made.calls == [("42", "purchase")]
"""


def test_an_error_passes_through_a_class_of_the_project(project: Story) -> None:
    """The real thing is called, built as the fake was; once the case answers no more, the fake does, and notes it.

    What a fake did not note is missed by the test, and is no exception that the application raised.
    """
    report = project.report(CLASSES + CASES, "-k", "swallowed or coroutines or answered or record or recovered")
    assert {one["nodeid"].partition("::")[2]: one["outcome"] for one in report["tests"] if one["case"]} == {
        "test_swallowed[401-unauthorized-FakeCustomerIO]": "lost",
        "test_swallowed[401-unauthorized-FakeSubclass]": "lost",
        "test_coroutines[401-unauthorized]": "raised",
        "test_answered[401-unauthorized]": "lost",
        "test_recorded[401-unauthorized]": "lost",
        "test_recovered[500-server-error-recovers]": "recovered",
    }


def test_a_fake_that_is_made_within_a_test_in_the_way_of_a_case(project: Story) -> None:
    """The item fails, and names the fake."""
    project.file("app.py", APP + "\n\ndef buy(client: CustomerIO):\n    client.track('42', 'purchase')\n")
    result = project.run(
        """
        import app
        import pytest

        @pytest.mark.cio_errors("401-unauthorized")
        def test_it():
            class Fake:
                def track(self, *args):
                    pass

            app.buy(Fake())
        """
    )
    result.assert_outcomes(failed=1)
    assert failure(result, "test_it[401-unauthorized]").startswith(
        "401-unauthorized: no error could be replayed, a fake of customerio.CustomerIO took the call\n"
    )


def test_a_fake_that_is_put_in_place_between_tests(project: Story) -> None:
    """No test runs that could count it."""
    project.file(
        "conftest.py",
        """
        from unittest.mock import patch

        import app
        import pytest

        class Fake:
            def track(self, *args):
                pass

        def pytest_runtest_logfinish():
            with patch.object(app, "SDK", Fake()):
                app.SDK.track("42", "")
        """,
    )
    result = project.run("import app\n\ndef test_it():\n    app.post('purchase')\n", "--cio-contract")
    result.assert_outcomes(passed=1)
    assert "not judged" not in closing(result)


def test_an_sdk_that_a_function_imports(project: Story) -> None:
    """A fake in the place of what imports the SDK first is heard, also where it has a method that the SDK lacks."""
    project.file(
        "crm.py",
        """
        def make_client():
            from customerio import CustomerIO

            return CustomerIO("site-1234", "key-12345")


        class Crm:
            def __init__(self, client=None):
                self.client = client or make_client()

            def buy(self, total):
                self.client.track("42", "purchase", {"total": total})
                self.client.add_to_segment(segment_id=7, customer_ids=["42"])
        """,
    )
    result = project.run(
        """
        import crm


        class FakeClient:
            def track(self, person, name, data=None): ...
            def add_to_segment(self, segment_id, customer_ids): ...


        def test_it():
            crm.Crm(FakeClient()).buy(3)
        """,
        "--cio-contract",
        subprocess=True,
    )
    assert failure(result, "test_it").startswith(
        "customerio.CustomerIO.add_to_segment: expected a call that the real one takes, got AttributeError: "
        "'CustomerIO' object has no attribute 'add_to_segment'\n"
    )
    assert "looked at: 2 calls heard through mocks or fakes in 1 test" in str(result.stdout)
