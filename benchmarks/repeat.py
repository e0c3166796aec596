"""Whether any case is flaky: runs one suite again and again, in random order, on several workers, beside other work."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MATRIX = Path(__file__).resolve().parent / "matrix"
WORKERS = (2, 3, 4)
PLUGINS = ("-p", "no:customerio", "-p", "pytest_customerio.plugin", "-p", "xdist.plugin", "-p", "no:cacheprovider")
BURN = "while True:\n    sum(range(10_000))"
# The verdict by test, operation and case.
Verdicts = dict[str, dict[str, Any]]


def main() -> int:
    """Run the suite in order on one worker, then shuffled, and print each verdict that differs from the first run."""
    options = _options()
    with tempfile.TemporaryDirectory() as name, _burning(options.burners):
        folder = Path(name)
        first, _ = _run(folder, 1, None, options.k)
        about = f"{options.times} repetitions, {options.burners} processes beside them"
        print(f"{len(first)} verdicts; {about}", flush=True)
        different: Counter[str] = Counter()
        for number in range(options.times):
            seed = options.seed + number
            workers = WORKERS[number % len(WORKERS)]
            found, seconds = _run(folder, workers, seed, options.k)
            changed = _differing(first, found)
            different.update(changed)
            print(f"seed {seed}, {workers} workers, {seconds:.0f} s: {len(changed)} differ", flush=True)
    print(f"\n{len(different)} of {len(first)} verdicts were not the same each time")
    for name, times in different.most_common():
        print(f"  {times} x {name}")
    return 1 if different else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50, help="repetitions")
    parser.add_argument("--burners", type=int, default=0, help="processes that use a processor each meanwhile")
    parser.add_argument("--seed", type=int, default=1, help="of the first repetition; each takes the next")
    parser.add_argument("-k", default="", help="which tests, as pytest takes it")
    return parser.parse_args()


@contextmanager
def _burning(count: int) -> Iterator[None]:
    burners = [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(count)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def _run(folder: Path, workers: int, seed: int | None, word: str) -> tuple[Verdicts, float]:
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    given = ["-q", "--tb=no", f"-n{workers}", "--cio-contract"]
    given += [f"--cio-report={report}", f"--basetemp={folder / 'tests'}"]
    given += ["-k", word] if word else []
    given += [f"--seed={seed}"] if seed is not None else []
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGINS, *given, "."],
        cwd=MATRIX, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - started
    if done.returncode not in (0, 1) or not report.exists():
        raise SystemExit(done.stdout + done.stderr)
    return _verdicts(json.loads(report.read_text(encoding="utf-8")), done.stdout), seconds


def _verdicts(report: Any, output: str) -> Verdicts:
    """The verdicts of a run, without what depends on chance: the order of waits, and milliseconds."""
    found: Verdicts = {}
    for row in report["tests"]:
        found[f"{row['nodeid']} {row['operation']} {row['case']}"] = {
            "outcome": row["outcome"],
            "attempts": row["attempts"],
            "waits": sorted(round(wait, 1) for wait in row["waits"]),
            "rules": sorted({f"{one['rule']} ({one['severity']})" for one in row["violations"]}),
        }
    for line in output.splitlines():
        if line.startswith("FAILED "):
            found[line.partition(" - ")[0]] = {"failed": True}
    return found


def _differing(first: Verdicts, found: Verdicts) -> list[str]:
    """The names of the verdicts that differ; prints each with the first verdict and the new one."""
    changed = [name for name in first.keys() | found.keys() if first.get(name) != found.get(name)]
    for name in sorted(changed):
        print(f"  {name}\n    first {first.get(name)}\n    now   {found.get(name)}", flush=True)
    return changed


if __name__ == "__main__":
    sys.exit(main())
