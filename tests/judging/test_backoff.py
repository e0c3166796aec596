"""Rules `no-backoff` and `retry-after-ignored`: which waits between attempts are allowed."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from observed import AFTER, RATE, RESET, SERVER, attempts, got, rules, seen, spaced

from pytest_customerio.judging.backoff import BUSY
from pytest_customerio.judging.judgement import judge

GROWING = [
    [0.0, 2.0, 4.0],  # urllib3
    [1.0, 2.0, 4.0],
    [0.0, 0.04, 0.08],  # the official SDK
    [0.0, 0.04],
    [0.001, 0.0412],
    [1.0, 2.0, 2.0, 2.0],  # a cap
    [4.0, 1.0],
    [0.5],
    [1.0, 1.005],  # by jitter
]
bases = st.floats(0.001, 10)
lengths = st.integers(2, 6)


@pytest.mark.parametrize("gaps", GROWING)
@pytest.mark.parametrize("case", [RATE, SERVER, RESET])
def test_schedules_that_wait_longer_or_jitter_pass(case, gaps):
    """Known schedules of real retry engines are no violation, with and without their sleeps in the log."""
    assert rules(spaced(case, gaps, waits=[gap for gap in gaps if gap])) == []
    assert rules(spaced(case, [gap + 0.003 for gap in gaps], waits=[gap for gap in gaps if gap > 0.01])) == []


@pytest.mark.parametrize(
    ("gaps", "text"),
    [
        ([0.0, 0.0, 0.0], "no wait before any of 3 retries"),
        ([0.002, 0.013], "no wait before any of 2 retries"),
        ([1.0, 1.0], "1 s each time"),
        ([0.1, 0.1, 0.1], "0.1 s each time"),
        ([30.001, 30.09, 30.0], "30 s each time"),
    ],
)
@pytest.mark.parametrize("case", [RATE, SERVER, RESET])
def test_no_wait_and_equal_waits_are_flagged(case, gaps, text):
    """Retries without a wait, or always after the same wait, are a violation."""
    assert got(spaced(case, gaps), "no-backoff") == text


def test_two_equal_waits_before_a_recovery_may_begin_a_schedule():
    """tenacity's wait_exponential(min=4) waits 4, 4, 8: two equal waits are a violation only if the case persists."""
    recovers = RATE._replace(id="429-rate-limited-recovers", mode="recovers")
    assert "no-backoff" not in rules(spaced(recovers, [4.0, 4.0], waits=[4.0, 4.0]))
    assert got(spaced(recovers, [4.0, 4.0, 4.0], waits=[4.0] * 3), "no-backoff") == "4 s each time"
    assert got(spaced(recovers, [0.0, 0.0]), "no-backoff") == "no wait before any of 2 retries"


def test_the_machines_own_noise_does_not_hide_equal_sleeps():
    """Two sleeps of 0.1 s are equal, however long the attempts between them took, and whatever other sleeps there were."""
    observation = spaced(RATE, [0.104, 0.131], waits=[5.0, 0.1, 0.1, 3.0])
    assert got(observation, "no-backoff") == "0.1 s each time"


def test_a_single_retry_at_once_is_flagged_only_for_a_rate_limit():
    """After a reset or a 500, one retry without a wait is common and allowed."""
    assert got(spaced(RATE, [0.0]), "no-backoff") == "no wait"
    assert rules(spaced(SERVER, [0.0])) == []
    assert rules(spaced(RESET, [0.0])) == []


def test_what_a_drain_sends_is_not_judged_for_backoff():
    """The test decides when it drains, so the time before a drain is no backoff."""
    observation = seen(RATE, 0.0, 0.0, 0.0, draining=(1, 2), pending=True)
    assert rules(observation) == []
    assert rules(observation._replace(case=AFTER, attempts=attempts(AFTER, 0.0, 0.0, draining=(1,)))) == []


def test_what_one_run_of_a_worker_repeats_is_judged_for_backoff():
    """A worker that repeats within one run does not wait for the test."""
    observation = seen(RATE, 0.0, 0.0, 0.0, pending=True)
    within = [attempt._replace(draining=1) for attempt in observation.attempts]
    assert got(observation._replace(attempts=within), "no-backoff") == "no wait before any of 2 retries"


@pytest.mark.parametrize(("case", "gaps"), [(RATE, [0.0, 0.0]), (AFTER, [1.0])])
def test_hidden_waits_make_a_warning(case, gaps):
    """If the test replaced sleep, the waits are unknown: the violation is a warning."""
    (violation,) = judge(spaced(case, gaps, hidden_waits="the test replaced sleep"))[1]
    assert violation.severity == "warning"
    assert violation.got.endswith(", as far as seen: the test replaced sleep")


@given(bases, st.floats(1.2, 3), lengths, st.data())
def test_exponential_schedules_with_any_jitter_are_never_flagged(base, factor, length, data):
    """Exponential waits, each multiplied by 0.5 to 1.5, are allowed, whether logged or measured."""
    jitter = data.draw(st.lists(st.floats(0.5, 1.5), min_size=length, max_size=length))
    gaps = [base * factor**number * off for number, off in enumerate(jitter)]
    assume(max(gaps) - min(gaps) > 0.011 * max(gaps))  # chance may make all waits equal: then they are no backoff
    assert max(gaps) < BUSY or "no-backoff" not in rules(spaced(SERVER, gaps))
    assert "no-backoff" not in rules(spaced(SERVER, [gap + 0.002 for gap in gaps], waits=gaps))


@given(bases, lengths, st.data())
def test_full_jitter_is_never_flagged(base, length, data):
    """Sleeps between zero and the exponential wait are allowed."""
    shares = data.draw(st.lists(st.floats(0.001, 1), min_size=length, max_size=length))
    gaps = [base * 2**number * share for number, share in enumerate(shares)]
    assume(max(gaps) - min(gaps) > 0.011 * max(gaps))
    assert "no-backoff" not in rules(spaced(RATE, [gap + 0.002 for gap in gaps], waits=gaps))


@given(st.lists(st.floats(30, 300), min_size=1, max_size=6))
def test_waits_that_honour_retry_after_are_never_flagged(gaps):
    """Waits of at least Retry-After are allowed, equal or not."""
    assert rules(spaced(AFTER, gaps)) == []
    assert rules(spaced(AFTER, [30.0] * len(gaps))) == []


@given(st.floats(60, 3600 / 4), st.integers(2, 4))
def test_equal_waits_of_a_minute_pass(wait, length):
    """Equal waits of a minute or more are allowed."""
    assert "no-backoff" not in rules(spaced(RATE, [wait] * length))


@given(st.floats(0.06, 59), lengths, st.data())
def test_constants_and_zeros_are_always_flagged(wait, length, data):
    """Constant waits and no waits are a violation, also with the time that the machine takes on top."""
    noise = data.draw(st.lists(st.floats(0.0001, 0.04), min_size=length, max_size=length))
    for constant in (wait, 0.0):
        exact = [constant] * length
        assert "no-backoff" in rules(spaced(RATE, exact))
        assert "no-backoff" in rules(spaced(RATE, [constant + off for off in noise], waits=exact))
    assert "no-backoff" in rules(spaced(RATE, noise))


def test_a_busy_machine_makes_no_backoff():
    """A quarter of a second beside each sleep of one second, or a tenth without any sleep, is no backoff."""
    same = judge(spaced(RATE, [1.24, 1.0, 1.1], waits=(1.0, 1.0, 1.0)))[1]
    assert [one.got for one in same] == ["1 s each time"]
    none = judge(spaced(RATE, [0.09, 0.02]))[1]
    assert [one.got for one in none] == ["no wait before any of 2 retries"]


@pytest.mark.parametrize(
    ("gaps", "found"),
    [
        ([], []),
        ([30.0], []),
        ([29.9], []),
        ([29.0], ["retry-after-ignored"]),
        ([30.0, 5.0, 60.0], ["retry-after-ignored"]),
        ([0.0, 0.0], ["retry-after-ignored"]),
    ],
)
def test_retry_after_is_a_lower_bound(gaps, found):
    """A wait that is one per cent shorter is allowed. The violation is not reported as missing backoff too."""
    assert rules(spaced(AFTER, gaps)) == found


def test_retry_after_texts():
    """The text names what was asked for and the shortest wait."""
    (violation,) = judge(spaced(AFTER, [30.0, 5.04]))[1]
    assert (violation.expected, violation.got) == ("at least 30 s between attempts", "5 s")
