"""The formats of `x-format`: addresses, phone numbers, ULIDs, times, base64, JSON. As tolerant as the service is.

A format returns None for a value that fits, else a word for the way in which it does not fit.
"""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections.abc import Callable

# What stands in no address: blanks, controls, signs that nobody sees (soft hyphen, zero-width space, marks of direction
# and of the byte order), and those that separate.
_NONE = r"""\s\x00-\x1f\x7f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff@,;:<>()\[\]\\\""""
_EMAIL = re.compile(rf"""(?:[^{_NONE}]+|"[^"\r\n]+")@(?:[^{_NONE}.]+\.)+[^{_NONE}.]+""")
_NAMED = re.compile(r"[^<>]*<([^<>]*)>")
_LISTED = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"|")+')
_PHONE = re.compile(r"\+[1-9][0-9]{1,14}")
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", re.IGNORECASE | re.ASCII)
_DATE = r"([0-9]{4})-?(0[1-9]|1[0-2])-?(0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:[01][0-9]|2[0-4]):?[0-5][0-9](?::?(?:[0-5][0-9]|60)(?:[.,][0-9]+)?)?"
_OFFSET = r"[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?"
_ISO = re.compile(rf"{_DATE}(?:[Tt ]{_CLOCK}(?: ?(?:[Zz]|{_OFFSET}))?)?", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?", re.ASCII)
# Text of the signs of an address, with or without its display name, and what no address has. An identifier that is
# composed of an address and something else has other signs: `/`, `:`, `|`.
_LIKE_EMAIL = re.compile(r"[\w.+'@<> -]+")
_BROKEN_EMAIL = re.compile(r"@.*@|[ <>]|@\.|@.*(?:\.\.|\.$)")
_SEPARATORS = ", \t\r\n"
_FLAGS = frozenset({"", "true", "false", "1", "0"})
_LONGEST_EMAIL = 1000  # no server accepts a longer address; the pattern would take long on a longer text
_LATEST = 99_999_999_999


def liquid(text: str) -> bool:
    """Whether the text is a Liquid template. Only the service knows what it becomes, so it is not checked."""
    return "{{" in text or "{%" in text


def addresses(text: str) -> list[str]:
    """The parts of a comma-separated list of addresses, without empty ones."""
    parts = _LISTED.findall(text) if len(text) < 10_000 else text.split(",")
    return [part.strip() for part in parts if part.strip()]


def _is_email(text: str) -> bool:
    return len(text) <= _LONGEST_EMAIL and _EMAIL.fullmatch(text) is not None


def _email(value: object) -> str | None:
    if not isinstance(value, str) or not value or liquid(value):
        return None
    return None if _is_email(value) else "malformed"


def _emails(value: object) -> str | None:
    if not isinstance(value, str) or liquid(value):
        return None
    for part in addresses(value):
        named = _NAMED.fullmatch(part)
        if not _is_email(named[1].strip() if named else part):
            return "malformed"
    return None


def _recipients(value: object) -> str | None:
    """As `emails`, and there has to be one. An empty text is another keyword's business."""
    wrong = _emails(value)
    if wrong or not isinstance(value, str):
        return wrong
    return "nobody" if value.strip() and not value.strip(_SEPARATORS) else None


def _identifier(value: object) -> str | None:
    """An identifier in a path, where the service tells an address from an id by its shape."""
    if not isinstance(value, str):
        return None
    if _PHONE.fullmatch(value):
        return "phone"
    _, at, domain = value.rpartition("@")
    like_an_address = at and "." in domain and len(value) <= _LONGEST_EMAIL and _LIKE_EMAIL.fullmatch(value)
    return "malformed" if like_an_address and _BROKEN_EMAIL.search(value) else None


def _flag(value: object) -> str | None:
    """True or false, and what the service reads as such. All other text is read as false without a word."""
    if value is None or isinstance(value, bool) or value in (0, 1):
        return None
    if isinstance(value, str):
        return None if value.strip().lower() in _FLAGS or liquid(value) else "word"
    return "other"


def _phone(value: object) -> str | None:
    if not isinstance(value, str) or not value or liquid(value):
        return None
    return None if _PHONE.fullmatch(value) else "malformed"


def _ulid(value: object) -> str | None:
    return "malformed" if isinstance(value, str) and not _ULID.fullmatch(value) else None


def _iso8601(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    written = _ISO.fullmatch(value)
    return None if written and _is_day(written) else "malformed"


def _is_day(written: re.Match[str]) -> bool:
    year, month, day = written.groups()[:3]
    return day <= "28" or int(day) <= monthrange(int(year) or 4, int(month))[1]


def _base64(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    compact = "".join(value.split())
    return None if len(compact) % 4 == 0 and _BASE64.fullmatch(compact) else "malformed"


def _json(value: object) -> str | None:
    """JSON text of an object or a list. An empty text stands for nothing."""
    if not isinstance(value, str) or not value.strip() or liquid(value):
        return None
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        return "malformed"
    return None if isinstance(read, dict | list) else "malformed"


def _unix_seconds(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        if abs(value) > _LATEST:
            return "milliseconds"
        return "float" if isinstance(value, float) else None
    if isinstance(value, str):
        return _unix_text(value.strip())
    return "other"


def _unix_text(text: str) -> str | None:
    if liquid(text):
        return None
    if not _NUMBER.fullmatch(text):
        return "text"
    return "digits-milliseconds" if len(text.partition(".")[0].lstrip("+-")) > 11 else "digits"


FORMATS: dict[str, Callable[[object], str | None]] = {
    "email": _email,
    "emails": _emails,
    "recipients": _recipients,
    "identifier": _identifier,
    "flag": _flag,
    "phone": _phone,
    "ulid": _ulid,
    "iso8601": _iso8601,
    "base64": _base64,
    "json": _json,
    "unix-seconds": _unix_seconds,
}
