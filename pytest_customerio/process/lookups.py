"""Watches the look-ups, connections and TLS handshakes that CPython's audit events do not show.

Resolvers that are written in C (c-ares, and those of uvloop and gevent) look names up without an audit event, and
uvloop connects without one. A TLS handshake names the server that it is for, whatever socket it takes and however the
address was found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from pytest_customerio.process.late_imports import LateImports
from pytest_customerio.process.parts import DNSPYTHON, GEVENT, PYCARES, PYTHON, UVLOOP, Library, Part
from pytest_customerio.process.patching import Patches, Wrapper

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

# Host and port, or None for a port that is not known, out of the arguments of a function.
Where = Callable[..., tuple[object, object]]
Check = Callable[[object, object], None]


def _named(owner: object, host: object = None, port: object = None, *_: object, **__: object) -> tuple[object, object]:
    return host, port


def _name(owner: object, name: object = None, *_: object, **more: object) -> tuple[object, object]:
    return more.get("hostname", more.get("host", more.get("qname", name))), None


def _connected(owner: object, protocol: object, host: object = None, port: object = None, **_: object) -> Any:
    return host, port


def _addressed(owner: object, sock: object, address: Any, *_: object) -> tuple[object, object]:
    return address[0], address[1]


def _handshake(
    context: object, sock: object, server_side: object, server_hostname: object = None, **_: object
) -> tuple[object, object]:
    return (None if server_side else server_hostname), None


def _handshake_in_memory(
    context: object, reads: object, writes: object, server_side: object, server_hostname: object = None, **_: object
) -> tuple[object, object]:
    return (None if server_side else server_hostname), None


_LATER = "a request that no tap answers may leave"


def _part(library: Library, module: str, path: str) -> Part:
    return Part(library, module, path, "what is looked up or connected past the audit events", _LATER, optional=True)


_GEVENT = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
_PYCARES = ("getaddrinfo", "gethostbyname", "query", "search")
WATCHED: tuple[tuple[Part, Where], ...] = (
    (_part(PYTHON, "ssl", "SSLContext._wrap_socket"), _handshake),
    (_part(PYTHON, "ssl", "SSLContext._wrap_bio"), _handshake_in_memory),
    (_part(UVLOOP, "uvloop", "Loop.getaddrinfo"), _named),
    (_part(UVLOOP, "uvloop", "Loop.create_connection"), _connected),
    (_part(UVLOOP, "uvloop", "Loop.sock_connect"), _addressed),
    *((_part(GEVENT, "gevent.resolver", f"AbstractResolver.{name}"), _name) for name in _GEVENT),
    *((_part(PYCARES, "pycares", f"Channel.{name}"), _name) for name in _PYCARES),
    (_part(DNSPYTHON, "dns.resolver", "Resolver.resolve"), _name),
    (_part(DNSPYTHON, "dns.asyncresolver", "Resolver.resolve"), _name),
)
PARTS = tuple(part for part, _ in WATCHED)


def watch(check: Check) -> Callable[[], None]:
    """Call `check(host, port)`, which may raise, before each look-up, connection and handshake.

    Returns what ends it.
    """
    patches = Patches()

    def install(module: str) -> None:
        for part, where in WATCHED:
            if part.module == module:
                patches.patch(part, lambda original, where=where: _checked(original, where, check))  # type: ignore[misc]

    modules = {part.module for part in PARTS}
    late = LateImports({name for name in modules if name not in sys.modules}, install)
    sys.meta_path.insert(0, late)
    for name in modules & set(sys.modules):
        install(name)

    def end() -> None:
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not late]
        patches.undo()

    return end


def _checked(original: Wrapper, where: Where, check: Check) -> Wrapper:
    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        host = port = None
        with suppress(TypeError, IndexError):  # the original says what is wrong with its arguments
            host, port = where(*args, **kwargs)
        try:
            check(host, port)
        except BaseException:
            _close(args)
            raise
        return original(*args, **kwargs)

    return call


def _close(args: Iterable[Any]) -> None:
    """Close a TLS socket whose handshake is refused. `ssl` does so only for the errors that it knows."""
    library = sys.modules.get("ssl")
    for one in args:
        if library is not None and isinstance(one, library.SSLSocket):
            one.close()
