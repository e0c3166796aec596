"""What may stand in a recording unchanged, as data: headers by name, words of the API, and kinds of members' names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from pytest_customerio.core import data

_MEDIA = re.compile(
    r"(?:application/(?:json|ld\+json|problem\+json|vnd\.api\+json|x-ndjson|xml|x-www-form-urlencoded|octet-stream)"
    r"|text/(?:plain|html|xml|csv|javascript)|multipart/form-data|image/(?:gif|png|jpeg))"
    r"(?:; ?charset=\"?(?:utf-?8|us-ascii|iso-8859-1|windows-1252)\"?)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,10}", re.ASCII)
_LATER = re.compile(r"\d{1,10}|\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", re.ASCII)
_ANY = re.compile(r".*")

# The phrases of HTTP, and those of servers in front of Customer.io, for a status that is not among the usual ones.
REASONS = frozenset(
    {status.phrase for status in HTTPStatus}
    | {"Payload Too Large", "Content Too Large", "Unprocessable Entity", "Unprocessable Content"}  # of any Python
    | {"A Timeout Occurred", "Connection Timed Out", "Request Time-out", "Service Temporarily Unavailable"}
)
# The headers that stay, as they are written, each with the values that it may have. All others are dropped.
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
    "location": ("Location", _ANY),  # an address, which is scrubbed like any address
}

# Members that hold a sentence of Customer.io's about a request. It stays, without the values that it repeats.
PROSE = frozenset({"message", "detail", "error", "errors", "reason", "description", "title"})
# The members of an answer within which a sentence of Customer.io's may stand; elsewhere such a member is data.
ENVELOPE = frozenset({"meta", "errors", "error", "source"})
# The members of an answer that hold the application's own data.
OWN_MEMBERS = frozenset(
    {"attributes", "traits", "properties", "data", "message_data", "relationship_attributes", "context", "headers"}
)
# Members whose text holds e-mail addresses.
ADDRESSES = frozenset({"to", "from", "bcc", "cc", "reply_to", "recipient", "from_address"})
# Members whose text is the path of another member: `attributes.plan`.
POINTERS = frozenset({"field", "pointer", "parameter"})
# Words that answers contain and no schema lists.
WORDS = frozenset(
    {"us", "eu", "ok", "success", "accepted", "invalid", "required", "queued", "sent", "drafted", "failed", "pending"}
    | {"running", "done", "finished", "manual", "dynamic", "GET", "POST", "PUT", "DELETE", "200", "400", "401", "404"}
    | {"413", "422", "bad_request", "unauthorized", "not_found", "true", "false", "None", "null", "undefined"}
)

IDS = re.compile(r"(^|_)(id|ids|identifier|token|uuid|guid|sku|code|key)$|[a-z](Id|Ids|ID|IDs|Token)$")
TIMES = re.compile(r"(^|_)(timestamp|time|date|at|created|updated|last_used|expires)$|[a-z](At|Timestamp|Time|Date)$")
BIRTH = re.compile(r"birth|born|dob", re.IGNORECASE)
PHONES = re.compile("phone|mobile|msisdn|^tel$|whatsapp", re.IGNORECASE)
# A member's name that says nothing about a person. Any other name is data, such as an e-mail address used as a key.
MEMBER_NAME = re.compile(r"[A-Za-z_$][A-Za-z_.]{0,59}\d{0,3}")
# Members whose own members have the names of files: these are the application's, whatever they look like.
OF_FILES = frozenset({"attachments"})
# The name of an event, as developers choose it; it stays.
EVENT_NAME = re.compile(r"(?=.{1,40}$)[A-Za-z][A-Za-z_]*(?:[ -][A-Za-z_]+){0,3}")


@cache
def vocabulary() -> tuple[frozenset[str], frozenset[str]]:
    """The values that the schemas list (`enum`, `const`, `variant`), and the names of members that they define."""
    words: set[str] = set(WORDS)
    names: set[str] = set()
    for path in (*data.schemas().glob("*.json"), *data.schemas().glob("*/*.json")):
        for key, value in members(json.loads(path.read_bytes())):
            if key in ("enum", "const"):
                words.update(one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))
            elif key == "properties" and isinstance(value, dict):
                names.update(value)
            elif key == "variant":
                words.update(value.values())
    return frozenset(words), frozenset(names)


def members(node: Any) -> Iterator[tuple[str, Any]]:
    """Name and value of each member of each object in a JSON value."""
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict):
        yield from node.items()
    for one in inner:
        yield from members(one)
