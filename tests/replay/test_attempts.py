"""Which attempts carry the same payload."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.core.observation import Attempt, Message
from pytest_customerio.replay.attempts import as_one_chain, distinguished, payloads


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
    """A batch is one payload, however it is grouped when it is sent again. Messages that never met the error do not
    belong to it."""
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
    """Equal messages are several if two are in one attempt, or if an id comes back. Otherwise they are one message with
    a new id in each attempt."""
    identities = {one.identity for attempt in distinguished(attempts(*texts)) for one in attempt.messages}
    assert len(identities) == found


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ([("a1", 0.0), ("a2", 0.0), ("a3", 0.0)], 3),  # a loop over events
        ([("a1", 0.0), ("a2", 1.0)], 1),
        ([("a1", 0.0), ("a2", 0.0), ("a3", 1.0)], 1),  # the first retry comes at once
        ([("a1", 0.0), ("a1", 1.0), ("a2", 1.0), ("a2", 2.0)], 2),
    ],
)
def test_equal_messages_with_ids_of_their_own_are_several_where_nobody_waited(made, found):
    """A retry that makes the id anew waits before it."""
    sent = [
        one._replace(flow=1, waited=waited)
        for one, (_, waited) in zip(attempts(*(text for text, _ in made)), made, strict=True)
    ]
    assert len({one.identity for attempt in distinguished(sent) for one in attempt.messages}) == found


@given(st.lists(st.sampled_from(["a1", "a2", "b1", "a1b1", "a1a2"]), max_size=8))
def test_distinguishing_loses_nothing(texts):
    """The attempts have the same messages in the same order."""
    before = attempts(*texts)
    after = distinguished(before)
    assert [[one.anew for one in attempt.messages] for attempt in after] == [
        [one.anew for one in attempt.messages] for attempt in before
    ]
    assert [attempt.at for attempt in after] == [attempt.at for attempt in before]


def chained(*attempts):
    """Attempts of one message, each as (chain, waited, met)."""
    return [
        Attempt("a", "op", float(at), None, None, messages=(Message("a", chain=chain),), met=met, waited=waited)
        for at, (chain, waited, met) in enumerate(attempts)
    ]


@pytest.mark.parametrize(
    ("attempts", "found"),
    [
        ([(0, 0, True), (1, 0, True), (0, 1, True), (1, 1, False)], [[0, 2], [1, 3]]),  # side by side
        ([(0, 0, True), (1, 1, False)], [[0, 1]]),  # another worker went on later
        ([(0, 0, True), (1, 0, False)], [[0]]),  # at the same time
        ([(0, 0, True), (0, 1, False), (1, 2, True)], [[0, 1], [2]]),  # after the delivery
        ([(0, 0, True), (1, 1, True), (0, 2, True), (2, 3, False)], [[0, 2, 3], [1]]),
    ],
)
def test_a_chain_goes_on_in_one_that_began_later(attempts, found):
    """Chains that overlap, or began at the same moment, are several payloads."""
    assert [[int(one.at) for one in group] for group in payloads(chained(*attempts))] == found


def test_the_flows_do_not_matter_to_the_parts_of_a_batch():
    """All attempts of a message are one chain."""
    assert [one.messages for one in as_one_chain(chained((0, 0, True), (1, 0, True)))] == [(Message("a"),)] * 2
