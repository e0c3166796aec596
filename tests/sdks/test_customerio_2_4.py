"""The official SDK, 2.4, under every error case. It cannot be installed beside 3.x, so it has a folder of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tables import Run, differing, run, swallowed

FOLDER = Path(sys.prefix) / "customerio-2.4"
INSTALL = f"{sys.executable} -m pip install --no-deps --target {FOLDER} customerio==2.4"

UNREACHED = ("connect-timeout", "connection-refused", "dns-failure", "tls-failure")
# A POST is repeated only where nothing arrived; its retries know no status.
POST = {
    "200-*": "recovered x1",
    "200-not-json": "lost x1",
    "301-*": "raised x1",
    "4*": "raised x1",
    "5*": "raised x1",
    "[a-z]*": "raised x1",
    **{f"{one}-recovers": "recovered x3" for one in UNREACHED},
    **{f"{one}-persists": "raised x4" for one in UNREACHED},
}
# A PUT or DELETE also where the answer asks for it, or is lost. A redirect is followed without credentials.
IDEMPOTENT = POST | {
    "429-retry-after-recovers": "recovered x3",
    "429-retry-after-persists": "raised x4",
    "[a-z]*-recovers": "recovered x3",
    "[a-z]*-persists": "raised x4",
    "truncated-body-*": "raised x1",
}
# The exception's text holds the whole payload; without an answer it holds the address, which urllib3 logs too.
PERSONAL = {"4*": "raised x1 pii-leak?", "5*": "raised x1 pii-leak?"}
PERSONAL_PUT = PERSONAL | {"301-*": "raised x1 pii-leak?", "429-retry-after-persists": "raised x4 pii-leak?"}
PERSONAL_ADDRESS = {"[a-z]*-recovers": "recovered x3 pii-leak?", "[a-z]*-persists": "raised x4 pii-leak?"}
READ = dict.fromkeys(("200-empty", "200-not-json", "200-truncated-json"), "lost x1 undeclared-exception")
DIRECT = {
    "identify": IDEMPOTENT | PERSONAL_PUT,
    "identify-by-email": IDEMPOTENT | PERSONAL_PUT | PERSONAL_ADDRESS,
    "event": POST,
    "delete": IDEMPOTENT,
    "add_device": IDEMPOTENT,
    "send_email": POST | READ | PERSONAL | {"301-*": "raised x1 pii-leak?"},
    "send_push": POST | READ,
    "broadcast": POST,
}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run of the application's tests, with the folder of 2.4 first; shared by all tests here."""
    assert FOLDER.is_dir(), f"run `make test`, or: {INSTALL}"
    return run("official_2_4.py", tmp_path_factory.mktemp("official"), FOLDER)


def test_correct_use_is_green(done: Run) -> None:
    """Given correct use of 2.4, each call sends its operation once, and no rule of severity error or warning is broken."""
    assert "test_version" not in done.output
    assert {name: rules for name, rules in done.broken("test_correct").items() if rules} == {}
    assert done.failed("test_correct") == {}
    assert len(done.broken("test_correct")) == 24


def test_every_case(done: Run) -> None:
    """The known faults: an exception holds personal data, a JSONDecodeError reaches the caller, and no server error is
    retried. Nothing that may have been accepted is sent twice.
    """
    found = done.table("test_direct")
    assert differing(found, DIRECT) == []
    assert done.untried("test_direct") == {}
    assert done.operations("test_direct") == {
        "track.identify", "track.event", "track.delete", "track.add_device",
        "app.send_email", "app.send_push", "app.trigger_broadcast",
    }  # fmt: skip


def test_a_wrapper_that_logs(done: Run) -> None:
    """Given a wrapper that logs the text of each exception, the payload is lost, and personal data is in a log."""
    wrapped = {call: swallowed(DIRECT[call]) for call in ("identify", "event", "send_email")}
    assert differing(done.table("test_wrapped"), wrapped) == []


def test_what_it_does_not_recover_from(done: Run) -> None:
    """Given `must_recover`, an event recovers only from failures to connect, of all transient errors in which Customer.io
    did not take it.
    """
    reached = dict.fromkeys(("408-*-recovers", "429-*-recovers", "5*-recovers"), "raised x1 outcome")
    cut = ("connection-reset", "read-timeout")
    lost = reached | {f"{one}-recovers": "raised x1 outcome" for one in cut}
    found = done.table("test_must_recover")
    assert differing(found, {"event": POST | lost}) == []


def test_what_it_lets_through(done: Run) -> None:
    """The SDK sends these payloads without an error; each breaks a rule, because Customer.io would refuse or drop it."""
    assert done.broken("test_let_through") == {
        "milliseconds": ["timestamp-milliseconds"],
        "blank-name": ["event-name-missing?"],
        "long-name": ["event-name-too-long"],
        "long-value": ["attr-value-too-long"],
        "bad-email": ["bad-email"],
        "no-recipient": ["recipient-missing"],
    }


def test_what_never_leaves(done: Run) -> None:
    """Given values that JSON cannot hold, or the id 0, nothing is sent, though its exception names three retries; a wrapper
    that logs would hide that.
    """
    failed = done.failed("test_not_sent")
    names = ("infinite", "nested-nan", "nested-datetime", "zero")
    assert set(failed) == {f"500-server-error-persists-{name}" for name in names}
    assert all(text.startswith("Failed: nothing was sent to Customer.io") for text in failed.values())
