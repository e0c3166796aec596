"""Child processes: while one of them runs, time passes as it does in reality."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from pytest_customerio.process.clock.timeline import Timeline
from pytest_customerio.process.parts import PYTHON, Part
from pytest_customerio.process.patching import Patches

POPEN = Part(
    PYTHON,
    "subprocess",
    "Popen.__init__",
    "while a child process runs, time passes as it does in reality",
    "time may jump while a child process runs",
)
PARTS = (POPEN,)


def install(patches: Patches, timeline: Timeline) -> None:
    """Note each process that is started, until the application knows that it has ended."""

    def starting(original: Callable[..., None]) -> Callable[..., None]:
        def start(child: Any, *args: Any, **kwargs: Any) -> None:
            original(child, *args, **kwargs)
            known = weakref.ref(child)
            timeline.children.append(lambda: getattr(known(), "returncode", 0) is None)

        return start

    patches.patch(POPEN, starting)
