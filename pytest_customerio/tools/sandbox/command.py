"""The command `sandbox`: starts one, says how to use it, and waits until it is stopped."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from collections.abc import Callable

from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.server.sandbox_server import Running
from pytest_customerio.tools.sandbox.server.sockets import open_many
from pytest_customerio.tools.sandbox.service.dispatcher import Settings
from pytest_customerio.tools.sandbox.service.faults import parse

__all__ = ["CannotError", "run", "told"]
_PATIENCE = 0.5
_WARNING = (
    "Everybody who can reach {host} can reach it: people, keys and all. Use 127.0.0.1 unless it runs in a container.\n"
)


def run(asked: argparse.Namespace, write: Callable[[str], object]) -> str:
    """Run until it is interrupted. Raises `CannotError`."""
    open_many()
    settings = Settings(
        asked.region,
        rate_limit=asked.rate_limit,
        strict=asked.strict,
        seed=asked.seed,
        tls=asked.https,
        cassettes=asked.cassettes,
    )
    with Running(settings, asked.host, asked.port) as running:
        for spec in asked.fault:
            running.service.fault(*parse(spec))
        write(told(running))
        try:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            while running.runs:
                running.wait(_PATIENCE)
        except KeyboardInterrupt:
            pass
    return "\nThe sandbox has stopped; what it knew is gone.\n"


def told(running: Running) -> str:
    """Where it is and how to use it, ready to paste."""
    set_to = "set {}={}" if sys.platform == "win32" else "export {}={}"
    places = [running.url, *([running.https_url] if running.https_url else [])]
    lines = [f"A local Customer.io ({running.service.settings.region}) listens on {' and '.join(places)}", ""]
    lines += [f"  {set_to.format(name, shlex.quote(value))}" for name, value in running.environ.items()]
    lines += ["", f"Open {running.url} to see what it receives. Nothing leaves this machine. Stop it with Ctrl-C.", ""]
    if running.exposed:
        lines.insert(1, _WARNING.format(host=running.host).rstrip())
    return "\n".join(lines)
