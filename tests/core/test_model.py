"""The nouns are values: frozen, and without secrets in their text."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from pytest_customerio.core.model import Answer, ErrorCase, Interaction, PendingInteraction, Provenance
from pytest_customerio.core.observation import Attempt, Message, Observation
from pytest_customerio.core.operation import Operation

EVENT = Operation("track.event", "track", "POST", "/x", {"us": "track.customer.io"}, "basic", "")
RATE = ErrorCase(
    "429", "429", "track", "once", Answer(429, headers=(("Retry-After", "7"),)), True, ("track.event",), "429", "", "",
    Provenance("documented"),
)  # fmt: skip


def test_an_interaction_cannot_be_changed() -> None:
    """An interaction is frozen, because judging and reporting share it."""
    interaction = Interaction("requests", "POST", "https://track.customer.io/x")
    with pytest.raises(FrozenInstanceError):
        interaction.body = None  # type: ignore[misc]


def test_a_pending_interaction_becomes_an_interaction() -> None:
    """Every field is taken over as it is known at that time; the operation is left open."""
    values = {
        "client": "requests", "method": "POST", "url": "/", "headers": {"a": "b"}, "body": b"{}", "body_known": False,
        "sent_from": "app.py:1 in f", "at": 1.0, "attempts": 2, "status": 200, "raised": "Error", "timeout_set": True,
        "exempt": frozenset({"missing-auth"}),
        "tls_verified": False,
    }  # fmt: skip
    pending = PendingInteraction(**values)
    assert pending.frozen() == Interaction(**values)
    assert {each.name for each in fields(Interaction)} - {"operation"} == set(values)
    pending.status = 500
    assert pending.frozen().status == 500


def test_the_text_of_an_interaction_holds_no_secret() -> None:
    """A failed assertion shows operation, method, result and call site."""
    secret = {"headers": {"authorization": "Basic c2VjcmV0"}, "body": b"ada@example.com"}
    pending = PendingInteraction("requests", "POST", "https://x/ada@example.com", status=200, **secret)
    assert repr(pending) == "<request: POST 200, sent from outside>"
    heard = Interaction("requests", "POST", "https://x/ada@example.com", operation=EVENT, raised="Timeout", **secret)
    assert repr(heard) == "<track.event: POST Timeout, sent from outside>"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ((("retry-after", " 7 "),), 7.0),
        ((("Retry-After", "²"),), None),
        ((("Retry-After", "Mon"),), None),
        ((("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"),), None),
        ((("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Date", "Sun, 06 Nov 1994 08:49:07 GMT")), 30.0),
        ((("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Date", "Sun, 06 Nov 1994 08:50:07 GMT")), 0.0),
        ((("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Date", "now")), None),
        ((), None),
    ],
)
def test_retry_after_in_seconds(headers: tuple[tuple[str, str], ...], seconds: float | None) -> None:
    """A date counts from the answer's own Date; without one, and without the header, there is None."""
    case = ErrorCase("429", "429", "track", "once", Answer(429, headers=headers), True, (), "429", "", "",
                     Provenance("documented"))  # fmt: skip
    assert case.retry_after == seconds


def test_a_date_counts_from_the_clock_where_the_answer_has_none() -> None:
    """Given an answer without Date, the seconds are those from the given time."""
    answer = Answer(429, headers=(("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"),))
    assert answer.wait_from(784111767.5) == 9.5
    assert answer.wait_from(1764000000.0) == 0.0


def test_the_first_attempt_that_met_the_case() -> None:
    """The attempt is found by its status and fault, or by its own `met`."""
    first, second = Attempt("a", "track.event", 0.0, 200, None), Attempt("a", "track.event", 1.0, 429, None)
    assert Observation(RATE, (first, second)).failed is second
    said = Attempt("a", "track.event", 0.0, 200, None, met=True)
    assert Observation(RATE, (first, said, second)).failed is said
    assert Observation(RATE).failed is None


def test_an_attempt_says_its_messages() -> None:
    """An attempt without messages has its own identity in `said`."""
    assert Attempt("a", "track.event", 0.0, 200, None).said == ("a",)
    assert Attempt("a", "track.event", 0.0, 200, None, messages=(Message("m"), Message("n"))).said == ("m", "n")
