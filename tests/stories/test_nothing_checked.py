"""A run that was to check every test and heard nothing says so, and fails with `--cio-strict`."""

from __future__ import annotations

import json
import re

import pytest

from pytest_customerio.reporting.sentences.messages import NOTHING_CHECKED
from tests.stories.conftest import Story, closing

QUIET = """
    def test_price():
        assert 2 + 2 == 4
    """
HANDED_IN = """
    from unittest.mock import MagicMock

    def test_purchase():
        crm = MagicMock()
        crm.track("42", "purchase")
        assert crm.track.called
    """


def test_a_run_that_heard_nothing_says_so(story: Story) -> None:
    """The cause is not known, so the likely ones are named, and what to do next."""
    result = story.run(QUIET, "--cio-contract")
    assert (result.ret, closing(result)) == (0, NOTHING_CHECKED + "\n")


@pytest.mark.parametrize(("option", "code"), [("--cio-contract", 0), ("--cio-strict", 1)])
def test_a_run_that_could_judge_nothing_says_so_too(story: Story, option: str, code: int) -> None:
    """A mock without a spec that may stand for an SDK is counted. Nothing was checked all the same."""
    pytest.importorskip("customerio")
    result = story.run("    import customerio\n" + HANDED_IN, option)
    counted = (
        "not judged: 1 call\n"
        "  1 × a mock without a spec, called like a method of an SDK; MagicMock(spec=CustomerIO) would be judged "
        "(first at test_app.py:7 in test_purchase)\n"
    )
    assert (result.ret, closing(result)) == (code, f"{counted}{NOTHING_CHECKED}\n")


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n2")], ids=["one-process", "xdist"])
def test_it_fails_with_strict(story: Story, workers: tuple[str, ...]) -> None:
    """A gate that looked at nothing is not passed."""
    result = story.run(QUIET, "--cio-strict", *workers, subprocess=bool(workers))
    result.assert_outcomes(passed=1)
    assert (result.ret, closing(result)) == (1, NOTHING_CHECKED + "\n")


@pytest.mark.parametrize("args", [("-k", "price"), ("test_app.py::test_price",), ("--collect-only",)], ids=" ".join)
def test_single_tests_that_send_nothing_are_no_mistake(story: Story, args: tuple[str, ...]) -> None:
    """Where the command line selects tests, nothing is said, also with `--cio-strict`."""
    result = story.run(QUIET, "--cio-strict", *args)
    assert result.ret == 0
    assert "nothing was checked" not in result.stdout.str()


def test_a_mark_does_not_ask_for_the_whole_suite(story: Story) -> None:
    """Without the gate, a marked test that sends nothing is its own business."""
    result = story.run("import pytest\n\n@pytest.mark.cio_contract\ndef test_price():\n    pass\n")
    assert result.ret == 0
    assert "nothing was checked" not in result.stdout.str()


def test_the_report_gives_no_percentage(story: Story) -> None:
    """100 percent of nothing would be read as a good result."""
    story.run(QUIET, "--cio-report=report.json")
    assert json.loads((story.path / "report.json").read_text())["coverage"]["percent"] is None


SENT_TO_THE_SANDBOX = """
    import pytest
    import requests


    def send(sandbox, **event):
        keys = sandbox.environ["CUSTOMERIO_SITE_ID"], sandbox.environ["CUSTOMERIO_API_KEY"]
        requests.post(f"{sandbox.url}/api/v1/customers/42/events", json=event, auth=keys, timeout=5)


    @pytest.fixture
    def sent_at_the_end(cio_sandbox):
        yield
        send(cio_sandbox, name="bought", timestamp=1764000000000)


    def test_broken(cio_sandbox):
        for _ in range(2):
            send(cio_sandbox, name="bought", timestamp=1764000000000)


    def test_that_judges_by_itself(cio_sandbox):
        send(cio_sandbox, name="bought", timestamp=1764000000000)
        assert [each.rule for each in cio_sandbox.violations] == ["timestamp-milliseconds"]


    def test_what_came_after_it_has_judged(cio_sandbox):
        assert cio_sandbox.violations == []
        send(cio_sandbox, name="x" * 101)


    @pytest.mark.cio_allow("timestamp-milliseconds", reason="until the next release")
    def test_allowed(cio_sandbox, sent_at_the_end):
        send(cio_sandbox, name="bought", timestamp=1764000000000)
    """


def test_a_broken_payload_in_the_sandbox(story: Story) -> None:
    """It fails the test like one that was heard at a client, unless a mark allows it, or the test has read it."""
    result = story.run(SENT_TO_THE_SANDBOX, "--cio-contract")
    result.assert_outcomes(failed=2, passed=2)
    shown = re.sub(r"127.0.0.1:\d+", "SANDBOX", result.stdout.str())
    assert (
        """
track.event $.timestamp: expected unix seconds, got 1764000000000, milliseconds: divide by 1000

  where         expected                   got
  $.timestamp   unix seconds (10 digits)   1764000000000, milliseconds: divide by 1000

would draw   400 timestamp must be a valid unix timestamp   (documented)
request      POST http://SANDBOX/api/v1/customers/…/events
heard at     cio_sandbox, request 1
contract     python -m pytest_customerio explain timestamp-milliseconds
docs         https://docs.customer.io/integrations/api/track/tag/track-events/track/
what to do   int(time.time()), never time.time() * 1000
on purpose?  @pytest.mark.cio_allow("timestamp-milliseconds", reason="…")
"""
        in shown
    )
    assert shown.count("heard at     cio_sandbox, request 4") == 1
