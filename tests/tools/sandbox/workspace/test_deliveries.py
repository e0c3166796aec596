"""What a message says."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.workspace.deliveries import describe_template, render

DATA = {"customer": {"name": "Ada", "tags": ["a"]}, "trigger": {"total": 23.5, "paid": True, "note": None}}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Hello {{ customer.name }}!", "Hello Ada!"),
        ("{{customer.name}}{{- trigger.total -}}", "Ada23.5"),
        ("{{trigger.paid}}|{{trigger.note}}|{{customer.tags}}", 'true||["a"]'),
        ("{{customer.missing}}|{{trigger.total.more}}", "|"),
        (
            "{{ content }} {{ customer.name | upcase }} {% if x %}",
            "{{ content }} {{ customer.name | upcase }} {% if x %}",
        ),
    ],
)
def test_plain_values_are_filled_in(template: str, text: str) -> None:
    """What is more than a value stays as it is."""
    assert render(template, DATA) == text


def test_a_template_of_customer_io() -> None:
    """Nobody here knows what it says; what it is filled with is shown."""
    text = describe_template("order_receipt", {"total": "23 €"})
    assert text.startswith("The template order_receipt lies in Customer.io.")
    assert '"total": "23 €"' in text
