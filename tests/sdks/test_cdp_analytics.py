"""Customer.io's SDK for Pipelines put through every case: in the background, where it is at home, and synchronously."""

from __future__ import annotations

import pytest
from analytics import FOLDER, REASON
from tables import Run, differing, run

# Without strict mode Pipelines drops what it cannot use; the SDK has no way to ask for it.
TAKEN = {
    "200-*": "recovered x1",
    "200-dropped": "lost x1 200-dropped?",
    "200-not-json": "lost x1 outcome?",
}
# It looks for a `code` in each error, finds `meta`, and KeyError is nothing that it would give up for. Retry-After is
# never read. At last it drops what it could not deliver, and logs that.
BACKGROUND = TAKEN | {
    "4*": "lost x11 blind-retry outcome",
    "404-not-found": "lost x1 outcome",
    "429-*-recovers": "recovered x3",
    "429-*-persists": "lost x11 outcome",
    "5*-recovers": "recovered x3",
    "5*-persists": "lost x11 outcome",
    "[a-z]*-recovers": "recovered x3",
    "[a-z]*-persists": "lost x11 outcome",
    "429-retry-after-recovers": "recovered x3 retry-after-ignored",
    "429-retry-after-persists": "lost x11 outcome retry-after-ignored",
}
# KeyError and what requests raises reach the caller; its own APIError comes only of bodies that are no JSON.
SYNC = TAKEN | {
    "4*": "lost x1 undeclared-exception",
    "404-not-found": "raised x1",
    "5*": "raised x1",
    "503-*": "lost x1 undeclared-exception",
    "[a-z]*": "lost x1 undeclared-exception",
}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of all its tests."""
    assert FOLDER.is_dir(), REASON
    return run("pipelines.py", tmp_path_factory.mktemp("pipelines"), FOLDER)


def test_correct_use_is_green(done: Run) -> None:
    """Each call is one batch, sent once, and draws neither error nor warning."""
    assert {name: rules for name, rules in done.broken("test_correct").items() if rules} == {}
    assert done.failed("test_correct") == {}
    assert len(done.broken("test_correct")) == 45


def test_in_the_background(done: Run) -> None:
    """Its queue is flushed by itself. It repeats what will never succeed, comes too early, and drops batches; but each
    message keeps its id, so that nothing counts twice, and its waits grow.
    """
    found = done.table("test_background")
    assert differing(found, {"track": BACKGROUND}) == []
    assert done.untried("test_background") == {}
    assert done.operations("test_background") == {"pipelines.batch"}


def test_nobody_waits_for_the_upload_interval(done: Run) -> None:
    """An hour here: flush() sends at once, and so does the end of a test."""
    recovered = {"500-server-error-recovers": "recovered x3"}
    assert done.table("test_patient") == {"by-hand": recovered, "by-itself": recovered}


def test_on_error(done: Run) -> None:
    """Who hands it a callback is told of each batch that is dropped, but never of what Pipelines dropped."""
    found = done.table("test_on_error")
    telling = {
        case: cell.replace("lost", "reported").replace(" outcome", "")
        if cell.startswith("lost") and not case.startswith("200")
        else cell
        for case, cell in BACKGROUND.items()
    }
    assert differing(found, {"track": telling}) == []


def test_synchronously(done: Run) -> None:
    """One attempt, and an exception: seldom the one that the SDK calls its own."""
    found = done.table("test_sync")
    assert differing(found, dict.fromkeys(("identify", "track", "group"), SYNC)) == []


def test_a_wrapper_that_catches_its_error(done: Run) -> None:
    """`except APIError` catches few errors, and loses those; its text holds no personal data."""
    found = done.table("test_wrapped")
    caught = {"404-not-found": "lost x1 outcome", "5*": "lost x1 outcome"}
    assert differing(found, {"identify": SYNC | caught}) == []


def test_its_own_log(done: Run) -> None:
    """At DEBUG it writes whole payloads, and never the key."""
    assert done.table("test_debug") == {
        "identify": {"404-not-found": "lost x1 outcome pii-leak?"},
        "track": {"404-not-found": "lost x1 outcome"},
    }


def test_what_it_lets_through(done: Run) -> None:
    """NaN is no JSON, and an event without a name is dropped behind a 200."""
    assert done.broken("test_let_through") == {
        "nan": ["body-not-json"],
        "no-event": ["event-name-missing"],
        "no-event-later": ["event-name-missing"],
    }


def test_what_never_leaves(done: Run) -> None:
    """A full queue returns False where nobody looks, a message that is too large raises: nothing was sent."""
    failed = done.failed("test_not_sent")
    assert set(failed) == {f"500-server-error-persists-{name}" for name in ("queue-full", "too-large")}
    assert all(text.startswith("Failed: nothing was sent to Customer.io") for text in failed.values())
