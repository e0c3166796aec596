"""Calls with odd arguments end in the same way with the plugin and without it: a few of what `benchmarks/fuzz.py` tries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_odd_calls_end_as_without_the_plugin() -> None:
    """Each client gets a number of odd calls; none differs."""
    command = [sys.executable, str(ROOT / "benchmarks" / "fuzz.py"), "--calls", "150", "--seed", "5"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert result.stdout.splitlines()[-1:] == ["150 calls, seed 5: 0 differ"], result.stdout + result.stderr
    assert result.returncode == 0
