"""What Customer.io answers: the success of each operation and every error case, each from a cassette file."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from pytest_customerio.cassettes.folders import CassetteFiles
from pytest_customerio.cassettes.prepared import is_prepared
from pytest_customerio.cassettes.provenance import About, read
from pytest_customerio.cassettes.successes import SUCCESS, Successes, not_published
from pytest_customerio.core.data import UnknownNameError
from pytest_customerio.core.model import Answer, ErrorCase, Provenance
from pytest_customerio.core.nearest import nearest, nearest_parts, nearest_status

if TYPE_CHECKING:
    from pytest_customerio.cassettes.cassette_file import CassetteFile
    from pytest_customerio.cassettes.playback import Playback
    from pytest_customerio.contract.catalog.catalog import Catalog, Match

# The error cassette for requests that are no operation.
NOT_FOUND = "404-not-found"
# The error case of a request without credentials.
UNAUTHORIZED = "401-unauthorized"
Mode = Literal["recovers", "persists", "once"]


class _ErrorCassette(NamedTuple):
    """One error cassette, read. `file` is the last one of this name: it replaces those before it."""

    file: CassetteFile
    about: About
    cases: tuple[ErrorCase, ...]


class Cassettes:
    """All answers: the shipped ones, joined or replaced by those of the user's own folders.

    Files are read when they are needed, and a success needs only the files of successes. Reading needs no vcrpy; only
    `play` does. Raises `DataError` for a file or folder that cannot be used: which, in which line, and why.
    """

    def __init__(self, catalog: Catalog, own: Sequence[Path] = ()) -> None:
        self._catalog = catalog
        self._files = CassetteFiles(catalog, own)
        self._successes = Successes(self._files)
        self._read: dict[tuple[str, str], _ErrorCassette] = {}
        self._variants: dict[tuple[str, str], ErrorCase] = {}
        self._playbacks: dict[tuple[str, str], Playback] = {}

    @staticmethod
    def prepare() -> None:
        """Import vcrpy. Call it while no mock is active, because vcrpy takes what it finds in the clients for the
        originals.
        """
        with Cassettes.quiet():
            from pytest_customerio.cassettes import playback  # noqa: F401

    def load(self) -> None:
        """Read the files now: a corrupt one ends the run before it starts, and a test may replace paths and files.

        The shipped cassettes are in memory already where they are prepared.
        """
        for (surface, name), paths in self._files.found.items():
            if name == SUCCESS:
                self._successes.load(surface)
            elif not all(map(is_prepared, paths)):
                self._cassette(surface, name)

    @staticmethod
    @contextmanager
    def quiet() -> Iterator[None]:
        """Keep vcrpy's INFO log, which holds addresses and headers, out of the users' logs."""
        logger = logging.getLogger("vcr")
        before, level = logger.level, max(logger.getEffectiveLevel(), logging.WARNING)
        if before == level:
            yield
            return
        logger.setLevel(level)
        try:
            yield
        finally:
            if logger.level == level:
                logger.setLevel(before)

    def success(self, operation: str) -> Answer:
        """The documented success answer of an operation, by its id."""
        return self._successes.of(operation)

    def success_provenance(self, operation: str) -> Provenance:
        """Where the success answer of an operation comes from."""
        return self._successes.provenance(operation)

    def answer(self, match: Match) -> Answer:
        """The success answer to a request, also where its payload leaves the operation open; a 404 where no operation
        fits, and a 501 where Customer.io may know the call all the same.
        """
        if match.unpublished:
            return not_published("pytest-customerio")
        found = match.operation or next(iter(match.candidates), None)
        return self._successes.of(found.id) if found else self.not_found(next(iter(match.address.surfaces), ""))

    def not_found(self, surface: str) -> Answer:
        """The answer to a request that is no operation."""
        known = self._catalog.surfaces
        return self._cassette(surface if surface in known else next(iter(known)), NOT_FOUND).cases[0].answer

    def unauthorized(self, surface: str, operation: str = "") -> Answer:
        """The answer to a request without credentials; without `operation`, to one that is no operation."""
        case = self._by_id[UNAUTHORIZED, surface]
        return self.variant(case, operation).answer if operation in case.operations else case.answer

    def cases(self) -> tuple[ErrorCase, ...]:
        """Every error case: each cassette of each surface, in each of its modes."""
        return self._cases

    @property
    def case_ids(self) -> tuple[str, ...]:
        """The ids of all cases, each once, in the order in which they are shown."""
        return tuple(dict.fromkeys(case.id for case in self._cases))

    @property
    def usual_ids(self) -> tuple[str, ...]:
        """The ids of the cases that a test meets that names none."""
        return tuple(dict.fromkeys(case.id for case in self._cases if not case.only_by_name))

    def case(self, case_id: str, surface: str) -> ErrorCase | None:
        """This case on this surface; None where the surface does not have it."""
        return self._by_id.get((case_id, surface))

    def variant(self, case: ErrorCase, operation: str) -> ErrorCase:
        """The case as this operation meets it: its own answer, cause and provenance, where they differ."""
        found = self._variants.get((case.id, operation))
        if found is None:
            cassette = self._cassette(case.surface, case.cassette)
            about, answer = cassette.about.of(operation.partition(".")[2]), cassette.file.answers(operation)[0]
            found = _case(case.cassette, case.surface, case.mode, answer, about, case.operations)
            self._variants[case.id, operation] = found
        return found._replace(times=case.times)

    def play(self, case: ErrorCase, operation: str) -> Iterator[Answer]:
        """The answers of a case to one payload of an operation, attempt by attempt; the last one repeats for ever.

        They come out of vcrpy's cassette, which is loaded now. Each call begins at the first answer.
        """
        key = self._cassette(case.surface, case.cassette).file.answering(operation)
        playback = self._playback(case.surface, case.cassette).afresh()
        while True:
            yield playback.play(key).answer

    def applying(self, operation: str) -> Iterator[str]:
        """The ids of the cases that this operation can draw, but for those that only a name asks for.

        Every checked run calls this, so only the files of its surface are read.
        """
        for surface, name in self._files.found:
            if name != SUCCESS and operation.startswith(f"{surface}."):
                cases = self._cassette(surface, name).cases
                yield from (case.id for case in cases if operation in case.operations and not case.only_by_name)

    def find(self, name: str) -> tuple[str, ...]:
        """The ids that a user's word names: a case id, a cassette, a family, a status. Raises `UnknownNameError`."""
        word = name.strip().lower()
        found = [case.id for case in self._cases if word in _words(case)]
        if not found:
            words = tuple(dict.fromkeys(word for case in self._cases for word in _words(case)))
            near = nearest_status(word, words) or nearest_parts(word, words) or nearest(word, words)
            raise UnknownNameError(name, near, self.case_ids)
        return tuple(dict.fromkeys(found))

    @property
    def families(self) -> tuple[str, ...]:
        """The families of all cases, sorted."""
        return tuple(sorted({case.family for case in self._cases}))

    def files(self) -> dict[tuple[str, str], Path]:
        """The file that counts for each surface and name: the last one that joined."""
        return {place: paths[-1] for place, paths in self._files.found.items()}

    def provenance(self, cassette: str, operation: str) -> Provenance:
        """What an error cassette says of where an operation's answer comes from."""
        surface, _, name = operation.partition(".")
        return self._cassette(surface, cassette).about.of(name).provenance

    @cached_property
    def _cases(self) -> tuple[ErrorCase, ...]:
        names = sorted({name for _, name in self._files.found if name != SUCCESS})
        places = [(surface, name) for name in names for surface in self._catalog.surfaces]
        return tuple(case for place in places if place in self._files.found for case in self._cassette(*place).cases)

    @cached_property
    def _by_id(self) -> Mapping[tuple[str, str], ErrorCase]:
        return {(case.id, case.surface): case for case in self._cases}

    def _cassette(self, surface: str, name: str) -> _ErrorCassette:
        found = self._read.get((surface, name))
        if found is None:
            found = self._read[surface, name] = self._load_case(surface, name)
        return found

    def _load_case(self, surface: str, name: str) -> _ErrorCassette:
        about = None
        for path in self._files.found[surface, name]:
            file = self._files.open(path)
            answer = file.the_answer()
            about = read(file.document, answer, self._files.names[surface], about)
        assert about is not None
        ids = tuple(f"{surface}.{one}" for one in about.operations)
        modes: tuple[Mode, ...] = ("recovers", "persists") if about.retryable else ("once",)
        return _ErrorCassette(file, about, tuple(_case(name, surface, mode, answer, about, ids) for mode in modes))

    def _playback(self, surface: str, name: str) -> Playback:
        if (surface, name) not in self._playbacks:
            with self.quiet():
                from pytest_customerio.cassettes.playback import Playback

                file = self._cassette(surface, name).file
                self._playbacks[surface, name] = Playback.of(file.document.path, file.recorded)
        return self._playbacks[surface, name]


def _case(name: str, surface: str, mode: Mode, answer: Answer, about: About, operations: tuple[str, ...]) -> ErrorCase:
    return ErrorCase(
        id=name if mode == "once" else f"{name}-{mode}",
        cassette=name,
        surface=surface,
        mode=mode,
        answer=answer,
        retryable=about.retryable,
        operations=operations,
        family=about.family,
        cause=about.cause,
        todo=about.todo,
        provenance=about.provenance,
        rules=about.rules,
        kind=about.kind,
        accepted=about.accepted,
        when=about.when,
        only_by_name=about.only_by_name,
    )


def _words(case: ErrorCase) -> tuple[str, ...]:
    names = (case.id, case.cassette)
    return names if case.only_by_name else (*names, case.family, str(case.answer.status or case.family))
