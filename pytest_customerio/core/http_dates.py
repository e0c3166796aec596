"""Dates in HTTP headers, as unix time."""

from __future__ import annotations

from datetime import UTC


def unix_time(text: str) -> float | None:
    """The unix time of an HTTP date, in any of the three forms that HTTP knows; None if the text is no date."""
    from email.utils import parsedate_to_datetime  # imports much, and few answers have a date

    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def http_date(seconds: float) -> str:
    """The unix time as an HTTP date; fractions of a second are left out."""
    from email.utils import formatdate

    return formatdate(seconds, usegmt=True)
