"""Which attempts are one payload, and which one delivered it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.core.model import Answer, ErrorCase, Provenance
from pytest_customerio.core.observation import Attempt, Message, Observation
from pytest_customerio.replay.attempts import broken, delivers, delivery, gaps_of, payloads, seconds, told_apart, tries

CASE = ErrorCase(
    "500", "500", "track", "persists", Answer(500), True, (), "5xx", "", "", Provenance("synthetic"), kind="status"
)


def said(text):
    """Messages by a letter each, with a number for what is made anew: `a1b` holds a (made as 1) and b."""
    found: list[Message] = []
    for character in text:
        if character.isdigit():
            found[-1] = Message(found[-1].identity, (("id", character),))
        else:
            found.append(Message(character))
    return tuple(found)


def attempts(*texts):
    """Attempts in order, a second apart; with a `+` the attempt got a 200, else the case's error."""
    return [
        Attempt(
            text.strip("+"),
            "op",
            float(at),
            200 if "+" in text else 500,
            None,
            messages=said(text.strip("+")),
            met="+" not in text,
        )
        for at, text in enumerate(texts)
    ]


def shown(groups):
    """Each payload as its messages and the times of its attempts."""
    return [
        (
            "".join(one.identity[0] + "".join(v for _, v in one.anew) for one in group[0].messages),
            [int(a.at) for a in group],
        )
        for group in groups
    ]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["ab", "ab", "ab+"], [("ab", [0, 1, 2])]),
        (["ab", "a+", "b+"], [("a", [0, 1]), ("b", [0, 2])]),
        (["ab", "b", "ab+"], [("a", [0, 2]), ("b", [0, 1, 2])]),
        (["a+", "b"], [("b", [1])]),
        (["a+", "a", "a+"], [("a", [0, 1, 2])]),
        (["aa", "a+", "a+"], [("aa", [0, 1, 2])]),
        ([], []),
    ],
)
def test_messages_that_always_travel_together_are_one_payload(texts, found):
    """However a batch is grouped when it is sent again; what never failed is none."""
    assert shown(payloads(attempts(*texts))) == found


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["a1", "a2", "a3"], 1),
        (["a1", "a1", "a2", "a2"], 1),
        (["a1", "a2", "a1", "a2"], 2),
        (["a1a2"], 2),
        (["a1a2", "a1", "a2"], 2),
        (["a1a1", "a1"], 1),
    ],
)
def test_equal_messages_are_one_made_anew_or_several(texts, found):
    """Several where two travel together or where an id comes back; else a client makes its id for each attempt."""
    identities = {one.identity for attempt in told_apart(attempts(*texts)) for one in attempt.messages}
    assert len(identities) == found


@given(st.lists(st.sampled_from(["a1", "a2", "b1", "a1b1", "a1a2"]), max_size=8))
def test_telling_apart_loses_nothing(texts):
    """The same attempts with the same messages in the same order."""
    before = attempts(*texts)
    after = told_apart(before)
    assert [[one.anew for one in attempt.messages] for attempt in after] == [
        [one.anew for one in attempt.messages] for attempt in before
    ]
    assert [attempt.at for attempt in after] == [attempt.at for attempt in before]


@pytest.mark.parametrize(
    ("texts", "times", "delivered"),
    [
        (["a", "a", "a+", "a"], [0, 1, 2], 2),
        (["a+", "a", "b+", "a+"], [1, 3], 3),
        (["a", "b+"], [0], None),
        (["a+"], [], None),
    ],
)
def test_tries_run_from_the_first_error_to_the_delivery(texts, times, delivered):
    """Other payloads, and what was delivered before, are other stories."""
    observation = Observation(CASE, attempts(*texts))
    assert [attempt.at for attempt in tries(observation)] == times
    found = delivery(observation)
    assert (None if found is None else found.at) == delivered


def test_a_2xx_that_refuses_all_it_was_sent_delivers_nothing():
    """Nor does one that is the case's own answer."""
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


def test_spans_are_the_sleeps_where_those_fill_them():
    """Without what the machine took; a drain's are nobody's waits."""
    first, second, third = attempts("a", "a", "a")
    assert gaps_of(Observation(CASE, [first, second, third])) == [1.0, 1.0]
    assert gaps_of(Observation(CASE, [first, second, third], waits=[5.0, 0.98, 0.97])) == [0.98, 0.97]
    drained = Attempt("a", "op", 9.0, 500, None, True, said("a"), met=True)
    assert gaps_of(Observation(CASE, [first, second, drained])) == [1.0]


def test_seconds_are_short():
    """Two digits are enough."""
    assert [seconds(value) for value in (0.123, 2.0, 59.6)] == ["0.12 s", "2 s", "60 s"]


def test_what_rests_on_hidden_waits_is_a_warning():
    """It says why."""
    seen = Observation(CASE, hidden_waits="the test replaced sleep", sent_from="app.py:1 in f")
    timed = broken(seen, "no-backoff", "waits", "none", "wait", timed=True)
    assert (timed.severity, timed.got) == ("warning", "none, as far as seen: the test replaced sleep")
    other = broken(seen, "outcome", "x", "y", "z")
    assert (other.severity, other.got, other.sent_from, other.source) == ("error", "y", "app.py:1 in f", "synthetic")
