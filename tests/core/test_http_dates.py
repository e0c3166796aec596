"""Dates in HTTP headers."""

from __future__ import annotations

import pytest

from pytest_customerio.core.http_dates import http_date, unix_time


@pytest.mark.parametrize(
    "text", ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
)
def test_the_three_forms_of_http(text: str) -> None:
    """Each form is read, and each is UTC."""
    assert unix_time(text) == 784111777


@pytest.mark.parametrize(
    "text", ["", "soon", "12", "-1", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 99 Nov 1994 08:49:37 GMT"]
)
def test_no_date(text: str) -> None:
    """Any other text is no date."""
    assert unix_time(text) is None


def test_a_date_is_written_as_it_is_read() -> None:
    """Fractions of a second are left out."""
    assert http_date(784111777.9) == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert unix_time(http_date(1764000000)) == 1764000000
