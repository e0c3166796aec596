"""The text of a message."""

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
    """Liquid values are filled in; unknown names, filters and tags stay as they are."""
    assert render(template, DATA) == text


def test_a_template_of_customer_io() -> None:
    """In place of an unknown template its name and its data are shown."""
    text = describe_template("order_receipt", {"total": "23 €"})
    assert text.startswith("The template order_receipt lies in Customer.io.")
    assert '"total": "23 €"' in text
