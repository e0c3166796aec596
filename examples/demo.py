"""`make demo`: runs both examples under the gate, and ends with 0 if each breaks exactly the rules that it should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ARGUMENTS = ("--cio-contract", "--tb=short", "--show-capture=no")
EXAMPLES = Path(__file__).resolve().parent
# Each example with all rules that it breaks.
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
    """Run all examples, and print what differs from the expectation."""
    wrong = [text for name, rules in BROKEN.items() for text in problems(name, rules)]
    for text in wrong:
        print(f"make demo: {text}", file=sys.stderr)
    if not wrong:
        print(
            "\nmake demo: as it should be: signup is green, signup_as_usual is red for the reasons it is meant to show"
        )
    return 1 if wrong else 0


def problems(name: str, rules: set[str]) -> list[str]:
    """Run one example; the differences from the rules that it should break."""
    print(f"\n$ cd examples/{name} && pytest {' '.join(ARGUMENTS)}\n", flush=True)
    code, found = run(name)
    expected = 1 if rules else 0
    differing = [f"{name}: pytest ended with {code}, not {expected}"] if code != expected else []
    differing += [f"{name}: does not break {rule}" for rule in sorted(rules - found)]
    return differing + [f"{name}: breaks {rule}" for rule in sorted(found - rules)]


def run(name: str) -> tuple[int, set[str]]:
    """The exit code, and the rules whose violations failed tests."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.sarif"
        command = [sys.executable, "-m", "pytest", *ARGUMENTS, f"--cio-report={report}", "-p", "no:cacheprovider"]
        command += ["--color=yes"] * sys.stdout.isatty()  # a pipe has no colours by itself
        quiet = {key: value for key, value in os.environ.items() if key != "GITHUB_ACTIONS"}  # no annotations
        with subprocess.Popen(command, cwd=EXAMPLES / name, env=quiet, stdout=subprocess.PIPE, text=True) as pytest:
            assert pytest.stdout is not None
            for line in pytest.stdout:  # but for the report, which is for this program only
                if not line.startswith("report written: "):
                    print(line, end="", flush=True)
        found = json.loads(report.read_text(encoding="utf-8"))["runs"][0]["results"] if report.exists() else []
    return pytest.returncode, {
        one["ruleId"] for one in found if one["level"] == "error" and not one.get("suppressions")
    }


if __name__ == "__main__":
    sys.exit(main())
