"""Tells whether a call sent anything: it is watched while it runs, and each request that leaves is noted on it.

It also tells which call a message comes from that waited in a queue of an SDK.
"""

from __future__ import annotations

from contextvars import ContextVar


class Watched:
    """One call being watched. `outer` is the call in which it is made; `sent` says whether anything was sent.

    `exempt` are the rules that are not judged of its requests.
    """

    __slots__ = ("exempt", "outer", "sent")

    def __init__(self, outer: Watched | None = None, exempt: frozenset[str] = frozenset()) -> None:
        self.exempt = exempt
        self.outer = outer
        self.sent = False

    def note_sent(self) -> None:
        """Note that this call sent something, or gave it to a mock in the place of a client; so did the outer calls."""
        call: Watched | None = self
        while call is not None and not call.sent:
            call.sent = True
            call = call.outer


watched: ContextVar[Watched | None] = ContextVar("cio_watched", default=None)
# Where the application made the call whose message is sent now, by a thread that is not the application's.
queued_at: ContextVar[str | None] = ContextVar("cio_queued_at", default=None)
