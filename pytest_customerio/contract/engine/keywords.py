"""The keywords that our schemas add to JSON Schema. Each is a function of the value and the keyword's argument."""

from __future__ import annotations

import re
from collections.abc import Callable
from json import dumps

from pytest_customerio.contract.engine.formats import FORMATS, addresses
from pytest_customerio.core.redact import cut, figure, mask, meant, shape

_TEMPLATE = re.compile(r"\{\w{1,40}\}")
# What developers write for true and false; other text is shown by its shape.
_FLAGS = ("true", "false", "yes", "no", "on", "off")
PLACEHOLDERS = frozenset({"none", "null", "undefined"})


class KeywordError(ValueError):
    """A value breaks a keyword. It is an exception because jsonschema-rs expects one.

    `tag` names the way in which the keyword is broken, `got` describes the value without its content, `key` is the
    member that is missing, if one is. `expected` says what was meant, where that is known.
    """

    def __init__(self, tag: str, got: str, key: str | None = None, expected: str | None = None) -> None:
        super().__init__(tag)
        self.tag = tag
        self.got = got
        self.key = key
        self.expected = expected


Keyword = Callable[[object, object], KeywordError | None]


def json_bytes(value: object) -> int:
    """The bytes of the value as compact JSON, the fewest that a client sends; 0 where JSON cannot express it."""
    try:
        return len(dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass"))
    except (RecursionError, ValueError, TypeError):
        return 0


# The formats of moments: of such a number each digit counts.
_TIMES = ("unix-seconds", "iso8601")


def blank(value: object) -> bool:
    """Whether a value is as good as missing: null, or text without any character but white space."""
    return value is None or (isinstance(value, str) and not value.strip())


def _max_bytes(value: object, limit: object) -> KeywordError | None:
    if not isinstance(value, str) or not isinstance(limit, int) or len(value) * 4 <= limit:
        return None
    size = len(value.encode("utf-8", "surrogatepass"))
    return KeywordError("", f"{size} bytes") if size > limit else None


def _max_json_bytes(value: object, limit: object) -> KeywordError | None:
    size = json_bytes(value)
    return KeywordError("", f"{size} bytes") if isinstance(limit, int) and size > limit else None


def _not_blank(value: object, _: object) -> KeywordError | None:
    if not isinstance(value, str) or value.strip():
        return None
    return KeywordError("blank" if value else "empty", mask(value))


def _not_placeholder(value: object, _: object) -> KeywordError | None:
    if not isinstance(value, str) or not (value.lower() in PLACEHOLDERS or _TEMPLATE.fullmatch(value)):
        return None
    return KeywordError("", f'the text "{cut(value, 30)}"')


def _present(value: dict[str, object], keys: list[str]) -> list[str]:
    return [key for key in keys if not blank(value.get(key))]


def _any_required(value: object, keys: object) -> KeywordError | None:
    if not isinstance(value, dict) or not isinstance(keys, list) or _present(value, keys):
        return None
    return KeywordError("", mask(value[keys[0]]) if keys[0] in value else "nothing", keys[0])


def _exactly_one(value: object, keys: object) -> KeywordError | None:
    if not isinstance(value, dict) or not isinstance(keys, list):
        return None
    present = _present(value, keys)
    if len(present) == 1:
        return None
    if present:
        return KeywordError("many", ", ".join(present))
    return KeywordError("none", "an empty one" if any(key in value for key in keys) else "none of them")


def _format(value: object, name: object) -> KeywordError | None:
    judge = FORMATS.get(str(name))
    tag = judge(value) if judge else None
    return KeywordError(tag, _shown(tag, value, of_time=name in _TIMES)) if tag else None


def _shown(tag: str, value: object, *, of_time: bool) -> str:
    if tag == "milliseconds":
        microseconds = isinstance(value, int | float) and abs(value) >= 10**14
        scale = "microseconds: divide by 1000000" if microseconds else "milliseconds: divide by 1000"
        return f"{cut(figure(value), 30)}, {scale}"
    if tag.startswith("digits"):
        return "digits in a string" + (", milliseconds" if tag != "digits" else "")
    if tag == "word":
        return meant(value, _FLAGS)
    shown = figure(value) if of_time and not isinstance(value, str) else shape(value)
    return shown + (", a float" if tag == "float" else "")


def _recipients(value: object, limit: object) -> KeywordError | None:
    if not isinstance(value, dict) or not isinstance(limit, int):
        return None
    number = sum(len(addresses(text)) for key in ("to", "cc", "bcc") if isinstance(text := value.get(key), str))
    return KeywordError("", f"{number} addresses") if number > limit else None


KEYWORDS: dict[str, Keyword] = {
    "x-maxBytes": _max_bytes,
    "x-maxJsonBytes": _max_json_bytes,
    "x-warnJsonBytes": _max_json_bytes,
    "x-notBlank": _not_blank,
    "x-notPlaceholder": _not_placeholder,
    "x-anyRequired": _any_required,
    "x-exactlyOne": _exactly_one,
    "x-format": _format,
    "x-recipients": _recipients,
}
