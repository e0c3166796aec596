"""What the workers of pytest-xdist send to the process that prints."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from pytest_customerio.running import xdist
from pytest_customerio.running.planning.marks import Marks


class Config(SimpleNamespace):
    """The part of pytest's config that `running/xdist` reads."""

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


def test_what_a_worker_sends_reaches_the_controller() -> None:
    """Mistake, late requests, marks, baseline and sandbox, each by its name, as plain values."""
    one = config(worker=True)
    xdist.send_mistake(one, "test_app.py: cio_errors: '999' is no error case")
    xdist.send(one, ({"lines": ["late"], "fails": False},), Marks(1, 2, ["t.py::t"]))
    xdist.send_baseline(one, {"drawn": []})
    xdist.send_sandbox(one)
    assert xdist.output_of(one) == {
        xdist.MISTAKE: "test_app.py: cio_errors: '999' is no error case",
        xdist.LATE: [{"lines": ["late"], "fails": False}],
        xdist.MARKS: Marks(1, 2, ["t.py::t"]).values(),
        xdist.BASELINE: {"drawn": []},
        xdist.SANDBOX: True,
    }


def test_a_worker_that_sent_nothing() -> None:
    """It has an empty output, or crashed and has none; what others put there is not ours."""
    other = SimpleNamespace(workeroutput={"coverage": 1, xdist.LATE: []})
    assert [xdist.output_of(node) for node in (config(worker=True), object(), other)] == [{}, {}, {}]
