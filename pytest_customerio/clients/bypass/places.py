"""The places where mocks of HTTP clients stand, and what is put there while a request is led past them.

What a place held before any mock is known from the time when the client was tapped.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pytest_customerio.process.parts import (
    AIOHTTP,
    HTTPCORE,
    HTTPCORE2,
    HTTPX,
    HTTPX2,
    REQUESTS,
    URLLIB3,
    Library,
    Part,
)
from pytest_customerio.process.patching import Wrapper

_WHY = "an error case reaches the client's own engine although a mock stands here"
_WITHOUT = "tests whose requests such a mock answers cannot meet an error case, and fail"
_OPEN = "user's own transports and adapters are led past"


def _part(library: Library, module: str, path: str, *, optional: bool = False) -> Part:
    return Part(library, module, path, _WHY, _WITHOUT, optional=optional)


def _httpx(library: Library) -> tuple[Part, ...]:
    return tuple(
        _part(library, library.name, path)
        for path in (
            "Client._transport_for_url",
            "AsyncClient._transport_for_url",
            "HTTPTransport.handle_request",
            "AsyncHTTPTransport.handle_async_request",
            "MockTransport.handle_request",
            "MockTransport.handle_async_request",
            "WSGITransport.handle_request",
            "ASGITransport.handle_async_request",
        )
    )


def _httpcore(library: Library) -> tuple[Part, ...]:
    return tuple(
        _part(library, library.name, path)
        for path in (
            "ConnectionPool.handle_request",
            "HTTPConnection.handle_request",
            "HTTPProxy.handle_request",
            "AsyncConnectionPool.handle_async_request",
            "AsyncHTTPConnection.handle_async_request",
            "AsyncHTTPProxy.handle_async_request",
        )
    )


# The module of a client -> the places, and the module of ours that knows what is put there.
_POINTS: dict[str, tuple[str, tuple[Part, ...]]] = {
    "requests": (
        "adapters",
        (
            _part(REQUESTS, "requests.adapters", "HTTPAdapter.send"),
            _part(REQUESTS, "requests.sessions", "Session.get_adapter"),
        ),
    ),
    "urllib3": (
        "pools",
        (
            _part(URLLIB3, "urllib3.poolmanager", "PoolManager.urlopen"),
            _part(URLLIB3, "urllib3.connectionpool", "HTTPConnectionPool.urlopen"),
            _part(URLLIB3, "urllib3.connectionpool", "HTTPConnectionPool._make_request"),
        ),
    ),
    "httpx": ("transports", _httpx(HTTPX)),
    "httpx2": ("transports", _httpx(HTTPX2)),
    "httpcore": ("cores", _httpcore(HTTPCORE)),
    "httpcore2": ("cores", _httpcore(HTTPCORE2)),
    "aiohttp": ("sessions", (_part(AIOHTTP, "aiohttp", "ClientSession._request"),)),
}
PARTS = tuple(part for _, parts in _POINTS.values() for part in parts)

# What is put into a place, made of the real function, of what stands there, and of all places.
Make = Callable[[Wrapper, Any, "Places"], Wrapper]


class Place:
    """One attribute of a class: what it held at first, and what is put there while requests are led past mocks."""

    def __init__(self, client: str, part: Part, owner: Any, name: str) -> None:
        self.owner = owner
        self.name = name
        self.part = part
        self._client = client
        self._real = getattr(owner, name)
        self._own = name in vars(owner)
        self._before: Any = None
        self._dispatch: Any = None

    @property
    def is_mocked(self) -> bool:
        """Whether something else stands here than at first."""
        return vars(self.owner).get(self.name) is not (self._real if self._own else None)

    @property
    def stands(self) -> Any:
        """What stands here now."""
        return getattr(self.owner, self.name)

    def enter(self, places: Places) -> None:
        """Put something here that leads past what stands here, if that is a mock, or if the user's may lie beneath."""
        module = importlib.import_module(f"pytest_customerio.clients.bypass.{_POINTS[self._client][0]}")
        make: Make | None = module.MADE.get(self.part.path, module.WHERE_MOCKED if self.is_mocked else None)
        if make is None:
            return
        self._before = vars(self.owner).get(self.name, self)
        self._dispatch = make(self._real, self.stands, places)
        setattr(self.owner, self.name, self._dispatch)

    def leave(self) -> None:
        """Put back what stood here, unless that was replaced meanwhile."""
        dispatch, self._dispatch = self._dispatch, None
        if dispatch is None or vars(self.owner).get(self.name) is not dispatch:
            return
        if self._before is self:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, self._before)


class Places:
    """All places of the clients that are imported."""

    def __init__(self, concerns: Callable[..., bool]) -> None:
        self.concerns = concerns
        self._places: list[Place] = []
        self._added: list[tuple[Any, str, Any, Any]] = []
        self._within = 0
        self._lock = threading.Lock()

    def learn(self, client: str) -> None:
        """Take in a client that was imported and tapped just now, before a mock stands there."""
        for part in _POINTS.get(client, ("", ()))[1]:
            found = part.find()
            if found is not None:
                self._places.append(Place(client, part, *found))

    def mocked(self) -> list[Place]:
        """The places where something else stands than at first."""
        return [place for place in self._places if place.is_mocked]

    def enter(self) -> None:
        """Lead requests past mocks until `leave`; those that are heard at the same time share it."""
        with self._lock:
            self._within += 1
            if self._within == 1:
                for place in self._places:
                    place.enter(self)

    def leave(self) -> None:
        """A request is over."""
        with self._lock:
            self._within -= 1
            if self._within == 0:
                for owner, name, before, added in reversed(self._added):
                    if vars(owner).get(name) is added:
                        setattr(owner, name, before)
                self._added.clear()
                for place in reversed(self._places):
                    place.leave()

    def add(self, kind: type, name: str, make: Callable[[Any], Wrapper]) -> None:
        """Put something into the class of a user's own mock, too, until the last request of now is over."""
        owner = next(one for one in kind.__mro__ if name in vars(one))
        with self._lock:
            known = any(one is owner and each == name for one, each, _, _ in self._added)
            if self._within and not known:
                before = vars(owner)[name]
                added = make(before)
                setattr(owner, name, added)
                self._added.append((owner, name, before, added))

    @contextmanager
    def led_past(self) -> Iterator[None]:
        """Lead requests past mocks within."""
        self.enter()
        try:
            yield
        finally:
            self.leave()
