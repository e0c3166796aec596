"""What the team adds: one mark on each entry point. Without case names a test runs once for every error."""

import crm
import pytest


@pytest.mark.cio_errors("429-rate-limited", "connection-reset")
def test_sign_up_meets_an_error():
    """A sign-up is not lost."""
    crm.sign_up("42", "ada@example.com")


@pytest.mark.cio_errors("401", "429", "connection-reset")
def test_receipt_meets_an_error(cio):
    """A receipt is neither lost nor sent twice."""
    cio.reported(crm.send_receipt("42", "ada@example.com", "tea") is False)
