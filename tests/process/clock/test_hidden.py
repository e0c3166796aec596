"""It is noted, once, that the test replaced what sleeps."""

from __future__ import annotations

import sys
import types

from pytest_customerio.process.clock.hidden import HiddenWaits
from pytest_customerio.process.patching import Patches


def _sleep(seconds):
    """Sleep."""


def test_a_replaced_sleep_is_noted_and_the_first_reason_counts(monkeypatch):
    """A name that no longer leads to the sleep hides waits; what is noted later changes nothing."""
    app = types.ModuleType("app_of_hidden_tests")
    app.sleep = print
    monkeypatch.setitem(sys.modules, app.__name__, app)
    patches, hidden = Patches(), HiddenWaits()
    patches.put(vars(app), "sleep", _sleep)
    hidden.watch(patches, [_sleep])
    hidden.look()
    assert hidden.reason == ""
    app.sleep = print
    hidden.look()
    hidden.look()
    hidden.note("another reason")
    assert hidden.reason == "the test replaced sleep"
