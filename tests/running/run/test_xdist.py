"""What the workers of pytest-xdist send to the process that prints."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pytest_customerio.running.planning.marks import Marks
from pytest_customerio.running.run import xdist


class Config(SimpleNamespace):
    """The part of pytest's config that `running/run/xdist` reads."""

    def getoption(self, name: str, default: Any = None) -> Any:
        return self.options.get(name, default)


def config(*, worker: bool = False, **options: Any) -> Any:
    """A config with these options; a worker has its input and output."""
    more = {"workerinput": {}, "workeroutput": {}} if worker else {}
    return Config(options=options, **more)


def test_which_process_this_is() -> None:
    """A worker has an input; the controller, and a run without pytest-xdist, have none."""
    assert xdist.is_worker(config(worker=True))
    assert not xdist.is_worker(config())


def test_a_mistake_reaches_the_controller() -> None:
    """A worker that found no mistake sends an empty text; so does a worker that crashed and has no output."""
    one = config(worker=True)
    xdist.send_mistake(one, "test_app.py: cio_errors: '999' is no error case")
    assert xdist.mistake_of(one) == "test_app.py: cio_errors: '999' is no error case"
    assert [xdist.mistake_of(node) for node in (config(worker=True), object())] == ["", ""]


def test_late_requests_reach_the_controller() -> None:
    """Late requests are sent as a list of plain values."""
    one = config(worker=True)
    xdist.send(one, ({"lines": ["late"], "fails": False},), Marks())
    assert xdist.late_of(one) == [{"lines": ["late"], "fails": False}]
    assert [xdist.late_of(node) for node in (config(worker=True), object())] == [[], []]


def test_what_a_worker_sent_is_handed_to_the_run() -> None:
    """Mistake, late requests and marks reach the run. Where a worker sent nothing, no run is made."""
    received: list[Any] = []
    run: Any = SimpleNamespace(
        mistakes=SimpleNamespace(fail=received.append), add_late=received.append, notes=SimpleNamespace(marks=Marks())
    )
    run.ending = SimpleNamespace(uses_sandbox=False)
    one = config(worker=True)
    xdist.send_mistake(one, "a mistake")
    xdist.send(one, ({"lines": ["late"]},), Marks(1, 2, ["t.py::t"]))
    xdist.send_sandbox(one)
    xdist.receive(one, lambda: run)
    assert received == ["a mistake", [{"lines": ["late"]}]]
    assert run.notes.marks == Marks(1, 2, ["t.py::t"])
    assert run.ending.uses_sandbox
    xdist.receive(config(worker=True), lambda: pytest.fail("a run is made"))
