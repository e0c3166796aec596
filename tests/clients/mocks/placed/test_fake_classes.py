"""Classes of the project in the place of an SDK's or a client's."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.originals.roles import Built, Role
from pytest_customerio.clients.mocks.placed.fake_classes import FakeClasses
from pytest_customerio.process.patching import Patches

customerio = pytest.importorskip("customerio")

Heard = list[tuple[str, Any, tuple[Any, ...]]]


class Dressing:
    """A class that is put in the place of the SDK's, and what is heard of it."""

    def __init__(self) -> None:
        self.known, self.heard, self.patches = Known(), Heard(), Patches()
        self.known.learn(BY_NAME["customerio"])
        self.classes = FakeClasses(self.known, self._hear, lambda file: file == __file__, lambda *_: None)

    def _hear(self, role: Role, fake: Any, answer: Any, args: Any, kwargs: Any) -> Any:
        self.heard.append((role.label, role.instance, args))
        return answer(fake, *args, **kwargs)

    def put(self, fake: Any, real: Any = customerio.CustomerIO) -> bool:
        role = self.known.role(real)
        assert role is not None
        return self.classes.heard(role, fake, self.patches)


@pytest.fixture
def dressing() -> Dressing:
    return Dressing()


class Plain:
    """A fake with a state."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys

    def track(self, *args: Any) -> Any:
        return self.identify(*args)

    def identify(self, *args: Any) -> Any:
        return args


def test_a_call_is_heard_once(dressing: Dressing) -> None:
    """The one of the application, with how the fake was built; what the fake calls of its own is not heard."""
    before = dict(vars(Plain))
    assert dressing.put(Plain)
    assert dressing.put(Plain)
    assert Plain("site").track("42", "purchase") == ("42", "purchase")
    assert dressing.heard == [("customerio.CustomerIO.track", Built(("site",)), ("42", "purchase"))]
    dressing.patches.undo()
    assert dict(vars(Plain)) == before


def test_the_place_of_an_object(dressing: Dressing) -> None:
    """The instance is the real one that the fake replaces; a fake that cannot be remembered has none."""

    class Unhashable:
        __hash__ = None  # type: ignore[assignment]

        def track(self, *args: Any) -> None:
            pass

    client = customerio.CustomerIO("site-1234", "key-12345")
    for fake in (Plain(), Unhashable()):
        assert dressing.put(fake, client)
        fake.track("42", "purchase")
    dressing.patches.undo()
    assert [instance for _, instance, _ in dressing.heard] == [client, None]


def test_what_the_constructor_is_given(dressing: Dressing) -> None:
    """What can be read only once is not remembered, and a class may have no constructor of its own."""

    class Bare:
        def track(self, *args: Any) -> None:
            pass

    assert dressing.put(Bare)
    assert dressing.put(Plain)
    Bare().track("42")
    Plain(iter(())).track("42")  # type: ignore[arg-type]
    dressing.patches.undo()
    assert [instance for _, instance, _ in dressing.heard] == [None, None]


def test_what_is_not_heard(dressing: Dressing) -> None:
    """Classes without such methods, methods that call the real ones, and the place of a method."""
    real = customerio.CustomerIO.track

    class Passing:
        def track(self, *args: Any) -> Any:
            return real(*args)

    class Derived(customerio.CustomerIO):  # type: ignore[misc]
        def track(self, *args: Any) -> Any:
            return super().track(*args)

        async def identify(self, *args: Any) -> Any:
            return customerio.CustomerIO.identify(self, *args)

    for fake in (object, dict, Passing, Derived, customerio.CustomerIO, None):
        assert not dressing.put(fake)
    assert not dressing.put(Plain, real)


def test_what_hides(dressing: Dressing) -> None:
    """A class or an object in the place of a class or an instance; neither a function, None, nor another real one."""
    sdk, track = dressing.known.role(customerio.CustomerIO), dressing.known.role(customerio.CustomerIO.track)
    assert sdk is not None
    assert track is not None
    assert dressing.classes.hides(sdk, object())
    assert dressing.classes.hides(sdk, type("Fake", (), {}))
    for other in (customerio.CustomerIO("site-1234", "key-12345"), None, test_what_hides):
        assert not dressing.classes.hides(sdk, other)
    assert not dressing.classes.hides(track, object())
