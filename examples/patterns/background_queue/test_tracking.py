"""The request leaves in another thread, after the call returned: the plugin flushes the queue before it judges."""

import json

import pytest
from tracking import Tracking


@pytest.fixture
def tracking(tmp_path):
    tracking = Tracking("pk_eu_5f2a9c81d37be604", tmp_path / "undelivered.jsonl", upload_interval=0.01)
    yield tracking
    tracking.close()


def test_a_purchase_is_a_message(tracking, cio):
    tracking.purchase("42", "tea", 450)
    cio.drain(tracking.flush)
    (call,) = cio.sent
    assert call.operation.id == "pipelines.batch"
    assert json.loads(call.body)["batch"][0]["event"] == "purchase"


@pytest.mark.cio_errors
def test_no_purchase_is_lost(tracking, cio):
    tracking.purchase("42", "tea", 450)
    cio.drain(tracking.flush)
    cio.reported(tracking.undelivered.exists())
