"""The forms on the pages, over a real connection."""

from __future__ import annotations

import pytest
import requests

from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer

FAULTS = "/_sandbox/inbox/faults"
WEBHOOKS = "/_sandbox/inbox/webhooks"


def get(sandbox: SandboxServer, path: str, **headers: str) -> requests.Response:
    """The answer to a request for a page."""
    return requests.get(sandbox.url + path, headers=headers, timeout=10)


def post(sandbox: SandboxServer, path: str, form: object = None, **headers: str) -> requests.Response:
    """The answer to a form."""
    return requests.post(sandbox.url + path, data=form, headers=headers, timeout=10, allow_redirects=False)


def test_something_happens_to_a_message(sandbox: SandboxServer) -> None:
    """The form lets it happen and leads back to the message; what cannot happen draws 400 with the reason."""
    page = f"/_sandbox/inbox/messages/{next(iter(sandbox.service.workspace.deliveries))}"
    answer = post(sandbox, f"{page}/simulate", {"metric": "complained"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{page}#life")
    assert "spammed" in get(sandbox, page).text
    refused = post(sandbox, f"{page}/simulate", {"metric": "melted", "fault": ""})
    assert (refused.status_code, "melted" in refused.text) == (400, True)
    assert "style-src 'unsafe-inline'" in refused.headers["Content-Security-Policy"]
    assert post(sandbox, "/_sandbox/inbox/messages/none/simulate", {"metric": "opened"}).status_code == 404


def test_a_webhook_is_added(sandbox: SandboxServer) -> None:
    """The form adds a webhook; an invalid address draws 400 with the reason; what waits is posted again."""
    url = "http://127.0.0.1:9/hooks"
    assert post(sandbox, WEBHOOKS, {"url": f" {url} "}).headers["Location"] == WEBHOOKS
    refused = post(sandbox, WEBHOOKS, {"url": "ftp://x"})
    assert (refused.status_code, "ftp://x" in refused.text) == (400, True)
    assert [each.endpoint for each in sandbox.service.workspace.reporting_webhooks.values()] == [url]
    sandbox.service.deliver("opened")
    sandbox.service.webhooks.settle()
    assert post(sandbox, f"{WEBHOOKS}/retry").status_code == 303
    sandbox.service.webhooks.settle()
    (call,) = sandbox.service.webhooks.calls
    assert [each.result.problem for each in call.attempts] == ["refused", "refused"]


def test_a_fault_is_asked_for(sandbox: SandboxServer) -> None:
    """The form adds a fault and leads back to the list of faults."""
    answer = post(sandbox, FAULTS, {"case": "429-retry-after", "times": "3", "operation": "track.event"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/#faults")
    assert post(sandbox, FAULTS, {"case": "500-server-error", "times": "forever"}).status_code == 303
    assert [(each.case, each.times, each.operation) for each in sandbox.service.faults.all] == [
        ("429-retry-after", 3, "track.event"),
        ("500-server-error", None, None),
    ]


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"case": "429-retry-afte"}, "did you mean 429-retry-after?"),
        ({"case": "429-retry-after", "times": "0"}, "times is a number of 1 or more, or forever"),
        ({"case": "429-retry-after", "operation": "track.nothing"}, "no such operation"),
        ({}, "no such case"),
        (b"\xff%ff=%00&case", "no such case"),
        (b"case=429-retry-after&" + b"x" * 70_000, "no such case"),
    ],
)
def test_a_fault_that_is_not_possible_shows_the_reason(sandbox: SandboxServer, form: object, message: str) -> None:
    """A fault that is not possible draws 400 with the reason, and adds none."""
    answer = post(sandbox, FAULTS, form)
    assert answer.status_code == 400
    assert message in answer.text
    assert sandbox.service.faults.all == ()


def test_a_fault_is_ended(sandbox: SandboxServer) -> None:
    """The form ends only the fault with its id; an unknown id ends none."""
    first, other = sandbox.service.fault("429-retry-after"), sandbox.service.fault("500-server-error")
    for number in (str(first.id), "999", ""):
        assert post(sandbox, f"{FAULTS}/end", {"id": number}).status_code == 303
    assert [each.id for each in sandbox.service.faults.all] == [other.id]


def test_everything_is_cleared(sandbox: SandboxServer) -> None:
    """The form deletes requests, people, messages and faults."""
    sandbox.service.fault("429-retry-after")
    answer = post(sandbox, "/_sandbox/inbox/clear")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    service = sandbox.service
    assert (len(service.log), len(service.workspace.people), service.faults.all) == (0, 0, ())


@pytest.mark.parametrize(
    "path",
    [
        FAULTS,
        f"{FAULTS}/end",
        "/_sandbox/inbox/clear",
        WEBHOOKS,
        f"{WEBHOOKS}/retry",
        "/_sandbox/inbox/messages/x/simulate",
    ],
)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_origin_does_nothing(sandbox: SandboxServer, path: str, headers: dict[str, str]) -> None:
    """A form is refused if Origin or Sec-Fetch-Site names another origin."""
    sandbox.service.fault("429-retry-after")
    answer = post(sandbox, path, {"case": "500-server-error", "id": "1"}, **headers)
    assert answer.status_code == 403
    assert (len(sandbox.service.log), len(sandbox.service.faults.all)) == (5, 1)


def test_a_form_of_our_own_is_let_in(sandbox: SandboxServer) -> None:
    """A form of the page itself, with the headers of a browser, is accepted."""
    headers = {"Origin": sandbox.url, "Sec-Fetch-Site": "same-origin"}
    assert post(sandbox, "/_sandbox/inbox/clear", **headers).status_code == 303


def test_forms_are_no_addresses_to_visit(sandbox: SandboxServer) -> None:
    """GET on the address of a form draws 405: a link or an image changes nothing."""
    assert get(sandbox, "/_sandbox/inbox/clear").status_code == 405
