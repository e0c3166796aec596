"""The suite of such a team: Customer.io is mocked with `responses`, and all tests pass."""

import re

import crm
import pytest
import responses


@pytest.fixture
def customer_io():
    with responses.RequestsMock() as mock:
        yield mock


def test_sign_up(customer_io):
    """A sign-up sends a PUT for the person."""
    customer_io.put("https://track.customer.io/api/v1/customers/42", json={})
    crm.sign_up("42", "ada@example.com")


def test_purchase(customer_io):
    """A purchase sends the event and the receipt."""
    customer_io.post(re.compile(r"https://track\.customer\.io/.*/events"), json={})
    customer_io.post("https://api.customer.io/v1/send/email", json={"delivery_id": "1"})
    crm.buy("42", "ada@example.com", "tea", 4.5)
