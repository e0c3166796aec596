"""Hear what leaves, and answer it where nobody else does: one file per client."""

from __future__ import annotations

from typing import Protocol

from pytest_customerio.model import Answer, Interaction, WireRequest


class Hearing(Protocol):
    """One request being heard: a context manager around the client's own send. Its `interaction` is filled by the tap."""

    interaction: Interaction

    def __enter__(self) -> Hearing: ...
    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None: ...


class Line(Protocol):
    """What a tap needs from the session."""

    def concerns(self, host: str, port: int | None = None) -> bool:
        """Whether requests to this host are Customer.io's. Cheap: asked for every request of every test."""

    def hear(self, client: str, method: str, url: str) -> Hearing | None:
        """Begin to hear one request; None where a client above is being heard already, or nobody listens."""

    def answer(self, request: WireRequest) -> Answer:
        """What comes back for one attempt. Raises `Refused` where the request may neither be answered nor leave."""
