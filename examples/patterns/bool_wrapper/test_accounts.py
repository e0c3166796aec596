"""The tests ask what the application knows in the end, not what the wrapper returned."""

import json

import pytest
from accounts import Crm, register


@pytest.fixture
def crm(monkeypatch):
    monkeypatch.setenv("CUSTOMERIO_SITE_ID", "5f2a9c81d37be604")
    monkeypatch.setenv("CUSTOMERIO_API_KEY", "9d1c7e5b3a2f48606c4e")
    return Crm()


def test_a_new_account_is_identified(crm, cio):
    assert register(crm, "42", "ada@example.com").synced
    (call,) = cio.sent
    assert call.operation.id == "track.identify"
    assert json.loads(call.body) == {"email": "ada@example.com"}


@pytest.mark.cio_errors
def test_an_account_that_is_not_synced_says_so(crm, cio):
    account = register(crm, "42", "ada@example.com")
    cio.pending(not account.synced)
