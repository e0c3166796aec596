"""What is installed in the process while tests are checked: the guard, the clients' modules, what listens to mocks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext

from pytest_customerio.clients import registry
from pytest_customerio.clients.bypass.places import Places
from pytest_customerio.process import guard, processes
from pytest_customerio.process.output.written import Written
from pytest_customerio.process.patching import Patches
from pytest_customerio.running.noted.mocks import Mocks
from pytest_customerio.running.traffic import SessionTraffic


class Installation:
    """Installs everything when it is opened, and removes it when it is closed. `places` are where mocks may stand."""

    def __init__(
        self,
        traffic: SessionTraffic,
        mocks: Mocks,
        written: Written,
        concerns: Callable[[str, int | None], bool],
    ) -> None:
        self.places = Places(concerns)
        self._traffic = traffic
        self._mocks = mocks
        self._written = written
        self._taps: registry.Taps | None = None
        self._stack = ExitStack()

    def open(self, *contexts: AbstractContextManager[object], for_good: bool = False) -> None:
        """Install the guard and the clients' modules; `contexts` are entered before, and left at the end.

        No mock may be active: it would be taken for the original. The guard may be armed `for_good`: until the process
        ends.
        """
        for context in contexts:
            self._stack.enter_context(context)
        self._stack.callback(guard.arm(self._traffic, self._traffic.refusal, for_good=for_good))
        end = processes.watch()
        if not for_good:  # pragma: no branch - a process of tests that watched for good could not go on
            self._stack.callback(end)
        self._taps = registry.install(self._traffic)
        self.places = self._taps.places
        self._stack.callback(self._taps)
        self._stack.callback(self._mocks.install())  # after the clients: what it puts on top of them goes first
        self._stack.callback(self._written.install())
        started = Patches()
        self._traffic.ownership.watch(started)
        self._stack.callback(started.undo)

    def close(self) -> None:
        """Remove everything that was installed."""
        self._stack.close()

    def without_mocks(self) -> AbstractContextManager[object]:
        """Within, the mocks that test modules put into clients when they were imported are put aside."""
        return self._taps.without_mocks() if self._taps is not None else nullcontext()

    def replaced(self) -> list[tuple[str, object]]:
        """The functions of clients and SDKs that are replaced now, each with what stands there."""
        places = [(place.part.path, place.stands) for place in self.places.mocked()]
        return list(dict([*places, *self._mocks.replaced()]).items())
