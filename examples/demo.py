"""`make demo`: the gate on both examples, and whether each is what it is meant to show. Ends with 0 when it is."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ARGUMENTS = ("--cio-contract", "--tb=short", "--show-capture=no")
EXAMPLES = Path(__file__).resolve().parent
# Each example with the rules that it breaks, all of them.
BROKEN = {
    "signup": set(),
    "signup_as_usual": {
        "timestamp-milliseconds",
        "outcome",
        "undeclared-exception",
        "blind-retry",
        "no-backoff",
        "retry-after-ignored",
        "no-timeout",
        "secret-leak",
        "pii-leak",
    },
}


def main() -> int:
    """Run all; say what is not as it should be."""
    wrong = [text for name, rules in BROKEN.items() for text in problems(name, rules)]
    for text in wrong:
        print(f"make demo: {text}", file=sys.stderr)
    if not wrong:
        print(
            "\nmake demo: as it should be: signup is green, signup_as_usual is red for the reasons it is meant to show"
        )
    return 1 if wrong else 0


def problems(name: str, rules: set[str]) -> list[str]:
    """Run one example; what differs from what it is meant to show."""
    print(f"\n$ cd examples/{name} && pytest {' '.join(ARGUMENTS)}\n", flush=True)
    code, found = run(name)
    expected = 1 if rules else 0
    differing = [f"{name}: pytest ended with {code}, not {expected}"] if code != expected else []
    differing += [f"{name}: does not break {rule}" for rule in sorted(rules - found)]
    return differing + [f"{name}: breaks {rule}" for rule in sorted(found - rules)]


def run(name: str) -> tuple[int, set[str]]:
    """Exit code, and the rules that failed tests."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pytest", *ARGUMENTS, f"--cio-report={report}", "-p", "no:cacheprovider"]
        code = subprocess.run(command, cwd=EXAMPLES / name, check=False).returncode
        tests = json.loads(report.read_text(encoding="utf-8"))["tests"] if report.exists() else []
    found = [violation for test in tests for violation in test["violations"]]
    return code, {violation["rule"] for violation in found if violation["severity"] == "error"}


if __name__ == "__main__":
    sys.exit(main())
