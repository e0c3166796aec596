"""The fixture `cio_sandbox`: a sandbox for the session, emptied for each test."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import requests
from receiving import receiving

from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.fixture import started

MODULE = """
import json
import os
import subprocess
import sys

import pytest

APPLICATION = '''
import os
from urllib.parse import urlsplit

from customerio import APIClient, CustomerIO, SendEmailRequest

place = urlsplit(os.environ["CUSTOMERIO_TRACK_URL"])
track = CustomerIO(os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"], host=place.hostname, port=place.port)
track.identify("42", email="ada@example.com", plan="pro")
app = APIClient(os.environ["CUSTOMERIO_APP_API_KEY"], url=os.environ["CUSTOMERIO_APP_URL"])
app.send_email(SendEmailRequest(transactional_message_id=1, to="ada@example.com", identifiers={"id": "42"}))
track.track("42", "x" * 101)
'''

def run(environ):
    return subprocess.run([sys.executable, "-c", APPLICATION], env={**os.environ, **environ}, capture_output=True, text=True)

def test_an_application_in_another_process(cio_sandbox):
    cio_sandbox.fault("500-server-error", times=1, operation="track.identify")
    done = run(cio_sandbox.environ)
    assert "400: " in done.stderr
    assert [one.operation for one in cio_sandbox.received] == ["track.identify"] * 2 + ["app.send_email", "track.event"]
    assert [one.operation.id for one in cio_sandbox.received][1:3] == ["track.identify", "app.send_email"]
    assert [one.status for one in cio_sandbox.received] == [500, 200, 200, 400]
    assert cio_sandbox.people["42"]["attributes"] == {"plan": "pro"}
    assert [one.to for one in cio_sandbox.deliveries] == ["ada@example.com"]
    assert [one.rule for one in cio_sandbox.violations] == ["event-name-too-long"]

def test_the_next_one_starts_afresh(cio_sandbox):
    assert cio_sandbox.received == cio_sandbox.deliveries == cio_sandbox.violations == []
    assert cio_sandbox.people == {}
    assert cio_sandbox.https_url == cio_sandbox.environ["CUSTOMERIO_APP_URL"]
    with pytest.raises(Exception, match="did you mean 429-retry-after"):
        cio_sandbox.fault("429-retry-aftr")
    with pytest.raises(Exception, match="no such case: '429'; there are 429-daily-quota, 429-rate-limited"):
        cio_sandbox.fault(429)

@pytest.mark.cio_contract
def test_beside_the_guard(cio_sandbox):
    import requests
    assert requests.get(cio_sandbox.url + "/_sandbox/people", timeout=5).json()["total"] == 0
"""


def test_what_it_knows() -> None:
    """Requests, violations, people and messages are available as values, and empty for the next test."""
    with started() as fresh:
        sandbox = fresh()
        keys = (sandbox.environ["CUSTOMERIO_SITE_ID"], sandbox.environ["CUSTOMERIO_API_KEY"])
        sandbox.fault("500-server-error", 1, "track.identify")
        url = f"{sandbox.url}/api/v1/customers/42"
        statuses = [requests.put(url, json={"plan": "pro"}, auth=keys, timeout=5).status_code for _ in range(2)]
        requests.post(f"{url}/events", json={"name": ""}, auth=keys, timeout=5)
        headers = {"Authorization": f"Bearer {sandbox.environ['CUSTOMERIO_APP_API_KEY']}"}
        mail = {"transactional_message_id": 1, "to": "ada@example.com", "identifiers": {"id": "42"}}
        trusted = sandbox.environ["REQUESTS_CA_BUNDLE"]
        requests.post(f"{sandbox.https_url}/v1/send/email", json=mail, headers=headers, timeout=5, verify=trusted)
        assert statuses == [500, 200]
        assert [one.status for one in sandbox.received] == [500, 200, 400, 200]
        assert [each.rule for each in sandbox.violations] == ["event-name-missing"]
        assert sandbox.people["42"]["attributes"] == {"plan": "pro"}
        assert [each.to for each in sandbox.deliveries] == ["ada@example.com"]
        assert fresh().received == []


def test_what_happens_to_messages() -> None:
    """A message bounces on request: the event is returned, signed, and posted; a snapshot brings people back."""
    with receiving(500) as receiver, started() as fresh:
        sandbox = fresh()
        sandbox.load([{"id": "42", "email": "ada@example.com"}])
        point = sandbox.snapshot()
        with pytest.raises(CannotError, match=r"no event 'email_bouncd' \(did you mean email_bounced\?\); known are"):
            sandbox.webhook(receiver.url, "email_bouncd")
        with pytest.raises(CannotError, match=r"192.0.2.7 is another machine"):
            sandbox.webhook("http://192.0.2.7/webhooks")
        sandbox.webhook(receiver.url, ["email_bounced"], with_content=True)
        headers = {"Authorization": f"Bearer {sandbox.environ['CUSTOMERIO_APP_API_KEY']}"}
        mail = {"transactional_message_id": 1, "to": "ada@example.com", "identifiers": {"id": "42"}}
        requests.post(f"{sandbox.url}/v1/send/email", json=mail, headers=headers, timeout=5)
        event = sandbox.deliver("bounced", sandbox.deliveries[0], failure_message="full")
        assert (event.body, receiver.bodies) == (receiver.bodies[0], [event.body])
        assert [(each.name, each.status, each.state) for each in sandbox.webhook_calls] == [
            ("email_bounced", 500, "waiting")
        ]
        sandbox.retry_webhooks()
        assert [each.state for each in event.calls] == ["accepted"]
        assert receiver.is_signed(sandbox.environ["CUSTOMERIO_WEBHOOK_SIGNING_KEY"])
        assert not sandbox.deliver("opened", sandbox.deliveries[0].id).calls
        sandbox.restore(point)
        assert (list(sandbox.people), sandbox.deliveries) == (["42"], [])
        fresh()


def test_what_a_test_has_not_read(tmp_path: Path) -> None:
    """Each request with an error or a warning is handed over once, unless the test has read it; with own schemas too."""
    (tmp_path / "track").mkdir()
    own = {"properties": {"plan": {"enum": ["pro", "basic"]}}}
    (tmp_path / "track" / "identify.json").write_text(json.dumps(own))
    with started([tmp_path]) as fresh:
        sandbox = fresh()
        keys = sandbox.environ["CUSTOMERIO_SITE_ID"], sandbox.environ["CUSTOMERIO_API_KEY"]
        for plan in ("pro", "gold"):
            requests.put(f"{sandbox.url}/api/v1/customers/42", json={"plan": plan}, auth=keys, timeout=5)
        ((sent, judged),) = sandbox.judged()
        assert (sent.client, sent.url) == ("cio_sandbox, request 2", f"{sandbox.url}/api/v1/customers/42")
        assert judged.operation is not None
        assert (judged.operation.id, [each.where for each in judged.violations]) == ("track.identify", ["$.plan"])
        requests.put(f"{sandbox.url}/api/v1/nowhere", json={"plan": "gold"}, auth=keys, timeout=5)
        assert len(sandbox.violations) == 2
        assert sandbox.judged() == []
        requests.put(f"{sandbox.url}/api/v1/nowhere", json={}, auth=keys, timeout=5)
        assert [judged.operation for _, judged in sandbox.judged()] == [None]


def test_it_is_described_by_a_file(tmp_path: Path) -> None:
    """Until the next test, the workspace has what the file names; a file that cannot be used changes nothing."""
    path = tmp_path / "inventory.json"
    path.write_text('{"version": 1, "snippets": [{"name": "a", "value": "b"}]}', encoding="utf-8")
    with started() as fresh:
        sandbox = fresh()
        headers = {"Authorization": f"Bearer {sandbox.environ['CUSTOMERIO_APP_API_KEY']}"}

        def snippets() -> list[str]:
            answer = requests.get(f"{sandbox.url}/v1/snippets", headers=headers, timeout=5).json()
            return [each["name"] for each in answer["snippets"]]

        sandbox.describe(path)
        with pytest.raises(CannotError, match="cannot be read"):
            sandbox.describe(tmp_path / "missing.json")
        assert snippets() == ["a"]
        fresh()
        assert snippets() == ["greeting"]


def test_the_fixture(pytester: pytest.Pytester) -> None:
    """The example of the README passes."""
    pytester.makepyfile(MODULE)
    arguments = ("-p", "no:customerio", "-p", "pytest_customerio.plugin", "-p", "no:cacheprovider")
    result = pytester.runpytest_subprocess(*arguments)
    result.assert_outcomes(passed=3)


def test_each_test_gets_an_empty_sandbox(pytester: pytest.Pytester) -> None:
    """The sandbox is started once; what one test sent to it is not there in the next one."""
    pytester.makepyfile(
        """
        import pytest, requests

        @pytest.mark.parametrize("turn", [1, 2])
        def test_it(cio_sandbox, turn):
            assert cio_sandbox.received == []
            keys = (cio_sandbox.environ["CUSTOMERIO_SITE_ID"], cio_sandbox.environ["CUSTOMERIO_API_KEY"])
            requests.put(f"{cio_sandbox.url}/api/v1/customers/42", json={"a": 1}, auth=keys, timeout=5)
            assert len(cio_sandbox.received) == 1
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:customerio", "-p", "pytest_customerio.plugin", "-p", "no:asyncio")
    result.assert_outcomes(passed=2)


def test_a_missing_package_fails_the_test(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a module of the sandbox that cannot be imported, the failure names the extra and the missing package."""
    pytester.makepyfile("def test_it(cio_sandbox): pass")
    monkeypatch.setitem(sys.modules, "pytest_customerio.tools.sandbox.fixture", None)
    result = pytester.runpytest_inprocess("-p", "no:customerio", "-p", "pytest_customerio.plugin", "-p", "no:asyncio")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*cio_sandbox: pip install 'pytest-customerio[[]sandbox]'*"])


def test_without_its_packages(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the packages of the extra the message says what to install."""
    pytester.makeconftest("import sys\nsys.modules['starlette'] = None\n")
    pytester.makepyfile("def test_it(cio_sandbox): pass")
    result = pytester.runpytest_subprocess("-p", "no:customerio", "-p", "pytest_customerio.plugin")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*cio_sandbox: pip install 'pytest-customerio[[]sandbox]' (starlette* is missing)"])
