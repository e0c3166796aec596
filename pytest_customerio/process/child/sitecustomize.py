"""Refuses every socket to Customer.io in a Python process that a test started, and runs the next `sitecustomize`.

Python imports it when such a process begins, because `processes` puts this folder first in the PYTHONPATH of the
process. The Python may be another one than ours: this module needs the standard library only, of any Python from 3.8
on. Where the process runs our own guard, such as a worker of pytest-xdist, that one decides alone.
"""

import importlib
import os
import sys

NAME = "sitecustomize"
HERE = os.path.dirname(os.path.abspath(__file__))
_EVENTS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.connect", "socket.sendto", "socket.sendmsg")


def refuse(event, args):  # type: ignore[no-untyped-def]
    """The audit hook. Hosts of the ini `cio_hosts` pass: one of them may be a local server that the test started."""
    if event not in _EVENTS or "pytest_customerio.process.guard" in sys.modules:
        return
    found = args[1] if event not in _EVENTS[:2] and len(args) > 1 else args
    host = found[0] if isinstance(found, tuple) and found else None
    name = (host.decode("latin-1") if isinstance(host, bytes) else str(host)).lower().rstrip(".")
    if name == "customer.io" or name.endswith(".customer.io"):
        raise RuntimeError(f"{name}: refused, nothing may leave the machine while pytest-customerio checks tests")


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


if __name__ == NAME:
    sys.addaudithook(refuse)
    import_next()
