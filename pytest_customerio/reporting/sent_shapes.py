"""The shapes of what a run sent, from all workers: what a tracking plan is made of, and where call sites disagree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pytest_customerio.contract.plan.contents import KINDS, Kind
from pytest_customerio.contract.plan.shapes import Shape, merged

# One shape that a call site sent, as xdist can send it: `kind` and `name` of the content, its `shape`, the JSON path
# `where` it stood, the `types` by place in it, `site`, `operation` and `nodeid`, and the reasons and names of the
# allowances that cover a conflict, by place (`allow`).
Observed = Mapping[str, Any]
# What is kept in pytest's cache, below this name.
CACHE = "customerio/shapes"
VERSION = 1
# The most events and messages that are told apart, and the most call sites of one place and type.
_NAMES, _SITES = 5000, 50
# Segments and campaigns compare these values. A message prints its variables, and a text prints as a number does.
_COMPARED: frozenset[Kind] = frozenset({"event", "attributes"})
# An integer beside a number with a fraction is no conflict.
_SAME = {"integer": "number"}
Key = tuple[str, str]


class Sender(NamedTuple):
    """A call site that sent a type: where it stood in the payload of which operation, in which test."""

    site: str
    where: str
    operation: str
    nodeid: str
    kind: str
    reason: str = ""
    given: str = ""


class Conflict(NamedTuple):
    """Two call sites that send one property or attribute with different types. `name` is that of the event."""

    kind: str
    name: str
    first: Sender
    other: Sender


class SentShapes:
    """Collects what was observed."""

    def __init__(self) -> None:
        self._shapes: dict[Key, Shape] = {}
        self._senders: dict[tuple[Key, str], dict[str, dict[str, Sender]]] = {}

    def __bool__(self) -> bool:
        return bool(self._shapes)

    def add(self, observed: Iterable[Observed]) -> None:
        """Add what one test sent."""
        for one in observed:
            key = (one["kind"], one["name"])
            if key in self._shapes:
                self._shapes[key] = merged(self._shapes[key], one["shape"])
            elif len(self._shapes) < _NAMES:
                self._shapes[key] = one["shape"]
            if one["site"] and one["kind"] in _COMPARED:
                self._add_sender(key, one)

    def document(self, *, whole: bool) -> dict[str, Any]:
        """As it is kept for the command `plan`; `whole` says that no test of the suite was left out."""
        rows = [{"kind": kind, "name": name, "shape": self._shapes[kind, name]} for kind, name in sorted(self._shapes)]
        return {"version": VERSION, "whole": whole, "contents": rows}

    def conflicts(self) -> list[Conflict]:
        """The places at which two call sites disagree, one conflict for each place."""
        order: list[str] = list(KINDS)
        places = sorted(self._senders, key=lambda place: (order.index(place[0][0]), place))
        return [Conflict(*key, *pair) for key, path in places if (pair := _pair(self._senders[key, path]))]

    def _add_sender(self, key: Key, one: Observed) -> None:
        for path, kind in one["types"]:
            reason, given = one["allow"].get(path, ("", ""))
            sender = Sender(one["site"], one["where"] + path, one["operation"], one["nodeid"], kind, reason, given)
            known = self._senders.setdefault((key, path), {}).setdefault(_SAME.get(kind, kind), {})
            if sender.site in known:
                known[sender.site] = _decisive(known[sender.site], sender)
            elif len(known) < _SITES:
                known[sender.site] = sender


def _decisive(one: Sender, other: Sender) -> Sender:
    """What is not allowed decides, then the first test by its name: workers end their tests in any order."""
    return min(one, other, key=lambda each: (bool(each.reason), each))


def _pair(senders: Mapping[str, Mapping[str, Sender]]) -> tuple[Sender, Sender] | None:
    """The first two call sites with different types; allowed ones only where there are no others."""
    found = min(_pairs(senders), key=lambda pair: (any(each.reason for each in pair), pair), default=None)
    return found if len(senders) > 1 else None


def _pairs(senders: Mapping[str, Mapping[str, Sender]]) -> Iterator[tuple[Sender, Sender]]:
    """The call sites that have no type in common.

    A call site that sends several types takes the value from its callers, such as tests with odd values. One of its
    types is that of the other call site: the two agree.
    """
    types: dict[str, set[str]] = {}
    for kind, sent in senders.items():
        for site in sent:
            types.setdefault(site, set()).add(kind)
    groups = [sorted(one.values()) for one in senders.values()]
    for index, group in enumerate(groups):
        for other in groups[index + 1 :]:
            for one in group:
                for each in other:
                    if types[one.site].isdisjoint(types[each.site]):
                        yield min(one, each), max(one, each)
