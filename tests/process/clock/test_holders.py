"""What else holds a function that sleeps or tells the time is found, and holds it again afterwards."""

from __future__ import annotations

import functools
import sys
import time
import types
from dataclasses import dataclass, field

import httpx
import pytest

from pytest_customerio.process.clock.holders import LONGEST, Holders, exchanged, is_project_module
from pytest_customerio.process.clock.virtual import Clock

TARGETS = {id(time.sleep), id(time.monotonic)}


def default(sleep=time.sleep, times=2):
    sleep(times)


def keyword(*, clock=time.monotonic, sleep=time.sleep):
    sleep(3)
    return clock()


def _retrying(function, sleep=time.sleep):
    @functools.wraps(function)
    def wrapper():
        sleep(4)
        return function()

    return wrapper


@_retrying
def decorated():
    return 5


class Policy:
    nap = time.sleep
    still = staticmethod(time.sleep)

    def __init__(self, sleep=time.sleep):
        self.sleep = sleep

    @property
    def waits(self):
        return functools.partial(_retrying, int)

    @classmethod
    def made(cls, sleep=time.sleep):
        return cls(sleep)


@dataclass(frozen=True)
class Client:
    policy: Policy = field(default_factory=Policy)
    sleep: object = time.sleep


class Slots:
    __slots__ = ("sleep",)


@functools.lru_cache
def cached(sleep=time.sleep):
    sleep(6)


class Proxy:
    __dict__ = property(lambda self: [time.sleep])  # type: ignore[assignment]


class Odd:
    __module__ = property(id)  # type: ignore[assignment]


@pytest.fixture
def project(monkeypatch, tmp_path):
    """A module of a project, empty."""
    made = types.ModuleType("app_of_holder_tests")
    made.__file__ = str(tmp_path / "app.py")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    return made


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (default, [("default", "__defaults__")]),
        (keyword, [("dict", "clock"), ("dict", "sleep")]),
        (decorated, [("CellType", "cell_contents")]),
        (cached, [("cached", "__defaults__")]),
        (functools.partial(default), [("default", "__defaults__")]),
        (Policy(), [("dict", "sleep")]),
        (
            Policy().made,
            [("made", "__defaults__"), ("Policy", "nap"), ("Policy", "still"), ("__init__", "__defaults__")],
        ),
        (Client(), [("dict", "sleep"), ("dict", "sleep")]),
        ([{"a": (Policy(),)}], [("dict", "sleep")]),
        ([Policy() for _ in range(LONGEST + 1)], []),
        (types.SimpleNamespace(policy=Policy()), [("dict", "sleep")]),
        (httpx.Client(transport=Policy()), [("dict", "sleep")]),
        (Slots(), []),
        (Odd(), []),
        (Proxy(), []),
        (len, []),
        (time.sleep, []),
    ],
)
def test_what_holds_a_function(value, held):
    """Defaults, cells, attributes of objects and classes, through what wraps functions and short collections."""
    found = [
        ("CellType" if type(owner) is types.CellType else getattr(owner, "__name__", "dict"), name)
        for owner, name in Holders().find(TARGETS, [value])
    ]
    assert sorted(found) == sorted(held)


def test_a_module_is_walked_through_again_when_it_has_grown(project):
    """A module is read once while its number of names stays the same; one that is gone holds nothing."""
    holders = Holders()
    holders.read(TARGETS)
    project.default = types.FunctionType(default.__code__, vars(project), "default", (time.sleep, 2))
    assert (project.default, "__defaults__") not in list(holders.find(TARGETS, ()))
    holders.read(TARGETS)
    assert (project.default, "__defaults__") in list(holders.find(TARGETS, ()))
    assert project.default in holders.functions
    del sys.modules[project.__name__]
    assert (project.default, "__defaults__") not in list(holders.find(TARGETS, ()))


def test_a_recursive_function_that_is_not_bound_yet():
    """A cell without contents is passed over."""

    def later():
        return unbound

    found = list(Holders().find(TARGETS, [later]))
    unbound = 1
    assert (found, later()) == ([], 1)


def test_what_is_a_project_s():
    """A module with a file that is no library's; not the standard library, nor what runs tests, nor we."""
    assert is_project_module(__name__)
    assert not any(
        map(is_project_module, ["json", "pytest", "requests", "pytest_customerio.plugin", "not_imported", 1])
    )


def test_what_is_gone_is_not_exchanged():
    """What another one put there stays."""
    held = {"sleep": time.sleep}
    pairs = {id(time.sleep): (time.sleep, print)}
    assert exchanged((held, "sleep"), pairs) == (time.sleep, print)
    held["sleep"] = print
    assert exchanged((held, "sleep"), pairs) is None
    assert exchanged((default, "__defaults__"), pairs) == ((time.sleep, 2), (print, 2))


def test_they_take_no_time_and_all_is_as_before(monkeypatch):
    """Whatever holds the function: an hour takes no time, and is logged."""
    monkeypatch.setattr("pytest_customerio.process.clock.virtual.holders", lambda: fresh)
    fresh, client, policy = Holders(), Client(), Policy()
    clock = Clock()
    clock.objects = [client, policy, default, keyword, decorated, cached]
    with clock:
        began = time.monotonic()
        for sleep in (client.sleep, client.policy.sleep, policy.sleep, Policy.nap, Policy.still, policy.nap):
            sleep(600)
        default(times=3600)
        decorated()
        cached()
        assert 3 <= keyword() - began - 6 * 600 - 3600 - 10 < 60
    assert clock.waits == [600.0] * 6 + [3600.0, 4.0, 6.0, 3.0]
    assert (client.sleep, policy.sleep, Policy.nap, default.__defaults__) == (*[time.sleep] * 3, (time.sleep, 2))
    assert (keyword.__kwdefaults__, Policy.still) == ({"clock": time.monotonic, "sleep": time.sleep}, time.sleep)
    cached.cache_clear()


def test_an_object_that_was_made_during_an_earlier_case():
    """It holds functions of a clock that is over: they are those of the clock that runs, else the real ones."""
    with Clock():
        sleep, monotonic = time.sleep, time.monotonic
    sleep(0)
    with Clock() as clock:
        began = monotonic()
        sleep(600)
        assert 600 <= monotonic() - began < 660
    assert clock.waits == [600.0]
    assert abs(monotonic() - time.monotonic()) < 60
