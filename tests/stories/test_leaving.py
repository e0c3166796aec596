"""Nothing leaves in a network namespace where every name of Customer.io leads to a listener: `benchmarks/leaving.py`."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

COMMAND = Path(__file__).parents[2] / "benchmarks" / "leaving.py"


def _command() -> Any:
    spec = importlib.util.spec_from_file_location("leaving", COMMAND)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[spec.name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pytestmark = pytest.mark.skipif(_command().unsharing() is None, reason="no network namespace can be made here")


def leaving(*arguments: str) -> str:
    """The last line of what the command prints."""
    command = [sys.executable, str(COMMAND), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.splitlines()[-1]


def test_connections_that_were_open_before() -> None:
    """Every client that keeps one: without the plugin the request arrives, with it nothing does."""
    assert leaving("--network", "marks").startswith("8 ways")


@pytest.mark.parametrize(("network", "least"), [("cpython", 800), ("uvloop", 200), ("c-ares", 50)])
def test_every_way_out_of_a_process(network: str, least: int) -> None:
    """Every client at every moment, from every kind of process. The command alone has the control for each way too.

    The loops and resolvers that are no part of Python take half a minute more: with CIO_TEST_NETWORKS=1 only.
    """
    if network != "cpython" and not os.environ.get("CIO_TEST_NETWORKS"):
        pytest.skip("CIO_TEST_NETWORKS is not set")
    if not _command().there(network):
        pytest.skip(f"what {network} needs is not installed")
    last = leaving("--network", network, "--without-control")
    assert int(last.partition(" ")[0]) > least
    assert " 0 left" in last
