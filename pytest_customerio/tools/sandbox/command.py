"""The command `sandbox`: starts a sandbox, says how to use it, and waits until it is stopped."""

from __future__ import annotations

import argparse
import contextlib
import signal
from collections.abc import Callable, Iterator

from pytest_customerio.tools.sandbox.answering.faults import parse_fault
from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.environment import environ_of, exports, write_env_file
from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.server.sockets import raise_connection_limit
from pytest_customerio.tools.sandbox.settings import Settings
from pytest_customerio.tools.sandbox.webhooks.simulation import check_metric
from pytest_customerio.tools.sandbox.webhooks.targets import check_target

__all__ = ["CannotError", "instructions", "run"]
_WAIT = 0.5  # seconds between two checks whether the server still runs
_NOTHING_LEAVES = "Nothing leaves this machine."
_WARNING = (
    "Everybody who can reach {host} can reach it: people, keys and all. Use 127.0.0.1 unless it runs in a container.\n"
)


def run(asked: argparse.Namespace, write: Callable[[str], object]) -> str:
    """Run a sandbox until it is interrupted. Raises `CannotError`."""
    if asked.env:
        return "".join(f"{each}\n" for each in exports(environ_of(asked.host, asked.port)))
    raise_connection_limit()
    for url in asked.webhook:
        check_target(url, asked.allow_webhook_host)
    for metric in asked.at_once:
        check_metric(metric)
    settings = _settings(asked)
    names = {"names": asked.name, "ca": asked.ca}
    with _one_interrupt(), SandboxServer(settings, asked.host, asked.port, asked.https_port, **names) as server:
        for spec in asked.fault:
            server.service.fault(*parse_fault(spec))
        if asked.env_file is not None:
            write_env_file(asked.env_file, server.environ)
        try:
            write(instructions(server))
            while server.runs:
                server.wait(_WAIT)
        except KeyboardInterrupt:
            pass
    remains = f"what it knew is in {asked.data}" if asked.data else "what it knew is gone"
    return f"\nThe sandbox has stopped; {remains}.\n"


@contextlib.contextmanager
def _one_interrupt() -> Iterator[None]:
    """Let SIGINT and SIGTERM interrupt once: a process manager may send one to the group and another to the process.

    The handler of the first signal replaces itself, so that no second one interrupts what ends. It is a function, not
    SIG_IGN: CPython 3.11 and later print an error for a signal that is pending while its handler becomes SIG_IGN.
    SIGINT stays ignored where it is: in what a shell runs in the background.
    """
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    numbers = (signal.SIGTERM,) if ignored else (signal.SIGTERM, signal.SIGINT)

    def interrupt(*_: object) -> None:
        for number in numbers:
            signal.signal(number, lambda *_: None)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def instructions(server: SandboxServer) -> str:
    """The addresses of a sandbox and the environment of an application that uses it, ready to paste."""
    addresses = [server.url, *([server.https_url] if server.https_url else [])]
    text = [f"A local Customer.io ({server.service.settings.region}) listens on {' and '.join(addresses)}", ""]
    text += [f"  {each}" for each in exports(server.environ)]
    if urls := server.service.settings.webhooks:
        text += ["", f"It posts what becomes of messages to {' and '.join(urls)}."]
    text += ["", f"Open {server.url} to see what it receives. {_reach(server)} Stop it with Ctrl-C.", ""]
    if server.exposed:
        text.insert(1, _WARNING.format(host=server.host).rstrip())
    return "\n".join(text)


def _reach(server: SandboxServer) -> str:
    """Where anything goes: nowhere, but for webhooks to hosts that the user allowed."""
    hosts = server.service.settings.webhook_hosts
    return f"Webhooks may go to {' and '.join(hosts)}, nothing else leaves this machine." if hosts else _NOTHING_LEAVES


def _settings(asked: argparse.Namespace) -> Settings:
    return Settings(
        asked.region,
        rate_limit=asked.rate_limit,
        strict=asked.strict,
        seed=asked.seed,
        tls=asked.https or asked.https_port is not None or asked.ca is not None,
        cassettes=asked.cassettes,
        webhooks=asked.webhook,
        webhook_hosts=asked.allow_webhook_host,
        webhook_hour=asked.webhook_hour,
        at_once=asked.at_once,
        data=asked.data,
        load=asked.load,
        templates=asked.templates,
        inventory=asked.inventory,
    )
