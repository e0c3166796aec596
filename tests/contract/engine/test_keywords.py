"""The keywords that our schemas add to JSON Schema."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_customerio.contract.engine.keywords import KEYWORDS, blank, json_bytes


@pytest.mark.parametrize(
    ("keyword", "argument", "value"),
    [
        ("x-maxBytes", 100, "é" * 50),
        ("x-maxBytes", 100, ["x" * 101]),
        ("x-maxBytes", "100", "x" * 101),
        ("x-maxJsonBytes", 7, {"a": 1}),
        ("x-maxJsonBytes", None, {"a": 1}),
        ("x-warnJsonBytes", 7, {"a": 1}),
        ("x-notBlank", True, " a "),
        ("x-notBlank", True, None),
        ("x-notPlaceholder", True, "nonesuch"),
        ("x-notPlaceholder", True, "{{id}}"),
        ("x-notPlaceholder", True, None),
        ("x-anyRequired", ["a", "b"], {"b": 0}),
        ("x-anyRequired", ["a"], "text"),
        ("x-anyRequired", "a", {}),
        ("x-exactlyOne", ["a", "b"], {"a": 1, "b": None}),
        ("x-exactlyOne", ["a", "b"], []),
        ("x-exactlyOne", "a", {}),
        ("x-format", "email", "ada@example.com"),
        ("x-format", "unheard-of", "x"),
        ("x-recipients", 2, {"to": "a@b.co, c@d.co", "cc": None}),
        ("x-recipients", 0, "text"),
        ("x-recipients", None, {}),
    ],
)
def test_what_keeps_a_keyword(keyword: str, argument: Any, value: Any) -> None:
    """Keywords hold at their limit, and for every value of another JSON type."""
    assert KEYWORDS[keyword](value, argument) is None


@pytest.mark.parametrize(
    ("keyword", "argument", "value", "tag", "got"),
    [
        ("x-maxBytes", 100, "é" * 51, "", "102 bytes"),
        ("x-maxBytes", 2, "\ud800", "", "3 bytes"),
        ("x-maxJsonBytes", 6, {"a": 1}, "", "7 bytes"),
        ("x-warnJsonBytes", 6, {"a": 1}, "", "7 bytes"),
        ("x-notBlank", True, "", "empty", "empty text"),
        ("x-notBlank", True, "\t", "blank", "blank text"),
        ("x-notPlaceholder", True, "None", "", 'the text "None"'),
        ("x-notPlaceholder", True, "UNDEFINED", "", 'the text "UNDEFINED"'),
        ("x-notPlaceholder", True, "{identifier}", "", 'the text "{identifier}"'),
        ("x-exactlyOne", ["a", "b"], {}, "none", "none of them"),
        ("x-exactlyOne", ["a", "b"], {"a": " "}, "none", "an empty one"),
        ("x-exactlyOne", ["a", "b"], {"a": 1, "b": 0}, "many", "a, b"),
        ("x-format", "email", "ada", "malformed", 'text of 3 characters, "xxx"'),
        ("x-format", "unix-seconds", 1764000000000, "milliseconds", "1764000000000, milliseconds: divide by 1000"),
        (
            "x-format",
            "unix-seconds",
            1764000000000000,
            "milliseconds",
            "1764000000000000, microseconds: divide by 1000000",
        ),
        ("x-format", "unix-seconds", 1.5, "float", "1.5, a float"),
        ("x-format", "unix-seconds", "1764000000", "digits", "digits in a string"),
        ("x-format", "unix-seconds", "1764000000000", "digits-milliseconds", "digits in a string, milliseconds"),
        ("x-recipients", 2, {"to": "a@b.co,c@d.co", "bcc": "e@f.co"}, "", "3 addresses"),
    ],
)
def test_what_breaks_a_keyword(keyword: str, argument: Any, value: Any, tag: str, got: str) -> None:
    """A broken keyword has a tag and a text that is safe to show."""
    broken = KEYWORDS[keyword](value, argument)
    assert broken is not None
    assert (broken.tag, broken.got, broken.key) == (tag, got, None)


@pytest.mark.parametrize(
    ("value", "got"), [({}, "nothing"), ({"a": ""}, "empty text"), ({"a": None, "b": " "}, "null")]
)
def test_a_missing_member_is_named(value: dict[str, Any], got: str) -> None:
    """x-anyRequired points at the first of its keys."""
    broken = KEYWORDS["x-anyRequired"](value, ["a", "b"])
    assert broken is not None
    assert (broken.key, broken.got) == ("a", got)


def test_sizes_are_those_of_compact_json() -> None:
    """The size is that without spaces and escapes; a value that JSON cannot express has the size 0."""
    assert json_bytes({"é": [1, "\ud800"]}) == len('{"é":[1,""]}'.encode()) + 3
    endless: list[Any] = []
    endless.append(endless)
    assert json_bytes(endless) == 0
    assert json_bytes({1, 2}) == 0


def test_blank_members_are_there_in_name_only() -> None:
    """Null and white space are blank; zero and false are not."""
    assert [blank(value) for value in (None, "", " ", 0, False, [], "x")] == [
        True,
        True,
        True,
        False,
        False,
        False,
        False,
    ]
