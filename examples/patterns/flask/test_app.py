"""The form through Flask's test client."""

import json

import pytest
from app import create_app


@pytest.fixture
def client(monkeypatch):
    monkeypatch.setenv("CUSTOMERIO_SITE_ID", "5f2a9c81d37be604")
    monkeypatch.setenv("CUSTOMERIO_API_KEY", "9d1c7e5b3a2f48606c4e")
    return create_app().test_client()


def subscribe(client):
    return client.post("/subscribers", json={"id": "42", "email": "ada@example.com"})


def test_a_subscriber_is_identified(client, cio):
    assert subscribe(client).status_code == 201
    (call,) = cio.sent
    assert call.operation.id == "track.identify"
    assert json.loads(call.body) == {"email": "ada@example.com", "newsletter": True}


@pytest.mark.cio_errors
def test_an_error_is_answered_to_the_browser(client, cio):
    cio.reported(subscribe(client).status_code == 503)
