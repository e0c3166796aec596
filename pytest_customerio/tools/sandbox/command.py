"""The command `sandbox`: starts a sandbox, says how to use it, and waits until it is stopped."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from collections.abc import Callable

from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.server.sockets import raise_connection_limit
from pytest_customerio.tools.sandbox.service.faults import parse_fault
from pytest_customerio.tools.sandbox.settings import Settings

__all__ = ["CannotError", "instructions", "run"]
_WAIT = 0.5  # seconds between two checks whether the server still runs
_WARNING = (
    "Everybody who can reach {host} can reach it: people, keys and all. Use 127.0.0.1 unless it runs in a container.\n"
)


def run(asked: argparse.Namespace, write: Callable[[str], object]) -> str:
    """Run a sandbox until it is interrupted. Raises `CannotError`."""
    raise_connection_limit()
    settings = Settings(
        asked.region,
        rate_limit=asked.rate_limit,
        strict=asked.strict,
        seed=asked.seed,
        tls=asked.https,
        cassettes=asked.cassettes,
        inventory=asked.inventory,
    )
    with SandboxServer(settings, asked.host, asked.port) as server:
        for spec in asked.fault:
            server.service.fault(*parse_fault(spec))
        try:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            write(instructions(server))
            while server.runs:
                server.wait(_WAIT)
        except KeyboardInterrupt:
            pass
    return "\nThe sandbox has stopped; what it knew is gone.\n"


def instructions(server: SandboxServer) -> str:
    """The addresses of a sandbox and the environment of an application that uses it, ready to paste."""
    set_variable = "set {}={}" if sys.platform == "win32" else "export {}={}"
    addresses = [server.url, *([server.https_url] if server.https_url else [])]
    text = [f"A local Customer.io ({server.service.settings.region}) listens on {' and '.join(addresses)}", ""]
    text += [f"  {set_variable.format(name, shlex.quote(value))}" for name, value in server.environ.items()]
    text += ["", f"Open {server.url} to see what it receives. Nothing leaves this machine. Stop it with Ctrl-C.", ""]
    if server.exposed:
        text.insert(1, _WARNING.format(host=server.host).rstrip())
    return "\n".join(text)
