"""What is known of tests that run once for each of their operations, and where it is kept."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pytest_customerio.running.planning.each import CACHE, WORKERINPUT, Each, _run_all, remember

KNOWN = {"t.py::t[]": ["track.identify", "track.event"], "t.py::t[-pro]": ["track.event"]}


class Cache:
    """A stand-in for pytest's cache."""

    def __init__(self, value: Any) -> None:
        self.values = {CACHE: value}

    def get(self, name: str, default: Any) -> Any:
        """What is kept under a name."""
        return self.values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        """Keep a value."""
        self.values[name] = value


def each(**config: Any) -> Each:
    """`400-name` applies to events only, any other case to all operations."""
    return Each(SimpleNamespace(**config), lambda operation, case: case != "400-name" or operation == "track.event")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("config", "known"),
    [
        ({}, {}),
        ({"cache": Cache(KNOWN)}, KNOWN),
        ({"cache": Cache([])}, {}),
        ({"cache": Cache({"a": "b", "c": [1, "track.event"]})}, {"c": ["track.event"]}),
        ({"cache": Cache(KNOWN), "workerinput": {}}, {}),
        ({"cache": Cache({}), "workerinput": {WORKERINPUT: KNOWN}}, KNOWN),
    ],
)
def test_what_is_known(config: dict[str, Any], known: dict[str, list[str]]) -> None:
    """It is in pytest's cache. A worker gets it from its controller only, so that all collect the same items."""
    assert each(**config).known == known


def test_the_words_of_a_function() -> None:
    """The item of a case stands for the first operation that can draw it; further operations have items of their own."""
    made = each(cache=Cache(KNOWN))
    assert made.words("t.py::t", ("404", "400-name")) == ("404", "400-name", "404:track.event")
    assert made.words("t.py::tt", ("404",)) == ("404",)


def test_which_items_are_wanted() -> None:
    """An operation that the test sends with other parameters only has no item."""
    made = each(cache=Cache(KNOWN))
    assert made.is_wanted("t.py::t[]", "404", "track.event")
    assert not made.is_wanted("t.py::t[-pro]", "404", "track.event")
    assert not made.is_wanted("t.py::t[-basic]", "404", "track.event")
    assert made.is_wanted("t.py::t[-basic]", "404", "")


def test_what_is_remembered() -> None:
    """What a run did not see stays known, unless it is known to be gone. Without a cache nothing is kept."""
    cache = Cache({"t.py::t[]": ["track.identify", "track.event", "app.send_email"], "u.py::u[]": ["track.event"]})
    remember(SimpleNamespace(cache=cache), {"t.py::t[]": ["track.event"]}, {"t.py::t[]": ["app.send_email"]})  # type: ignore[arg-type]
    assert cache.values[CACHE] == {"t.py::t[]": ["track.event", "track.identify"], "u.py::u[]": ["track.event"]}
    remember(SimpleNamespace(), {"t.py::t[]": ["track.event"]}, {})  # type: ignore[arg-type]


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("stop", [True, False])
def test_several_items_in_the_place_of_one(listed: bool, stop: bool) -> None:
    """Each stands at the index at work while it runs; a session that is to stop runs no further one."""
    seen: list[Any] = []
    session = SimpleNamespace(items=["a", "b"], testscollected=2, shouldfail=False, shouldstop=False)

    def protocol(item: Any, nextitem: Any) -> None:
        seen.append((item.name, getattr(nextitem, "name", nextitem), item is session.items[-1]))
        session.shouldfail = stop

    hooks = SimpleNamespace(pytest_runtest_protocol=protocol)
    first, second = (SimpleNamespace(name=name, ihook=hooks, session=session) for name in ("first", "second"))
    session.items += [first] * listed
    before = list(session.items)
    _run_all([first, second], None)
    assert seen == [("first", "second", listed), ("second", None, listed)][: 1 if stop else 2]
    assert (session.items, session.testscollected) == (before, 3)
