"""Makes the recordings of tests, for `pytest --cio-record`: asks a target, scrubs, writes one file for each test."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_customerio.cassettes import writer
from pytest_customerio.cassettes.exchanges import Exchange
from pytest_customerio.cassettes.folders import RECORDED_BY_TEST
from pytest_customerio.cassettes.recording import form
from pytest_customerio.cassettes.recording.fakes import Fakes
from pytest_customerio.cassettes.recording.matching import MARK, identity, mark
from pytest_customerio.cassettes.recording.playing import Comparison, RecordingError, path_of
from pytest_customerio.cassettes.recording.scrub import Scrubber, allowed_headers
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.core.operation import Operation
from pytest_customerio.core.settings import SettingsError
from pytest_customerio.tools.record.canary import CanaryScrubber, LeakError
from pytest_customerio.tools.record.metadata import provenance
from pytest_customerio.tools.sending import UnreachableError
from pytest_customerio.tools.target import Target, TargetError, find_target, made_up, own_sandbox

ABOUT = f"{RECORDED_BY_TEST}, which writes it anew."


class NewRecordings:
    """The recordings of a run with `--cio-record`, one file for each test, below `folder`.

    Raises `SettingsError` where the environment names a target that must not be asked. Where it names none, `opened`
    starts a sandbox of our own.
    """

    def __init__(self, folder: Path, catalog: Catalog, environ: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._catalog = catalog
        self._environ = os.environ if environ is None else environ
        try:
            self.target: Target | None = find_target(self._environ, catalog)
        except TargetError as error:
            raise SettingsError(f"--cio-record: {error}") from None

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Have a target while it lasts."""
        if self.target is not None:
            yield
            return
        with own_sandbox(self._environ) as self.target:
            yield

    def plays(self, nodeid: str) -> bool:
        """Nothing is played: every answer is the target's."""
        return False

    def of(self, nodeid: str) -> NewRecording | None:
        """The recording of this test, which begins now; None where no target is open."""
        if self.target is None:
            return None
        self.target.reset()
        return NewRecording(path_of(self._folder, nodeid), nodeid, self._catalog, self.target)


class NewRecording:
    """The recording of one test, being made. Safe between threads."""

    def __init__(self, path: Path, nodeid: str, catalog: Catalog, target: Target) -> None:
        self.written: tuple[str, int] | None = None
        self.compared: Comparison | None = None
        self._path = path
        self._nodeid = nodeid
        self._catalog = catalog
        self._target = target
        self._exchanges: list[Exchange] = []
        self._unasked: set[str] = set()
        self._lock = threading.Lock()
        self._over = False

    def answer(self, request: WireRequest) -> Answer | None:
        """What the target answers; None where it cannot be asked. Raises `RecordingError`."""
        place = self._catalog.place(request.method, request.url)
        operation = next(iter(place.candidates), None)
        if self._over or operation is None:
            return None
        if self._target.missing(operation):
            self._unasked.update(one.id for one in place.candidates)
            return None
        where = place.address.path + (f"?{place.address.query}" if place.address.query else "")
        with self._lock:
            answer = self._asked(request, where, operation)
            self._exchanges.append(Exchange(request, answer))
        # Only these headers will be there when the recording is played.
        return replace(answer, headers=tuple(allowed_headers(answer.headers)))

    def _asked(self, request: WireRequest, where: str, operation: Operation) -> Answer:
        """The target's answer, or the fault that the request met on its way. Raises `RecordingError`."""
        try:
            return self._target.ask(request, where, operation, self._authorization(request, operation))
        except UnreachableError as error:
            if not error.fault:  # there is no such target
                raise RecordingError(f"--cio-record: {error}") from None
            return Answer(0, fault=error.fault)

    def save(self, *, passed: bool) -> None:
        """The test is over: write its answers, if it passed; else, and on an error, the old file stays as it was.

        Raises `RecordingError`.
        """
        self._over = True
        exchanges, self._exchanges = self._exchanges, []
        if not exchanges:
            return
        if not passed:
            self.written = (self._nodeid, 0)
            return
        try:
            writer.write(self._path, self._text(exchanges), replaces=RECORDED_BY_TEST)
        except (LeakError, writer.WriteError) as error:
            raise RecordingError(f"--cio-record: {self._path.name}: {error}") from None
        self.written = (self._nodeid, len(exchanges))

    def _text(self, exchanges: list[Exchange]) -> str:
        fakes = Fakes(trusting=False)
        scrubber = CanaryScrubber(Scrubber(self._catalog, fakes), fakes)
        scrubber.secrets.update(self._target.keys.all)
        written = [marked(exchange, self._catalog) for exchange in map(scrubber.scrubbed, exchanges)]
        today = dt.datetime.now(dt.UTC).date().isoformat()
        about = provenance(self._target, [one.answer for one in exchanges], today, self._nodeid)
        if self._unasked:
            about[form.UNASKED] = sorted(self._unasked)
        text = writer.text(ABOUT, form.sealed(about, written), written)
        scrubber.check(text)
        return text

    def _authorization(self, request: WireRequest, operation: Operation) -> str | None:
        """The target's key in the place of the application's, of the kind that the application sent."""
        given = request.headers.get("authorization", "").partition(" ")[0].lower()
        if not given:
            return None
        fitting = "bearer" if operation.auth == "bearer" else "basic"
        if given == fitting:
            return self._target.keys.authorization(operation.auth)
        return made_up("bearer" if given == "bearer" else "basic")


def marked(exchange: Exchange, catalog: Catalog) -> dict[str, Any]:
    """A scrubbed exchange as a recording has it: with the mark by which its request is found."""
    found = writer.interaction(exchange)
    found["response"][MARK] = mark(found["request"], *identity(exchange.request, catalog))
    return found
