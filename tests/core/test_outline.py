"""Payloads as they may be shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_customerio.core.outline import ENTRIES, MEMBERS, ROWS, outline
from pytest_customerio.core.payload import Payload, decode

SECRET = "Qx7-Zürich.Ada"


def shown(value: Any, *, event: bool = False) -> str:
    """The outline of a JSON payload, where `person` and `identify` are words of the API."""
    return outline(decode({}, json.dumps(value).encode()), event=event, vocabulary=("person", "identify"))


def test_structure_names_and_moments_are_shown_and_values_are_not() -> None:
    """Of a text its shape is shown, of a number its digits; the name of an event is shown where there is one."""
    value = {
        "name": "purchase",
        "timestamp": 1764000000000,
        "data": {"total": 12.5, "email": " ada@example.com", "ada@example.com": 1, "gift": True, "note": None},
    }
    assert shown(value, event=True).splitlines() == [
        "{",
        '  name: "purchase"',
        "  timestamp: 1764000000000",
        "  data: {",
        "    total: number with a fraction of 2 digits",
        '    email: text of 16 characters, " xxx@xxxxxxx.xxx"',
        '    "…": number of 1 digit',
        "    gift: true",
        "    note: null",
        "  }",
        "}",
    ]
    assert '  name: text of 8 characters, "xxxxxxxx"' in shown(value)


def test_the_entries_of_a_batch_are_calls_of_their_own() -> None:
    """Their type, action and event are shown; the attributes of a person in them are not."""
    person = {"type": "person", "action": "identify", "attributes": {"name": "Ada Lovelace", "type": "vip"}}
    rows = shown({"batch": [person, {"event": "signed up"}]}, event=True)
    assert '      type: "person"\n      action: "identify"' in rows
    assert '      event: "signed up"' in rows
    assert "Ada" not in rows
    assert "vip" not in rows


def test_a_wrong_word_and_the_name_of_a_file_are_shown_by_their_shape() -> None:
    """What stands in the place of a word of the API may be a person's name, and so may the name of a file."""
    rows = shown({"type": "Ada Lovelace", "action": "ada", "attachments": {"ada.pdf": "eA=="}, "data": {"ada": 1}})
    assert rows.splitlines()[1:-1] == [
        '  type: text of 12 characters, "Xxx Xxxxxxxx"',
        '  action: text of 3 characters, "xxx"',
        "  attachments: {",
        '    "xxx.xxx": text of 4 characters, "xX=="',
        "  }",
        "  data: {",
        "    ada: number of 1 digit",
        "  }",
    ]


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (Payload(), ""),
        (decode({}, b"email=ada%40example.com"), '{\n  email: text of 15 characters, "xxx@xxxxxxx.xxx"\n}'),
        (decode({}, b"hello world"), "text: text of 11 characters"),
        (decode({"content-encoding": "zip"}, b"12345"), "unreadable: text of 5 characters"),
        (decode({}, b"[]"), "list of 0 items"),
        (decode({}, b'"Ada"'), 'text of 3 characters, "Xxx"'),
        (decode({}, b'{"type": 3, "event": {}}'), "{\n  type: number of 1 digit\n  event: object with 0 members\n}"),
    ],
)
def test_every_kind_of_body_has_an_outline(payload: Payload, text: str) -> None:
    """Forms have members; a body that is neither is named by its kind and its length."""
    assert outline(payload) == text


def test_a_large_payload_is_cut() -> None:
    """Members, entries, levels and rows are bounded; the rest is counted."""
    assert f"… and {5 - ENTRIES} more" in shown([1, 2, 3, 4, 5])
    assert f"  … and {MEMBERS} more" in shown(dict.fromkeys(map(str, range(2 * MEMBERS))))
    deep: Any = 1
    for _ in range(20):
        deep = [deep]
    assert "list of 1 item" in shown(deep)
    wide = {f"a{outer}": dict.fromkeys((f"b{inner}" for inner in range(20)), 1) for outer in range(20)}
    assert len(shown(wide).splitlines()) == ROWS + 1
    assert shown(wide).endswith("\n…")


_NESTED = st.recursive(
    st.just(SECRET) | st.integers(10**7, 10**9), lambda inner: st.lists(inner) | st.dictionaries(st.just("a"), inner)
)


@settings(max_examples=60)
@given(_NESTED)
def test_no_value_is_shown_anywhere(value: Any) -> None:
    """Wherever a text or number of the application stands, it is not in the outline."""
    found = shown({"attributes": value, "batch": [value]}, event=True)
    assert SECRET not in found
    assert not any(len(word) > 6 and word.isdigit() for word in found.split())
