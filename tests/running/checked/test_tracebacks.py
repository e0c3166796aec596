"""Tracebacks of exceptions that a test does not declare: they end at the project, whatever libraries did below it."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_customerio.running.checked.tracebacks import leave_out_libraries

LIBRARY = "/opt/site-packages/client.py"
APP = os.path.join(os.path.dirname(__file__), "app.py")
SENDS = """\
def send(cause):
    try:
        connect(cause)
    except OSError as error:
        raise ValueError("no answer")
def connect(cause):
    raise ConnectionError("reset") from cause
"""
CALLS = """\
def call(send, cause):
    send(cause)
def wrap(send, cause):
    try:
        send(cause)
    except ValueError as error:
        raise RuntimeError("not delivered") from error
"""


def shown(function: str, style: Any, cause: BaseException | None = None) -> Any:
    """The text of a failure in which the application's function lets an exception out."""
    library: dict[str, Any] = {}
    app: dict[str, Any] = {}
    exec(compile(SENDS, LIBRARY, "exec"), library)
    exec(compile(CALLS, APP, "exec"), app)
    with pytest.raises((ValueError, RuntimeError)) as caught:
        app[function](library["send"], cause)
    return caught.getrepr(style=style)


def places(text: Any) -> list[list[str]]:
    """The file of each entry, for each exception of the chain."""
    return [[os.path.basename(entry.reprfileloc.path) for entry in part[0].reprentries] for part in text.chain]


def is_project(file: str) -> bool:
    """Whether a file is this test or the application."""
    return file in (__file__, APP)


HERE = os.path.basename(__file__)


@pytest.mark.parametrize("style", ["long", "short"])
@pytest.mark.parametrize("cause", [None, KeyError("raised nowhere")])
def test_what_a_client_raised_ends_at_the_application(style: str, cause: BaseException | None) -> None:
    """What led to the exception within the client is left out; the line of the application says what was raised."""
    text = shown("call", style, cause)
    leave_out_libraries(text, is_project)
    assert places(text) == [[HERE, "app.py"]]
    (traceback, crash, _), last = text.chain[-1], text.chain[-1][0].reprentries[-1]
    assert last.lines[-1].split() == ["E", "ValueError:", "no", "answer"]
    assert last.reprfileloc.message == ("ValueError" if style == "long" else "in call")
    assert (os.path.basename(crash.path), crash.lineno, crash.message) == ("app.py", 2, "ValueError: no answer")
    assert traceback is text.reprtraceback


def test_what_the_application_caught_is_shown() -> None:
    """The exception that the application made another one of ends at the application too."""
    text = shown("wrap", "short")
    leave_out_libraries(text, is_project)
    assert places(text) == [["app.py"], [HERE, "app.py"]]


def test_python_s_own_traceback() -> None:
    """With `--tb=native` the frames of libraries are left out, and an exception that never left them."""
    text = shown("wrap", "native", KeyError("raised nowhere"))
    leave_out_libraries(text, is_project)
    lines = str(text).splitlines()
    assert [line.partition(", line")[0] for line in lines if line.startswith("  File")] == [
        f'  File "{file}"' for file in (APP, __file__, APP)
    ]
    assert [line for line in lines if not line.startswith("  ")] == [
        "Traceback (most recent call last):",
        "ValueError: no answer",
        "",
        "The above exception was the direct cause of the following exception:",
        "",
        "Traceback (most recent call last):",
        "RuntimeError: not delivered",
    ]


@pytest.mark.parametrize("style", ["short", "native"])
def test_a_group_of_exceptions(style: Any) -> None:
    """Each exception of a group is shown without the frames of libraries."""
    library: dict[str, Any] = {}
    exec(compile("def run(error): raise ExceptionGroup('two', [error])\n", LIBRARY, "exec"), library)
    with pytest.raises(ExceptionGroup) as caught:
        library["run"](shown_error := ValueError("lost"))
    assert shown_error.__traceback__ is None
    text = caught.getrepr(style=style)
    assert LIBRARY in str(text)
    leave_out_libraries(text, is_project)
    assert LIBRARY not in str(text)
    assert f'File "{__file__}"' in str(text)


def test_a_traceback_without_places_stays() -> None:
    """So does a text of a form that is not known, and one of libraries alone."""
    text = shown("call", "line")
    before = str(text)
    leave_out_libraries(text, is_project)
    leave_out_libraries("fixture not found", is_project)
    leave_out_libraries(SimpleNamespace(chain=()), is_project)
    assert str(text) == before


def test_nothing_of_the_project() -> None:
    """A traceback in which nothing is the project's stays whole."""
    text = shown("call", "short")
    leave_out_libraries(text, lambda file: False)
    assert places(text) == [[HERE, "app.py", "client.py"]]
    native = shown("call", "native")
    leave_out_libraries(native, lambda file: False)
    assert f'File "{LIBRARY}"' in str(native)
