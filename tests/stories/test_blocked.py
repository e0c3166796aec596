"""Where an error case cannot be led past a mock, each item fails: the first says what to do, the others refer to it."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story, failure
from tests.stories.through import project

WHAT_TO_DO = """\
what to do  use one of these instead, or nothing at all; the plugin answers then. Requests can be led past
            responses, requests-mock, respx, pytest-httpx, aioresponses, a cassette of vcrpy, MockTransport,
            and an adapter or transport that only answers
"""
NOTHING_SENT = "nothing was sent to Customer.io: the test ended before any request"
MARK = '@pytest.mark.cio_errors("500-server-error", raises=app.Gone)'
# An adapter whose `send` calls a method of its own: it may be an engine, so no request is led past it.
FAKE = """\
class Fake(requests.adapters.HTTPAdapter):
    def send(self, request, **options):
        return self.made(request)

    def made(self, request):
        response = requests.Response()
        response.status_code, response._content, response.url = 200, b"theirs", request.url
        return response
"""
FIRST, SECOND = "500-server-error-recovers", "500-server-error-persists"


def texts(story: Story, test: str) -> list[str]:
    """The text of both items of the test, which both fail."""
    result = project(story).run(f"import app\nimport pytest\nimport requests\n\n\n{test}")
    result.assert_outcomes(failed=2)
    return [failure(result, f"test_it[{case}]") for case in (FIRST, SECOND)]


def test_an_adapter_that_seems_to_send(story: Story) -> None:
    """An adapter whose `send` calls a method of its own may be an engine; it answered, so it is named."""
    first, second = texts(
        story,
        f"""
{FAKE}
{MARK}
def test_it():
    with requests.Session() as session:
        session.mount("https://", Fake())
        assert app.save(app.by_requests, session) == "theirs"
""",
    )
    head = "no error could be replayed, Fake (test_app.py:8) answered track.identify\n"
    assert first == f"{FIRST}: {head}\n{WHAT_TO_DO}"
    assert second == f"{SECOND}: the same\n"


def test_a_function_by_hand(story: Story) -> None:
    """A function in the place of `requests.put` is passed: it answers again when the case is spent."""
    result = project(story).run(
        f"""
import app
import pytest
import requests


{MARK}
def test_it(monkeypatch):
    def fake_put(*given, **options):
        response = requests.Response()
        response.status_code, response._content = 200, b"theirs"
        return response

    monkeypatch.setattr(requests, "put", fake_put)
    assert app.save(app.by_requests) == "theirs"
"""
    )
    result.assert_outcomes(passed=2)


def test_a_session_of_the_suites_own(story: Story) -> None:
    """An object in the place of a session: nothing is sent, and there is nothing to name."""
    first, second = texts(
        story,
        f"""
class Session:
    def put(self, *given, **options):
        response = requests.Response()
        response.status_code, response._content = 200, b"theirs"
        return response

{MARK}
def test_it():
    assert app.save(app.by_requests, Session()) == "theirs"
""",
    )
    assert first.startswith(f"{NOTHING_SENT}\n\n  what to do   a test marked cio_errors must send something;")
    assert "a fake\n               of the suite's own in the place of the client or SDK;\n" in first
    assert second == f"{SECOND}: the same\n"


def test_what_the_test_expected_of_the_error_has_the_same_cause(story: Story) -> None:
    """A test that waits for the exception fails with the mock's name, and not with DID NOT RAISE."""
    first, _ = texts(
        story,
        f"""
{FAKE}
{MARK}
def test_it():
    with requests.Session() as session, pytest.raises(app.Gone):
        session.mount("https://", Fake())
        app.by_requests(session)
""",
    )
    assert first.startswith(f"{FIRST}: no error could be replayed, Fake (test_app.py:8) answered track.identify\n")


@pytest.mark.parametrize("send", ["by_http_client", "by_urllib_request"])
def test_a_socket_of_the_suites_own(story: Story, send: str) -> None:
    """`http.client` is led past a mock that makes its socket."""
    result = project(story).run(
        f"""
        import http.client
        from unittest import mock

        import app
        import pytest

        @pytest.mark.cio_errors("429-rate-limited-persists", "401-unauthorized", raises=app.Gone)
        def test_it(monkeypatch):
            init = http.client.HTTPConnection.__init__

            def made(conn, *given, **options):
                init(conn, *given, **options)
                conn._create_connection = mock.Mock(side_effect=ConnectionRefusedError("theirs"))

            monkeypatch.setattr(http.client.HTTPConnection, "__init__", made)
            app.save(app.{send})

        @pytest.mark.cio_errors("429-rate-limited-recovers", raises=ConnectionError)
        def test_recovers(cio, monkeypatch):
            init = http.client.HTTPConnection.__init__

            def made(conn, *given, **options):
                init(conn, *given, **options)
                conn._create_connection = mock.Mock(side_effect=ConnectionRefusedError("theirs"))

            monkeypatch.setattr(http.client.HTTPConnection, "__init__", made)
            with pytest.raises(app.Gone):
                app.save(app.{send})
            assert cio.attempts == 4
        """
    )
    result.assert_outcomes(passed=3)
