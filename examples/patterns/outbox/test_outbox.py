"""The worker under every error: each row is sent, pending or failed in the end."""

import pytest
from customerio import CustomerIO
from outbox import connect, count, deliver, sign_up


@pytest.fixture
def db(tmp_path):
    db = connect(str(tmp_path / "shop.db"))
    yield db
    db.close()


@pytest.fixture
def worker(db):
    client = CustomerIO("5f2a9c81d37be604", "9d1c7e5b3a2f48606c4e", retries=0, timeout=5)  # the outbox tries again
    client.http.max_redirects = 0  # to follow one would lose the body
    return lambda: deliver(db, client)


def test_a_sign_up_is_sent_by_the_worker(db, worker, cio):
    sign_up(db, "42", "ada@example.com")
    assert not cio.sent
    worker()
    assert [call.operation.id for call in cio.sent] == ["track.identify"]
    assert count(db, "sent") == 1


@pytest.mark.cio_errors(must_recover=True)
def test_no_sign_up_is_lost(db, worker, cio):
    sign_up(db, "42", "ada@example.com")
    cio.drain(worker)  # runs the worker again while virtual time passes
    cio.pending(count(db, "owed"))
    cio.reported(count(db, "failed"))
