"""The calls of one test's mocks: which are noted, and which are only counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_customerio.clients.mocks.notes.arguments import Arguments
from pytest_customerio.clients.mocks.notes.notes import EACH, MOST, SHAPES, Note, Notes
from pytest_customerio.clients.mocks.notes.refusals import Refusal
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.originals.roles import Role

ROLE = Role("method", object, "customerio.CustomerIO.track", BY_NAME["customerio"], ("track",))


def note(*args: Any) -> Note:
    return Note(ROLE, Arguments(args, {}, opaque=False), "app.py:1 in f", 0.0)


def refusal(error: BaseException, subject: str = "") -> Refusal:
    return Refusal("customerio.CustomerIO.track", error, "TypeError", subject, "app.py:1 in f", 0.0)


def test_the_first_calls_of_a_place_are_all_noted() -> None:
    """Then one of each shape; the rest is counted. Another place counts by itself."""
    notes = Notes()
    wanted = [notes.wants("track", "app.py:1", (str(n), n % 10)) for n in range(EACH + 50)]
    assert wanted == [True] * EACH + [True] + [False] * 49
    assert notes.wants("track", "app.py:1", ("", 1))
    assert notes.wants("track", "app.py:2", ("1", 1))
    assert notes.calls == EACH + 52
    assert not notes.unjudged


def test_too_many_different_calls() -> None:
    """A call of one shape more than are distinguished is counted as not judged."""
    notes = Notes()
    wanted = [notes.wants("track", None, {f"name-{n}": n}) for n in range(EACH + SHAPES + 7)]
    assert sum(wanted) == EACH + SHAPES
    assert notes.unjudged == {"too many different calls": 7}


def test_the_number_of_notes_is_bounded() -> None:
    """Also over all places."""
    notes = Notes()
    for place in range(MOST // EACH + 2):
        for number in range(EACH + 1):
            if notes.wants("track", f"app.py:{place}", number):
                notes.add(note(number))
    taken, _ = notes.take()
    assert len(taken) < MOST + 3 * EACH
    assert notes.unjudged["too many different calls"]


def test_notes_are_taken_once() -> None:
    """In their order; one that was dropped is gone, and no call."""
    notes, first, second = Notes(), note(1), note(2)
    for one in (first, second, first):
        assert notes.wants("track", None, one)
        notes.add(one)
    notes.drop(first)
    assert notes.take() == ([second], [])
    assert notes.take() == ([], [])
    assert notes.calls == 2
    notes.skip("mocks")
    assert notes.unjudged == {"mocks": 1}


def test_a_refusal_is_noted_once() -> None:
    """However many of our wrappers one exception passes through."""
    notes, error = Notes(), ValueError()
    for _ in range(2):
        notes.refuse(refusal(error))
    assert [one.error for one in notes.take()[1]] == [error]


def test_what_the_test_expects_is_no_loss() -> None:
    """The exception itself, or one that was made from it."""
    notes, one, other, third = Notes(), ValueError(1), ValueError(2), ValueError(3)
    notes.declare(one)
    for error in (one, other, third):
        notes.refuse(refusal(error))
    wrapped = RuntimeError()
    wrapped.__cause__ = other
    notes.declare(wrapped)
    notes.declare(one)
    assert [refused.error for refused in notes.take()[1]] == [third]


def test_what_was_sent_after_all_is_no_loss() -> None:
    """The same call again, with arguments that the SDK takes."""
    notes, lost = Notes(), refusal(ValueError(1), "['42', 'purchase']")
    notes.recover(lost.label, ("42", "purchase"), {})
    notes.refuse(lost)
    for label, who in (("another", "42"), (lost.label, "43")):
        notes.recover(label, (who, "purchase"), {})
    notes.refuse(other := refusal(ValueError(2), "['', 'purchase']"))
    notes.recover(lost.label, ("42", "purchase"), {})
    assert notes.take()[1] == [other]


def test_refusals_are_bounded() -> None:
    """A loop that swallows for ever."""
    notes = Notes()
    for number in range(MOST + 5):
        notes.refuse(refusal(ValueError(number)))
    assert len(notes.take()[1]) == MOST


def test_a_fake_whose_calls_are_heard_is_not_counted() -> None:
    """Neither where one of its members is called, nor where the real thing answers; another fake is."""
    notes = Notes()
    for label in ("customerio.CustomerIO", "async_customerio.AsyncCustomerIO", "customerio.APIClient"):
        notes.await_calls(replace(ROLE, kind="class", label=label), "fakes", f"fake of {label}", None)
    notes.add(note(1))
    notes.hear("async_customerio.AsyncCustomerIO.v2.identify_person")
    notes.take()
    assert notes.in_the_way() == ["fake of customerio.APIClient"]
