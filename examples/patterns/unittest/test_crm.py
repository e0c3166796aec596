"""A suite of unittest.TestCase, run by pytest."""

import json
import os
import unittest
from unittest import mock

import pytest
from crm import connect, sign_up
from customerio import CustomerIOException

KEYS = {"CUSTOMERIO_SITE_ID": "5f2a9c81d37be604", "CUSTOMERIO_API_KEY": "9d1c7e5b3a2f48606c4e"}


class SignUpTest(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _customer_io(self, cio):
        self.cio = cio

    def setUp(self):
        self.enterContext(mock.patch.dict(os.environ, KEYS))
        self.client = connect()

    def test_the_person_is_identified(self):
        sign_up(self.client, "42", "ada@example.com")
        self.assertEqual(json.loads(self.cio.sent[0].body), {"email": "ada@example.com"})

    def test_a_rate_limit_costs_time_only(self):
        with self.cio.replay("429-rate-limited", times=2):
            sign_up(self.client, "42", "ada@example.com")
        self.assertEqual(self.cio.outcome, "recovered")
        self.assertEqual(list(self.cio.waits), [2.0])

    def test_a_wrong_key_raises_at_once(self):
        with self.cio.replay("401-unauthorized"), self.assertRaises(CustomerIOException):
            sign_up(self.client, "42", "ada@example.com")

    @pytest.mark.cio_errors(raises=CustomerIOException)
    def test_every_error(self):
        sign_up(self.client, "42", "ada@example.com")
