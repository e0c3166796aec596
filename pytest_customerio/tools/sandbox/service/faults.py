"""Errors on demand: which answer the next requests draw instead of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pytest_customerio.cassettes.provenance import nearest
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import ErrorCase, Operation, WireRequest
from pytest_customerio.replay.scope import draws
from pytest_customerio.tools.sandbox.arguments import CannotError

# What a server that listens cannot do to one request, and how to meet it all the same.
_ELSEWHERE = {
    "connection-refused": "stop the sandbox, or use a port where nobody listens",
    "connect-timeout": "use an address that does not answer, such as http://192.0.2.1",
    "dns-failure": "use a host that does not exist, such as http://track.invalid",
}
_SPEC = re.compile(r"(?P<case>[\w-]+)(?::(?P<times>\d+|forever))?(?:@(?P<operation>[\w.]+))?")
_MODES = {"-recovers": 2, "-persists": None}


class FaultError(CannotError):
    """A fault that cannot be done; its text says what can."""


@dataclass(frozen=True, slots=True)
class Fault:
    """This case for the next `times` requests (None: for ever), of one operation or surface, or of all."""

    id: int
    case: str
    times: int | None
    operation: str | None = None
    given: int = 0

    @property
    def over(self) -> bool:
        """Whether it has been given as often as asked."""
        return self.times is not None and self.given >= self.times


class Faults:
    """The faults at work, in the order in which they were asked for."""

    def __init__(
        self, catalog: Catalog, cases: Callable[[], Mapping[tuple[str, str], ErrorCase]], *, tls: bool
    ) -> None:
        self._catalog = catalog
        self._cases = cases
        self._tls = tls
        self._faults: list[Fault] = []
        self._made = 0

    @property
    def all(self) -> tuple[Fault, ...]:
        """Those that are not over."""
        return tuple(each for each in self._faults if not each.over)

    @property
    def known(self) -> list[str]:
        """The cases that can be asked for."""
        cases = dict.fromkeys(cassette for cassette, _ in self._cases())
        return [each for each in cases if each not in _ELSEWHERE and (self._tls or each != "tls-failure")]

    def add(self, case: str, times: int | None = 1, operation: str | None = None) -> Fault:
        """Ask for a fault. Raises `FaultError`."""
        cassette = self._checked(case)
        if times is not None and times < 1:
            raise FaultError(f"times is 1 or more, or null for ever, not {times}")
        if operation is not None:
            self._check_operation(cassette, operation)
        self._made += 1
        fault = Fault(self._made, cassette, times, operation)
        self._faults = [*self.all, fault]
        return fault

    def clear(self, number: int | None = None) -> None:
        """End one of them, or all."""
        self._faults = [each for each in self.all if number is not None and each.id != number]

    def take(self, operation: Operation, request: WireRequest) -> ErrorCase | None:
        """The case that this request draws, if any; it counts."""
        for index, fault in enumerate(self._faults):
            case = self._cases().get((fault.case, operation.surface))
            wanted = fault.operation in (None, operation.id, operation.surface)
            if case and wanted and not fault.over and operation.id in case.operations and draws(case, request):
                self._faults[index] = replace(fault, given=fault.given + 1)
                return case
        return None

    def take_handshake(self) -> bool:
        """Whether this TLS handshake is to fail; it counts."""
        for index, fault in enumerate(self._faults):
            if fault.case == "tls-failure" and not fault.over:
                self._faults[index] = replace(fault, given=fault.given + 1)
                return True
        return False

    def _checked(self, name: str) -> str:
        known = tuple(dict.fromkeys(cassette for cassette, _ in self._cases()))
        cassette = name if name in known else name.removesuffix("-recovers").removesuffix("-persists")
        if cassette not in known:
            meant = nearest(name, known)
            raise FaultError(
                f"no such case: {name!r}; " + (f"did you mean {meant}?" if meant else f"{', '.join(known)}")
            )
        if cassette in _ELSEWHERE:
            raise FaultError(f"{cassette} happens before a server is reached: {_ELSEWHERE[cassette]}")
        if cassette == "tls-failure" and not self._tls:
            raise FaultError("tls-failure needs https: start the sandbox with --https")
        return cassette

    def _check_operation(self, cassette: str, name: str) -> None:
        if cassette == "tls-failure":
            raise FaultError("tls-failure happens before there is an operation: leave it out")
        applying = [op for (known, _), case in self._cases().items() if known == cassette for op in case.operations]
        surfaces = {each.partition(".")[0] for each in applying}
        if name in applying or name in surfaces:
            return
        if name in self._catalog.operations or name in self._catalog.surfaces:
            raise FaultError(f"{cassette} is nothing that {name} draws; it is drawn by {', '.join(applying)}")
        names = (*self._catalog.operations, *self._catalog.surfaces)
        meant = nearest(name, names)
        raise FaultError(f"no such operation: {name!r}" + (f"; did you mean {meant}?" if meant else ""))


def parse(spec: str) -> tuple[str, int | None, str | None]:
    """Case, times and operation of `CASE[:N|:forever][@operation]`. Raises `FaultError`."""
    found = _SPEC.fullmatch(spec)
    if found is None:
        raise FaultError(f"{spec!r} is not CASE[:N][@operation], such as 429-retry-after:3@track.event")
    times = found["times"]
    default = next((often for mode, often in _MODES.items() if found["case"].endswith(mode)), 1)
    return found["case"], default if times is None else None if times == "forever" else int(times), found["operation"]
