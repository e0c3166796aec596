"""Makes values safe to show: their shape is shown, personal data and credentials are not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from json import dumps
from urllib.parse import unquote, urlsplit

from pytest_customerio.core.model import Operation

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[ -][A-Za-z0-9_]+){0,3}")
_PERSONAL = re.compile(r"@|\d{7}|\+\d")
_HARMLESS_SEGMENT = re.compile(r"[A-Za-z0-9_-]{1,16}")
_PLACEHOLDERS = frozenset({"", "none", "null", "undefined"})


def cut(text: str, limit: int = 80) -> str:
    """The text as one line of at most `limit` characters; characters that cannot be printed are escaped."""
    line = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text[: limit + 1])
    return line if len(line) <= limit else line[: limit - 1] + "…"


def mask(value: object, limit: int = 80) -> str:
    """The value without personal data: a number as it is, a text or a container by its shape."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return _count(len(value), "object with", "member")
    if isinstance(value, list):
        return _count(len(value), "list of", "item")
    try:
        return cut(dumps(value), limit)
    except (TypeError, ValueError):
        return type(value).__name__


def shape(value: object, limit: int = 80) -> str:
    """As `mask`, and of a text also its shape, in which x stands for a letter: a blank or a missing @ is seen there."""
    if not isinstance(value, str) or not value.strip() or value.lower() in _PLACEHOLDERS:
        return mask(value, limit)
    return cut(f'{mask(value)}, "{"".join(map(_sign, value[:limit]))}"', limit)


def word(value: object, limit: int = 40) -> str:
    """A value that should be a word of a vocabulary: quoted if it is a word, else by its shape."""
    if isinstance(value, str) and len(value) <= limit and _WORD.fullmatch(value) and not _PERSONAL.search(value):
        return f'"{value}"'
    return shape(value)


def json_path(parts: Iterable[str | int], root: str = "$") -> str:
    """A JSON path such as `$.batch[3].timestamp`. An unusual key is quoted; a key with personal data becomes `…`."""
    return root + "".join(_step(part) for part in parts)


def safe_url(operation: Operation | None, method: str, url: str) -> str:
    """Method and URL without credentials, fragment, values of the query and personal identifiers."""
    try:
        address = urlsplit(url[:2000])
        host = address.hostname or ""
        port = f":{address.port}" if address.port else ""
    except ValueError:
        return f"{cut(method, 10)} an address that cannot be read"
    path = "/".join(_segment(part) for part in address.path.split("/"))
    names = [part.partition("=")[0] for part in address.query.split("&") if part]
    query = "?" + "&".join(f"{cut(_query_name(name), 20)}=…" for name in names[:5]) if names else ""
    place = f"{address.scheme}://{host}{port}{path}{query}"
    return cut(f"{method} {place}", 160) if operation is None else cut(f"{operation.method} {place}", 160)


def _text(value: str) -> str:
    if value.lower() in _PLACEHOLDERS:
        return f'"{value}"' if value else "empty text"
    if not value.strip():
        return "blank text"
    size = len(value.encode("utf-8", "surrogatepass"))
    characters = "1 character" if len(value) == 1 else f"{len(value)} characters"
    return f"text of {characters}" + (f", {size} bytes" if size != len(value) else "")


def _sign(sign: str) -> str:
    """What stands for one character: x for a letter, é for one beyond ASCII, 0 for a digit; all others as they are."""
    if sign.isalpha():
        return ("X" if sign.isupper() else "x") if sign.isascii() else "é"
    return "0" if sign.isdigit() else sign


def _count(number: int, shape: str, noun: str) -> str:
    return f"{shape} {number} {noun}{'' if number == 1 else 's'}"


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    if _PERSONAL.search(part):
        return '["…"]'
    if _PLAIN_KEY.fullmatch(part):
        return f".{part}"
    return f"[{dumps(part if len(part) <= 40 else part[:39] + '…', ensure_ascii=not part.isprintable())}]"


def _segment(raw: str) -> str:
    value = unquote(raw)
    harmless = not value or (_HARMLESS_SEGMENT.fullmatch(value) and not _PERSONAL.search(value))
    return value if harmless else "…"


def _query_name(raw: str) -> str:
    return raw if _PLAIN_KEY.fullmatch(raw) and not _PERSONAL.search(raw) else "…"
