"""The exceptions that a test expects are noted, and that somebody could not read the body of the error."""

# ruff: noqa: PT027, RUF061 - every way to expect an exception is tested here

from __future__ import annotations

import contextlib
import json
import sys
import unittest

import pytest

from pytest_customerio.process.exceptions import Exceptions

RAISES = type(pytest.raises(ValueError))


@pytest.fixture(autouse=True)
def _nothing_stays():
    """After every test the class behind `pytest.raises` is as before."""
    before = RAISES.__exit__
    yield
    assert RAISES.__exit__ == before


def test_what_pytest_raises_swallows_is_expected():
    """An exception is expected that `pytest.raises` swallowed, with match=, with check=, or as a call. One that it does
    not accept is not expected."""
    with Exceptions(raises_class=RAISES) as seen:
        with pytest.raises(ValueError, match="one") as caught:
            raise ValueError("one")
        with pytest.raises(ValueError, check=lambda error: error.args == ("two",)):
            raise ValueError("two")
        pytest.raises(KeyError, {}.__getitem__, "three")
        with contextlib.suppress(KeyError), pytest.raises(ValueError):
            raise KeyError("other class")
        with contextlib.suppress(AssertionError), pytest.raises(ValueError, match="four"):
            raise ValueError("no match")
        with contextlib.suppress(pytest.fail.Exception), pytest.raises(ValueError):
            pass
    with pytest.raises(ValueError):
        raise ValueError("late")
    assert [repr(error) for error in seen.expected] == ["ValueError('one')", "ValueError('two')", "KeyError('three')"]
    assert seen.expected[0] is caught.value


def test_what_assert_raises_swallows_is_expected():
    """unittest's twin counts as well, without being named."""
    case = unittest.TestCase()
    with Exceptions() as seen:
        with case.assertRaisesRegex(ValueError, "one"):
            raise ValueError("one")
        with contextlib.suppress(KeyError), case.assertRaises(ValueError):
            raise KeyError("two")
    assert [repr(error) for error in seen.expected] == ["ValueError('one')"]


def test_a_group_that_pytest_swallows_is_expected():
    """`pytest.RaisesGroup` declares what a group holds."""
    with Exceptions() as seen, pytest.RaisesGroup(ValueError):
        raise ExceptionGroup("", [ValueError("one")])
    assert [repr(error) for error in seen.expected] == ["ExceptionGroup('', [ValueError('one')])"]


def test_without_unittest_nothing_is_imported(monkeypatch):
    """A suite that does not use unittest does not import it."""
    monkeypatch.delitem(sys.modules, "unittest")
    with Exceptions() as seen, pytest.raises(ValueError):
        raise ValueError("x")
    assert "unittest" not in sys.modules
    assert seen.expected == []


def test_a_failing_raises_shows_no_frame_of_ours(run):
    """`DID NOT RAISE` points at the test."""
    result = run(
        """
        import pytest
        from pytest_customerio.process.exceptions import Exceptions

        def test_it():
            with Exceptions(raises_class=type(pytest.raises(ValueError))):
                with pytest.raises(ValueError):
                    pass
        """
    )
    result.stdout.fnmatch_lines(["E*Failed: DID NOT RAISE*ValueError*"])
    assert "swallowed" not in result.stdout.str()


def test_a_body_that_somebody_could_not_read():
    """Only the body of the error counts, and only where it is read after the error."""
    with Exceptions() as seen:
        for body, text, unreadable in ((b"", "", False), (b"<html>\n", "{", False), (b"", "<html>", True)):
            with pytest.raises(json.JSONDecodeError):
                json.loads(text)
            assert seen.unreadable is unreadable
            seen.meet(body)
