"""One sign-up with the official SDK, in every case."""

from __future__ import annotations

import crm
import pytest


@pytest.mark.cio_errors(except_for=["301-region-redirect"], raises=crm.NotDeliveredError)
def test_sign_up() -> None:
    crm.sign_up("42")
