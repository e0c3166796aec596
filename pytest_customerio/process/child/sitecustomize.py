"""Refuses every socket to Customer.io in a Python process that a test started, and runs the next `sitecustomize`.

Python imports it when such a process begins, because `processes` puts this folder first in the PYTHONPATH of the
process. The Python may be another one than ours: this module needs the standard library only, of any Python from 3.8
on. Where the process runs our own guard, such as a worker of pytest-xdist, that one decides alone.
"""

from __future__ import annotations

import importlib
import os
import sys

TYPE_CHECKING = False  # `typing` takes longer to import than all of this
if TYPE_CHECKING:
    from typing import Any

NAME = "sitecustomize"
HERE = os.path.dirname(os.path.abspath(__file__))
_EVENTS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.connect", "socket.sendto", "socket.sendmsg")


def refuse(event: str, args: tuple[object, ...]) -> None:
    """The audit hook."""
    if event in _EVENTS:
        found = args[1] if event not in _EVENTS[:2] and len(args) > 1 else args
        check(found[0] if isinstance(found, tuple) and found else None)


def check(host: object, port: object = None) -> None:
    """Raise where this host is Customer.io's.

    Hosts of the ini `cio_hosts` pass: one of them may be a local server that the test started.
    """
    if "pytest_customerio.process.guard" in sys.modules:
        return
    name = (host.decode("latin-1") if isinstance(host, bytes) else str(host)).lower().rstrip(".")
    if name == "customer.io" or name.endswith(".customer.io"):
        raise RuntimeError(f"{name}: refused, nothing may leave the machine while pytest-customerio checks tests")


def watch() -> None:
    """Check too what causes no audit event, as soon as the library that does it is imported."""
    watched, late_imports = _load("watched"), _load("late_imports")
    places = (*watched.LOOKED_UP, *watched.SENT)

    def install(module: str) -> None:
        for place in places:
            if place.module == module:
                watched.put(sys.modules[module], place, check)

    names = {place.module for place in places}
    sys.meta_path.insert(0, late_imports.LateImports({name for name in names if name not in sys.modules}, install))
    for name in names.intersection(sys.modules):
        install(name)


def _load(name: str) -> Any:
    """A module of the folder above, without the package that it is part of: the process may not have that package."""
    from importlib.machinery import SourceFileLoader

    module = type(sys)("_customerio_" + name)
    SourceFileLoader(module.__name__, os.path.join(os.path.dirname(HERE), name + ".py")).exec_module(module)
    return module


def import_next() -> None:
    """Import the `sitecustomize` that Python would have imported without us, if there is one."""
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != HERE]
    ours = sys.modules.pop(NAME, None)
    try:
        importlib.import_module(NAME)
    except ModuleNotFoundError as error:
        if error.name != NAME:
            raise
        if ours is not None:
            sys.modules[NAME] = ours


def guard() -> None:
    """Guard this interpreter."""
    sys.addaudithook(refuse)
    watch()


if __name__ == NAME:
    guard()
    import_next()
