"""Whether anything leaves for Customer.io while the gate is on: every way out of a process, one after the other.

    python benchmarks/leaving.py                    # all networks: the control, then the gate
    python benchmarks/leaving.py --network uvloop   # one of them; --list names them
    python benchmarks/leaving.py --without-control  # the gate only

Runs pytest in a network namespace (`namespace/`) in which every name of Customer.io leads to a listener that writes
down each look-up, connection and request. Without the plugin each way has to arrive there, or it would prove nothing:
that is the control. With the plugin nothing may arrive. Prints a table, and each way that left or had no control. The
exit code is 1 if there is one, and 2 where no namespace can be made: that needs Linux, `unshare` and `mount`, and root
or user namespaces.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import platform
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMESPACE = HERE / "namespace"
# Where the SDK for Pipelines is.
ANALYTICS = HERE.parent / "tests" / "support" / "analytics.py"
# Seconds until a run of pytest counts as hung.
LIMIT = 900
MARKS = "marks"  # the gate is asked for by a mark only
XDIST = "xdist"
OPENED = "opened"  # a connection that is opened before the gate is asked for, so it may leave
# gevent's resolver of dnspython is not among them: it finds no address with the dnspython of today (gevent 26.9).
GEVENT = ("gevent-thread", "gevent-ares", "gevent-block")
NETWORKS = ("cpython", XDIST, MARKS, "uvloop", "c-ares", "uvloop+c-ares", *GEVENT, "trio")
# What a network needs whose name holds this word.
LIBRARIES = {"uvloop": "uvloop", "c-ares": "aiodns", "gevent": "gevent", "trio": "trio", XDIST: "xdist"}
MISSING = "leaving.py: nothing was tried: it needs Linux, `unshare` and `mount`, and root or user namespaces"
GEVENT_MAIN = "from gevent import monkey; monkey.patch_all(); import pytest, sys; sys.exit(pytest.main(sys.argv[1:]))"


@dataclass
class Way:
    """One way out: on which network, when, with which sender; what arrived, and how it ended."""

    network: str
    when: str
    sender: str
    arrived: list[str] = field(default_factory=list)
    ended: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it this way."""
        return self.network, self.when, self.sender

    @property
    def left(self) -> bool:
        """Whether something of it arrived."""
        return bool(self.arrived) or self.ended == "real"

    def __str__(self) -> str:
        return (
            f"{self.network}, {self.when}, {self.sender}: {', '.join(self.arrived) or 'nothing'} arrived, {self.ended}"
        )


def unsharing() -> list[str] | None:
    """The command that runs another one in namespaces of its own; None where that is not possible."""
    if sys.platform != "linux" or shutil.which("unshare") is None or shutil.which("mount") is None:
        return None
    command = ["unshare", "--mount", "--net", *(() if os.geteuid() == 0 else ("--user", "--map-root-user"))]
    tried = subprocess.run([*command, "mount", "--bind", "/etc", "/etc"], capture_output=True, check=False)
    return command if tried.returncode == 0 else None


def loopback_up() -> None:
    """Switch the loopback interface on, which is off in a new namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, 0x8914, struct.pack("16sh", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP


def lead_names(folder: Path) -> None:
    """Let the listener be the only server that knows names."""
    for name, text in (("hosts", "127.0.0.1 localhost\n"), ("resolv.conf", "nameserver 127.0.0.53\n")):
        (folder / name).write_text(text, encoding="utf-8")
        subprocess.run(["mount", "--bind", str(folder / name), os.path.realpath(f"/etc/{name}")], check=True)


def certificates(folder: Path) -> dict[str, str]:
    """Make the listener's certificate; returns the variables that make every client trust it."""
    import trustme

    authority = trustme.CA()
    made = authority.issue_cert("*.customer.io", "customer.io", "127.0.0.53")
    made.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), str(folder / "ca.pem"))


@contextmanager
def listening(folder: Path) -> Iterator[Path]:
    """A running listener; gives the file that it writes arrivals to."""
    log, ready = folder / "arrived.jsonl", folder / "ready"
    log.touch()
    command = [sys.executable, str(NAMESPACE / "listener.py"), str(log), str(folder / "server.pem"), str(ready)]
    process = subprocess.Popen(command)
    try:
        while not ready.exists():
            if process.poll() is not None:
                raise RuntimeError("the listener has ended")
            time.sleep(0.02)
        yield log
    finally:
        process.kill()
        process.wait()


class Runs:
    """The runs of pytest in a namespace."""

    def __init__(self, folder: Path, environ: dict[str, str], log: Path) -> None:
        self._folder, self._environ, self._log = folder, environ, log
        self._count = 0
        self.failed: list[str] = []
        self.outputs: dict[str, str] = {}

    def ways(self, network: str, *, gate: bool) -> list[Way]:
        """Run pytest once on this network; returns every way that was tried."""
        self._count += 1
        folder = self._folder / f"run-{self._count}"
        folder.mkdir()
        notes = folder / "notes.jsonl"
        notes.touch()
        project = shutil.copytree(NAMESPACE / ("opened" if network == MARKS else "project"), folder / "project")
        for file in (NAMESPACE / "project" / "senders.py", NAMESPACE / "project" / "attempts.py", ANALYTICS):
            shutil.copy(file, project)
        before = self._log.stat().st_size
        code, output = self._pytest(network, project, notes, gate=gate)
        found = [json.loads(text) for text in notes.read_text(encoding="utf-8").splitlines()]
        ways = [Way(network, **each) for each in found]
        self.outputs[network] = output[-6000:]
        time.sleep(0.2)
        with self._log.open(encoding="utf-8") as log:
            log.seek(before)
            stray = len(log.readlines()) - sum(len(way.arrived) for way in ways)
        if gate and (stray or code not in (0, 1)):  # tests fail, because something was refused in them
            self.failed.append(f"{network}: {stray} arrived that belong to no way; exit code {code}\n{output[-3000:]}")
        if not ways:
            self.failed.append(f"{network}: nothing was tried; exit code {code}\n{output[-3000:]}")
        return [way for way in ways if way.when != OPENED]

    def _pytest(self, network: str, project: Path, notes: Path, *, gate: bool) -> tuple[int, str]:
        start = [sys.executable, "-c", GEVENT_MAIN] if network in GEVENT else [sys.executable, "-m", "pytest"]
        plugin = ["-p", "no:customerio"] if not gate else _loaded()
        ini = ["-o", "cio_contract=true"] if gate and network != MARKS else []
        workers = ["-n", "1"] if network == XDIST else ["-p", "no:xdist"]
        command = [*start, *plugin, *ini, *workers, "-p", "no:django", "-p", "no:cacheprovider", "-rA", str(project)]
        command += ["--rootdir", str(project), "-o", "pythonpath=."]
        environ = {
            **self._environ,
            "LEAVING_LOG": str(self._log),
            "LEAVING_NOTES": str(notes),
            # What arrives in spite of the gate is counted at the end too.
            "LEAVING_SETTLE": "0.001" if gate else "0.01",
            "LEAVING_NETWORK": "cpython" if network in (XDIST, MARKS) else network,
            **({"LEAVING_XDIST": "1"} if network == XDIST else {}),
            **({"GEVENT_RESOLVER": network.partition("-")[2]} if network in GEVENT else {}),
            "PYTHONPATH": os.pathsep.join([str(project), *filter(None, [self._environ.get("PYTHONPATH")])]),
        }
        process = subprocess.Popen(
            command, cwd=project, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            output, _ = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            self.failed.append(f"{network}: not done after {LIMIT} seconds")
        return process.returncode, output


def _loaded() -> list[str]:
    """What loads the plugin where it is not installed: a checkout on PYTHONPATH has no entry point."""
    from importlib.metadata import entry_points

    installed = any(one.value == "pytest_customerio.plugin" for one in entry_points(group="pytest11"))
    return [] if installed else ["-p", "pytest_customerio.plugin"]


def inside(networks: list[str], *, control: bool) -> int:
    """The command, in the namespace."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lead_names(folder)
        loopback_up()
        own = ("PYTEST_", "COV_CORE_", "COVERAGE_")  # of a pytest that runs this command
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(own)}
        environ = {key: value for key, value in inherited.items() if not key.lower().endswith("_proxy")}
        environ |= certificates(folder)
        with listening(folder) as log:
            runs = Runs(folder, environ, log)
            arrived = [way for one in networks for way in runs.ways(one, gate=False)] if control else []
            tried = [way for one in networks for way in runs.ways(one, gate=True)]
    return report(tried, arrived, runs, control=control)


def report(tried: list[Way], controls: list[Way], runs: Runs, *, control: bool) -> int:
    """Print the table and what is wrong; returns the exit code."""
    arrived = {way.key for way in controls if way.left}
    rows: dict[tuple[str, str], list[Way]] = {}
    for way in tried:
        rows.setdefault((way.network, way.when.partition(":")[0]), []).append(way)
    print("| network | when | ways | control arrived | answered | refused | left |\n|---|---|--:|--:|--:|--:|--:|")
    for (network, when), ways in rows.items():
        counts = (
            len(ways),
            sum(way.key in arrived for way in ways) if control else "-",
            sum(way.ended == "answered" for way in ways),
            sum(way.ended not in ("answered", "real") for way in ways),
            sum(way.left for way in ways),
        )
        print(f"| {network} | {when} | {' | '.join(map(str, counts))} |")
    left = [way for way in tried if way.left]
    known = {way.key for way in tried}
    unproved = [way for way in tried if control and way.key not in arrived]
    gone = [way for way in controls if way.key not in known]
    for title, ways in (("left", left), ("did not arrive without the plugin", unproved), ("not tried", gone)):
        for way in ways[:200]:
            print(f"{title}: {way}")
    unfinished = [f"{name}: output of the last run\n{runs.outputs[name]}" for name in {way.network for way in gone}]
    print(*runs.failed, *unfinished, sep="\n", end="\n" if runs.failed or unfinished else "")
    failed = len(gone) + len(runs.failed)
    versions = f"Python {platform.python_version()}"
    print(f"{len(tried)} ways, {versions}: {len(left)} left, {len(unproved)} without control, {failed} failed")
    return 1 if left or unproved or failed or not tried else 0


def there(network: str) -> bool:
    """Whether what the network needs is installed."""
    import importlib.util

    return all(importlib.util.find_spec(module) for word, module in LIBRARIES.items() if word in network)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", action="append", choices=NETWORKS, help="only this one; repeatable")
    parser.add_argument("--without-control", action="store_true", help="the gate only")
    parser.add_argument("--list", action="store_true", help="name the networks")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    wanted = given.network or list(NETWORKS)
    if given.list:
        print(*NETWORKS, sep="\n")
        return 0
    networks = [network for network in wanted if there(network)]
    if given.inside:
        return inside(networks, control=not given.without_control)
    for network in wanted:
        if network not in networks:
            print(f"not installed, so not tried: what {network} needs")
    command = unsharing()
    if command is None:
        print(MISSING, file=sys.stderr)
        return 2
    return subprocess.run([*command, sys.executable, __file__, *sys.argv[1:], "--inside"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
