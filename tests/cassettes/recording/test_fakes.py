"""Fakes: one for each value, of a form that is recognised, and never given twice."""

from __future__ import annotations

import pytest

from pytest_customerio.cassettes.recording.fakes import FORMS, Fakes, Names, is_fake, sub


@pytest.mark.parametrize("kind", FORMS)
def test_each_kind_is_recognised(kind: str) -> None:
    """A fake of any kind is known to be one, alone and within a text, and is not replaced by another."""
    fakes = Fakes()
    fake = fakes.name(kind, "value")
    assert is_fake(fake)
    assert sub(f"<{fake}>", lambda _: "x") == "<x>"
    assert fakes.name("text", fake) == fake


def test_one_value_has_one_fake() -> None:
    """A value keeps its fake whatever kind is asked for; another value gets the next number. Times stay."""
    fakes = Fakes()
    assert [fakes.name("id", "a"), fakes.name("text", "a"), fakes.name("id", "b")] == ["id-1", "id-1", "id-2"]
    assert fakes.time("2026-11-23") == "2026-11-23"


def test_reserved_fakes_are_not_given() -> None:
    """A fake that a text contains already, also quoted in an address, is not given to a value."""
    fakes = Fakes()
    fakes.reserve("see id-3 and person-2%40example.com")
    assert (fakes.name("id", "a"), fakes.name("email", "a@b.de")) == ("id-4", "person-3@example.com")


def test_a_forgotten_fake_is_given_again() -> None:
    """The fake of a value that is forgotten goes to the next value; an unknown value changes nothing."""
    fakes = Fakes()
    fakes.name("id", "a")
    fakes.forget("a")
    fakes.forget("unknown")
    assert fakes.name("id", "b") == "id-1"


def test_names_for_comparing() -> None:
    """Values are named in the order in which they appear first; all times have one name."""
    names = Names()
    assert [names.name("id", one) for one in ("b", "a", "b")] == ["~1", "~2", "~1"]
    assert (names.values, names.time("now")) == (["b", "a"], "~")


def test_a_value_that_looks_like_a_fake() -> None:
    """A fake of a recording stays; a value of an application that looks like one is replaced, and never by itself."""
    assert Fakes().name("id", "id-5") == "id-5"
    fakes = Fakes(trusting=False)
    fakes.reserve("id-5")
    assert fakes.name("id", "id-5") == "id-6"
    assert fakes.name("id", "id-6") == "id-6"
