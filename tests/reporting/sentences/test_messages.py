"""Every sentence of a failure message, compared as a whole."""

from __future__ import annotations

import pytest

from pytest_customerio.core.model import Answer, ErrorCase, Interaction, Provenance, Violation
from pytest_customerio.core.observation import Observation
from pytest_customerio.core.operation import Operation
from pytest_customerio.core.requirements import Outdated
from pytest_customerio.judging.judgement import Judgement
from pytest_customerio.judging.ledger import Occurrence
from pytest_customerio.reporting.sentences import messages

EVENT = Operation(
    "track.event",
    "track",
    "POST",
    "/api/v1/customers/{identifier}/events",
    {"us": "track.customer.io"},
    "basic",
    "https://docs.customer.io/integrations/api/track/",
)
CALL = Interaction("requests", "POST", "https://track.customer.io/api/v1/customers/42/events", operation=EVENT)
MILLISECONDS = Violation(
    "timestamp-milliseconds",
    "error",
    "$.timestamp",
    "unix seconds (10 digits)",
    "1764000000000, milliseconds: divide by 1000",
    sent_from="app/crm.py:16 in purchase",
    source="documented",
    error="400 timestamp must be a valid unix timestamp",
)
NAME = Violation(
    "event-name-too-long", "error", "$.name", "1 to 100 bytes", "134 bytes", "", "app/crm.py:16 in purchase"
)


def test_a_violated_contract_whole() -> None:
    """The text has a headline, a table of all violations, facts, and the mark that allows them."""
    text = messages.contract_text([Occurrence(MILLISECONDS, CALL), Occurrence(NAME, CALL, 3)])
    assert text == (
        """\
track.event $.timestamp: expected unix seconds, got 1764000000000, milliseconds: divide by 1000 (and 1 more)

  where         expected                   got
  $.timestamp   unix seconds (10 digits)   1764000000000, milliseconds: divide by 1000
  $.name        1 to 100 bytes             134 bytes (×3)

would draw   400 timestamp must be a valid unix timestamp   (documented)
request      POST https://track.customer.io/api/v1/customers/…/events
sent from    app/crm.py:16 in purchase
contract     python -m pytest_customerio explain timestamp-milliseconds
docs         https://docs.customer.io/integrations/api/track/
on purpose?  @pytest.mark.cio_allow("timestamp-milliseconds", reason="…")
             @pytest.mark.cio_allow("event-name-too-long", reason="…")"""
    )


def test_each_request_has_its_own_block_up_to_a_bound() -> None:
    """The first headline counts all violations; from the sixth request on, requests are only counted."""
    calls = [
        Interaction("requests", "POST", f"https://track.customer.io/api/v1/customers/{n}/events") for n in range(7)
    ]
    text = messages.contract_text([Occurrence(NAME, call) for call in calls])
    assert text.startswith("$.name: expected 1 to 100 bytes, got 134 bytes (and 6 more)\n")
    assert text.count("sent from") == messages.REQUESTS
    assert text.endswith("\n\n(and 2 more requests)")


def judgement(*violations: Violation, answer: Answer | None = None, falsy: bool = False) -> Judgement:
    """A 429 that the application did not handle."""
    case = ErrorCase(
        id="429-rate-limited-recovers",
        cassette="429-rate-limited",
        surface="track",
        mode="recovers",
        answer=answer or Answer(429, "Too Many Requests"),
        retryable=True,
        operations=("track.event",),
        family="429",
        cause="too many requests",
        todo="retry with exponential backoff; the event is not delivered until a 2xx",
        provenance=Provenance("observed"),
    )
    seen = Observation(case, raised=ValueError("x"), sent_from="app/crm.py:10 in signup", reported_falsy=falsy)
    return Judgement(case, "track.event", seen, "lost", violations, 1, "WARNING app.crm")


LOST = Violation("outcome", "error", "", "recovered, raised, deferred or reported", "lost: nothing after the 429")
LEAK = Violation(
    "secret-leak", "error", "", "no credential in logs", "Authorization in app.log at WARNING", "never log it"
)


def test_a_mishandled_error_whole() -> None:
    """The text has the outcome, every violation, the facts, and what to do."""
    assert messages.handling_text(judgement(LOST, LEAK)) == (
        """\
track.event 429-rate-limited-recovers: lost, 1 attempt (and 1 more)

  rule          expected                                  got
  outcome       recovered, raised, deferred or reported   lost: nothing after the 429
  secret-leak   no credential in logs                     Authorization in app.log at WARNING

answer       429 Too Many Requests, no Retry-After (observed)
attempts     1        waits  none
raised       ValueError  logged by WARNING app.crm
sent from    app/crm.py:10 in signup
what to do   retry with exponential backoff; the event is not delivered until a 2xx
             never log it
on purpose?  @pytest.mark.cio_allow("outcome", reason="…")
             @pytest.mark.cio_allow("secret-leak", reason="…")"""
    )


def test_a_guard_alone_is_the_headline() -> None:
    """If the outcome is no violation, the first violated rule is the headline."""
    text = messages.handling_text(judgement(LEAK, falsy=True))
    assert text.startswith(
        "track.event 429-rate-limited-recovers: secret-leak, expected no credential in logs, got Authorization in app.log"
    )
    assert (
        "reported     cio.reported(…) got a false value; pass what is true when the caller knows of the failure\n"
        in text
    )


def test_answers_are_shown_with_their_source() -> None:
    """A fault is shown by its name, a 429 with its Retry-After, other statuses without it."""
    after = judgement(LOST, answer=Answer(429, "Too Many Requests", (("Retry-After", "2"),))).case
    assert messages.answer_text(after) == "429 Too Many Requests, Retry-After 2 s (observed)"
    assert messages.answer_text(judgement(LOST, answer=Answer(fault="connection-reset")).case) == (
        "connection reset: no response (observed)"
    )
    assert messages.answer_text(judgement(LOST, answer=Answer(500, "Internal Server Error")).case) == (
        "500 Internal Server Error (observed)"
    )
    recorded = after._replace(provenance=Provenance("recorded", environment="a sandbox of our own"))
    assert messages.answer_text(recorded) == ("429 Too Many Requests, Retry-After 2 s (recorded: a sandbox of our own)")


def test_many_waits_are_cut() -> None:
    """The first eight waits are shown, and the number of all."""
    assert messages.waits_text([]) == "none"
    assert messages.waits_text([1, 2.5, 4]) == "1, 2.5, 4 s"
    assert messages.waits_text([1.0] * 20) == "1, 1, 1, 1, 1, 1, 1, 1, … (20 waits) s"


def test_what_could_not_be_judged_is_reported() -> None:
    """The place of the error is named, but not its words, which may hold data of the application."""
    call = Interaction("requests", "PUT", "https://track.customer.io/api/v1/customers/42")
    try:
        raise TypeError("ada@example.com")
    except TypeError as error:
        text = messages.unjudged_text(call, error)
    place = f"test_messages.py:{test_what_could_not_be_judged_is_reported.__code__.co_firstlineno + 4}"
    assert text == (
        "PUT https://track.customer.io/api/v1/customers/…: could not be judged, because of an error in "
        "pytest-customerio\n\n"
        f"  the error               TypeError at {place} in test_what_could_not_be_judged_is_reported\n"
        "  what to do              please report it, with what the request is made of"
    )


def test_a_library_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a library is older than what is needed, the way out is to install a newer one."""
    old = Outdated("jsonschema", "2.6.0", "jsonschema>=4.23")
    monkeypatch.setattr(messages, "outdated", lambda: iter([old]))
    call = Interaction("requests", "PUT", "https://track.customer.io/api/v1/customers/42")
    try:
        raise ImportError("cannot import name")
    except ImportError as error:
        text = messages.unjudged_text(call, error)
    assert text.splitlines()[-2:] == [
        '  what to do              pip install "jsonschema>=4.23"',
        "                          jsonschema 2.6.0 is installed, and pytest-customerio needs jsonschema>=4.23",
    ]
