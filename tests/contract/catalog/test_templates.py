"""Paths and their templates."""

from __future__ import annotations

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.templates import by_endpoint, fit, fits, template_of

OPERATIONS = Catalog.load().operations
SEGMENT = template_of(OPERATIONS["app.get_segment"])


def test_the_parameters_of_a_path() -> None:
    """They are decoded; a path of another form has none."""
    assert fit(SEGMENT, ("v1", "segments", "a%20b")) == {"segment_id": "a b"}
    assert fit(SEGMENT, ("v1", "campaigns", "7")) is None


def test_the_form_of_a_path() -> None:
    """Words and the number of segments count."""
    assert fits(SEGMENT, ("v1", "segments", "7"))
    assert not fits(SEGMENT, ("v1", "campaigns", "7"))
    assert not fits(SEGMENT, ("v1", "segments", "7", "used_by"))


def test_words_come_before_parameters() -> None:
    """`/v1/design_studio/inbox_previews/jobs` is found before a template with a parameter at the same place."""
    names = ("app.get_segment", "app.list_segments", "app.get_design_studio_email")
    endpoints = by_endpoint(OPERATIONS[name] for name in names)
    assert {key[3] for key in endpoints} == {"v1"}
    assert endpoints["app", "GET", 2, "v1"][0][1] == (OPERATIONS["app.list_segments"],)
