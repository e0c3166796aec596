"""A project that runs under gevent: nothing hangs, and greenlets wait in virtual time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import analytics
import pytest

if TYPE_CHECKING:
    from tests.stories.conftest import Story

pytest.importorskip("gevent")
CONFTEST = f"""
from gevent import monkey
monkey.patch_all()
import sys
sys.path.append({str(Path(analytics.__file__).parent)!r})
import analytics
"""
RETRIES = """
import time

import crm
import gevent
import pytest


class NotDelivered(Exception):
    pass


def deliver():
    for attempt in range(3):
        if crm.identify("42", plan="pro").ok:
            return
        gevent.sleep(2**attempt + time.time() % 0.1)
    raise NotDelivered


@pytest.mark.cio_errors("429-rate-limited", raises=NotDelivered)
def test_greenlets_deliver_the_same():
    for greenlet in [gevent.spawn(deliver) for _ in range(3)]:
        greenlet.join()
        greenlet.get()
"""
FLUSH = """
import pytest
from customerio.analytics import Client


@pytest.mark.parametrize(("host", "heard"), [(None, 1), ("http://127.0.0.1:9", 0)])
def test_flush(cio, host, heard):
    client = Client("pk_us_1234567890", host=host, max_retries=0)
    client.track(user_id="42", event="bought")
    client.flush()
    client.join()
    assert len(cio.sent) == heard
"""


def test_greenlets_that_say_the_same_at_once(story: Story) -> None:
    """Each greenlet waits longer after each attempt: no retry of one is taken for a retry of another."""
    story.file("conftest.py", CONFTEST)
    result = story.run(RETRIES, "--cio-contract", "-p", "no:asyncio", subprocess=True)
    result.assert_outcomes(passed=2, warnings=1)


@analytics.needed
def test_the_queue_of_the_sdk_is_sent(story: Story) -> None:
    """The SDK flushes its queue, also towards another host, and the run says once what is not done under gevent."""
    story.file("conftest.py", CONFTEST)
    result = story.run(FLUSH, "--cio-contract", "-W", "ignore::DeprecationWarning", subprocess=True)
    result.assert_outcomes(passed=2, warnings=2)
    assert result.stdout.str().count("a flush takes half a second") == 1
