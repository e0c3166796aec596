"""Rule `jitter`: requests that met a 429 together and are retried together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.core.model import Answer, ErrorCase, Provenance
from pytest_customerio.core.observation import Attempt, Message, Observation
from pytest_customerio.judging.jitter import HERD, jitter

RATE = ErrorCase(
    "429-persists", "429", "track", "persists", Answer(429), True, (), "429", "", "", Provenance("synthetic")
)


def seen(*chains, waits, case=RATE, draining=False):
    """One observation for each request; its attempts at these times."""
    return [
        Observation(
            case,
            [Attempt(str(n), "op", at, case.answer.status, None, draining, (Message(str(n)),), met=True) for at in ats],
            waits=waits,
        )
        for n, ats in enumerate(chains)
    ]


def together(count, wait=1.0, start=0.0):
    return [(start + n / 1000, start + n / 1000 + wait) for n in range(count)]


asked = [
    one._replace(attempts=[attempt._replace(retry_after=2.0) for attempt in one.attempts])
    for one in seen(*together(8, wait=2.0), waits=[2.0] * 8)
]


@pytest.mark.parametrize(
    ("observations", "found"),
    [
        (seen(*together(8), waits=[1.0] * 8), "8 requests waited 1 s each and came back together"),
        (seen(*together(HERD), waits=[1.0] * HERD), "4 requests waited 1 s each and came back together"),
        (seen(*together(HERD - 1), waits=[1.0] * (HERD - 1)), None),
        (
            seen(*[(0.0, 1.0, 3.0 + n / 100) for n in range(5)], waits=[1.0, *[2.0] * 5]),
            "5 requests waited 2 s each and came back together",
        ),
        (
            seen(*together(4), *together(5, start=9.0), waits=[1.0] * 9),  # a pool of workers takes the next ones
            "5 requests waited 1 s each and came back together",
        ),
        (seen(*together(3), *together(3, start=9.0), waits=[1.0] * 6), None),
        (seen(*together(8), waits=[1.0]), None),  # a loop over rows waits once for all
        (seen(*[(n * 2.0, n * 2.0 + 1.0) for n in range(8)], waits=[1.0] * 8), None),  # one after the other
        (seen(*[(n / 1000, 1.0 + n / 10) for n in range(8)], waits=[1.0 + n / 10 for n in range(8)]), None),
        (seen(*together(8, wait=0.05), waits=[0.05] * 8), None),
        (seen(*together(8), waits=[1.0] * 8, draining=True), None),
        (seen(*together(8), waits=[1.0] * 8, case=RATE._replace(answer=Answer(500))), None),
        (seen(*[(0.0,)] * 8, waits=[1.0] * 8), None),
        (asked, None),  # each waited as long as Retry-After says
        ([], None),
    ],
)
def test_a_herd(observations, found):
    """It takes at least four requests, side by side, with equal waits of some length, after a 429."""
    violation = jitter(observations)
    assert (violation and violation.got) == found
    assert violation is None or (violation.rule, violation.severity) == ("jitter", "warning")


@given(st.lists(st.floats(0.5, 1.5), min_size=4, max_size=16, unique=True))
def test_waits_with_jitter_are_never_a_herd(waits):
    """Waits that differ are never reported, however little they differ."""
    assert jitter(seen(*[(0.0, wait) for wait in waits], waits=waits)) is None


@given(st.integers(4, 30), st.floats(0.2, 60))
def test_equal_waits_always_are(count, wait):
    """Equal waits of threads or tasks are always reported."""
    assert jitter(seen(*together(count, wait), waits=[wait] * count)) is not None
