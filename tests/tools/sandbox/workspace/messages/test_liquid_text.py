"""Liquid in the text of a message."""

from __future__ import annotations

import sys

import pytest

from pytest_customerio.tools.sandbox.workspace.messages.liquid_text import render

DATA = {
    "customer": {"name": "Ada", "tags": ["a", "b"], "plan": "pro"},
    "trigger": {"total": 23.5, "paid": True, "note": None},
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Hello {{ customer.name }}!", "Hello Ada!"),
        ("{{customer.name}}{{- trigger.total -}}", "Ada23.5"),
        ("{{trigger.paid}}|{{trigger.note}}|{{customer.tags | join: ','}}", "true||a,b"),
        ("{{customer.missing}}|{{trigger.total.more}}|{{ nothing }}", "||"),
        ("{{ customer.name | upcase }} {{ customer.missing | default: 'you' }}", "ADA you"),
        ("{% if customer.plan == 'pro' %}P{% else %}F{% endif %}", "P"),
        ("{% for each in customer.tags %}[{{ each }}]{% endfor %}", "[a][b]"),
        ("{% unsubscribe_url %}", "https://track.customer.io/unsubscribe/sandbox"),
        ("no Liquid { }", "no Liquid { }"),
    ],
)
def test_what_is_filled_in(template: str, text: str) -> None:
    """Values, filters, conditions, loops, and the tags of Customer.io's own pages; an unknown value is empty."""
    assert render(template, DATA).text == text
    assert render(template, DATA).problem == ""


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{ customer.name", "expected '}}', found end of file"),
        ("{% if customer %}", "expected tag endif"),
        ("{{ customer.name | shout }}", "unknown filter 'shout'"),
        ("{% render 'footer' %}", "there is no template footer"),
        ("{% for i in (1..99999999) %}{% for j in (1..99999999) %}x{% endfor %}{% endfor %}", "loop iteration limit"),
        ("{% assign a = '0123456789' %}{% for i in (1..99) %}{% assign a = a | append: a %}{% endfor %}", "limit"),
        ("{% for i in (1..99999) %}" + "x" * 99 + "{% endfor %}", "output stream limit reached"),
    ],
)
def test_what_cannot_be_filled_in(template: str, problem: str) -> None:
    """A text that is broken, unknown or without an end stays as it is; the problem says why."""
    result = render(template, DATA)
    assert result.text == template
    assert result.problem.startswith("Liquid: ")
    assert problem in result.problem


def test_a_filter_that_fails() -> None:
    """An error of a filter that Liquid does not know as its own is a problem too."""
    result = render("{{ 'nan' | round }}", {})
    assert result.problem == "Liquid: cannot convert float NaN to integer; the text stays as it is"


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without python-liquid the text stays as it is, and the problem says what to install."""
    monkeypatch.setitem(sys.modules, "liquid.exceptions", None)
    assert render("{{ a }}", {}).problem == "Liquid is not filled in: pip install 'pytest-customerio[sandbox]'"
