"""What the summary notes below the matrix: what nothing used or needed, and what was not checked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pytest_customerio.core.nearest import did_you_mean
from pytest_customerio.core.settings import RECORDINGS
from pytest_customerio.running import options
from pytest_customerio.running.allowances import Allowances
from pytest_customerio.running.planning.marks import Marks

if TYPE_CHECKING:
    import pytest

    from pytest_customerio.core.settings import Settings
    from pytest_customerio.reporting.rows import Row

Stats = Mapping[str, Sequence[Any]]
_OUTCOMES = ("failed", "error", "skipped", "xfailed", "xpassed")


class Notes:
    """Collects during a run what its summary notes. `whole` says that the run was of the whole suite."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self.allowances = Allowances()
        self.marks = Marks()
        self._config = config
        self._settings = settings
        self._whole = False
        self._narrowed = False

    def end(self, *, stopped: bool) -> None:
        """The tests are over; `stopped` says that some were not run."""
        self._whole = self._settings.contract and not stopped and options.whole(self._config)
        self._narrowed = stopped or options.narrowed(self._config)

    def lines(self, stats: Stats, rows: Sequence[Row], *, wanted: bool) -> list[str]:
        """The notes; `stats` are pytest's reports by outcome, and `wanted` says that a test asked for a check."""
        checked = self._settings.contract or wanted
        marks = [] if self._settings.contract else self.marks.sentences()
        found = [*_broken_sdk(), *self._planless()] if checked else []
        return [*found, *self._unused(stats, rows), *self._unneeded(stats), *marks]

    def _unused(self, stats: Stats, rows: Sequence[Row]) -> list[str]:
        """The cassettes that no test used, where a run was of the whole suite and there are such folders."""
        root, own = self._settings.rootdir, self._settings.cassettes
        if not self._whole or stats.get("deselected") or not (own or os.path.isdir(root / RECORDINGS)):
            return []
        from pytest_customerio.cassettes import unused
        from pytest_customerio.cassettes.recording.playing import path_of

        outcomes = {one: {report.nodeid for report in stats.get(one, ())} for one in (*_OUTCOMES, "passed")}
        ran = unused.WholeRun(frozenset().union(*outcomes.values()), frozenset(outcomes["passed"]), rows)
        found = unused.unused_recordings(root / RECORDINGS, lambda nodeid: path_of(root / RECORDINGS, nodeid), ran)
        return unused.lines([*found, *unused.unused_cassettes(own, ran)], root)

    def _planless(self) -> list[str]:
        """That the folder of the tracking plan holds none."""
        folder = self._settings.plan
        if folder is None or not is_planless(self._settings):
            return []
        beside = [one.name for one in folder.parent.iterdir() if one.is_dir()] if folder.parent.is_dir() else []
        meant = did_you_mean(folder.name, beside) if not folder.exists() else ""
        found = f"ini cio_plan: no plan in {folder.name}{meant} (fails with --cio-strict)"
        return [f"{found}: python -m pytest_customerio plan --update writes one"]

    def _unneeded(self, stats: Stats) -> list[str]:
        """The allowances that nothing needed, as far as this run can tell: those of the ini only if no test failed."""
        deselected = bool(stats.get("deselected"))
        green = self._whole and not (deselected or stats.get("failed") or stats.get("error"))
        lines = self._settings.allow_lines if green else ()
        return self.allowances.unneeded(lines, narrowed=self._narrowed or deselected)


def is_planless(settings: Settings) -> bool:
    """Whether the folder that the ini names holds no tracking plan, so that none is checked."""
    return settings.plan is not None and not any(settings.plan.glob("**/*.json"))


def _broken_sdk() -> list[str]:
    """What is wrong with the official SDK on disk, and what to do."""
    from pytest_customerio.core.installed import TOPIC, overwritten

    found = overwritten()
    return [found.problem, f"  {found.cure} (explain {TOPIC})"] if found else []
