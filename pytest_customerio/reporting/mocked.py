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

  what to do   in this test let the mock call the real one (wraps=…), or mock what is beneath it: responses, respx,
               pytest-httpx, requests-mock, a cassette, or nothing at all"""


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
    """One line: how many calls were heard through mocks, and how many of them were not judged, by reason."""
    calls, unjudged = 0, Counter[str]()
    for one in tests:
        calls += one["calls"]
        unjudged.update(one["unjudged"])
    if not (calls or unjudged):
        return []
    reasons = ", ".join(f"{why}: {count}" for why, count in unjudged.most_common())
    missed = f"; not judged: {unjudged.total()} ({reasons})" if unjudged else ""
    return [f"heard through mocks: {calls} call{'s' * (calls != 1)}{missed}"]
