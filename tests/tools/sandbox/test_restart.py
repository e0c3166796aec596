"""The command with a data file, killed and started again; and its container, as far as it can be checked here."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import yaml
from commands import ROOT

from pytest_customerio.tools.sandbox.arguments import arguments

CONTAINER = ROOT / "examples" / "container"


@contextmanager
def running(*options: str) -> Iterator[tuple[str, dict[str, str], subprocess.Popen[str]]]:
    """The command in a process of its own: its address, the variables that it prints, the process."""
    command = [sys.executable, "-m", "pytest_customerio", "sandbox", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = ""
        while "Stop it with" not in printed:
            printed += process.stdout.readline()
        try:
            variables = dict(re.findall(r"^  export (\w+)=(.*)$", printed, re.MULTILINE))
            yield re.findall(r"Open (\S+) to see", printed)[0], variables, process
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_it_survives_a_kill(tmp_path: Path) -> None:
    """After `kill -9` people, keys and the certificate authority are as they were."""
    options = ("--data", str(tmp_path / "sandbox.db"), "--ca", str(tmp_path / "ca"))
    with running(*options) as (url, variables, process):
        keys = (variables["CUSTOMERIO_SITE_ID"], variables["CUSTOMERIO_API_KEY"])
        for number in range(20):
            answer = requests.put(f"{url}/api/v1/customers/{number}", json={"plan": "pro"}, auth=keys, timeout=5)
            assert answer.status_code == 200
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with running(*options) as (url, again, _):
        assert again["CUSTOMERIO_API_KEY"] == variables["CUSTOMERIO_API_KEY"]
        https = again["CUSTOMERIO_TRACK_URL"]
        trusted = again["REQUESTS_CA_BUNDLE"]
        people = requests.get(f"{https}/_sandbox/people", timeout=5, verify=trusted).json()
        assert people["total"] == 20
        assert requests.get(f"{url}/_sandbox/", timeout=5).json()["counts"]["received"] == 20


def test_the_container_starts_it_with_options_that_exist() -> None:
    """The options of the image, and those that compose adds, are options of the command; both files name a slim image."""
    image = (CONTAINER / "Dockerfile").read_text(encoding="utf-8")
    services = yaml.safe_load((CONTAINER / "compose.yaml").read_text(encoding="utf-8"))["services"]
    entry = json.loads(re.findall(r"^ENTRYPOINT (.*)$", image, re.MULTILINE)[0])
    assert entry[:4] == ["python", "-m", "pytest_customerio", "sandbox"]
    parser = argparse.ArgumentParser()
    arguments(parser)
    asked = parser.parse_args([*entry[4:], *services["customerio"]["command"]])
    assert (asked.host, asked.https, asked.name) == ("0.0.0.0", True, ["customerio"])
    assert asked.allow_webhook_host == ["shop"]
    assert re.findall(r"^FROM (.*)$", image, re.MULTILINE) == [services["shop"]["image"]] == ["python:3.13-slim"]
    assert "A daemon of Docker was not tried." in image
    assert "was not run where it was written" in (CONTAINER / "compose.yaml").read_text(encoding="utf-8")
