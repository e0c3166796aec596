"""Runs all benchmarks, or those that are named, each in a process of its own, and prints Markdown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from side_by_side import machine

BENCHMARKS = (
    "idle",
    "suite",
    "request",
    "per_test",
    "growth",
    "error_case",
    "journey",
    "threads",
    "sandbox",
    "recordings",
    "mocks",
)


def main() -> None:
    """Print the machine, then the table of each benchmark."""
    print(machine(), flush=True)
    for name in sys.argv[1:] or BENCHMARKS:
        print(f"\n### {name}\n", flush=True)
        subprocess.run([sys.executable, str(Path(__file__).with_name(f"{name}.py"))], check=True)


if __name__ == "__main__":
    main()
