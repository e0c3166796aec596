"""The task as the application starts it, run at once in Celery's eager mode."""

import json

import pytest
from tasks import NotDeliveredError, app, sign_up

app.conf.task_always_eager = True


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.setenv("CUSTOMERIO_SITE_ID", "5f2a9c81d37be604")
    monkeypatch.setenv("CUSTOMERIO_API_KEY", "9d1c7e5b3a2f48606c4e")


def test_a_sign_up_is_identified(cio):
    sign_up("42", "ada@example.com")
    (call,) = cio.sent
    assert call.operation.id == "track.identify"
    assert json.loads(call.body) == {"email": "ada@example.com"}


@pytest.mark.cio_errors(raises=NotDeliveredError, must_recover=True)
def test_no_sign_up_is_lost():
    """A task that retries counts as deferred; one that failed counts as raised, because Celery reports it."""
    sign_up("42", "ada@example.com")
