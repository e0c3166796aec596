"""The end of a run without a pytest run: pytest's session, and the terminal that the summary is printed on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pytest_customerio.running.run.run import Run

# The plugin from this checkout, without the installed one.
PLUGIN = ("-p", "no:customerio", "-p", "pytest_customerio.plugin", "-p", "no:cacheprovider")


class Terminal:
    """Collects what is printed."""

    def __init__(self, **stats: Any) -> None:
        self.stats = stats
        self.text: list[str] = []

    def line(self, text: str, **_: object) -> None:
        """Collect a line."""
        self.text.append(text)

    def section(self, text: str) -> None:
        """Collect the title of a section."""
        self.text.append(f"= {text}")


def printed(run: Run) -> list[str]:
    """What the run prints at its end."""
    terminal = Terminal()
    run.summarise(terminal)  # type: ignore[arg-type]
    return terminal.text


def ended(**more: Any) -> Any:
    """pytest's session at its end."""
    return SimpleNamespace(**{"exitstatus": pytest.ExitCode.OK, "shouldstop": False, "shouldfail": False, **more})
