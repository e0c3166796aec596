"""Faults on request: which of the next requests are answered with which error case."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import ErrorCase, WireRequest
from pytest_customerio.core.nearest import nearest
from pytest_customerio.core.operation import Operation
from pytest_customerio.replay.scope import draws
from pytest_customerio.tools.sandbox.arguments import CannotError

# The cases that a listening server cannot cause for a single request, and how a user can cause them.
_BEFORE_SERVER = {
    "connection-refused": "stop the sandbox, or use a port where nobody listens",
    "connect-timeout": "use an address that does not answer, such as http://192.0.2.1",
    "dns-failure": "use a host that does not exist, such as http://track.invalid",
}
_TLS_FAILURE = "tls-failure"
_SPEC = re.compile(r"(?P<case>[\w-]+)(?::(?P<times>\d+|forever))?(?:@(?P<operation>[\w.]+))?")
_MODES = {"-recovers": 2, "-persists": None}


class FaultError(CannotError):
    """The requested fault is not possible. The text says why, and what is possible."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An error case for the next `times` requests (None: for ever), of one operation or surface, or of all.

    `given` is how many requests have got it.
    """

    id: int
    case: str
    times: int | None
    operation: str | None = None
    given: int = 0

    @property
    def over(self) -> bool:
        """Whether all requests that should get it have got it."""
        return self.times is not None and self.given >= self.times


class Faults:
    """The active faults, in the order in which they were requested."""

    def __init__(
        self, catalog: Catalog, cases: Callable[[], Mapping[tuple[str, str], ErrorCase]], *, tls: bool
    ) -> None:
        self._catalog = catalog
        self._cases = cases
        self._tls = tls
        self._faults: list[Fault] = []
        self._last_id = 0

    def __bool__(self) -> bool:
        """Whether there is any fault."""
        return bool(self._faults)

    @property
    def all(self) -> tuple[Fault, ...]:
        """The faults that are not over."""
        return tuple(each for each in self._faults if not each.over)

    @property
    def known(self) -> list[str]:
        """The cases that can be requested."""
        return [each for each in self._names() if each not in _BEFORE_SERVER and (self._tls or each != _TLS_FAILURE)]

    def add(self, case: str, times: int | None = 1, operation: str | None = None) -> Fault:
        """Add a fault. Raises `FaultError`."""
        cassette = self._checked_case(case)
        if times is not None and (not isinstance(times, int) or times < 1):
            raise FaultError(f"times is 1 or more, or null for ever, not {times!r}")
        if operation is not None:
            self._check_operation(cassette, operation)
        self._last_id += 1
        fault = Fault(self._last_id, cassette, times, operation)
        self._faults = [*self.all, fault]
        return fault

    def clear(self, number: int | None = None) -> None:
        """End the fault with this id, or all."""
        self._faults = [each for each in self.all if number is not None and each.id != number]

    def take(self, operation: Operation, request: WireRequest) -> ErrorCase | None:
        """The case that this request gets, if any; it is counted."""
        for index, fault in enumerate(self._faults):
            case = self._cases().get((fault.case, operation.surface))
            wanted = fault.operation in (None, operation.id, operation.surface)
            if case and wanted and not fault.over and operation.id in case.operations and draws(case, request):
                self._count(index)
                return case
        return None

    def take_handshake(self) -> bool:
        """Whether this TLS handshake has to fail; it is counted."""
        for index, fault in enumerate(self._faults):
            if fault.case == _TLS_FAILURE and not fault.over:
                self._count(index)
                return True
        return False

    def _count(self, index: int) -> None:
        fault = self._faults[index]
        self._faults[index] = replace(fault, given=fault.given + 1)

    def _names(self) -> tuple[str, ...]:
        """The name of each cassette once."""
        return tuple(dict.fromkeys(cassette for cassette, _ in self._cases()))

    def _checked_case(self, name: str) -> str:
        """The cassette of a case. Raises `FaultError` if there is none, or if a server cannot cause it."""
        known = self._names()
        cassette = name if name in known else name.removesuffix("-recovers").removesuffix("-persists")
        if cassette not in known:
            similar = nearest(name, known)
            alike = [each for each in known if each.startswith(name.partition("-")[0] + "-")]
            proposal = f"did you mean {similar}?" if similar else f"there are {', '.join(alike or known)}"
            raise FaultError(f"no such case: {name!r}; {proposal}")
        if cassette in _BEFORE_SERVER:
            raise FaultError(f"{cassette} happens before a server is reached: {_BEFORE_SERVER[cassette]}")
        if cassette == _TLS_FAILURE and not self._tls:
            raise FaultError("tls-failure needs https: start the sandbox with --https")
        return cassette

    def _check_operation(self, cassette: str, name: str) -> None:
        if cassette == _TLS_FAILURE:
            raise FaultError("tls-failure happens before there is an operation: leave it out")
        applying = [op for (known, _), case in self._cases().items() if known == cassette for op in case.operations]
        surfaces = {each.partition(".")[0] for each in applying}
        if name in applying or name in surfaces:
            return
        names = (*self._catalog.operations, *self._catalog.surfaces)
        if name in names:
            raise FaultError(f"{cassette} is nothing that {name} draws; it is drawn by {', '.join(applying)}")
        similar = nearest(name, names)
        raise FaultError(f"no such operation: {name!r}" + (f"; did you mean {similar}?" if similar else ""))


def parse_fault(spec: str) -> tuple[str, int | None, str | None]:
    """The case, times and operation in `CASE[:N|:forever][@operation]`. Raises `FaultError`."""
    match = _SPEC.fullmatch(spec)
    if match is None:
        raise FaultError(f"{spec!r} is not CASE[:N][@operation], such as 429-retry-after:3@track.event")
    case, times, operation = match["case"], match["times"], match["operation"]
    if times is None:
        return case, next((often for mode, often in _MODES.items() if case.endswith(mode)), 1), operation
    return case, None if times == "forever" else int(times), operation
