"""Which requests of a test its recording does not have, and which recorded requests the test does not send."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field

from pytest_customerio.cassettes.recording.comparing import Said, differences, listed, other_headers, said
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import WireRequest

# The most different requests without a recorded one that are remembered of a test.
REMEMBERED = 100


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recorded requests of one identity: the first of them, their number, and how many were not played."""

    request: WireRequest
    number: int
    unplayed: int


@dataclass(slots=True)
class Asked:
    """What a test asked its recording for: requests by identity, each with its number and the first of them."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, WireRequest] = field(default_factory=dict)

    def note(self, key: str, request: WireRequest) -> None:
        """The test sent a request with this identity."""
        if key in self.first or len(self.first) < REMEMBERED:
            self.first.setdefault(key, request)
            self.counts[key] += 1

    def unknown(self, recorded: Container[str]) -> list[str]:
        """The identities that no recorded request has."""
        return [key for key in self.first if key not in recorded]


def drift(asked: Asked, recorded: Mapping[str, Recorded], catalog: Catalog) -> list[str]:
    """Each difference between what a test sent and what its recording has, as a text with the operation in front."""
    left = {key: one.unplayed for key, one in recorded.items() if one.unplayed}
    unknown = asked.unknown(recorded)
    known = {key: said(one.request, catalog) for key, one in recorded.items()} if left or unknown else {}
    texts = [_unrecorded(asked, key, known, left, catalog) for key in unknown]
    texts += [f"{known[key].operation}: recorded, not sent{_times(number)}" for key, number in left.items() if number]
    return [*texts, *_sent_otherwise(asked, recorded, catalog)]


def _unrecorded(asked: Asked, key: str, known: dict[str, Said], left: dict[str, int], catalog: Catalog) -> str:
    """How a request differs from the nearest recorded one, which counts as sent then."""
    sent, number = said(asked.first[key], catalog), asked.counts[key]
    alike = [one for one in known if known[one].operation == sent.operation]
    unsent = [one for one in alike if left.get(one)]
    nearest = min(unsent or alike, key=lambda one: len(differences(known[one], sent)), default=None)
    if nearest is None:
        return f"{sent.operation}: sent, not recorded{_times(number)}"
    left[nearest] = max(0, left.get(nearest, 0) - number)
    return f"{sent.operation}: {listed(differences(known[nearest], sent))}"


def _sent_otherwise(asked: Asked, recorded: Mapping[str, Recorded], catalog: Catalog) -> Iterator[str]:
    """The recorded requests that are sent more often now, or with other headers."""
    for key, request in asked.first.items():
        if key not in recorded:
            continue
        found, one = other_headers(recorded[key].request, request), recorded[key]
        if asked.counts[key] > one.number:
            found.append(f"sent {asked.counts[key]} times, recorded {_as_times(one.number)}")
        if found:
            yield f"{said(request, catalog).operation}: {listed(found)}"


def _times(number: int) -> str:
    return f" ({number} times)" if number > 1 else ""


def _as_times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
