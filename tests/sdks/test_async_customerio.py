"""The asynchronous SDK of the community under every error case: its known faults are found, all else is green."""

from __future__ import annotations

import pytest
from tables import Run, differing, run

# It makes one attempt and raises each error; it does not follow a redirect.
ONCE = {
    "200-*": "recovered x1",
    "200-not-json": "lost x1",
    "4*": "raised x1",
    "5*": "raised x1",
    "[a-z]*": "raised x1",
}
REDIRECT = {"301-*": "raised x1"}
# The cause of its exception is one of httpx, and its text holds the address.
ADDRESS = {"4*": "raised x1 pii-leak?", "5*": "raised x1 pii-leak?"}
# It returns a 207 like any success.
PARTIAL = {"207-*": "lost x1 partial-failure-ignored", "207-empty-errors": "recovered x1"}
DIRECT = {
    "identify": ONCE | REDIRECT,
    "identify-by-email": ONCE | ADDRESS | {"301-*": "raised x1 pii-leak?"},
    "event": ONCE | REDIRECT,
    "delete": ONCE | REDIRECT,
    "add_device": ONCE | REDIRECT,
    "person_event": ONCE | REDIRECT,
    "batch": ONCE | REDIRECT | PARTIAL,
    "send_email": ONCE | REDIRECT,
    "send_push": ONCE | REDIRECT,
    "find_by_email": ONCE | ADDRESS | {"301-*": "raised x1 pii-leak?"},
}
# The application catches AsyncCustomerIOError. The exceptions that may be retried do not derive from it; that for a 500
# does.
CAUGHT = {
    "4*": "lost x1 outcome",
    "429-*": "lost x1 undeclared-exception",
    "5*": "lost x1 undeclared-exception",
    "500-*": "lost x1 outcome",
    "52*": "lost x1 outcome",
    "[a-z]*": "lost x1 undeclared-exception",
}
WRAPPED = {
    "identify-by-email": ONCE
    | {"301-*": "lost x1 outcome"}
    | CAUGHT
    | dict.fromkeys(("429-*", "50[2-4]-*"), "lost x1 pii-leak? undeclared-exception"),
    "send_email": ONCE | {"301-*": "lost x1 outcome"} | CAUGHT,
}
# With the retry strategy of its README, which ignores Retry-After and a 500, and raises tenacity's RetryError at last.
RETRYING = ONCE | {
    **dict.fromkeys(("408-*-recovers", "500-*-recovers", "52*-recovers"), "raised x1 outcome"),
    "429-rate-limited-recovers": "recovered x3",
    "429-rate-limited-persists": "lost x5 undeclared-exception",
    "429-retry-after-recovers": "recovered x3 retry-after-ignored",
    "429-retry-after-persists": "lost x5 retry-after-ignored undeclared-exception",
    "50[2-4]-*-recovers": "recovered x3",
    "50[2-4]-*-persists": "lost x5 undeclared-exception",
    "[a-z]*-recovers": "recovered x3",
    "[a-z]*-persists": "lost x5 undeclared-exception",
}


def twice(rule: str) -> dict[str, str]:
    """The cells for a POST that the SDK repeats although Customer.io may have accepted the first one."""
    perhaps = ("50[2-4]-*", "accepted-then-reset", "connection-reset", "read-timeout", "truncated-body")
    return {f"{one}-recovers": f"recovered x3 {rule}" for one in perhaps} | {
        f"{one}-persists": f"lost x5 {rule} undeclared-exception" for one in perhaps
    }


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run of the application's tests, shared by all tests here."""
    return run("asynchronous.py", tmp_path_factory.mktemp("asynchronous"))


def test_correct_use_is_green(done: Run) -> None:
    """Given correct use, each call sends its operation once, and no rule of severity error or warning is broken."""
    assert {name: rules for name, rules in done.broken("test_correct").items() if rules} == {}
    assert done.failed("test_correct") == {}
    assert len(done.broken("test_correct")) == 42


def test_every_case(done: Run) -> None:
    """A 207 counts as a success, and the cause of an exception holds an address. Every other error is raised at once."""
    found = done.table("test_direct")
    assert differing(found, DIRECT) == []
    assert done.untried("test_direct") == {}
    assert done.operations("test_direct") == {
        "track.identify", "track.event", "track.delete", "track.add_device", "track_v2.person_event", "track_v2.batch",
        "app.send_email", "app.send_push", "app.find_by_email",
    }  # fmt: skip


def test_a_wrapper_that_catches_its_error(done: Run) -> None:
    """Given `except AsyncCustomerIOError`, rate limits and broken connections are not caught: their classes are siblings."""
    found = done.table("test_wrapped")
    assert differing(found, WRAPPED) == []


def test_the_retry_strategy_of_its_readme(done: Run) -> None:
    """Given the retries of its README, Retry-After is ignored, a 500 is not retried, e-mails are sent twice, and the last
    error is a RetryError.
    """
    found = done.table("test_retrying")
    patterns = {
        "event": RETRYING | REDIRECT | twice("double-send?"),
        "batch": RETRYING | REDIRECT | PARTIAL,
        "send_email": RETRYING | REDIRECT | twice("double-send"),
    }
    assert differing(found, patterns) == []


def test_its_own_log(done: Run) -> None:
    """Given the level DEBUG, it logs payloads and the key of the App API to the root logger."""
    assert done.table("test_debug") == {
        "identify": {"403-forbidden": "raised x1 pii-leak?"},
        "send_email": {"403-forbidden": "raised x1 pii-leak? secret-leak"},
    }


def test_what_it_lets_through(done: Run) -> None:
    """The SDK sends these without an error; slashes in a path are not encoded, tokens are encoded twice."""
    assert done.broken("test_let_through") == {
        "slash": ["unescaped-path-segment?"],
        "slash-event": ["unescaped-path-segment?"],
        "twice-encoded": ["double-encoded-path-segment?"],
        "milliseconds": ["timestamp-milliseconds"],
        "blank-name": ["event-name-missing?"],
        "long-value": ["attr-value-too-long"],
        "bad-email": ["bad-email"],
    }


def test_what_never_leaves(done: Run) -> None:
    """Given values that JSON cannot hold, or the id 0, nothing is sent; a wrapper that logs would hide that."""
    failed = done.failed("test_not_sent")
    assert set(failed) == {f"500-server-error-persists-{name}" for name in ("infinite", "zero")}
    assert all(text.startswith("Failed: nothing was sent to Customer.io") for text in failed.values())
