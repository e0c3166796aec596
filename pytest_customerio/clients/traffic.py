"""What a client's module needs from the session: which hosts are Customer.io's, who hears, who answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, Self

from pytest_customerio.core.model import Answer, PendingInteraction, WireRequest


class Hearing(Protocol):
    """One request being heard: a context manager around the client's own send.

    Its `interaction` is filled by the tap; where a client sends and reads in two calls, `status` follows after the end.
    """

    interaction: PendingInteraction

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None: ...


class Traffic(Protocol):
    """The requests between the application and Customer.io, as a client's module sees them."""

    @property
    def concerns(self) -> Callable[..., bool]:
        """Whether requests to this `(host, port=None)` are Customer.io's; cheap: asked for every request there is."""

    def hear(self, client: str, method: str, url: str) -> Hearing | None:
        """Begin to hear one request; None where a client above is being heard already, or nobody listens."""

    def at_connect(self) -> bool:
        """Whether the case at work breaks connections before they are made: then ask for the answer first."""

    def answer(self, request: WireRequest) -> Answer:
        """Say what comes back for one attempt; raises `RefusedError` where it may neither be answered nor leave."""


class Switch:
    """`Traffic` that can be turned off, for wrappers that somebody kept: then it concerns itself with nothing."""

    __slots__ = ("answer", "at_connect", "concerns", "hear")

    def __init__(self, traffic: Traffic) -> None:
        self.concerns: Callable[..., bool] = traffic.concerns
        self.hear: Callable[[str, str, str], Hearing | None] = traffic.hear
        self.answer: Callable[[WireRequest], Answer] = traffic.answer
        self.at_connect: Callable[[], bool] = traffic.at_connect

    def turn_off(self) -> None:
        """Hear nothing any more."""
        self.concerns = lambda *_: False
        self.hear = lambda *_: None
        self.at_connect = lambda: False
