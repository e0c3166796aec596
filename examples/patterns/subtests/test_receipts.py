"""One test that replays several errors with `cio.replay`, each with its own result."""

import pytest
from receipts import connect, send


@pytest.fixture
def client():
    return connect("b7e0c94f1d6a52837f0d")


ANSWERS = {
    "401-unauthorized": "refused",
    "429-rate-limited": "refused",
    "500-server-error": "uncertain",
    "read-timeout": "uncertain",
    "accepted-then-reset": "uncertain",
}


def test_the_result_that_the_caller_gets(client, cio, subtests):
    for case, answer in ANSWERS.items():
        with subtests.test(case), cio.replay(case):
            told = send(client, "42", "ada@example.com", "12.00")
            cio.reported(told != "sent")
            assert told == answer


@pytest.mark.cio_errors
def test_no_receipt_is_sent_twice_or_lost(client, cio):
    cio.reported(send(client, "42", "ada@example.com", "12.00") != "sent")
