"""Finds what a request says about people: addresses, phone numbers, and values that no log contains by chance."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from functools import lru_cache
from json import dumps
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from pytest_customerio.core.model import Interaction, WireRequest
from pytest_customerio.core.operation import Operation

# Shorter values and single words also occur in logs that say nothing about a person.
SHORTEST = 8
SHORTEST_NAME = 5
PROSE = 30
# Only the beginning of a longer text is searched for.
LONGEST = 200

# The lengths are bounded, so that a long text without any address is searched in one pass.
EMAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
PHONE = re.compile(r"\+?\(?\d[\d ().-]{6,}\d")
_WORD = re.compile(r"[^\W\d_]+")
_TECHNICAL = re.compile(
    r"[a-z][a-z0-9_. -]*|[A-Z][A-Z_-]*\d{0,4}|[\d.,:-]{1,8}"  # a word in lower case: a plan, kind, state or slug
    r"|\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9A-HJKMNP-TV-Z]{26}"
    r"|[a-z]+://[^?@]*|/[\w/.-]*|[\w.+-]+/[\w.+;= -]+"  # addresses without a query, media types
)
_PHONES = re.compile("phone|mobile|msisdn|^tel$|whatsapp", re.IGNORECASE)
_NAMES = re.compile("(first|last|full|middle|maiden|family|given|sur)_?name|^name$|street|address", re.IGNORECASE)
# Members that say nothing about a person: the sender is the application itself. A log may name people by their ids.
_OWN = frozenset({"from", "reply_to", "transactional_message_id", "language", "integrations", "library"})
_IDS = re.compile(r"(^|_)(id|ids|sku|token|platform|type|action)$|[a-z]I[Dd]s?$|^(messageId|timestamp)$")
# Members that name what an application deals with, in a key such as `order_number`, `planName` or `utm_source`: an
# operator reads in a log which order or product it was. A query of a URL may hold a token, whatever the key is.
_THINGS = re.compile(
    r"(^|_)(plan|tier|product|item|category|brand|variant|feature|order|invoice|tracking|booking|coupon|voucher|promo"
    r"|campaign|source|medium|utm|currency|price|amount|total|status|state|stage|reason|error|event|version|build|browser"
    r"|device|model|os|user_agent|timezone|locale|country|role|team|workspace|page|screen|section|file|branch|month|isbn)s?"
    r"(_(name|number|no|nr|ref|reference|code|key|slug|title|type|version|hash|size))?$"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Operations whose payload is about the person as a whole; in all others only the members below are.
_TOPS = frozenset({"track.identify", "track.submit_form"})
_PARTS = frozenset(
    {"attributes", "data", "traits", "properties", "message_data", "recipients", "per_user_data", "emails", "context"}
    | {"to", "bcc", "cc", "body", "body_plain", "body_amp", "message", "relationship_attributes"}
)


def personal(operation: Operation, request: WireRequest) -> tuple[str, ...]:
    """The personal texts in a request, in each form in which they may be written: as sent, URL-quoted, escaped.

    These are e-mail addresses and phone numbers in any place, the path of the URL included; names, recognised by their
    key; and other values that do not occur by chance: long ones, several words, or digits and capitals together. Ids,
    names of events, plans and kinds, what is bought, dates and numbers are not personal: logs may contain them.
    """
    return _found(request, inside=operation.id in _TOPS)


def contacts(request: WireRequest | Interaction) -> tuple[str, ...]:
    """The e-mail addresses and phone numbers in a request, in each form: personal wherever they are written."""
    return _found(request, inside=None)


def _found(request: WireRequest | Interaction, *, inside: bool | None) -> tuple[str, ...]:
    url = urlsplit(request.url)
    found = dict.fromkeys(_addresses(unquote(f"{url.path} {url.query}")))
    with contextlib.suppress(RecursionError):
        found |= dict.fromkeys(_texts(request.payload.form or request.payload.value, "", inside=inside))
    return tuple(dict.fromkeys(form for text in found for form in _forms(text)))


def _texts(value: Any, key: str, *, inside: bool | None) -> Iterator[str]:
    """The personal texts in a value. `inside` says that it is about a person; None: only addresses and phones count."""
    if key in _OWN:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            member = f"{key}_name" if name == "name" and _THINGS.search(key) else str(name)  # as in a list of items
            yield from _texts(inner, member, inside=inside if inside is None else inside or name in _PARTS)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key, inside=inside)
    elif isinstance(value, str):
        yield from _addresses(value)
        text = value.strip()[:LONGEST]
        if _is_phone(text, key) or (inside and not _is_of_a_thing(text, key) and _is_distinctive(text, key)):
            yield text
    elif type(value) is int and _PHONES.search(key) and value > 10**7:
        yield str(value)


def _addresses(text: str) -> Iterator[str]:
    return (match[0] for match in EMAIL.finditer(text))


def _is_phone(text: str, key: str) -> bool:
    return PHONE.fullmatch(text) is not None and (text[0] == "+" or _PHONES.search(key) is not None)


def _is_of_a_thing(text: str, key: str) -> bool:
    """Whether the key says that the value names a thing, and no person."""
    return bool(_IDS.search(key) or ("?" not in text and _THINGS.search(_HUMP.sub("_", key).lower())))


def _is_distinctive(text: str, key: str) -> bool:
    """Whether this value says something about a person and is unlikely to occur by chance."""
    if EMAIL.fullmatch(text):
        return False  # `_addresses` found it
    if _NAMES.search(key) and len(text) >= SHORTEST_NAME:
        return not text.islower()
    if len(text) < SHORTEST or _WORD.fullmatch(text):
        return False
    return not _TECHNICAL.fullmatch(text) or (len(text) >= PROSE and text.count(" ") > 2)


@lru_cache(maxsize=1000)
def _forms(text: str) -> tuple[str, ...]:
    """Cached, because the same payload is sent for each error case."""
    return (text, quote(text, safe=""), quote(text, safe="@"), dumps(text)[1:-1], repr(text)[1:-1])
