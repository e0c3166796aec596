"""Marks are accepted, or refused with a text that helps."""

from __future__ import annotations

import pytest

from pytest_customerio.core import marks
from pytest_customerio.core.marks import ErrorsMark
from pytest_customerio.core.settings import SettingsError


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: marks.errors_mark("t.py::t: cio_errors", (), {"raise": ()}),
            "t.py::t: cio_errors: unknown argument 'raise' (did you mean raises?); accepted: cio_errors(*cases, "
            "operations=(), except_for=(), raises=(), must_recover=False, best_effort=False)",
        ),
        (
            lambda: marks.errors_mark("t.py::t: cio_errors", (), {"raises": "ValueError"}),
            "t.py::t: cio_errors: raises='ValueError'; accepted: exception classes",
        ),
        (
            lambda: marks.errors_mark("t.py::t: cio_errors", (None,), {}),
            "t.py::t: cio_errors: None is no error case; accepted: names, such as '429-rate-limited' or 'track.event'",
        ),
        (
            lambda: marks.errors_mark("t.py::t: cio_errors", (["429", "500"],), {}),
            "t.py::t: cio_errors: ['429', '500'] is no error case (did you mean cio_errors(\"429\", \"500\")?)",
        ),
        (
            lambda: marks.errors_mark("t.py::t: cio_errors", (), {"cases": "429"}),
            "t.py::t: cio_errors: unknown argument 'cases': cases stand without a name; accepted: "
            "cio_errors(*cases, operations=(), except_for=(), raises=(), must_recover=False, best_effort=False)",
        ),
        (
            lambda: marks.errors_mark("t.py::t: cio_errors", (), {"operations": None}),
            "t.py::t: cio_errors: operations=None; accepted: names, such as '429-rate-limited' or 'track.event'",
        ),
        (
            lambda: marks.errors_mark("t.py::t: cio_errors", (), {"best_effort": 1}),
            "t.py::t: cio_errors: best_effort=1; accepted: True, False",
        ),
    ],
)
def test_a_mistake_is_named_with_what_is_accepted(call: object, text: str) -> None:
    """The text says what was given, what is accepted, and the nearest name."""
    with pytest.raises(SettingsError) as caught:
        call()  # type: ignore[operator]
    assert str(caught.value) == text


def test_an_errors_mark_takes_one_name_or_many() -> None:
    """One word or a list; a status may be a number; one exception class or a tuple."""
    mark = marks.errors_mark("t", (429, "500-server-error"), {"operations": "track.event", "raises": ValueError})
    assert mark == ErrorsMark(("429", "500-server-error"), ("track.event",), (), (ValueError,))
    assert marks.errors_mark("t", (), {"raises": [OSError], "must_recover": True}).raises == (OSError,)


def test_each_stands_for_the_operations_that_the_test_sends() -> None:
    """Alone it is no name of an operation."""
    assert marks.errors_mark("t", (), {"operations": "each"}) == ErrorsMark(each=True)
    assert marks.errors_mark("t", (), {"operations": ["each"]}).each
    assert marks.errors_mark("t", (), {"operations": ["each", "track.event"]}).operations == ("each", "track.event")


@pytest.mark.parametrize(
    ("mark", "written"),
    [
        (ErrorsMark(), '@pytest.mark.cio_errors(operations="each")'),
        (
            ErrorsMark(("429", "500"), except_for=("429-retry-after",), raises=(ValueError,), must_recover=True),
            '@pytest.mark.cio_errors("429", "500", operations="each", except_for="429-retry-after", raises=ValueError, '
            "must_recover=True)",
        ),
        (
            ErrorsMark(except_for=("429", "500"), raises=(ValueError, KeyError), best_effort=True),
            '@pytest.mark.cio_errors(operations="each", except_for=["429", "500"], raises=(ValueError, KeyError), '
            "best_effort=True)",
        ),
    ],
)
def test_a_mark_is_written_as_in_a_test(mark: ErrorsMark, written: str) -> None:
    """It is to be pasted: its other arguments stay."""
    assert mark.written("each") == written


def test_a_mark_without_arguments_has_no_parentheses() -> None:
    """Neither given nor default arguments are written."""
    assert ErrorsMark().written(()) == "@pytest.mark.cio_errors"
