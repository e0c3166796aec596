"""The interface between taps and session: which hosts are Customer.io's, and what hears and answers requests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Protocol, Self

from pytest_customerio.core.model import Answer, PendingInteraction, WireRequest


class Hearing(Protocol):
    """One request that is being heard: a context manager around the client's own sending.

    The tap fills its `interaction`. Where a client sends and reads in two calls, `status` is filled in after the end.
    It is `over` when the request has ended. With `replayed` it is led past mocks, because the test replays a case;
    `engine` is the application's own adapter or transport then, if it has one.
    """

    interaction: PendingInteraction
    over: bool
    replayed: bool
    engine: object

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None: ...


# What is being heard in this context. A client beneath the one that hears the request must not hear it again.
being_heard: ContextVar[Hearing | None] = ContextVar("cio_being_heard", default=None)


def heard_above() -> Hearing | None:
    """What a client above is hearing now; a task that was started meanwhile keeps its context for longer than that."""
    hearing = being_heard.get()
    return None if hearing is None or hearing.over else hearing


class Traffic(Protocol):
    """The requests between the application and Customer.io, as a client's module sees them."""

    @property
    def concerns(self) -> Callable[..., bool]:
        """Whether requests to this `(host, port=None)` are Customer.io's. Must be cheap: every request asks."""

    @property
    def sent_from(self) -> Callable[[], str | None]:
        """Gives the call site: the innermost place of the project that runs now; None where a library's thread does."""

    def hear(self, client: str, method: str, url: str) -> Hearing | None:
        """Begin to hear one request; None where a client above hears it already, or the test is not checked."""

    def at_connect(self, host: str = "", port: int | None = None) -> bool:
        """Whether connections to this host break before they are made, because of the case at work or because nothing
        answers at this port: then the answer is asked for first.
        """

    def error_met(self) -> bool:
        """Whether a request of the running test met an error case."""

    def bypass(self) -> AbstractContextManager[None]:
        """Within, calls that a client prepares are led past mocks when they are sent, if a case is at work."""

    def answer(self, request: WireRequest) -> Answer:
        """The answer to one attempt; raises `RefusedError` where it may neither be answered nor be sent."""


class Switch:
    """`Traffic` that can be turned off: a wrapper that is still held somewhere does nothing after that."""

    __slots__ = ("answer", "at_connect", "bypass", "concerns", "error_met", "hear", "sent_from")

    def __init__(self, traffic: Traffic) -> None:
        self.concerns: Callable[..., bool] = traffic.concerns
        self.sent_from: Callable[[], str | None] = traffic.sent_from
        self.hear: Callable[[str, str, str], Hearing | None] = traffic.hear
        self.answer: Callable[[WireRequest], Answer] = traffic.answer
        self.at_connect: Callable[..., bool] = traffic.at_connect
        self.error_met: Callable[[], bool] = traffic.error_met
        self.bypass: Callable[[], AbstractContextManager[None]] = traffic.bypass

    def turn_off(self) -> None:
        """Hear and answer nothing from now on."""
        self.concerns = lambda *_: False
        self.sent_from = lambda: None
        self.hear = lambda *_: None
        self.at_connect = self.error_met = lambda *_: False
        self.bypass = nullcontext
