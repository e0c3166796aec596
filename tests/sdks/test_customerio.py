"""The official SDK, 3.x, under every error case: its known faults are found, all else is green."""

from __future__ import annotations

import pytest
from tables import Run, differing, run, swallowed

# Whatever may be repeated without harm.
STEADY = {
    "200-*": "recovered x1",
    "200-not-json": "lost x1",
    "4*": "raised x1",
    "429-retry-after-recovers": "recovered x3",
    "429-retry-after-persists": "raised x4",
    "50*-recovers": "recovered x3",
    "50*-persists": "raised x4",
    "52*": "raised x1",
    "[a-z]*-recovers": "recovered x3",
    "[a-z]*-persists": "raised x4",
    "truncated-body-*": "raised x1",
}
# A redirect is followed without the body and without credentials, which draws 401.
FOLLOWED = {"301-*": "raised x1"}
FOLLOWED_PERSONAL = {"301-*": "raised x1 pii-leak?"}
# The exception's text holds the whole payload, unless the retries are used up.
PERSONAL = {
    "4*": "raised x1 pii-leak?",
    "429-retry-after-persists": "raised x4 pii-leak?",
    "52*": "raised x1 pii-leak?",
}
# Then it holds the address, and urllib3 logs that too when a connection breaks.
PERSONAL_ADDRESS = PERSONAL | {
    "50*-persists": "raised x4 pii-leak?",
    "[a-z]*-recovers": "recovered x3 pii-leak?",
    "[a-z]*-persists": "raised x4 pii-leak?",
}
# What is read from the answer is read outside of the SDK's own try.
READ = dict.fromkeys(("200-empty", "200-not-json", "200-truncated-json"), "lost x1 undeclared-exception")
# A 207 is returned like any success.
PARTIAL = {"207-*": "lost x1 partial-failure-ignored", "207-empty-errors": "recovered x1"}


def twice(rule: str) -> dict[str, str]:
    """The cells for a POST that the SDK repeats although Customer.io may have accepted the first one."""
    perhaps = ("50*", "accepted-then-reset", "connection-reset", "read-timeout")
    return {f"{one}-recovers": f"recovered x3 {rule}" for one in perhaps} | {
        f"{one}-persists": f"raised x4 {rule}" for one in perhaps
    }


SEND = STEADY | twice("double-send")
DIRECT = {
    "identify": STEADY | FOLLOWED_PERSONAL | PERSONAL,
    "identify-by-email": STEADY | FOLLOWED_PERSONAL | PERSONAL_ADDRESS,
    "event": STEADY | FOLLOWED | twice("double-send?"),
    "event-with-id": STEADY | FOLLOWED,
    "delete": STEADY | FOLLOWED,
    "add_device": STEADY | FOLLOWED,
    "batch": STEADY | FOLLOWED | PARTIAL,
    "send_email": SEND | READ | FOLLOWED_PERSONAL | PERSONAL,
    "send_push": SEND | READ | FOLLOWED,
    "broadcast": SEND | FOLLOWED,
}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run of the application's tests, shared by all tests here."""
    return run("official.py", tmp_path_factory.mktemp("official"))


def test_correct_use_is_green(done: Run) -> None:
    """Given correct use, each call sends its operation once, and no rule of severity error or warning is broken."""
    assert {name: rules for name, rules in done.broken("test_correct").items() if rules} == {}
    assert done.failed("test_correct") == {}
    assert len(done.broken("test_correct")) == 32


def test_every_case(done: Run) -> None:
    """The known faults: sends go out twice, events count twice, a 207 counts as a success, an
    exception holds personal data, and a JSONDecodeError reaches the caller. Every other case is green.
    """
    found = done.table("test_direct")
    assert differing(found, DIRECT) == []
    assert done.untried("test_direct") == {}
    assert done.operations("test_direct") == {
        "track.identify", "track.event", "track.delete", "track.add_device", "track_v2.batch",
        "app.send_email", "app.send_push", "app.trigger_broadcast",
    }  # fmt: skip


def test_a_wrapper_that_logs(done: Run) -> None:
    """Given a wrapper that logs the text of each exception, the payload is lost, and personal data is in a log."""
    wrapped = {call: swallowed(DIRECT[call]) for call in ("identify", "event", "batch", "send_email")}
    assert differing(done.table("test_wrapped"), wrapped) == []


def test_what_it_does_not_recover_from(done: Run) -> None:
    """Given `must_recover`, some errors end in an exception: a 429 without Retry-After, statuses that the SDK does not
    know. Of an answer that breaks off Customer.io took the request."""
    left = ("408-*-recovers", "429-rate-limited-recovers", "52*-recovers")
    wanting = dict.fromkeys(left, "raised x1 outcome pii-leak?")
    found = done.table("test_must_recover")
    assert differing(found, {"identify": DIRECT["identify"] | wanting}) == []


def test_what_it_lets_through(done: Run) -> None:
    """The SDK sends these payloads without an error; each breaks a rule, because Customer.io would refuse or drop it."""
    assert done.broken("test_let_through") == {
        "milliseconds": ["timestamp-milliseconds"],
        "blank-name": ["event-name-missing?"],
        "long-name": ["event-name-too-long"],
        "long-value": ["attr-value-too-long"],
        "many-attributes": ["too-many-attributes"],
        "bad-email": ["bad-email"],
        "none-id": ["placeholder-identifier?"],
        "no-recipient": ["recipient-missing"],
        "no-template": ["content-missing"],
        "v1-in-v2": ["event-name-missing"],
        "no-key": ["placeholder-credentials"],
    }


def test_what_never_leaves(done: Run) -> None:
    """Given values that JSON cannot hold, or a call in the style of 2.4, nothing is sent; a wrapper would hide that."""
    failed = done.failed("test_not_sent")
    assert set(failed) == {f"500-server-error-persists-{name}" for name in ("infinite", "decimal", "as-in-2.4", "date")}
    assert all(text.startswith("Failed: nothing was sent to Customer.io") for text in failed.values())
