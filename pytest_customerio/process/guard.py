"""Refuses every socket to Customer.io while the guard is armed, whatever code of the process opens it.

The guard is an audit hook (PEP 578), beside which `lookups` watches what causes no audit event. Python cannot remove an
audit hook, so that there is one hook and one `Guard` for the whole process; the hook only asks the guard, and while
nothing is armed it refuses nothing.
"""

from __future__ import annotations

import atexit
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from weakref import WeakKeyDictionary, WeakSet

from pytest_customerio.process.lookups import watch
from pytest_customerio.process.watched import LOOKED_UP, SENT, looked_up

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


class RefusedError(RuntimeError):
    """A request to Customer.io that nothing answered: it is stopped before a socket opens.

    It is no `OSError`, because retry engines take an `OSError` for trouble with the network and try again.
    """


class Watched(Protocol):
    """What the guard needs to know of the session that arms it."""

    @property
    def concerns(self) -> Callable[..., bool]:
        """Whether this `(host, port)` is Customer.io's."""


# One armed entry: which hosts are refused, and the function that makes the error.
Entry = tuple[Watched, Callable[[str], BaseException]]


class Guard:
    """What is refused in this process now.

    `outliving` are the threads that tests started and left running when the guard was disarmed: they stay refused.
    `lasting` are the entries that are armed for good. Of the others, the one that was disarmed last is armed again when
    the interpreter ends, because an SDK may send its queue then.
    """

    def __init__(self) -> None:
        self.armed: list[Entry] = []
        self.lasting: list[Entry] = []
        self.outliving: WeakKeyDictionary[threading.Thread, Watched] = WeakKeyDictionary()
        self._latest: list[Entry] = []
        self._allowed = threading.local()
        self._hooked = threading.Lock()

    def arm(
        self, traffic: Watched, refuse: Callable[[str], BaseException], *, for_good: bool = False
    ) -> Callable[[], None]:
        """Refuse every look-up of and connection to a host that concerns `traffic`; returns what disarms.

        `refuse(address)` makes the error to raise; `address` reads `track.customer.io:443`. A thread that was started
        meanwhile and still runs after that ends where it would connect: no test is left that could report an error.
        What is armed `for_good` refuses all other code too after that, until the interpreter is gone; then it watches
        also what clients send, because a proxy may be all that they connect to.
        """
        if self._hooked.acquire(blocking=False):
            sys.addaudithook(_hook(self.audit))
        entry = (traffic, refuse)
        self.armed.append(entry)
        unwatch = watch(self.check)
        before = WeakSet(threading.enumerate())

        def disarm() -> None:
            if entry in self.armed:
                self.armed.remove(entry)
                self._refuse_later(entry, before)
                if for_good:
                    self.lasting.append(entry)
                    watch(self.check, SENT)
                else:
                    unwatch()

        return disarm

    def _refuse_later(self, entry: Entry, before: WeakSet[threading.Thread]) -> None:
        here = threading.current_thread()
        started = (one for one in threading.enumerate() if one not in before and one is not here)
        self.outliving.update(dict.fromkeys(started, entry[0]))
        if not self._latest:
            atexit.register(self._end)
        self._latest[:] = [entry]

    def _end(self) -> None:
        """The interpreter ends: no tap stands any more."""
        self.armed.extend(self._latest)
        watch(self.check, (*LOOKED_UP, *SENT))

    @contextmanager
    def allowing(self, host: str) -> Iterator[None]:
        """Let this thread connect to one host that is refused otherwise: a target to record from."""
        before = getattr(self._allowed, "host", None)
        self._allowed.host = host
        try:
            yield
        finally:
            self._allowed.host = before

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        """The audit hook."""
        if (self.armed or self.outliving or self.lasting) and event in _WHERE:
            try:
                self.check(*_WHERE[event](args))
            except BaseException:
                # `socket.create_connection` does so only for an `OSError`.
                if event == "socket.connect" and args[0] is not None:
                    args[0].close()
                raise

    def check(self, host: object, port: object) -> None:
        """Raise where a look-up of or a connection to this host is refused now; anything else passes."""
        name = host.decode("latin-1") if isinstance(host, bytes) else host
        if not isinstance(name, str):
            return
        if not name.isascii():  # a look-up treats full-width letters and dots like the usual ones
            name = unicodedata.normalize("NFKC", name).replace("。", ".")
        if name == getattr(self._allowed, "host", None):
            return
        number = port if isinstance(port, int) else _number(port)
        self._refuse(self.armed, name, number)
        outlived = self.outliving.get(threading.current_thread()) if self.outliving else None
        if outlived is not None and outlived.concerns(name, number):
            raise SystemExit
        self._refuse(self.lasting, name, number)

    def _refuse(self, entries: Iterable[Entry], name: str, number: int | None) -> None:
        for traffic, refuse in tuple(entries):
            if traffic.concerns(name, number) or _leads_to(traffic, name, number):
                raise refuse(name if number is None else f"{name}:{number}")


def _hook(audit: Callable[[str, tuple[Any, ...]], None]) -> Callable[[str, tuple[Any, ...]], None]:
    """A function that passes on the events that matter. CPython calls it three times as fast as a method."""
    where = _WHERE

    def hook(event: str, args: tuple[Any, ...]) -> None:  # pragma: no cover - CPython does not trace audit hooks
        if event in where:
            audit(event, args)

    return hook


def _leads_to(traffic: Watched, address: str, number: int | None) -> bool:
    """Whether `localhost` leads to this address, and this port of it, but not every one, is Customer.io's."""
    return address in _LOOPBACK and traffic.concerns("localhost", number) and not traffic.concerns("localhost")


def _number(port: object) -> int | None:
    text = port.decode("latin-1") if isinstance(port, bytes) else port
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 6 else None


def _address(args: tuple[Any, ...]) -> tuple[object, object]:
    address = args[1] if len(args) > 1 else None
    return (address[0], address[1]) if isinstance(address, tuple) and len(address) > 1 else (None, None)


_LOOPBACK = ("127.0.0.1", "::1")
# Audit event -> host and port out of its arguments.
_WHERE: dict[str, Callable[[tuple[Any, ...]], tuple[object, object]]] = {
    "socket.getaddrinfo": lambda args: looked_up(args[0], args[1]),
    "socket.gethostbyname": lambda args: (args[0], None),
    "socket.connect": _address,
    "socket.sendto": _address,
    "socket.sendmsg": _address,
}

# The one guard of the process, which its one audit hook asks.
GUARD = Guard()
arm, allowing = GUARD.arm, GUARD.allowing
