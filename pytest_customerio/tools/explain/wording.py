"""Reads a text that somebody pasted: its parts, the words of each that matter, and the statuses that it names.

Ids, numbers, addresses and quoted names differ from one answer to the next, so they are left out of the words.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence

LONGEST = 100_000
# The end of a longer text is read: the last exception of a traceback, the last lines of a log, the last JSON in it.
_MOST_LINES, _MOST_TEXTS, _LONGEST_JSON, _MOST_JSON = 100, 100, 20_000, 1_000
_QUOTED = re.compile(r"""(?<!\w)(['"`‘“])([^'"`’”\n]{0,300})['"`’”](?!\w)""")
_MARKUP = re.compile(r"<[^<>]{1,200}>")
_VARIABLE = re.compile(r"https?://\S+|\S{1,64}@\S{1,255}|\{[^{}\s]{0,100}\}")
_NAME = re.compile(r"[\w.\-]+")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[a-z]{2,}")
_EXCEPTION = re.compile(r"(?:E\s+)?(?P<name>(?:\w+\.)*\w+)(?::\s+(?P<text>.*))?")
_STATUS = re.compile(
    r"""\b(?:HTTP(?:/[\d.]+)?|status(?:[ _]?code)?|code|error|returned|answered|responded(?:\ with)?)
      \W{0,3}([1-5]\d\d)\b
    |\b([1-5]\d\d)\s+(?:Client|Server)\s+Error
    |\b([1-5]\d\d)\s+error\s+responses
    |(?:^|:\s)([1-5]\d\d)(?=:\s|\s+(?-i:[A-Z])|\s*$)""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_BARE_STATUS = re.compile(
    r"""(?:(?:HTTP(?:/[\d.]+)?|status|error|code)[\s:=_-]{1,3}){0,3}
    ([1-5]\d\d)
    (?:[:,]?\s+\(?[A-Za-z][A-Za-z \-']{0,40}\)?)?""",
    re.VERBOSE | re.IGNORECASE,
)


def words(text: str) -> tuple[str, ...]:
    """The words that matter, in order and in lower case."""
    text = _VARIABLE.sub(" ", _QUOTED.sub(" ", _MARKUP.sub(" ", text)))
    text = _NAME.sub(lambda match: " " if _DIGIT.search(match[0]) else match[0], text)
    return tuple(_stem(word) for word in _WORD.findall(text.lower().replace("e-mail", "email")))


def parts(text: str) -> list[str]:
    """The text and its parts: texts in its JSON, its lines, what they quote, and an exception's class and message."""
    text = text[-LONGEST:]
    found = [text.strip(), *sentences(json_texts(text[-_LONGEST_JSON:]))[-_MOST_TEXTS:]]
    for line in list(_lines(text))[-_MOST_LINES:]:
        found += [line, *_exception(line), *(quoted for _, quoted in _QUOTED.findall(line) if " " in quoted.strip())]
    return list(dict.fromkeys(one for one in found if one))


def json_texts(text: str) -> list[str]:
    """The texts in every JSON object or list inside a text, also in the `repr` of one, or in one that is cut."""
    found: list[str] = []
    end = 0
    for _ in range(_MOST_JSON):
        if (at := _start(text, end)) < 0:
            break
        value, end = _value(text, at)
        found += texts_in(value)
    return found


def texts_in(value: object) -> list[str]:
    """Every text among the values of JSON, at any depth."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts_in(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts_in(one)]
    return [value] if isinstance(value, str) else []


def sentences(texts: Sequence[str]) -> list[str]:
    """The texts of several words; all of them where none has several. A code beside a sentence says less than that."""
    return [one for one in texts if " " in one.strip()] or list(texts)


def statuses(text: str) -> list[str]:
    """The HTTP statuses that a text names, the last one first."""
    found = [next(filter(None, match.groups())) for match in _STATUS.finditer(text[-LONGEST:])]
    return list(dict.fromkeys(reversed(found)))


def bare_status(text: str) -> str:
    """The status, where a text is nothing else: `503`, `HTTP/1.1 503`, `503 Service Unavailable`; else empty."""
    match = _BARE_STATUS.fullmatch(text.strip())
    return match[1] if match else ""


def _lines(text: str) -> Iterator[str]:
    """The lines. Those of a traceback that show files and code are left out, because they say nothing of the error."""
    inside = "Traceback (most recent call last)" in text
    for line in text.splitlines():
        if not (inside and line[:1] in (" ", "\t")):
            yield line.strip()


def _exception(line: str) -> Iterator[str]:
    match = _EXCEPTION.fullmatch(line)
    if match is not None:
        yield match["name"].rpartition(".")[2]
        yield match["text"] or ""


def _start(text: str, at: int) -> int:
    return min((found for sign in "{[" if (found := text.find(sign, at)) >= 0), default=-1)


def _value(text: str, at: int) -> tuple[object, int]:
    """The JSON that begins here, and where it ends; of broken JSON the quoted texts of two words and more."""
    try:
        return json.JSONDecoder().raw_decode(text, at)
    except (ValueError, RecursionError):
        pass
    end = text.find("\n", at)
    rest = text[at : end if end >= 0 else len(text)].rstrip()
    try:
        return ast.literal_eval(rest), at + len(rest)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        quoted = re.findall(r'"((?:[^"\\]|\\.)*)(?:"|$)', rest)
        return [one for one in quoted if " " in one.strip()], at + max(1, len(rest))


def _stem(word: str) -> str:
    """The word without the s of a plural, so that `emails` is the same word as `email`."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
