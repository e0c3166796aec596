"""The first mistake of the user in settings, marks or files: the run ends with the exit code of a usage error."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from pytest_customerio.running import options, xdist

T = TypeVar("T")


class Mistakes:
    """The mistake of a run, if there is one: `text` says what was given and what is accepted.

    `late` is the same text where the mistake became known only after tests ran, such as one in a worker.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.text = ""
        self.late = ""
        self._config = config

    def noted(self, make: Callable[[], T]) -> T | None:
        """What `make` returns; a mistake of the user is noted instead, and raised when all tests are collected."""
        try:
            return options.checked(self._config, make)
        except pytest.UsageError as error:
            self.text = self.text or str(error)
            return None

    def fail(self, mistake: str) -> None:
        """Fail the run because of a mistake that became known only after tests ran. A worker tells its controller."""
        self.text = self.late = self.late or mistake
        if xdist.is_worker(self._config):
            xdist.send_mistake(self._config, self.text)

    def end_collection(self, items: list[pytest.Item]) -> None:
        """Raise `pytest.UsageError` for a mistake that was noted. A worker that raises crashes, so it runs no test and
        sends the mistake.
        """
        if self.text and not xdist.is_worker(self._config):
            raise pytest.UsageError(self.text)
        if self.text:
            xdist.send_mistake(self._config, self.text)
            items.clear()
