"""The texts about calls that were heard through a mock, or that an SDK refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pytest_customerio.contract.rules import violation
from pytest_customerio.core.model import Violation

IN_THE_WAY = """\
{case}: no error could be replayed, a {mocks} took the call

  the cause    while an error is replayed, the mock of an SDK or a client calls the real thing; a mock without a spec
               stands for nothing, and an argument that holds a mock cannot be sent
  what to do   in this test give the mock a spec (MagicMock(spec=CustomerIO)) and the call plain values, or mock what
               is beneath it: responses, respx, pytest-httpx, requests-mock, a cassette, or nothing at all"""


def heard_at(label: str) -> str:
    """Through which mock a call was heard."""
    return f"mock of {label}"


def hidden(label: str, error: str, sent_from: str | None) -> Violation:
    """A mock took a call that the real thing refuses."""
    made = violation(
        "mock-hides-error",
        label,
        "a call that the real one takes",
        error,
        "the mock takes any call, in production this one raises: mend the call; a mock with autospec=True "
        "refuses it too",
        source="",
    )
    return replace(made, sent_from=sent_from)


def not_sent(label: str, error: str, sent_from: str | None) -> Violation:
    """An SDK raised before anything was sent, and the application swallowed it."""
    made = violation(
        "call-not-sent",
        label,
        "a request",
        error,
        "the call raised before anything was sent, and the exception was swallowed: mend the call, "
        "or let the test expect the exception (pytest.raises)",
        source="",
    )
    return replace(made, sent_from=sent_from)


def in_the_way(case: str, mocks: Iterable[str]) -> str:
    """Why no request met a case: mocks of an SDK or a client took every call."""
    return IN_THE_WAY.format(case=case, mocks=" and a ".join(mocks))


def summary(tests: Iterable[Mapping[str, Any]]) -> list[str]:
    """How many calls were heard through mocks, and how many of them were not judged, by reason and first call site."""
    calls, keys, unjudged, places = 0, 0, Counter[str](), dict[str, str]()
    for one in tests:
        calls += one["calls"]
        keys += one["without_keys"]
        unjudged.update(one["unjudged"])
        places = {**one["places"], **places}
    if not (calls or unjudged):
        return []
    missed = f", {unjudged.total()} not judged" if unjudged else ""
    unknown = f", {keys} with keys that are not known and not judged" if keys else ""
    return [
        f"heard through mocks: {calls} call{'s' * (calls != 1)}{unknown}{missed}",
        *(f"  {count} × {why}{_at(places.get(why))}" for why, count in unjudged.most_common()),
    ]


def _at(place: str | None) -> str:
    return f" (first at {place})" if place else ""
