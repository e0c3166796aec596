"""The view through pytest-django's `client`, and the same in a `TestCase`."""

import json

import pytest
from django.test import TestCase
from shop.models import Person


@pytest.mark.django_db
def test_a_sign_up_is_identified(client, cio):
    response = client.post("/sign-up/", {"email": "ada@example.com"})
    assert response.status_code == 201
    (call,) = cio.sent
    assert call.url.endswith(f"/customers/{response.json()['id']}")
    assert json.loads(call.body) == {"email": "ada@example.com"}


@pytest.mark.django_db
@pytest.mark.cio_errors
def test_an_error_is_answered_and_leaves_no_account(client, cio):
    response = client.post("/sign-up/", {"email": "ada@example.com"})
    if cio.reported(response.status_code == 503):
        assert not Person.objects.exists()


class SignUpTest(TestCase):
    @pytest.fixture(autouse=True)
    def _customer_io(self, cio):
        self.cio = cio

    @pytest.mark.cio_errors("400", "401", "429", "network")
    def test_an_error_is_answered_and_leaves_no_account(self):
        response = self.client.post("/sign-up/", {"email": "ada@example.com"})
        if self.cio.reported(response.status_code == 503):
            self.assertFalse(Person.objects.exists())
