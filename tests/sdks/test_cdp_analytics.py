"""Customer.io's SDK for Pipelines under every error case: with its background queue, and synchronously."""

from __future__ import annotations

import pytest
from analytics import FOLDER, REASON
from tables import Run, differing, run

# Without strict mode Pipelines answers 200 to payloads that it drops; the SDK has no option for strict mode.
TAKEN = {
    "200-*": "recovered x1",
    "200-dropped": "lost x1 200-dropped",
    "200-not-json": "lost x1",
}
# It reads `code` from each error body, but the body holds `meta`. The KeyError is retried like a fault of the network.
# It ignores Retry-After. After the last attempt it drops the batch and logs that.
BACKGROUND = TAKEN | {
    "4*": "lost x11 blind-retry outcome",
    "404-not-found": "lost x1 outcome",
    "429-*-recovers": "recovered x3",
    "429-*-persists": "lost x11 outcome",
    "5*-recovers": "recovered x3",
    "5*-persists": "lost x11 outcome",
    "[a-z]*-recovers": "recovered x3",
    "[a-z]*-persists": "lost x11 outcome",
    "accepted-then-reset-persists": "recovered x11",
    "truncated-body-persists": "recovered x11",
    "429-retry-after-recovers": "recovered x3 retry-after-ignored",
    "429-retry-after-persists": "lost x11 outcome retry-after-ignored",
}
# KeyError and the exceptions of requests reach the caller; it raises its own APIError only where the body is not JSON.
SYNC = TAKEN | {
    "4*": "lost x1 undeclared-exception",
    "404-not-found": "raised x1",
    "5*": "raised x1",
    "503-*": "lost x1 undeclared-exception",
    "[a-z]*": "lost x1 undeclared-exception",
}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run of the application's tests, shared by all tests here."""
    assert FOLDER.is_dir(), REASON
    return run("pipelines.py", tmp_path_factory.mktemp("pipelines"), FOLDER)


def test_correct_use_is_green(done: Run) -> None:
    """Given correct use, each call sends one batch once, and no rule of severity error or warning is broken."""
    assert {name: rules for name, rules in done.broken("test_correct").items() if rules} == {}
    assert done.failed("test_correct") == {}
    assert len(done.broken("test_correct")) == 45


def test_in_the_background(done: Run) -> None:
    """The plugin flushes its queue. Permanent errors are retried, Retry-After is ignored, and batches are dropped; but each
    message keeps its id, so that nothing counts twice, and the waits grow.
    """
    found = done.table("test_background")
    assert differing(found, {"track": BACKGROUND}) == []
    assert done.untried("test_background") == {}
    assert done.operations("test_background") == {"pipelines.batch"}


def test_the_upload_interval_is_not_waited_for(done: Run) -> None:
    """Given an upload interval of an hour, flush() sends at once, and so does the end of a test."""
    recovered = {"500-server-error-recovers": "recovered x3"}
    assert done.table("test_patient") == {"by-hand": recovered, "by-itself": recovered}


def test_on_error(done: Run) -> None:
    """Given a callback, it is called for each batch that the SDK drops, but not for what Pipelines dropped."""
    found = done.table("test_on_error")
    with_callback = {
        case: cell.replace("lost", "reported").replace(" outcome", "")
        if cell.startswith("lost") and not case.startswith("200")
        else cell
        for case, cell in BACKGROUND.items()
    }
    with_callback |= {f"{one}-persists": "reported x11" for one in ("accepted-then-reset", "truncated-body")}
    assert differing(found, {"track": with_callback}) == []


def test_synchronously(done: Run) -> None:
    """Given `sync_mode`, there is one attempt, and the exception is seldom the SDK's own."""
    found = done.table("test_sync")
    assert differing(found, dict.fromkeys(("identify", "track", "group"), SYNC)) == []


def test_a_wrapper_that_catches_its_error(done: Run) -> None:
    """Given `except APIError` around a call, few errors are caught, and those are lost; the text holds no personal data."""
    found = done.table("test_wrapped")
    caught = {"404-not-found": "lost x1 outcome", "5*": "lost x1 outcome"}
    assert differing(found, {"identify": SYNC | caught}) == []


def test_its_own_log(done: Run) -> None:
    """Given the level DEBUG, it logs whole payloads, but not the key."""
    assert done.table("test_debug") == {
        "identify": {"404-not-found": "lost x1 outcome pii-leak?"},
        "track": {"404-not-found": "lost x1 outcome"},
    }


def test_what_it_lets_through(done: Run) -> None:
    """Given NaN or an event without a name, the SDK sends a payload that Pipelines refuses, or drops with a 200."""
    assert done.broken("test_let_through") == {
        "nan": ["body-not-json"],
        "no-event": ["event-name-missing"],
        "no-event-later": ["event-name-missing"],
    }


def test_what_never_leaves(done: Run) -> None:
    """Given a full queue, which returns False, or a message that is too large, which raises, nothing is sent."""
    failed = done.failed("test_not_sent")
    assert set(failed) == {f"500-server-error-persists-{name}" for name in ("queue-full", "too-large")}
    assert all(text.startswith("Failed: nothing was sent to Customer.io") for text in failed.values())
