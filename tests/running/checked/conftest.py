"""What the tests of one test share."""

from __future__ import annotations

from own_threads import own_threads

__all__ = ["own_threads"]
