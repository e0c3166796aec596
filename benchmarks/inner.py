"""A pytest run inside this process, measured from its second test to its last, without what happens once a run."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BARE = ("-p", "no:customerio")
GATE = ("-p", "pytest_customerio.plugin", "--cio-contract")


class _Stopwatch:
    tests = -1
    start = spent = 0.0

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        try:
            return (yield)
        finally:
            self.tests += 1
            self.spent = time.process_time() - self.start
            if self.tests == 0:
                self.start = time.process_time()


def milliseconds(file: Path, *options: str) -> float:
    """The CPU time of one test in the file. All tests must pass."""
    watch, shown = _Stopwatch(), io.StringIO()
    given = ("-q", "-p", "no:cacheprovider", "--rootdir", str(file.parent), "-c", os.devnull, *options, str(file))
    with contextlib.redirect_stdout(shown):
        code = pytest.main([*given], plugins=[watch])
    assert code == 0, shown.getvalue()
    return watch.spent / watch.tests * 1000


@contextmanager
def alone() -> Iterator[None]:
    """The arguments of pytest that load no plugin but the named one."""
    before = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = written
        if before is None:
            del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        else:
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = before
