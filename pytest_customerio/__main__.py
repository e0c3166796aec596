"""The command line: `python -m pytest_customerio`, which is also installed as `pytest-customerio`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from pytest_customerio.tools.check.command import CHECK
from pytest_customerio.tools.commands import PROGRAM, USAGE, run_command_line
from pytest_customerio.tools.doctor.command import DOCTOR
from pytest_customerio.tools.drift.command import DRIFT
from pytest_customerio.tools.explain.command import ERRORS, EXPLAIN
from pytest_customerio.tools.plan.command import PLAN
from pytest_customerio.tools.record.command import RECORD
from pytest_customerio.tools.sandbox.declaration import SANDBOX

__all__ = ["COMMANDS", "PROGRAM", "USAGE", "main"]
# In the order of `--help`.
COMMANDS = (ERRORS, EXPLAIN, CHECK, PLAN, SANDBOX, RECORD, DRIFT, DOCTOR)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command with these arguments, or with those of the process. Returns the exit code."""
    return run_command_line(COMMANDS, sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
