"""What a run looked at: the tests that sent, their requests, the calls of mocks and fakes, what was not judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# The most tests that are named; the rest is counted.
NAMED = 3


@dataclass(slots=True)
class LookedAt:
    """What was looked at. `mocking` are the tests that called mocks, `unjudged` the calls that are not judged, by
    reason, with the first call site of each in `places`; of the calls `without_keys` the credentials are not judged.
    `idle` are the tests that used Customer.io's SDK, or a client towards it, and sent nothing, with what they used.
    """

    sending: int = 0
    requests: int = 0
    mocking: int = 0
    calls: int = 0
    unjudged: Counter[str] = field(default_factory=Counter)
    places: dict[str, str] = field(default_factory=dict)
    without_keys: int = 0
    idle: dict[str, str] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        """Whether a request was judged, or the call of a mock."""
        return bool(self.sending or self.calls)

    def document(self) -> dict[str, Any]:
        """As a member of the JSON report."""
        return {
            "tests": self.sending,
            "requests": self.requests,
            "tests_with_mocks": self.mocking,
            "mock_calls": self.calls,
            "not_judged": dict(self.unjudged),
            "sent_nothing": [{"nodeid": nodeid, "used": used} for nodeid, used in self.idle.items()],
        }

    def lines(self) -> list[str]:
        """As lines of the summary; none where nothing was heard and nothing was used."""
        sent = f"{counted(self.requests, 'request')} in {counted(self.sending, 'test')}"
        mocks = f"{counted(self.calls, 'call')} heard through mocks or fakes in {counted(self.mocking, 'test')}"
        keys = f"{self.without_keys} with keys that are not known and not judged"
        seen = [sent] * bool(self.sending) + [mocks] * bool(self.calls) + [keys] * bool(self.without_keys)
        idle = named([f"{name} ({used})" for name, used in self.idle.items()])
        return [
            *[f"looked at: {', '.join(seen)}"] * self.anything,
            *[f"not judged: {counted(self.unjudged.total(), 'call')}"] * bool(self.unjudged),
            *(f"  {count} × {why}{self._first_place(why)}" for why, count in self.unjudged.most_common()),
            *[f"used Customer.io and sent it nothing: {counted(len(self.idle), 'test')}: {idle}"] * bool(self.idle),
        ]

    def _first_place(self, why: str) -> str:
        return f" (first at {self.places[why]})" if why in self.places else ""


def looked_at(tests: Mapping[str, Mapping[str, Any]]) -> LookedAt:
    """What was looked at in these tests: their `requests`, `calls` of mocks, those `unjudged`, and what they `used`."""
    found = LookedAt()
    for nodeid, one in sorted(tests.items()):  # workers end their tests in any order
        found.sending += one["requests"] > 0
        found.requests += one["requests"]
        found.mocking += one["calls"] > 0
        found.calls += one["calls"]
        found.unjudged.update(one["unjudged"])
        found.places = {**one.get("places", {}), **found.places}
        found.without_keys += one.get("without_keys", 0)
        if one["used"] and not one["heard"]:
            found.idle[nodeid] = one["used"]
    return found


def counted(number: int, noun: str) -> str:
    """`1 test`, `2 tests`."""
    return f"{number} {noun}" + "s" * (number != 1)


def named(names: Iterable[str], most: int = NAMED) -> str:
    """These names; of many the first, and how many more there are."""
    all_names = list(names)
    more = f" and {len(all_names) - most} more" if len(all_names) > most else ""
    return ", ".join(all_names[:most]) + more
