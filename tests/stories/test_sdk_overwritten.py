"""Given `customerio-cdp-analytics` installed after `customerio`, the end of a checked run names the problem and its
cure."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import pytest
from distributions import ANALYTICS, CUSTOMERIO, Package, install

from pytest_customerio.reporting.sentences.messages import NOTHING_CHECKED
from tests.stories.conftest import closing

if TYPE_CHECKING:
    from tests.stories.conftest import Story

NOTE = """\
customerio/__init__.py is the one of customerio-cdp-analytics 1.1.0: `from customerio import CustomerIO` fails
  install customerio last: pip install --force-reinstall --no-deps customerio==3.2.0 (explain sdk-overwritten)
"""
BROKEN = "from customerio import CustomerIO\n\ndef test_sign_up(): ...\n"
SENDING = "import crm\n\ndef test_sign_up():\n    crm.identify('42')\n"


@pytest.fixture(autouse=True)
def _not_imported_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The inner run imports the SDK anew, from its own folder."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "customerio"]:
        monkeypatch.delitem(sys.modules, name)
    importlib.invalidate_caches()


def installed(story: Story, *order: Package) -> None:
    for package in order:
        install(story.path, package)


def test_the_tests_cannot_even_be_imported(story: Story) -> None:
    """The run fails with pytest's ImportError; below it the cause and the cure stand, though nothing was sent."""
    installed(story, CUSTOMERIO, ANALYTICS)
    result = story.run(BROKEN, "--cio-contract")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E   ImportError: cannot import name 'CustomerIO' from 'customerio'*"])
    assert closing(result) == NOTE


def test_below_the_table(story: Story) -> None:
    """Where something was sent by other means, the note stands below the table, and the run passes."""
    installed(story, CUSTOMERIO, ANALYTICS)
    result = story.run(SENDING, "--cio-contract")
    result.assert_outcomes(passed=1)
    assert f"\n\n{NOTE}\nnext: " in closing(result)


def test_with_workers(story: Story) -> None:
    """With pytest-xdist the note is printed once, by the controller."""
    installed(story, CUSTOMERIO, ANALYTICS)
    result = story.run(SENDING, "--cio-contract", "-p", "xdist.plugin", "-n", "2")
    result.assert_outcomes(passed=1)
    assert closing(result).count(NOTE) == 1


def test_installed_the_other_way_round(story: Story) -> None:
    """Given the SDK's own module in place, the import works and nothing is said of it."""
    installed(story, ANALYTICS, CUSTOMERIO)
    result = story.run(BROKEN, "--cio-contract")
    result.assert_outcomes(passed=1)
    assert closing(result) == NOTHING_CHECKED + "\n"


def test_a_run_that_is_not_checked(story: Story) -> None:
    """Without the option and without a mark the plugin says nothing."""
    installed(story, CUSTOMERIO, ANALYTICS)
    result = story.run("def test_one(): ...")
    result.assert_outcomes(passed=1)
    assert closing(result) == ""
