"""One test of a session, as `--cio-contract` opens it, without a pytest run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from pytest_customerio.core.settings import Settings
from pytest_customerio.running.checked.checked import CheckedTest, Plan
from pytest_customerio.running.session import Session

URL = "https://track.customer.io/api/v1/customers/customer-1/events"
# 1 KB of JSON.
EVENT = {
    "name": "purchase",
    "timestamp": int(time.time()),
    "data": {
        "order": "2026-10-000123",
        "total": 129.5,
        "currency": "EUR",
        "coupon": "autumn",
        "first": False,
        "note": "gift wrapping, please leave at the door " * 4,
        "lines": [
            {"sku": f"sku-{number:06}", "name": "A thing that somebody bought", "price": 12.95, "quantity": number}
            for number in range(1, 9)
        ],
    },
}


@cache
def session() -> Session:
    """The session of the process, made once."""
    return Session(Settings(contract=True, rootdir=Path(__file__).parent))


@contextmanager
def gated() -> Iterator[Callable[[], None]]:
    """Check everything that is sent within, as in one test. Call the function that it gives at the end of the call
    phase."""
    opened = session()
    opened.open()
    test = opened.begin(Plan("benchmark", checked=True))
    opened.begin_call(test)
    try:
        yield lambda: settle(opened, test)
    finally:
        opened.end()
        opened.close()


def settle(opened: Session, test: CheckedTest) -> None:
    """Judge the test. Fails unless requests were heard and no violation was found."""
    conclusion = opened.end_call(test, None)
    assert test.record.heard, "nothing was heard"
    assert not conclusion.text, conclusion.text
