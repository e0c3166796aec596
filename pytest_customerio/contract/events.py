"""The names of the operations that record an event, on every surface."""

from __future__ import annotations

EVENTS = frozenset({"event", "anonymous_event", "track", "page", "screen"})
