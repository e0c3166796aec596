"""What loguru writes is observed, wherever its handlers write to."""

from __future__ import annotations

import importlib
import io
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_customerio.process.output.output import Watch


def test_the_streams_that_loguru_took_hold_of_are_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """loguru keeps the stderr of its import, which another capture may have replaced since: it is observed."""
    stream = io.StringIO()

    class Stream(io.StringIO):
        """A stream that takes attributes, as pytest's own."""

    kept = Stream()
    handlers = {
        0: types.SimpleNamespace(_sink=types.SimpleNamespace(_stream=kept)),
        1: types.SimpleNamespace(_sink=stream),
    }
    logger = types.SimpleNamespace(_core=types.SimpleNamespace(handlers=handlers))
    monkeypatch.setitem(sys.modules, "loguru", types.SimpleNamespace(logger=logger))
    with Watch() as watch:
        kept.write("could not sync ada@example.com")
    assert "ada@example.com" in watch.output
    assert kept.getvalue() == "could not sync ada@example.com"


@pytest.fixture
def logger(tmp_path: Path) -> Iterator[Any]:
    """A logger of a loguru that is imported anew, which writes to a file only."""
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "loguru"}
    made = importlib.import_module("loguru").logger
    made.remove()
    made.add(tmp_path / "app.log")
    yield made
    made.remove()
    for name in [name for name in sys.modules if name.partition(".")[0] == "loguru"]:
        del sys.modules[name]
    sys.modules.update(before)


def _by(logger: Any, *, met: bool, is_project: bool = True) -> tuple[bool, bool, str]:
    with Watch(lambda file: is_project and file == __file__) as watch:
        watch.error_met = met
        logger.warning("lost")
    return watch.printed, watch.printed_failure, watch.printed_by


def test_a_text_that_goes_to_a_file_only(logger: Any, tmp_path: Path) -> None:
    """It counts as logged, where the application wrote it after the error."""
    assert _by(logger, met=True) == (True, True, "loguru")
    assert _by(logger, met=False) == (False, False, "")
    assert _by(logger, met=True, is_project=False) == (False, False, "")
    written = (tmp_path / "app.log").read_text().splitlines()
    assert [text.partition(" | ")[2].partition(":")[0].split(" | ")[-1].strip() for text in written] == [__name__] * 3


def test_a_record_below_a_warning(logger: Any) -> None:
    """It counts as printed, not as logged."""
    with Watch(lambda file: file == __file__) as watch:
        watch.error_met = True
        logger.info("lost")
    assert (watch.printed, watch.printed_failure, watch.printed_by) == (True, False, "")


def test_a_logger_without_handlers(logger: Any) -> None:
    """What nobody can read is not logged."""
    logger.remove()
    assert _by(logger, met=True) == (False, False, "")


def test_after_another_sign_of_the_failure(logger: Any) -> None:
    """The first one is enough."""
    with Watch(lambda file: file == __file__) as watch:
        watch.error_met = True
        sys.stderr.write("lost")
        logger.warning("lost")
    assert (watch.printed_failure, watch.printed_by) == (True, "")
