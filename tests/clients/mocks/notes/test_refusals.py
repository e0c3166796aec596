"""What is said of a call that an SDK refused, and which exceptions belong together."""

from __future__ import annotations

from rude import RudeClass, RudeList

from pytest_customerio.clients.mocks.notes.refusals import chain, subject_of, text_of


def test_of_whom_a_call_is() -> None:
    """The first two plain arguments, by place or by name; not the instance, not the data."""
    assert subject_of((object(), "42", "purchase", {"a": 1}), {"total": 3}) == "['42', 'purchase']"
    assert subject_of((object(), "42"), {"name": "purchase", "total": 3}) == "['42', 'purchase']"
    assert len(subject_of(("x" * 1000,), {})) == 200


def test_an_exception_in_one_line() -> None:
    """Without what the call was given, without anything that looks like an address or a number of somebody."""
    given = (("42", "on the first of May"), {"total": 1234.5, "flag": True, "more": [{"a": "secret words"}]})
    assert text_of(ValueError("no\ndate: on the first of May"), given) == "ValueError: no date: …"
    assert text_of(ValueError("1234.5 of {'a': 'secret words'}"), given) == "ValueError: … of {'a': '…'}"
    assert text_of(ValueError("ask ada@example.com, +15551234567"), ()) == "ValueError: ask … …"
    assert text_of(TypeError("f() got an unexpected keyword argument 'secret words'"), given).endswith("'secret words'")
    assert text_of(ValueError(), ()) == "ValueError"
    assert text_of(ValueError("x" * 300), ()) == "ValueError: " + "x" * 199 + "…"


def test_an_exception_that_wraps_another() -> None:
    """What the client raised says more than what an SDK made of it."""
    error = RuntimeError("Failed after 3 retries")
    error.__cause__ = TypeError("UUID is not JSON serializable")
    assert text_of(error, ()) == "RuntimeError: TypeError: UUID is not JSON serializable"


def test_where_an_exception_comes_from() -> None:
    """Causes, contexts, members of a group; each once, also in a circle."""
    first, second, third = ValueError(1), ValueError(2), ValueError(3)
    group = ExceptionGroup("two", [first, second])
    first.__context__, second.__cause__ = third, first
    third.__context__ = group
    assert {*chain(group)} == {group, first, second, third}


def test_what_cannot_be_read() -> None:
    """Of such a call its exception is named; a number that Python refuses to write is in no text."""
    assert subject_of((RudeClass(),), {}) == subject_of((10**5000,), {}) == ""
    assert text_of(ValueError("secret words"), (RudeList(["secret words"]),)) == "ValueError"
    assert text_of(ValueError("too large"), (10**5000,)) == "ValueError: too large"
