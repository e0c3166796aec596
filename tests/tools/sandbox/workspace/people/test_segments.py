"""Manual segments."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.workspace.people.segments import Segment
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


def test_a_segment_that_no_call_created() -> None:
    """A segment exists as soon as its number is named, and stays the same one."""
    workspace = Workspace()
    segment = workspace.segment(7)
    assert segment == Segment(7, "Segment 7", implicit=True)
    assert workspace.segment(7) is segment
