"""Names that modules imported are found, wherever they are bound."""

from __future__ import annotations

import sys
import time
import types

import pytest

from pytest_customerio.process.clock.places import Places

FAKE = object()
TARGETS = {id(time.sleep)}


@pytest.fixture
def module(monkeypatch):
    """A module of an application."""
    made = types.ModuleType("app_of_patch_tests")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    return made


def _found(places, module, targets=TARGETS):
    return [name for namespace, name in places.find(targets) if namespace is vars(module)]


def test_names_are_found_whatever_they_are(module):
    """A function is found under its own name and under another one."""
    module.sleep, module.nap, module.other = time.sleep, time.sleep, time.time
    assert _found(Places(), module) == ["sleep", "nap"]


def test_a_module_is_read_again_when_it_has_grown(module):
    """A module is read once while its number of names stays the same, and again when it has changed."""
    places = Places()
    assert _found(places, module) == []
    module.nap = time.sleep
    assert _found(places, module) == ["nap"]
    module.nap = None
    assert _found(places, module) == []
    module.nap = time.sleep
    assert _found(places, module) == ["nap"]


def test_a_name_that_was_mocked_when_it_was_first_seen_is_watched(module):
    """A usual name is looked at each time, whatever stood there first."""
    places = Places()
    module.sleep, module.time = FAKE, time
    assert _found(places, module) == []
    module.sleep = time.sleep
    assert _found(places, module) == ["sleep"]


def test_a_module_that_was_replaced_is_read_again(module, monkeypatch):
    """A new module under an old name is read."""
    places = Places()
    assert _found(places, module) == []
    new = types.ModuleType(module.__name__)
    monkeypatch.setitem(sys.modules, new.__name__, new)
    new.nap = time.sleep
    del vars(new)["__spec__"]  # as many names as the old one
    assert _found(places, new) == ["nap"]


def test_the_users_of_a_module_are_known(module):
    """A module that uses `time` through its module is known, as long as the name stands for it."""
    places = Places()
    module.time, module.asyncio = time, types.ModuleType("asyncio")
    list(places.find(TARGETS))
    mine = [(space, name) for space, name in places.users({"time": time}) if space is vars(module)]
    assert mine == [(vars(module), "time")]
    module.time = FAKE
    assert all(space is not vars(module) for space, _ in places.users({"time": time}))


def test_modules_imported_since_are_found(module, monkeypatch):
    """Only modules of the application are found: test machinery, and what is no module, are passed over."""
    places = Places()
    list(places.find(TARGETS))
    late = types.ModuleType("late_of_patch_tests")
    late.nap = module.nap = time.sleep
    machinery = types.ModuleType("pytest_late")
    machinery.nap = time.sleep
    for name, value in {late.__name__: late, "pytest_late": machinery, "no_module": object()}.items():
        monkeypatch.setitem(sys.modules, name, value)
    assert [(space, name) for space, name in places.find_new(TARGETS)] == [(vars(late), "nap")]
    assert _found(places, machinery) == []
