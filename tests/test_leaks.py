"""A credential is found wherever it shows, and told without being shown."""

from __future__ import annotations

import pytest

from pytest_customerio.leaks import leaks
from pytest_customerio.model import Answer, ErrorCase, LogLine, Observation, Provenance

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
    outer.__context__, outer.__suppress_context__ = inner, True
    return outer


def noted(error, note):
    error.add_note(note)
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
