"""The command `sandbox`."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from pytest_customerio import __main__
from pytest_customerio.__main__ import main
from pytest_customerio.tools.sandbox import command
from pytest_customerio.tools.sandbox.arguments import arguments
from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.settings import Settings


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The message of the command for arguments that it refuses."""
    assert main(["sandbox", *arguments]) == __main__.USAGE
    output = capsys.readouterr()
    assert output.out == ""
    return output.err.removeprefix(f"{__main__.PROGRAM}: ")


@contextlib.contextmanager
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Simulates Ctrl-C as soon as the command waits."""

    def wait(server: SandboxServer, seconds: float) -> None:
        assert server.runs
        raise KeyboardInterrupt

    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    with monkeypatch.context() as patched:
        patched.setattr(SandboxServer, "wait", wait)
        yield
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


def test_from_start_to_stop(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The output names the addresses and the environment, ready to paste, and says when the sandbox has stopped."""
    with interrupted(monkeypatch):
        assert main(["sandbox", "--port", "0", "--https", "--seed", "a", "--fault", "500-server-error:2@track"]) == 0
    output = capsys.readouterr().out
    first, _, *rest = output.splitlines()
    assert first.startswith("A local Customer.io (us) listens on http://127.0.0.1:")
    assert " and https://127.0.0.1:" in first
    assert rest[0].startswith("  export CUSTOMERIO_SITE_ID=")
    assert any(row.startswith("  export SSL_CERT_FILE=") for row in rest)
    assert output.endswith("Stop it with Ctrl-C.\n\nThe sandbox has stopped; what it knew is gone.\n")


def test_cassettes_that_cannot_be_used(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A folder that does not exist, and a file in one that cannot be read, are refused before the sandbox starts."""
    missing = tmp_path / "missing"
    assert refused(capsys, "--cassettes", str(missing)).startswith(
        f"argument --cassettes: {str(missing)!r} does not exist; accepted: a folder that exists\nusage: "
    )
    (tmp_path / "track").mkdir()
    path = tmp_path / "track" / "429-of-ours.yaml"
    path.write_text("interactions: [", encoding="utf-8")
    assert refused(capsys, "--port", "0", "--cassettes", str(tmp_path)).startswith(f"{path}:1: not YAML: ")


def test_an_inventory_that_cannot_be_used(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """It is refused before the sandbox starts, with the member that is wrong."""
    path = tmp_path / "inventory.json"
    path.write_text('{"version": 1, "campaign": []}', encoding="utf-8")
    assert refused(capsys, "--port", "0", "--inventory", str(path)) == (
        f'{path} is no inventory: there is no "campaign"; did you mean campaigns?\n'
    )


def test_a_server_that_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command ends when the server has stopped."""
    before = signal.getsignal(signal.SIGTERM)
    with monkeypatch.context() as patched:
        patched.setattr(SandboxServer, "wait", lambda server, seconds: server.stop())
        assert main(["sandbox", "--port", "0"]) == 0
    signal.signal(signal.SIGTERM, before)


def test_a_warning_where_others_can_reach_it() -> None:
    """A sandbox that other machines can reach draws a warning."""
    with SandboxServer(Settings(), "0.0.0.0") as server:
        assert command.instructions(server).splitlines()[1].startswith("Everybody who can reach 0.0.0.0 can reach it")


def test_addresses_that_can_be_opened() -> None:
    """All addresses of this machine are shown as one of them; an application gets the name of the container."""
    with SandboxServer(Settings(), "0.0.0.0", names=["customerio"]) as server:
        text = command.instructions(server)
        port = server.url.rpartition(":")[2]
    assert f"Open http://127.0.0.1:{port} to see" in text
    assert f"export CUSTOMERIO_TRACK_URL=http://customerio:{port}" in text


def test_webhooks(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The output says where webhooks go. The data file is named at the end, the file of variables is written."""
    data, variables = tmp_path / "x.db", tmp_path / "x.env"
    urls = ("--webhook", "http://127.0.0.1:9/hook", "--webhook-hour", "0.5", "--at-once", "sent, opened")
    hosts = ("--webhook", "http://app.invalid/hook", "--allow-webhook-host", "app.invalid")
    with interrupted(monkeypatch):
        assert main(["sandbox", "--port", "0", *urls, *hosts, "--data", str(data), "--env-file", str(variables)]) == 0
    output = capsys.readouterr().out
    assert "It posts what becomes of messages to http://127.0.0.1:9/hook and http://app.invalid/hook.\n" in output
    assert "Webhooks may go to app.invalid, nothing else leaves this machine." in output
    assert output.endswith(f"The sandbox has stopped; what it knew is in {data}.\n")
    assert variables.read_text(encoding="utf-8").startswith("CUSTOMERIO_SITE_ID=")


def test_the_variables_of_a_sandbox_that_listens(capsys: pytest.CaptureFixture[str]) -> None:
    """With --env it prints the exports, for `eval`, and ends."""
    with SandboxServer(Settings()) as server:
        assert main(["sandbox", "--env", "--port", server.url.rpartition(":")[2]]) == 0
        key = server.service.keys.webhook
    output = capsys.readouterr().out
    assert f"export CUSTOMERIO_WEBHOOK_SIGNING_KEY={key}\n" in output
    assert all(line.startswith("export ") for line in output.splitlines())


def test_what_it_cannot_do(capsys: pytest.CaptureFixture[str]) -> None:
    """A port in use, an unknown case and invalid arguments each draw a message of one sentence."""
    with SandboxServer(Settings()) as server:
        port = server.url.rpartition(":")[2]
        assert refused(capsys, "--port", port).startswith(f"cannot listen on 127.0.0.1:{port}: ")
    assert "did you mean 429-retry-after?" in refused(capsys, "--port", "0", "--fault", "429-retry-aftr")
    assert "is no port: 0 to 65534" in refused(capsys, "--port", "65535")
    assert "is no port" in refused(capsys, "--port", "http")
    machine = " is no name or address of a machine, such as web.local or 10.0.0.5"
    for option in ("--name", "--host", "--allow-webhook-host"):
        for name in (
            "a b",
            "",
            "x/y",
            "a:1",
            "*.a",
            "http://x",
            "a..b",
            "-x.y",
            "10.0.0.300",
            "a" * 64,
            "a." * 127 + "aa",
        ):
            assert f"argument {option}: {name!r}{machine}" in refused(capsys, f"{option}={name}")
    assert "invalid choice: 'mars'" in refused(capsys, "--region", "mars")
    assert "'x' is no number of seconds from 0 to 3600" in refused(capsys, "--webhook-hour", "x")
    assert "is no address of a webhook" in refused(capsys, "--webhook", "x")
    assert "allow it with --allow-webhook-host 192.0.2.7" in refused(capsys, "--webhook", "http://192.0.2.7/")
    assert "there is no metric 'opned' (did you mean opened?); known are " in refused(capsys, "--at-once", "opned")
    assert "cannot listen on 192.0.2.7:0: " in refused(capsys, "--port", "0", "--host", "192.0.2.7")


def test_names_of_machines() -> None:
    """Names of containers, names in other alphabets and addresses are accepted; the second as certificates have them."""
    parser = argparse.ArgumentParser()
    arguments(parser)
    given = ["web", "cio_web-1.local", "bücher.example", "10.0.0.5", "::1"]
    asked = parser.parse_args([f"--name={name}" for name in given])
    assert asked.name == ["web", "cio_web-1.local", "xn--bcher-kva.example", "10.0.0.5", "::1"]


def test_without_its_packages(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the packages of the extra the message says what to install."""
    monkeypatch.delitem(sys.modules, "pytest_customerio.tools.sandbox.command")
    monkeypatch.delattr("pytest_customerio.tools.sandbox.command")
    monkeypatch.delitem(sys.modules, "pytest_customerio.tools.sandbox.server.sandbox_server", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert refused(capsys) == (
        "the sandbox needs more packages: pip install 'pytest-customerio[sandbox]' (uvicorn is missing)\n"
    )


@pytest.mark.parametrize("before", [signal.default_int_handler, signal.SIG_IGN])
def test_one_interrupt(before: Any) -> None:
    """The first signal interrupts, the second one does not; SIGINT stays ignored where it was."""
    earlier = signal.signal(signal.SIGINT, before)
    ended = False
    try:
        with command._one_interrupt():
            if before is signal.SIG_IGN:
                signal.raise_signal(signal.SIGINT)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            ended = True
        assert (ended, signal.getsignal(signal.SIGINT)) == (True, before)
    finally:
        signal.signal(signal.SIGINT, earlier)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process_of_its_own(number: int, tmp_path: Path) -> None:
    """As a process it answers, and ends without an error on SIGINT and SIGTERM."""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    # A shell starts what is followed by `&` with SIGINT ignored, and so do the children of that.
    interruptible = (
        "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "runpy.run_module('pytest_customerio', run_name='__main__', alter_sys=True)"
    )
    arguments = [sys.executable, "-c", interruptible, "sandbox", "--port", "0", "--https"]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        guard = threading.Timer(30, process.kill)
        guard.start()
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().split()[6]
        assert requests.get(f"{url}/_sandbox/", timeout=5).json()["region"] == "us"
        process.send_signal(number)
        process.send_signal(signal.SIGTERM)  # as a process manager does that sends it to the whole group too
        output, errors = process.stdout.read(), process.stderr.read()
        assert (process.wait(), errors) == (0, "")
        guard.cancel()
    assert output.endswith("The sandbox has stopped; what it knew is gone.\n")
    assert list(tmp_path.iterdir()) == []
