"""A credential is found wherever it shows, and told without being shown."""

from __future__ import annotations

import pytest

from pytest_customerio.core.model import Answer, ErrorCase, Provenance
from pytest_customerio.core.observation import LogLine, Observation
from pytest_customerio.judging.leaks import leaks, personal_leaks

CASE = ErrorCase(
    "401-unauthorized", "401", "track", "once", Answer(401), False, (), "401", "", "", Provenance("documented")
)
SECRET = "f00dcafe12345678"


class Unprintable(Exception):
    """An exception that breaks whoever prints it."""

    def __str__(self):
        raise RuntimeError("no")

    __repr__ = __str__


def seen(**what):
    return leaks(Observation(CASE, secrets=(SECRET, "k3y-42"), **what))


def chained(cause, outer):
    outer.__cause__ = cause
    return outer


def in_context(inner, outer):
    outer.__context__ = inner
    return outer


def noted(error, note):
    error.add_note(note)
    return error


def instead_of(hidden, error):
    error.__context__, error.__suppress_context__ = hidden, True  # `raise … from None`
    return error


def looped():
    first, second = ValueError("a"), KeyError(SECRET)
    first.__context__, second.__context__ = second, first
    return first


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ({}, []),
        ({"logs": [LogLine("hello", "INFO", "app")], "output": "hello"}, []),
        ({"logs": [LogLine(f"key={SECRET}&x", "DEBUG", "app.crm")]}, [("logs", "app.crm at DEBUG")]),
        ({"logs": [LogLine(SECRET, "INFO", "a"), LogLine(SECRET, "INFO", "a")]}, [("logs", "a at INFO")]),
        (
            {"logs": [LogLine(SECRET, "INFO", "a"), LogLine(SECRET, "ERROR", "a")]},
            [("logs", "a at INFO"), ("logs", "a at ERROR")],
        ),
        ({"output": f"print({SECRET})"}, [("output", "stdout or stderr")]),
        ({"raised": ValueError(f"PUT / {SECRET}")}, [("exception text", "ValueError")]),
        ({"raised": chained(KeyError(SECRET), ValueError("x"))}, [("exception text", "KeyError")]),
        ({"raised": in_context(KeyError(SECRET), ValueError("x"))}, [("exception text", "KeyError")]),
        ({"raised": instead_of(KeyError(SECRET), ValueError("x"))}, []),
        (
            {"raised": ExceptionGroup("x", [KeyError(SECRET)])},
            [("exception text", "ExceptionGroup"), ("exception text", "KeyError")],
        ),
        ({"raised": noted(ValueError("x"), SECRET)}, [("exception text", "ValueError")]),
        ({"raised": Unprintable(SECRET)}, [("exception text", "Unprintable")]),
        ({"raised": Unprintable("x")}, []),
        ({"raised": looped()}, [("exception text", "KeyError")]),
    ],
)
def test_every_place_is_searched(what, found):
    """Logs, output, the exception, what caused it, what it groups and notes; each place is told once."""
    assert sorted(seen(**what)) == sorted(found)


@pytest.mark.parametrize(
    ("text", "leaking"),
    [
        ("key k3y-42.", True),
        ("k3y-42", True),
        ("(k3y-42)", True),
        ("k3y-421", False),
        ("monk3y-42", False),
        ("x-k3y-42", False),
        (f"x{SECRET}x", True),
    ],
)
def test_a_short_secret_counts_only_as_a_word(text, leaking):
    """Six characters may be part of an innocent longer word; sixteen may not."""
    assert bool(seen(output=text)) is leaking


# Personal data.

ADA = "ada@example.com"


class CustomerIOException(Exception):
    """As the SDK raises it, with the whole payload in its text."""

    __module__ = "customerio.client_base"


def people(**what):
    return personal_leaks(Observation(CASE, personal=(ADA, "Blue Socks"), **what))


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ({}, []),
        ({"logs": [LogLine("could not sync 42: purchase", "ERROR", "app")], "output": "42"}, []),
        ({"logs": [LogLine(f"{{'email': '{ADA}'}}", "ERROR", "app.crm")]}, [("logs", "app.crm at ERROR", "error")]),
        ({"logs": [LogLine("sold Blue Socks", "INFO", "app")]}, [("logs", "app at INFO", "error")]),
        ({"logs": [LogLine("sold Blue Socksen", "INFO", "app")]}, []),
        ({"logs": [LogLine(ADA, "INFO", "httpx")]}, [("logs", "httpx at INFO", "warning")]),
        (
            {"logs": [LogLine(ADA, "WARNING", "urllib3.connectionpool")]},
            [("logs", "urllib3.connectionpool at WARNING", "warning")],
        ),
        ({"output": f"print {ADA}"}, [("output", "stdout or stderr", "error")]),
        ({"warned": f"no {ADA}"}, [("warnings", "warnings.warn", "error")]),
        ({"raised": ValueError(ADA)}, [("exception text", "ValueError", "error")]),
        ({"raised": CustomerIOException(ADA)}, [("exception text", "CustomerIOException", "warning")]),
        (
            {"raised": chained(CustomerIOException(ADA), ValueError("x"))},
            [("exception text", "CustomerIOException", "warning")],
        ),
        ({"raised": AssertionError(ADA)}, []),
    ],
)
def test_personal_data_is_found_wherever_it_shows(what, found):
    """What the application wrote itself is an error, what a library's own text holds is a warning."""
    assert people(**what) == found


def test_what_a_handler_printed_is_the_records_not_told_twice():
    """One line that goes to a log and from there to stderr is one leak; a print beside it is another."""
    line = LogLine(f"lost: {ADA}", "WARNING", "urllib3")
    assert people(logs=[line], output=f"12:00 WARNING lost: {ADA}\n") == [("logs", "urllib3 at WARNING", "warning")]
    assert people(logs=[line], output=f"lost: {ADA}\nprint {ADA}\n") == [
        ("logs", "urllib3 at WARNING", "warning"),
        ("output", "stdout or stderr", "error"),
    ]
    assert people(warned=f"\nold: {ADA}", output=f"x.py:1: UserWarning: old: {ADA}\n") == [
        ("warnings", "warnings.warn", "error")
    ]


def test_a_credential_in_a_warning_is_one_in_the_open():
    """Warnings are searched as well."""
    assert seen(warned=SECRET) == [("warnings", "warnings.warn")]
