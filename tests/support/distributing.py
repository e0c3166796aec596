"""Which worker of pytest-xdist runs which tests."""

from __future__ import annotations

from typing import Any

import pytest

# Test modules that share one long run, by the beginning of their node ids, with what is shared.
TOGETHER = {"tests/stories/test_examples.py": "the demo", "tests/test_readme.py": "the demo"}
# Folders and modules whose tests take long: they come first, so that all workers end at about the same time.
LONG = ("tests/stories/", "tests/sdks/", "tests/tools/sandbox/", "tests/reporting/html_report/", "tests/test_")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long tests come first in a worker."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give the tests of one module to one worker: they share fixtures."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.partition("::")[0]
            return TOGETHER.get(module, module)

    config.option.loadscopereorder = False
    return Scheduling(config, log)
