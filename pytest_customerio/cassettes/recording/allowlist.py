"""What a recording may keep, as data: headers by name, words that everybody knows, and what a member's name tells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pytest_customerio.core import data

_MEDIA = re.compile(r"[\w.+-]+/[\w.+-]+(; ?charset=[\w-]+)?", re.ASCII)
_NUMBER = re.compile(r"\d{1,10}", re.ASCII)
_LATER = re.compile(r"\d{1,10}|\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", re.ASCII)
_ANY = re.compile(r".*")

# The headers that are kept, in the way they are written, with what they may say. All others are dropped.
REQUEST_HEADERS: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "content-type": ("Content-Type", _MEDIA),
    "x-strict-mode": ("X-Strict-Mode", _NUMBER),
}
RESPONSE_HEADERS: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "content-type": ("Content-Type", _MEDIA),
    "retry-after": ("Retry-After", _LATER),
    "x-ratelimit-limit": ("X-RateLimit-Limit", _NUMBER),
    "x-ratelimit-remaining": ("X-RateLimit-Remaining", _NUMBER),
    "x-ratelimit-reset": ("X-RateLimit-Reset", _NUMBER),
    "location": ("Location", _ANY),  # an address: scrubbed as one
}

# Members whose text is Customer.io's own, about a request: kept, without what it repeats of that request.
PROSE = frozenset({"message", "detail", "error", "errors", "reason", "description", "title"})
# Members with addresses in their text.
ADDRESSES = frozenset({"to", "from", "bcc", "cc", "reply_to", "recipient", "from_address"})
# Members whose text names other members: `attributes.plan`.
POINTERS = frozenset({"field", "pointer", "parameter"})
# Words that answers use and no schema lists.
WORDS = frozenset(
    {"us", "eu", "ok", "success", "accepted", "invalid", "required", "queued", "sent", "drafted", "failed", "pending"}
    | {"running", "done", "finished", "manual", "dynamic", "GET", "POST", "PUT", "DELETE", "200", "400", "401", "404"}
    | {"413", "422", "bad_request", "unauthorized", "not_found", "true", "false", "None", "null", "undefined"}
)

IDS = re.compile(r"(^|_)(id|ids|identifier|token|uuid|guid|sku|code|key)$|[a-z](Id|Ids|ID|IDs|Token)$")
TIMES = re.compile(r"(^|_)(timestamp|time|date|at|created|updated|last_used|expires)$|[a-z](At|Timestamp|Time|Date)$")
BIRTH = re.compile(r"birth|born|dob", re.IGNORECASE)
PHONES = re.compile("phone|mobile|msisdn|^tel$|whatsapp", re.IGNORECASE)
# A member's name that tells nothing of anybody; anything else is data in the place of a name.
PLAIN_KEY = re.compile(r"[A-Za-z_$][A-Za-z_.]{0,59}\d{0,3}")
# An event's name, as developers write them.
EVENT_NAME = re.compile(r"(?=.{1,40}$)[A-Za-z][A-Za-z_]*(?:[ -][A-Za-z_]+){0,3}")


@cache
def vocabulary() -> tuple[frozenset[str], frozenset[str]]:
    """The values that the contracts list, and the names of members that they know."""
    words: set[str] = set(WORDS)
    names: set[str] = set()
    for path in (data.schemas() / "common.json", *data.schemas().glob("*/*.json")):
        for key, value in _members(json.loads(path.read_bytes())):
            if key in ("enum", "const"):
                words.update(one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))
            elif key == "properties" and isinstance(value, dict):
                names.update(value)
            elif key == "variant":
                words.update(value.values())
    return frozenset(words), frozenset(names)


def _members(node: Any) -> Iterator[tuple[str, Any]]:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict):
        yield from node.items()
    for one in inner:
        yield from _members(one)
