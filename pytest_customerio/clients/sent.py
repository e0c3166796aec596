"""Whether anything was sent, or given to a mock in the place of a client, while a call ran."""

from __future__ import annotations

from contextvars import ContextVar


class Watched:
    """One call being watched; `outer` is the one in which it is made."""

    __slots__ = ("outer", "sent")

    def __init__(self, outer: Watched | None) -> None:
        self.outer = outer
        self.sent = False


watched: ContextVar[Watched | None] = ContextVar("cio_watched", default=None)


def note_sent() -> None:
    """Something was sent, or would have been, by each call that is being watched here."""
    call = watched.get()
    while call is not None and not call.sent:
        call.sent = True
        call = call.outer
