"""`cio_responses`, for suites that use the library `responses`."""

from __future__ import annotations

from tests.stories.conftest import Story, failure, short_summary

MODULE = """
import crm
import pytest
import requests
import responses

CUSTOMER = f"{crm.BASE}/customers/42"

def test_success(cio_responses):
    assert isinstance(cio_responses, responses.RequestsMock)
    response = crm.identify("42", plan="basic")
    assert (response.status_code, response.json()) == (200, {})
    assert [call.request.url for call in cio_responses.calls] == [CUSTOMER]

def test_theirs_first(cio_responses):
    cio_responses.put(CUSTOMER, status=503)
    assert crm.identify("42", plan="basic").status_code == 503
    assert crm.event("42", "purchase").status_code == 200

def test_another_host(cio_responses):
    cio_responses.get("https://shop.example/", json={"open": True})
    assert requests.get("https://shop.example/", timeout=5).json() == {"open": True}

def test_another_host_unregistered(cio_responses):
    with pytest.raises(requests.ConnectionError, match="Connection refused by Responses"):
        requests.get("https://shop.example/", timeout=5)

def test_not_every_registration_has_to_fire(cio_responses):
    cio_responses.put(CUSTOMER, status=503)

def test_heard(cio, cio_responses):
    cio_responses.put(CUSTOMER, status=503)
    crm.identify("42", plan="basic")
    crm.event("42", "purchase")
    assert [(call.operation.id, call.status) for call in cio.sent] == [("track.identify", 503), ("track.event", 200)]

def test_app(cio_responses):
    body = {"transactional_message_id": 3, "to": "jane@example.com", "identifiers": {"id": "42"}}
    answer = requests.post(
        "https://api.customer.io/v1/send/email", json=body, headers={"Authorization": "Bearer app-key-1234"}, timeout=5
    )
    assert answer.status_code == 200 and answer.json()["delivery_id"]

@pytest.mark.cio_errors("429-rate-limited-recovers")
def test_a_case_comes_through(cio_responses):
    assert crm.retrying(lambda: crm.identify("42", plan="basic")).ok
    assert [call.response.status_code for call in cio_responses.calls] == [429, 429, 200]

@pytest.mark.cio_errors("connection-reset-persists")
def test_a_fault_comes_through(cio_responses):
    with pytest.raises(requests.ConnectionError):
        crm.identify("42", plan="basic")
"""
JUDGED = """
import crm

def test_by_us(cio_responses):
    crm.event("42", "x" * 134)

def test_by_them(cio_responses):
    cio_responses.post(f"{crm.BASE}/customers/42/events", json={})
    crm.event("42", "x" * 134)

def test_no_operation(cio_responses):
    assert crm.requests.put("https://track.customer.io/api/v1/customer/42", json={}, timeout=5).status_code == 404
"""


def test_it_answers_what_nothing_of_theirs_answers(story: Story) -> None:
    """The user's registrations come first, then the case at work, then the documented success. Other hosts are treated
    as `responses` treats them."""
    story.run(MODULE).assert_outcomes(passed=9)


def test_what_it_answers_is_judged(story: Story) -> None:
    """A test that uses the fixture is checked, also without the option."""
    result = story.run(JUDGED)
    result.assert_outcomes(failed=3)
    for name in ("test_by_us", "test_by_them"):
        assert failure(result, name).startswith("track.event $.name: expected 1 to 100 bytes, got 134 bytes\n")
    assert any("test_no_operation - Failed: url: expected" in line for line in short_summary(result))


def test_nothing_is_left_behind(story: Story) -> None:
    """After the test, `responses` is no longer active."""
    result = story.run(
        """
        import crm
        import requests

        def test_first(cio_responses):
            crm.identify("42", plan="basic")

        def test_second():
            assert crm.identify("42", plan="basic").status_code == 200
            assert "responses" not in requests.adapters.HTTPAdapter.send.__module__
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=2)
