"""Reads members of a payload that may have any type, and writes values as text."""

from __future__ import annotations

from collections.abc import Mapping
from json import JSONEncoder
from typing import Any

_COMPACT = JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is an object, else an empty object."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: object) -> list[Mapping[str, Any]]:
    """The objects in the value if it is a list, else nothing."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def integer(value: object, default: int) -> int:
    """The value as an integer if it is a number, else `default`."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else default


def flag(value: object) -> bool:
    """Whether the service reads the value as true: any spelling of true, and 1."""
    return str(value).lower() in {"true", "1"}


def parse_number(text: str) -> int:
    """The number in a path or query; 0, which no record has, if the text is not a number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def as_text(value: object) -> str:
    """The value as text: a string as it is, everything else as compact JSON."""
    return value if isinstance(value, str) else compact_json(value)


def compact_json(value: object) -> str:
    """The value as JSON without blanks."""
    return _COMPACT.encode(value)
