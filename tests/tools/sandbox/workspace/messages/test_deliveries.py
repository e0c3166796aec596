"""The text of a message."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.workspace.messages.deliveries import describe_template


def test_a_template_of_customer_io() -> None:
    """In place of an unknown template its name and its data are shown."""
    text = describe_template("order_receipt", {"total": "23 €"})
    assert text.startswith("The template order_receipt lies in Customer.io.")
    assert '"total": "23 €"' in text
