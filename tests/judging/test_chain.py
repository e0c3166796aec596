"""The attempts of one payload, the gaps between them, and the attempt that delivered it."""

from __future__ import annotations

import pytest

from pytest_customerio.core.model import Answer, ErrorCase, Provenance
from pytest_customerio.core.observation import Attempt, Message, Observation
from pytest_customerio.judging.chain import chain_of, delivers, delivery, elapsed_of, gaps_of

CASE = ErrorCase(
    "500", "500", "track", "persists", Answer(500), True, (), "5xx", "", "", Provenance("synthetic"), kind="status"
)


def attempts(*texts):
    """Attempts in order, a second apart, of one message per letter; with a `+` the attempt got a 200, else the error."""
    return [
        Attempt(
            text.strip("+"),
            "op",
            float(at),
            200 if "+" in text else 500,
            None,
            messages=tuple(map(Message, text.strip("+"))),
            met="+" not in text,
        )
        for at, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    ("texts", "times", "delivered"),
    [
        (["a", "a", "a+", "a"], [0, 1, 2], 2),
        (["a+", "a", "b+", "a+"], [1, 3], 3),
        (["a", "b+"], [0], None),
        (["a+"], [], None),
    ],
)
def test_a_chain_runs_from_the_first_error_to_the_delivery(texts, times, delivered):
    """Other payloads, and attempts before the error or after the delivery, are no part of it."""
    observation = Observation(CASE, attempts(*texts))
    assert [attempt.at for attempt in chain_of(observation)] == times
    found = delivery(observation)
    assert (None if found is None else found.at) == delivered


def test_a_2xx_that_rejects_everything_delivers_nothing():
    """Neither a 2xx that rejects all items nor a 2xx that is the case's own answer is a delivery."""
    observation = Observation(CASE)
    good, bad = Message("a"), Message("b", rejected=True)
    for messages, met, expected in [
        ((good, bad), False, True),
        ((bad,), False, False),
        ((), False, True),
        ((good,), True, False),
    ]:
        attempt = Attempt("a", "op", 0.0, 200, None, messages=messages, met=met)
        assert delivers(observation, attempt) is expected


def test_gaps_are_the_sleeps_that_fill_them():
    """The time that the machine took does not count, nor does the time before a drain."""
    first, second, third = attempts("a", "a", "a")
    assert gaps_of(Observation(CASE, [first, second, third])) == [1.0, 1.0]
    assert gaps_of(Observation(CASE, [first, second, third], waits=[5.0, 0.98, 0.97])) == [0.98, 0.97]
    drained = Attempt("a", "op", 9.0, 500, None, True, (Message("a"),), met=True)
    assert gaps_of(Observation(CASE, [first, second, drained])) == [1.0]


def test_an_earlier_success_is_no_part_of_the_chain():
    """An earlier success, and what comes after the recovery, do not count; without attempts there is no chain."""
    sent = attempts("a+", "a", "a+", "a")
    assert [attempt.at for attempt in chain_of(Observation(CASE, sent))] == [1.0, 2.0]
    assert chain_of(Observation(CASE)) == []


@pytest.mark.parametrize(
    ("later", "gap"),
    [
        ({"at": 9.0}, 9.0),
        ({"at": 0.9}, 0.0),
        ({"at": 1.7, "slept": 1.0, "waited": 1.0}, 1.0),
        ({"at": 5.2, "slept": 1.0, "waited": 5.0}, 5.0),
        ({"at": 2.9, "waited": 2.0}, 2.0),
        ({"at": 2.9, "slept": 1.0, "waited": 2.0, "flow": 2}, 2.0),
    ],
    ids=["unseen", "a busy machine", "a sleep", "a sleep and a timer", "a timer", "another flow"],
)
def test_the_time_of_the_machine_is_no_wait(later, gap):
    """A gap is what the flow slept, or what was waited in virtual time; long real time may be a wait that is unseen."""
    first, second, _ = attempts("a", "a", "a")
    pair = [first._replace(flow=1), second._replace(**{"flow": 1, **later})]
    assert gaps_of(Observation(CASE, pair)) == [gap]
    assert elapsed_of(Observation(CASE, pair)) == [later["at"]]
