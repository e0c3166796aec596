"""What stands in for the functions of `time`, with a clock that does no more than count."""

from __future__ import annotations

import time
import types

import pytest

from pytest_customerio.process.clock.time_functions import NAMES, TELLERS, TimeFunctions

pytestmark = pytest.mark.usefixtures("alone")

HOUR = 3600 * 10**9


class Counting:
    """A clock that is an hour ahead, and notes how long it was asked to sleep."""

    def __init__(self, *, running: bool = True) -> None:
        self.running, self.shift = running, HOUR
        self.test_code: types.CodeType | None = None
        self.asked: list[float] = []

    def sleep(self, seconds: float, caller: types.FrameType) -> None:
        """Notes the seconds, and the function that asked."""
        self.asked += [seconds, caller.f_code.co_name]


@pytest.fixture
def clock():
    """A clock that runs."""
    return Counting()


@pytest.fixture
def functions(clock):
    """Its functions."""
    made = TimeFunctions(clock)
    made.find()
    return made


@pytest.mark.parametrize("name", TELLERS)
def test_what_tells_the_time_adds_the_shift(functions, clock, name):
    """In the unit of the original, while the clock runs."""
    unit = 1 if name.endswith("_ns") else 10**9
    assert HOUR <= (functions.fakes[name]() - getattr(time, name)()) * unit + 10**9 < HOUR + 2 * 10**9
    clock.running = False
    assert abs(functions.fakes[name]() - getattr(time, name)()) * unit < 10**9


@pytest.mark.parametrize("name", ["perf_counter", "perf_counter_ns"])
def test_a_test_function_measures_real_time(functions, clock, name):
    """perf_counter shows real time to the function whose code the clock was given."""
    clock.test_code = test_a_test_function_measures_real_time.__code__
    unit = 1 if name.endswith("_ns") else 10**9
    assert abs(functions.fakes[name]() - getattr(time, name)()) * unit < 10**9


def test_sleep_names_its_caller(functions, clock):
    """The clock learns the frame that called."""
    functions.fakes["sleep"](5)
    assert clock.asked == [5, "test_sleep_names_its_caller"]


def test_functions_of_a_stopped_clock_do_what_the_running_one_does(functions, clock, monkeypatch):
    """An object may hold them longer than the clock runs. Without a clock that runs, its own clock decides."""
    clock.running = False
    functions.fakes["sleep"](1)
    later = Counting()
    there = TimeFunctions(later)
    there.find()
    monkeypatch.setattr(time, "sleep", there.fakes["sleep"])
    functions.fakes["sleep"](2)
    name = "test_functions_of_a_stopped_clock_do_what_the_running_one_does"
    assert (clock.asked, later.asked) == ([1, name], [2, name])
    assert functions.fakes["time"]() - time.time() > 3000


def test_a_clock_that_runs_admits_no_other(functions, monkeypatch):
    """Its functions stand there; those of a stopped clock are looked through."""
    monkeypatch.setattr(time, "sleep", functions.fakes["sleep"])
    with pytest.raises(RuntimeError, match="an error case is being replayed already: replays cannot be nested"):
        TimeFunctions(Counting()).find()
    functions._clock.running = False
    other = TimeFunctions(Counting())
    other.find()
    assert other.found == functions.found


def test_pairs_are_found_by_what_stands_there(functions, monkeypatch):
    """By the original, and by what a test put in its place."""
    put_back = TimeFunctions(Counting(running=False)).fakes["sleep"]
    monkeypatch.setattr(time, "sleep", put_back)
    pair = (functions.found["sleep"], functions.fakes["sleep"])
    assert functions.pairs("sleep") == {id(put_back): pair, id(pair[0]): pair}
    assert len(functions.pairs(*NAMES)) == len(NAMES) + 1


def test_tellers_can_be_noted_again(functions, monkeypatch):
    """What was put there since; sleep stays what it was."""
    asleep = functions.found["sleep"]
    monkeypatch.setattr(time, "sleep", print)
    monkeypatch.setattr(time, "time", lambda: 1.0)
    functions.find_tellers()
    assert (functions.fakes["time"](), functions.found["sleep"]) == (3601.0, asleep)
