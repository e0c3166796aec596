"""One test and its recording: played when there is one, made anew with `--cio-record`."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import threading
from dataclasses import replace
from pathlib import Path

from pytest_customerio.cassettes import writer
from pytest_customerio.cassettes.cases import OF_A_TEST
from pytest_customerio.cassettes.fakes import Fakes
from pytest_customerio.cassettes.recordings import MARK, Reel, identity, mark
from pytest_customerio.cassettes.scrub import Exchange, Scrubber, kept_headers
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.data import DataError
from pytest_customerio.core.model import Answer, Operation, WireRequest
from pytest_customerio.tools.record.canary import CanaryScrubber, LeakError
from pytest_customerio.tools.record.metadata import provenance
from pytest_customerio.tools.sending import UnreachableError
from pytest_customerio.tools.target import Target, made_up

FOLDER = "cassettes"
_ABOUT = f"{OF_A_TEST}, which writes it anew."
_UNSAFE = re.compile(r"[^\w.\[\]-]+")
_LONGEST = 120


class TapeError(Exception):
    """A recording that can be neither made nor played; its text says which, and why."""


class Tapes:
    """The recordings of a project, one file a test, below `folder`. With a `target` they are made anew."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self.folder = folder
        self.target: Target | None = None
        self._catalog = catalog
        self._there = folder.is_dir()

    def tape(self, nodeid: str) -> Tape | None:
        """That of a test; None where there is nothing to play, nor anything to record from."""
        if self.target is not None:
            self.target.reset()
            return Recording(path_of(self.folder, nodeid), nodeid, self._catalog, self.target)
        path = path_of(self.folder, nodeid) if self._there else None
        return Playing(path, self._catalog) if path is not None and path.is_file() else None


class Playing:
    """The recording of a test that was made before."""

    told: tuple[str, int] | None = None

    def __init__(self, path: Path, catalog: Catalog) -> None:
        self._path = path
        self._catalog = catalog
        self._lock = threading.Lock()
        self._reel: Reel | None = None

    def answer(self, request: WireRequest) -> Answer | None:
        """What was recorded for this request; None where nothing was. Raises `TapeError`."""
        with self._lock:
            if self._reel is None:
                try:
                    self._reel = Reel(self._path, self._catalog)
                except DataError as error:
                    raise TapeError(
                        f"{error}\n\n  what to do   mend it, or record it anew: pytest --cio-record"
                    ) from None
            return self._reel.answer(request)

    def save(self, *, passed: bool) -> None:
        """Nothing changes."""


class Recording:
    """The recording of a test, being made."""

    def __init__(self, path: Path, nodeid: str, catalog: Catalog, target: Target) -> None:
        self.told: tuple[str, int] | None = None
        self._path = path
        self._nodeid = nodeid
        self._catalog = catalog
        self._target = target
        self._exchanges: list[Exchange] = []
        self._lock = threading.Lock()
        self._over = False

    def answer(self, request: WireRequest) -> Answer | None:
        """What the target answers; None where it cannot be asked. Raises `TapeError`."""
        place = self._catalog.place(request.method, request.url)
        operation = next(iter(place.candidates), None)
        if self._over or operation is None or self._target.missing(operation):
            return None
        where = place.address.path + (f"?{place.address.query}" if place.address.query else "")
        with self._lock:
            try:
                answer = self._target.ask(request, where, operation, self._authorization(request, operation))
            except UnreachableError as error:
                raise TapeError(f"--cio-record: {error}") from None
            self._exchanges.append(Exchange(request, answer))
        return replace(answer, headers=tuple(kept_headers(answer.headers)))  # no others are there when it is played

    def save(self, *, passed: bool) -> None:
        """The test is over: write what it drew, if it passed. Raises `TapeError`; the old file stays then."""
        self._over = True
        exchanges, self._exchanges = self._exchanges, []
        if not exchanges:
            return
        if not passed:
            self.told = (self._nodeid, 0)
            return
        try:
            writer.write(self._path, self._text(exchanges))
        except (LeakError, writer.WriteError) as error:
            raise TapeError(f"--cio-record: {self._path.name}: {error}") from None
        self.told = (self._nodeid, len(exchanges))

    def _text(self, exchanges: list[Exchange]) -> str:
        fakes = Fakes()
        planting = CanaryScrubber(Scrubber(self._catalog, fakes), fakes)
        planting.secrets.update(self._target.keys.all)
        written = []
        for exchange in map(planting.scrubbed, exchanges):
            found = writer.interaction(exchange)
            found["response"][MARK] = mark(found["request"], *identity(exchange.request, self._catalog))
            written.append(found)
        today = dt.datetime.now(dt.UTC).date().isoformat()
        about = provenance(self._target, [one.answer for one in exchanges], today, self._nodeid)
        text = writer.text(_ABOUT, about, written)
        planting.check(text)
        return text

    def _authorization(self, request: WireRequest, operation: Operation) -> str | None:
        """The target's key in the place of the application's; of the kind that the application sent."""
        given = request.headers.get("authorization", "").partition(" ")[0].lower()
        if not given:
            return None
        fitting = "bearer" if operation.auth == "bearer" else "basic"
        if given == fitting:
            return self._target.keys.authorization(operation.auth)
        return made_up("bearer" if given == "bearer" else "basic")


Tape = Playing | Recording


def path_of(folder: Path, nodeid: str) -> Path:
    """Where the recording of a test is: `cassettes/tests/test_app/test_x[us].yaml`."""
    module, _, name = nodeid.partition("::")
    name = re.sub(r"(?<=[\w\]])@[^\]\[:]*$", "", name)  # pytest-xdist's group
    parts = [_safe(part) for part in Path(module).with_suffix("").parts if part not in ("..", "/", "\\")]
    return folder.joinpath(*parts, f"{_safe(name.replace('::', '.'))}.yaml")


def _safe(name: str) -> str:
    """A name that every file system takes; two names stay two."""
    found = _UNSAFE.sub("-", name)[:_LONGEST]
    return found if found == name else f"{found}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"
