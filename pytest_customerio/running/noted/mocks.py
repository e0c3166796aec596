"""Judges what mocks were called with when a phase of the test is over; loads nothing before a mock can be known."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from operator import is_
from typing import TYPE_CHECKING, Any

import pytest

from pytest_customerio.clients.mocks import CLIENTS, MODULES, SDKS
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.process.call_sites import CallSite
from pytest_customerio.process.late_imports import LateImports
from pytest_customerio.process.output.warned import Warnings
from pytest_customerio.process.patching import Patches, Wrapper
from pytest_customerio.process.recognition import MOCKS, is_stand_in
from pytest_customerio.running.noted.code_of_tests import CodeOfTests, values_of
from pytest_customerio.running.noted.lazy_imports import LazyImports
from pytest_customerio.running.traffic import SessionTraffic, now

if TYPE_CHECKING:
    from pytest_customerio.clients.mocks.listening.listener import Listener
    from pytest_customerio.clients.mocks.notes.notes import Note, Notes
    from pytest_customerio.clients.mocks.real_calls.reenacting import Reenacted
    from pytest_customerio.running.checked.checked import CheckedTest


class Mocks:
    """The mocks of one session that stand for Customer.io's SDKs and clients."""

    def __init__(
        self, traffic: SessionTraffic, site: CallSite, sent_from: Callable[[], str | None], catalog: Catalog
    ) -> None:
        self._traffic = traffic
        self._site = site
        self._sent_from = sent_from
        self._catalog = catalog
        self._listener: Listener | None = None
        self._stop: Callable[[], None] | None = None
        self._imported: set[str] = set()
        self._stand_ins: dict[str, Any] = {}
        self._standing: list[Any] = []
        self._starting = False
        self._lock = threading.Lock()
        self._code = CodeOfTests()
        self._lazy = LazyImports(site.is_project)

    def install(self) -> Callable[[], None]:
        """Listen as soon as an SDK was imported, or a module of mocks and a client. Returns what ends it."""
        names = {*SDKS, *CLIENTS, *MOCKS}
        self._imported = {name for name in names if name in sys.modules and not is_stand_in(sys.modules[name])}
        late = LateImports(names - self._imported, self._note_import)
        sys.meta_path.insert(0, late)
        waking = self._patches = Patches()
        waking.wrap(pytest.MonkeyPatch, "setattr", self._waking)
        waking.wrap(pytest.MonkeyPatch, "setitem", self._looking)
        for name in self._imported.intersection(MOCKS):
            self._watch_dicts(name)
        self._start()
        self.look()

        def uninstall() -> None:
            sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not late]
            if self._stop is not None:
                self._stop()
            self._stop, self._starting = None, False
            waking.undo()

        return uninstall

    def _waking(self, original: Wrapper) -> Wrapper:
        """A test that replaces something by `monkeypatch` may replace a function of a client by one of its own."""

        def setting(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if self._starting or not self._imported.intersection(CLIENTS):
                return original(*args, **kwargs)
            self._listen()
            return args[0].setattr(*args[1:], **kwargs)

        return setting

    def begin(self, item: pytest.Item | None) -> None:
        """Setup begins: look for fakes, unless the call phase is the first in which functions of the project run."""
        if item is None or len(self._code.functions(item)) != 1:
            self._lazy.look()
            self.look()

    def begin_call(self, item: pytest.Item | None) -> None:
        """The call phase begins: look for fakes, and listen to those which nothing can be put around."""
        self._lazy.look()
        self.look()
        if self._listener is not None and item is not None:
            self._listener.begin_call(values_of(item), self._code.functions(item))

    def end_call(self) -> None:
        """The call phase is over."""
        if self._listener is not None:
            self._listener.profiled.stop()

    def look(self) -> None:
        """Look whether something stands for a library in `sys.modules`, such as a mock of it, or for a part of one."""
        if self._listener is not None:
            self._listener.look()
        # What stands there is compared by identity: a mock would note a comparison as a call.
        standing = [*map(sys.modules.get, MODULES)]
        if self._standing and all(map(is_, standing, self._standing)):
            return
        self._standing = standing
        for name, there in zip(MODULES, standing, strict=True):
            if there is not None and there is not self._stand_ins.get(name) and is_stand_in(there):
                self._learn_stand_ins()
                return

    def _learn_stand_ins(self) -> None:
        from pytest_customerio.clients.mocks.originals.replaced_modules import stand_ins

        if self._stop is None:
            self._listen()
        assert self._listener is not None
        for name, there in stand_ins().items():
            if there is not self._stand_ins.get(name):
                self._stand_ins[name] = there
                self._listener.learn_stand_in(name, there)

    def _watch_dicts(self, module: str) -> None:
        """Look again whenever `patch.dict` put something into a dict: it may be `sys.modules`."""
        owner = getattr(sys.modules[module], "_patch_dict", None)  # private in CPython 3.11 to 3.14 and in `mock` 5
        if hasattr(owner, "_patch_dict"):
            self._patches.wrap(owner, "_patch_dict", self._looking)

    def _looking(self, original: Wrapper) -> Wrapper:
        def putting(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            result = original(*args, **kwargs)
            self.look()
            return result

        return putting

    def replaced(self) -> list[tuple[str, object]]:
        """The functions of SDKs and clients that the project replaces now, each with what stands there."""
        originals = self._listener.known.attributes.originals() if self._listener is not None else ()
        stands = [
            (f"{owner.__name__}.{name}", vars(owner)[name]) for owner, name, _ in originals if name in vars(owner)
        ]
        return [(name, value) for name, value in stands if not isinstance(value, Warnings)]

    def notes(self) -> Notes | None:
        """Where calls of mocks are noted: in the test that runs, if it is checked."""
        test, again = self._traffic.ownership.current(), self._traffic.unsent
        if test is None or not test.plan.checked or test.over or (again is not None and again.get() is not None):
            return None
        return test.mocked or self._first_notes(test)

    def settle(self, test: CheckedTest, raised: BaseException | None) -> None:
        """Judge what was noted so far: it joins what the test sent."""
        if self._listener is not None:
            self._listener.through.end_test()
        if test.mocked is None:
            return
        from pytest_customerio.running.noted.mocked_calls import MockedCalls

        notes, refusals = test.mocked.take()
        calls = MockedCalls(test, test.mocked, self._catalog)
        for found in self._made_again(notes) if notes else ():
            calls.add(found)
        calls.add_refusals(refusals, raised)

    def _first_notes(self, test: CheckedTest) -> Notes:
        from pytest_customerio.clients.mocks.notes.notes import Notes

        with self._lock:
            test.mocked = test.mocked or Notes(lambda: test.current is not None)
        return test.mocked

    def _note_import(self, name: str) -> None:
        """A module was imported, in full: while an SDK is being imported, its classes are not all there."""
        self._imported.add(name)
        if name in MOCKS:
            self._watch_dicts(name)
        if self._stop is None:
            self._start()
        else:
            assert self._listener is not None
            self._listener.learn(name)

    def _start(self) -> None:
        """Listen, if there is anything to hear: calls that an SDK refuses, and mocks of an SDK or a client."""
        clients = self._imported.intersection(MOCKS) and self._imported.intersection(CLIENTS)
        if not self._starting and (clients or self._imported.intersection(SDKS)):
            self._listen()

    def _listen(self) -> None:
        self._starting = True  # what is imported here may be awaited too
        from pytest_customerio.clients.mocks.listening.listener import Listener
        from pytest_customerio.clients.mocks.notes.place import Place

        place = Place(self.notes, self._sent_from, now, self._traffic.concerns, self._site.label)
        self._listener = Listener(place)
        self._stop = self._listener.install(list(self._imported))

    def _made_again(self, notes: list[Note]) -> list[Reenacted]:
        from pytest_customerio.clients.mocks.real_calls.reenacting import reenact
        from pytest_customerio.clients.mocks.real_calls.unsent import at_work

        assert self._listener is not None
        self._traffic.unsent = at_work
        try:
            return reenact(self._listener.known, notes, busy=self._traffic.ownership.is_busy())
        finally:
            self._traffic.unsent = None
