"""The baseline of a run: which violations it knows, which it drew, and what becomes of its file."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_customerio.core.baseline import Draws, Fingerprint, Known
from pytest_customerio.core.model import Violation
from pytest_customerio.reporting.baseline import text
from pytest_customerio.reporting.baseline.attributes import let_git_merge
from pytest_customerio.reporting.baseline.entries import Entry, read
from pytest_customerio.reporting.baseline.entries import text as file_text
from pytest_customerio.reporting.baseline.places import Places
from pytest_customerio.reporting.baseline.ran import Ran
from pytest_customerio.reporting.baseline.update import Draw, Update, updated
from pytest_customerio.reporting.formats.files import write
from pytest_customerio.reporting.sentences import inapplicable
from pytest_customerio.running import options
from pytest_customerio.running.planning.unittest import function_of

if TYPE_CHECKING:
    from pytest_customerio.core.settings import Settings
    from pytest_customerio.reporting.results import Results
    from pytest_customerio.running.mistakes import Mistakes

# How a run ends that came to its end; another one writes nothing.
_ENDED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


class Baseline:
    """The baseline of a run, whose file is at `path`. `lines` are what the summary says about it."""

    def __init__(self, config: pytest.Config, settings: Settings, path: Path) -> None:
        self.lines: list[str] = []
        self.path = path
        self.draws: dict[Fingerprint, Draw] = {}
        self._places = Places(settings.rootdir, path.parent)
        self.ran = Ran(lambda file: (path.parent / file).exists())
        self._config = config
        self._settings = settings

    @cached_property
    def entries(self) -> Mapping[Fingerprint, Entry]:
        """What the file holds. Raises `DataError`."""
        return read(self.path) if self.path.exists() else {}

    @cached_property
    def known(self) -> Known:
        """What the run knows. Raises `DataError`."""
        reasons = {at: entry.reason for at, entry in self.entries.items()}
        updating, strict = self._settings.update_baseline, self._settings.strict
        return Known(reasons, self._places.place, updating=updating, strict=strict)

    @property
    def name(self) -> str:
        """The file as it is shown."""
        try:
            return os.path.relpath(self.path, self._config.invocation_params.dir)
        except ValueError:  # on another drive
            return str(self.path)

    def collect(self, items: Iterable[pytest.Item]) -> None:
        """Note the tests that were collected, before any of them is deselected."""
        self.ran.collected.update(self._places.test(function_of(item)) for item in items)

    def leave_out(self, items: Iterable[pytest.Item]) -> None:
        """Items that were collected and cannot be run are not waited for."""
        self.ran.collected.subtract(self._places.test(function_of(item)) for item in items)

    def values(self) -> dict[str, dict[str, Any]]:
        """In a worker of pytest-xdist: what the controller needs of it."""
        return {"collected": dict(self.ran.collected), "functions": self.known.functions}

    def take(self, values: Mapping[str, Mapping[str, Any]]) -> None:
        """In the controller: the tests that a worker collected, of which each collects all, and its call sites."""
        self.ran.collected |= Counter(values["collected"])
        self.known.functions.update(values["functions"])

    def marked(self, violation: Violation, operation: str, nodeids: Iterable[str]) -> Violation:
        """A violation that only the whole run shows, with the reason if the baseline knows it.

        All of these items draw it together.
        """
        if violation.allowed:
            return violation
        draws = Draws(self.known)
        reason = draws.reason(violation, operation, None)
        for nodeid in nodeids:
            self.add({"drawn": {"function": inapplicable.function(nodeid), "seen": draws.values()}})
        return violation._replace(known=reason)

    def add(self, part: Mapping[str, Any]) -> None:
        """Add what a test drew, in this process or in a worker."""
        drawn = part.get("drawn", {"function": "", "seen": ()})
        for *fingerprint, fails in drawn["seen"]:
            draw = self.draws.setdefault(Fingerprint(*fingerprint), Draw())
            draw.fails = draw.fails or fails
            draw.tests.add(self._places.test(drawn["function"]))

    def note(self, nodeid: str, function: str, *, ended: bool) -> None:
        """Note whether an item came to its end."""
        self.ran.note(nodeid, self._places.test(function), ended=ended)

    def finish(self, results: Results, exitstatus: int, mistakes: Mistakes) -> None:
        """The tests are over: compare what they drew with the file, and write it if that is asked for."""
        try:
            self._finish(results, exitstatus)
        except OSError as error:
            mistakes.fail(f"--cio-baseline: {self.path} cannot be written: {error.strerror}")

    def _finish(self, results: Results, exitstatus: int) -> None:
        ran, args = self.ran, [str(one).partition("::") for one in self._config.args]
        # `--lf` collects only some items of a file, and so does `test_app.py::test_buy[1]`.
        whole_functions = not self._config.getoption("lf", default=False) and not any("[" in one[2] for one in args)
        ran.exact = whole_functions and results.looked_at_something and not self._settings.record
        ran.files = not any(one[1] for one in args)
        ran.narrowed, ran.whole = options.narrowed(self._config), options.whole(self._config)
        update, drawn = updated(self.entries, self.draws, ran), len(self.draws.keys() & self.entries.keys())
        results.baseline = text.document(self.name, len(self.entries), drawn, update)
        if not self._settings.update_baseline:
            known = text.known(self.name, results.known, drawn, len(self.entries))
            self.lines = [*known, *text.stale(self.name, update.dropped)]
        elif exitstatus in _ENDED:
            self.lines = self._updated(update)
        else:
            self.lines = text.not_written(self.name)

    def _updated(self, update: Update) -> list[str]:
        there = self.path.exists()
        self._write(file_text(update.entries.values()))
        lines = text.written(self.name, update, self._settings.gate, first=not there)
        return [*lines, *text.attributes() * (not there and let_git_merge(self.path))]

    def _write(self, content: str) -> None:
        """Write the file, or the one that a link leads to, with the permissions that it has."""
        path = self.path.resolve()
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
        write(path, content)
        if mode is not None:
            path.chmod(mode)
