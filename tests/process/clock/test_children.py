"""Child processes are noted while they run."""

from __future__ import annotations

import subprocess
import sys

from pytest_customerio.process.clock import children
from pytest_customerio.process.clock.timeline import Timeline
from pytest_customerio.process.patching import Patches


def test_a_child_counts_until_its_end_is_known():
    """A process that was started runs until the application has asked for its end."""
    patches, timeline = Patches(), Timeline(lambda: 0)
    children.install(patches, timeline)
    try:
        child = subprocess.Popen([sys.executable, "-c", "pass"])
    finally:
        patches.undo()
    assert timeline.has_children()
    child.wait(60)
    assert not timeline.has_children()
