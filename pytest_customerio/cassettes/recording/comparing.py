"""Compares the requests of a test with those in its recording, without the people and the times in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pytest_customerio.cassettes.recording.fakes import Names
from pytest_customerio.cassettes.recording.scrub import Scrubber, request_headers
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import WireRequest
from pytest_customerio.core.payload import decode
from pytest_customerio.core.redact import cut, json_path

# The most differences of one request that are named; the rest is counted.
SHOWN = 3
# Members that lie deeper are not compared, because each level is a call.
_DEEPEST = 100
_NAME = re.compile(r"~(?:\d+#?)?")


@dataclass(frozen=True, slots=True)
class Said:
    """What a request says: its operation, its query and its body, in which names stand for own values."""

    operation: str
    query: Mapping[str, str]
    body: Any


def said(request: WireRequest, catalog: Catalog) -> Said:
    """What this request says."""
    scrubbed = Scrubber(catalog, Names()).request(request)
    place = catalog.match(request.method, request.url, request.payload.value)
    operation = place.operation or next(iter(place.candidates), None)
    body = decode({}, scrubbed.body)
    return Said(
        operation.id if operation is not None else "no operation",
        dict(parse_qsl(urlsplit(scrubbed.url).query, keep_blank_values=True)),
        body.value if body.kind == "json" else scrubbed.body.decode() or None,
    )


def differences(recorded: Said, sent: Said) -> list[str]:
    """Each difference between a recorded request and the one that is sent now."""
    found = [
        *_between(recorded.query, sent.query, "query", ()),
        *_between(recorded.body, sent.body, "$", ()),
    ]
    return found or ["values that were the same are different now, or the other way round"]


def other_headers(recorded: WireRequest, sent: WireRequest) -> list[str]:
    """The differences between the headers of two requests that say the same."""
    was, now = _headers(recorded), _headers(sent)
    if "Content-Type" not in was:  # a recording that was written by hand may have none
        now.pop("Content-Type", None)
    return list(_between(was, now, "header", ()))


def listed(found: list[str]) -> str:
    """The differences of one request as one text."""
    more = [f"{len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return "; ".join([*found[:SHOWN], *more])


def _headers(request: WireRequest) -> dict[str, str]:
    """The headers that a recording has, the type of the content without its parameters."""
    found = request_headers(request)
    if "Content-Type" in found:
        found["Content-Type"] = found["Content-Type"].partition(";")[0].strip().lower()
    return found


def _between(recorded: Any, sent: Any, root: str, place: tuple[str | int, ...]) -> Iterator[str]:
    if len(place) > _DEEPEST:
        return
    if isinstance(recorded, dict) and isinstance(sent, dict):
        was, now = _by_name(recorded), _by_name(sent)
        for name in dict.fromkeys([*was, *now]):
            if name in was and name in now:
                yield from _between(was[name], now[name], root, (*place, name))
            else:
                yield f"{json_path((*place, name), root)} {_only(name in was)}"
    elif isinstance(recorded, list) and isinstance(sent, list):
        if len(recorded) != len(sent):
            yield f"{json_path(place, root)}: {_items(recorded)} recorded, {_items(sent)} sent"
        for index, (one, other) in enumerate(zip(recorded, sent, strict=False)):
            yield from _between(one, other, root, (*place, index))
    elif _shown(recorded) != _shown(sent):
        yield f"{json_path(place, root)}: {_shown(recorded)} recorded, {_shown(sent)} sent"


def _by_name(given: Mapping[str, Any]) -> dict[str, Any]:
    """The members by name; a name that is own data is as good as any other."""
    return {"…" if _NAME.fullmatch(name) else name: value for name, value in given.items()}


def _shown(value: Any) -> str:
    """The value as it may be shown: an own value by its type, a word of Customer.io's as it is."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if not isinstance(value, str):
        return "nothing" if value is None else str(value).lower()
    if _NAME.fullmatch(value):
        return "a time" if value == "~" else "a number" if value.endswith("#") else "a text"
    return f'"{cut(_NAME.sub("~", value), 40)}"'


def _only(recorded: bool) -> str:  # noqa: FBT001 - one of two words
    return "recorded, not sent" if recorded else "sent, not recorded"


def _items(given: list[Any]) -> str:
    return f"{len(given)} item{'' if len(given) == 1 else 's'}"
