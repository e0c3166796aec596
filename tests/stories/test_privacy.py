"""No personal data and no credential is in anything that we print or write."""

from __future__ import annotations

import base64

import pytest

from tests.stories.conftest import Story

EMAIL, PHONE, NAME, CITY = "jane.doe@example.com", "+14155550123", "Janet Doe-Smith", "Wanne-Eickel"
SITE, KEY, APP_KEY = "site-7f3a9c", "5ecre7-track-k3y", "5ecre7-app-k3y"
BASIC = base64.b64encode(f"{SITE}:{KEY}".encode()).decode()
PLANTED = (EMAIL, "jane.doe", PHONE, "4155550123", "Janet", "Doe-Smith", CITY, SITE, KEY, APP_KEY, BASIC)
# Violates many rules, so that as many texts as possible are shown.
MODULE = f"""
import crm
import pytest
import requests

crm.AUTH = ({SITE!r}, {KEY!r})
PERSON = dict(email={EMAIL!r}, phone={PHONE!r}, first_name={NAME!r}, city={CITY!r})

def test_identifier_in_the_path():
    crm.identify({EMAIL!r}, plan="x" * 1200, **PERSON)
    crm.identify({PHONE!r}, plan="x" * 1200, **PERSON)

def test_values():
    crm.identify("42", email={NAME!r}, created_at={EMAIL!r}, bio={NAME!r} * 200)
    crm.event("42", {EMAIL!r} * 10, data={{{EMAIL!r}: {NAME!r} * 200}}, timestamp={PHONE!r})

def test_names():
    crm.identify("42", **{{{EMAIL!r}: "x" * 1200, {PHONE!r}: "x" * 1200}})

def test_query_and_unknown_address():
    requests.get("https://track.customer.io/api/v1/people/{EMAIL}?email={EMAIL}&key={KEY}", timeout=5)
    requests.get("https://{SITE}:{KEY}@track.customer.io/api/v1/nothing/{PHONE}", timeout=5)

def test_app_api():
    body = {{"transactional_message_id": "3", "to": {NAME!r}, "identifiers": {{"email": {NAME!r}, "id": {EMAIL!r}}}}}
    requests.post("https://api.customer.io/v1/send/email", json=body,
                  headers={{"Authorization": "Bearer {APP_KEY}"}}, timeout=5)
    requests.post("https://api.customer.io/v1/send/email", data={EMAIL!r},
                  headers={{"Authorization": "Basic {APP_KEY}"}}, timeout=5)

def test_wrong_key():
    requests.put("https://track.customer.io/api/v1/customers/42", json=PERSON,
                 headers={{"Authorization": "Bearer {KEY}"}}, timeout=5)

def test_sent(cio):
    crm.identify({EMAIL!r}, **PERSON)
    assert list(cio.sent) == []

@pytest.mark.cio_errors("401-unauthorized", "400-invalid-email", "connection-reset")
def test_lost():
    try:
        crm.identify({EMAIL!r}, **PERSON).raise_for_status()
    except Exception:
        pass

@pytest.mark.cio_errors("400-malformed", "429-rate-limited-persists")
def test_again_and_again(cio):
    for _ in range(3):
        crm.identify({EMAIL!r}, **PERSON)
"""
REFUSED = f"""
import crm
import pytest
import requests

crm.AUTH = ({SITE!r}, {KEY!r})

@pytest.mark.cio_contract
def test_checked():
    pass

def test_refused():
    try:
        crm.identify({EMAIL!r}, email={EMAIL!r})
    except Exception as error:
        print(error)
    requests.get("https://{SITE}:{KEY}@track.customer.io/api/v1/people/{EMAIL}?key={KEY}", timeout=5)
"""


@pytest.mark.parametrize("options", [("-q",), ("--cio-strict", "-vv", "-rA")], ids=["quiet", "loud"])
def test_nothing_planted_is_seen_again(story: Story, options: tuple[str, ...]) -> None:
    """Planted values, keys, addresses, identifiers and credentials are neither in the output nor in the report."""
    result = story.run(MODULE, "--cio-contract", "--cio-report=report.json", "--tb=line", *options)
    outcomes = result.parseoutcomes()
    assert outcomes["failed"] >= 13
    text = result.stdout.str() + result.stderr.str() + (story.path / "report.json").read_text(encoding="utf-8")
    assert "blind-retry" in text
    for planted in PLANTED:
        assert planted not in text


def test_a_refusal_shows_no_credential(story: Story) -> None:
    """The address in the text of a refusal is redacted."""
    result = story.run(REFUSED, "--tb=line")
    text = result.stdout.str()
    assert "refused" in text
    for planted in (EMAIL, PHONE, NAME, KEY, BASIC):
        assert planted not in text.replace("test_app.py", "")
