"""Rule `jitter`: many requests that met a rate limit together are retried together."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from pytest_customerio.core.model import Violation
from pytest_customerio.core.observation import Observation
from pytest_customerio.judging.chain import ROUNDING, chain_of
from pytest_customerio.judging.violation import seconds, violation

# Fewer requests may wait equally long by chance, and do not overload the service.
HERD = 4
# A shorter wait, in seconds, is judged by `no-backoff`.
SHORTEST = 0.1
_HINT = (
    "add a random share to each wait: time.sleep(wait * random.uniform(0.5, 1.5)); tenacity: wait_random_exponential(),"
    " backoff: jitter=backoff.full_jitter, urllib3: Retry(backoff_jitter=1.0)"
)


def jitter(observations: Sequence[Observation]) -> Violation | None:
    """Threads or tasks that met a 429 together wait for equal times: a warning, as with few requests it does no harm.

    They met it together if all of them had failed before the first of them was retried, also where other ones follow,
    as in a pool of workers. They waited side by side if the log
    of waits holds one wait for each of them; a loop over rows has one wait for all. Waits with jitter are never equal.
    A wait that the answer's Retry-After asked for is the service's own schedule.
    """
    if not observations or observations[0].case.answer.status != 429:
        return None
    for wait, size in _together(observations):
        expected, got = "waits with jitter", f"{size} requests waited {seconds(wait)} each and came back together"
        return violation(observations[0], "jitter", expected, got, _HINT, timed=True, severity="warning")
    return None


def _together(observations: Sequence[Observation]) -> Iterator[tuple[float, int]]:
    """Each wait that at least HERD requests had at the same time before the same retry, and how many of them."""
    chains = [chain_of(one) for one in observations]
    common = Counter(wait for wait in observations[0].waits if wait >= SHORTEST)
    for number in range(max(map(len, chains)) - 1):
        pairs = [(chain[number], chain[number + 1]) for chain in chains if len(chain) > number + 1]
        for wait, count in ((wait, count) for wait, count in common.items() if count >= HERD):
            least = wait * (1 - ROUNDING)
            free = [(a, b) for a, b in pairs if a.retry_after is None and not b.draining]
            spans = [(a.at, b.at) for a, b in free if b.at - a.at >= least]
            if (size := _at_once(spans)) >= HERD:
                yield wait, min(count, size)


def _at_once(spans: Sequence[tuple[float, float]]) -> int:
    """How many of the spans share one moment, at most."""
    starts, ends = sorted(start for start, _ in spans), sorted(end for _, end in spans)
    return max((begun - bisect_right(ends, start) for begun, start in enumerate(starts, 1)), default=0)
