"""Makes values safe to show: their shape is shown, personal data and credentials are not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from json import dumps
from math import isfinite, log10
from urllib.parse import unquote, urlsplit

from pytest_customerio.core.nearest import nearest
from pytest_customerio.core.operation import Operation

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[ -][A-Za-z0-9_]+){0,3}")
# What makes a name one that may be about a person, or a credential: an address, a phone number, a key or token.
_PERSONAL = re.compile(
    r"""
    @ | \+\d | \d{7}
    # A phone number in groups, which is no date.
    | (?<!\d) (?!(?:19|20)\d\d[./ -]\d | \d\d?[./-]\d\d?[./-](?:19|20)\d\d) (?:\d[ ()./-]{0,2}){6}\d
    # A key in hexadecimal digits, such as those of Customer.io, and a UUID.
    | (?<![A-Za-z0-9]) (?=[A-Fa-f]*\d) (?=\d*[A-Fa-f]) [A-Fa-f0-9]{16} | [A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-
    # Tokens by the sign of who gave them, and others: many letters, with digits in four places.
    | (?<![A-Za-z0-9]) (?:[rs]k_(?:live|test)_ | gh[opsu]_ | xox[abp]- | AKIA[A-Z0-9]{12} | eyJ)[A-Za-z0-9]{4}
    | (?<![A-Za-z0-9]) (?=[A-Za-z0-9]{20}) (?:[A-Za-z]*\d+[A-Za-z]){4}
    """,
    re.VERBOSE,
)
_SEGMENT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
# Members whose own members have the names of files, which the application chose: of these the shape is shown.
OF_FILES = frozenset({"attachments"})
# Python writes no number of more than 4300 digits.
_LARGE = 10**300
_PLACEHOLDERS = frozenset({"", "none", "null", "undefined"})


def cut(text: str, limit: int = 80) -> str:
    """The text as one line of at most `limit` characters; characters that cannot be printed are escaped."""
    line = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text[: limit + 1])
    return line if len(line) <= limit else line[: limit - 1] + "…"


def mask(value: object, limit: int = 80) -> str:
    """The value without personal data: a text, a number or a container by its shape."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
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


def figure(value: object, limit: int = 80) -> str:
    """As `mask`, but a number as it is: for a moment or a size, where the number itself is what is wrong."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return cut(dumps(value), limit) if is_number else mask(value, limit)


def meant(value: object, known: Iterable[object], vocabulary: Collection[str] = ()) -> str:
    """A value that should be one of the known words: quoted if it is nearly one, or a word of the vocabulary, else by
    its shape.
    """
    if not isinstance(value, str):
        return mask(value)
    near = nearest(value[:40], [one for one in known if isinstance(one, str)], 0.75)
    return word(value) if near or value in vocabulary else shape(value)


def word(value: object, limit: int = 40) -> str:
    """A name that a developer chose, as that of an event: quoted if it looks like one, else by its shape."""
    if isinstance(value, str) and len(value) <= limit and _WORD.fullmatch(value) and not _PERSONAL.search(value):
        return f'"{value}"'
    return shape(value)


def is_personal(name: str) -> bool:
    """Whether a name may be about a person, or be a credential: it holds an address, a phone number or a token."""
    return _PERSONAL.search(name) is not None


def json_path(parts: Iterable[str | int], root: str = "$") -> str:
    """A JSON path such as `$.batch[3].timestamp`. An unusual key is quoted; a key with personal data becomes `…`."""
    steps = list(parts)
    around = ["", *steps]
    return root + "".join(_step(step, of_files=around[index] in OF_FILES) for index, step in enumerate(steps))


def member_name(name: str, *, of_files: bool = False) -> str:
    """The name of a member: quoted if it is unusual, `"…"` if it holds personal data, of a file's name the shape."""
    step = _step(name, of_files=of_files)
    return step[1:] if step.startswith(".") else step[1:-1]


def safe_url(operation: Operation | None, method: str, url: str, paths: Collection[str] = ()) -> str:
    """Method and URL without credentials, fragment, values of the query and what may be an identifier.

    `paths` are the paths of the API, such as `/api/v1/customers/{identifier}`, where the operation is not known: of the
    path only the words of the API are shown, and a word that stands where no identifier can.
    """
    try:
        address = urlsplit(url[:2000])
        host = address.hostname or ""
        port = f":{address.port}" if address.port else ""
    except ValueError:
        return f"{_method(method)} an address that cannot be read"
    path = "/".join(_segments(address.path.split("/"), [operation.path] if operation is not None else paths))
    names = [part.partition("=")[0] for part in address.query.split("&") if part]
    query = "?" + "&".join(f"{cut(_query_name(name), 20)}=…" for name in names[:5]) if names else ""
    place = f"{address.scheme}://{host}{port}{path}{query}"
    return cut(f"{_method(method) if operation is None else operation.method} {place}", 160)


def _method(given: str) -> str:
    """A method of HTTP is a word; what is none may be a value that stands in the wrong place."""
    return cut(given, 10) if given.isalpha() else "…"


def _text(value: str) -> str:
    if value.lower() in _PLACEHOLDERS:
        return f'"{value}"' if value else "empty text"
    if not value.strip():
        return "blank text"
    size = len(value.encode("utf-8", "surrogatepass"))
    characters = "1 character" if len(value) == 1 else f"{len(value)} characters"
    return f"text of {characters}" + (f", {size} bytes" if size != len(value) else "")


def _number(value: float) -> str:
    """A number by its kind and its digits; what is no number in JSON as it is."""
    if isinstance(value, float) and not isfinite(value):
        return dumps(value)
    whole = abs(int(value))
    digits = len(str(whole)) if whole < _LARGE else int(log10(whole)) + 1
    kind = ("negative " if value < 0 else "") + ("number" if whole == abs(value) else "number with a fraction")
    return f"{kind} of {digits} digit{'' if digits == 1 else 's'}"


def _sign(sign: str) -> str:
    """What stands for one character: x for a letter, é for one beyond ASCII, 0 for a digit; all others as they are."""
    if sign.isalpha():
        return ("X" if sign.isupper() else "x") if sign.isascii() else "é"
    return "0" if sign.isdigit() else sign


def _count(number: int, shape: str, noun: str) -> str:
    return f"{shape} {number} {noun}{'' if number == 1 else 's'}"


def _step(part: str | int, *, of_files: bool = False) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    if of_files:
        part = "".join(map(_sign, part))
    if _PERSONAL.search(part):
        return '["…"]'
    if _PLAIN_KEY.fullmatch(part):
        return f".{part}"
    return f"[{dumps(part if len(part) <= 40 else part[:39] + '…', ensure_ascii=not part.isprintable())}]"


def _segments(given: list[str], paths: Collection[str]) -> Iterator[str]:
    """The segments of a path as they may be shown. The first one stands before the first slash."""
    templates = [path.split("/") for path in paths]
    words = {part for template in templates for part in template if part and part[0] != "{"}
    behind_identifier = False
    for index, raw in enumerate(given):
        value = unquote(raw)
        expected = {template[index] for template in templates if index < len(template)}
        identifier = any(part.startswith("{") for part in expected)
        behind_identifier = behind_identifier or (identifier and value not in expected)
        wrong_word = bool(expected) and not behind_identifier and _SEGMENT.fullmatch(value)
        shown = value in expected or value.lower() in _PLACEHOLDERS or wrong_word or _is_near(value, words)
        yield value if shown and not _PERSONAL.search(value) else "…"
        templates = [one for one in templates if index < len(one) and (one[index] == value or one[index][:1] == "{")]


def _is_near(value: str, words: Collection[str]) -> bool:
    return value in words or (value.isalpha() and nearest(value[:40], words, 0.8) is not None)


def _query_name(raw: str) -> str:
    return raw if _PLAIN_KEY.fullmatch(raw) and not _PERSONAL.search(raw) else "…"
