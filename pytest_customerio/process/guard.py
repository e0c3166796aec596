"""The last line: no socket of this process reaches Customer.io while the guard is armed, whatever the code path."""

from __future__ import annotations

import atexit
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from weakref import WeakKeyDictionary, WeakSet

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


class RefusedError(RuntimeError):
    """A request to Customer.io that nobody answered, stopped before a socket opened.

    No `OSError`, so that no retry engine takes it for trouble with the network.
    """


class Watched(Protocol):
    """What the guard needs to know."""

    @property
    def concerns(self) -> Callable[..., bool]:
        """Whether this `(host, port)` is Customer.io's."""


# Audit hooks cannot be removed, so there is one for the process, which looks at what is armed now.
_armed: list[tuple[Watched, Callable[[str], BaseException]]] = []
_hooked = threading.Lock()
# Threads that tests started and left running: an SDK's queue is sent when the interpreter ends.
_outliving: WeakKeyDictionary[threading.Thread, Watched] = WeakKeyDictionary()
# What was disarmed last: it is armed again when the interpreter ends, for what the application sends then.
_latest: list[tuple[Watched, Callable[[str], BaseException]]] = []
# What a recorder asks, in its own thread, of the one host that it has made sure of.
_asking = threading.local()


def arm(line: Watched, refuse: Callable[[str], BaseException]) -> Callable[[], None]:
    """Refuse every look-up of and connection to a host that concerns `line`; returns what disarms.

    `refuse(address)` makes the error to raise; `address` reads `track.customer.io:443`. A thread that was started
    meanwhile and runs on stays refused: it ends there, for there is nobody left to be told.
    """
    if _hooked.acquire(blocking=False):
        sys.addaudithook(_audit)
    entry = (line, refuse)
    _armed.append(entry)
    before = WeakSet(threading.enumerate())

    def disarm() -> None:
        if entry in _armed:
            _armed.remove(entry)
            here = threading.current_thread()
            started = (one for one in threading.enumerate() if one not in before and one is not here)
            _outliving.update(dict.fromkeys(started, line))
            if not _latest:
                atexit.register(lambda: _armed.extend(_latest))
            _latest[:] = [entry]

    return disarm


@contextmanager
def letting(host: str) -> Iterator[None]:
    """Let this thread through to one host, whoever guards it: for recording, from a target that is no production."""
    before = getattr(_asking, "host", None)
    _asking.host = host
    try:
        yield
    finally:
        _asking.host = before


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if (_armed or _outliving) and event in _WHERE:
        _check(*_WHERE[event](args))


def _check(host: object, port: object) -> None:
    name = host.decode("latin-1") if isinstance(host, bytes) else host
    if not isinstance(name, str):
        return
    if not name.isascii():  # full-width letters and dots mean the same to a look-up
        name = unicodedata.normalize("NFKC", name).replace("。", ".")
    if name == getattr(_asking, "host", None):
        return
    number = port if isinstance(port, int) else _number(port)
    for line, refuse in tuple(_armed):
        if line.concerns(name, number):
            raise refuse(name if number is None else f"{name}:{number}")
    outlived = _outliving.get(threading.current_thread()) if _outliving else None
    if outlived is not None and outlived.concerns(name, number):
        raise SystemExit


def _number(port: object) -> int | None:
    text = port.decode("latin-1") if isinstance(port, bytes) else port
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 6 else None


def _address(args: tuple[Any, ...]) -> tuple[object, object]:
    address = args[1] if len(args) > 1 else None
    return (address[0], address[1]) if isinstance(address, tuple) and len(address) > 1 else (None, None)


_WHERE: dict[str, Callable[[tuple[Any, ...]], tuple[object, object]]] = {
    "socket.getaddrinfo": lambda args: (args[0], args[1]),
    "socket.gethostbyname": lambda args: (args[0], None),
    "socket.connect": _address,
    "socket.sendto": _address,
    "socket.sendmsg": _address,
}
