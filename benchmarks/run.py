"""Runs all benchmarks, or those that are named, each in a process of its own, and prints Markdown."""

from __future__ import annotations

import argparse
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
    "sandbox_page",
    "recordings",
    "check",
    "mocks",
    "baseline",
    "reports",
    "mutation_bar",
)


def main() -> None:
    """Print the machine, then the table of each benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all without a name")
    names = parser.parse_args().names
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    print(machine(), flush=True)
    for name in names or BENCHMARKS:
        print(f"\n### {name}\n", flush=True)
        subprocess.run([sys.executable, str(Path(__file__).with_name(f"{name}.py"))], check=True)


if __name__ == "__main__":
    main()
