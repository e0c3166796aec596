"""What Customer.io answers: the success of each operation and every error case, each from a cassette file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pytest_customerio.cassettes.provenance import About, check_known, read
from pytest_customerio.core import data
from pytest_customerio.core.data import DataError, UnknownNameError
from pytest_customerio.core.model import Answer, ErrorCase
from pytest_customerio.core.nearest import nearest
from pytest_customerio.core.payload import decode

if TYPE_CHECKING:
    from pytest_customerio.cassettes.playback import Playback
    from pytest_customerio.contract.catalog import Catalog, Match

SUCCESS = "200-ok"
NOT_FOUND = "404-not-found"
# How the first line of a test's recording begins.
OF_A_TEST = "Recorded by `pytest --cio-record`"
_SUFFIXES = (".yaml", ".yml")
Mode = Literal["recovers", "persists", "once"]


@dataclass(frozen=True, slots=True)
class _Cassette:
    """One error cassette, read."""

    playback: Playback
    about: About
    cases: tuple[ErrorCase, ...]


class Cassettes:
    """All answers: ours, joined or replaced by those of the user's own folders. Files are read when they are needed.

    Raises `DataError` for a file or folder that cannot be used: which, in which line, and why.
    """

    def __init__(self, catalog: Catalog, own: Sequence[Path] = ()) -> None:
        self._catalog = catalog
        self._own = tuple(own)
        self._success: dict[str, Answer] = {}
        self._read: dict[tuple[str, str], _Cassette] = {}
        self._variants: dict[tuple[str, str], ErrorCase] = {}

    @staticmethod
    def prepare() -> None:
        """Import vcrpy, while no mock is active: what it finds patched at its import, it takes for genuine."""
        with Cassettes.quiet():
            from pytest_customerio.cassettes import playback  # noqa: F401

    @staticmethod
    @contextmanager
    def quiet() -> Iterator[None]:
        """Keep vcrpy's INFO log out of the users' logs, with the addresses and headers in it."""
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
        try:
            return self._success[operation]
        except KeyError:
            return self._load_success(operation)

    def answer(self, match: Match) -> Answer:
        """The success answer to a request, also where its payload leaves the operation open; 404 where nothing is."""
        found = match.operation or next(iter(match.candidates), None)
        return self.success(found.id) if found else self.not_found(next(iter(match.address.surfaces), ""))

    def not_found(self, surface: str) -> Answer:
        """What a request draws that is no operation."""
        known = self._catalog.surfaces
        return self._cassette(surface if surface in known else next(iter(known)), NOT_FOUND).cases[0].answer

    def cases(self) -> tuple[ErrorCase, ...]:
        """Every error case: each cassette of each surface, in each of its modes."""
        return self._cases

    @property
    def case_ids(self) -> tuple[str, ...]:
        """The ids of all cases, each once, in the order in which they are shown."""
        return tuple(dict.fromkeys(case.id for case in self._cases))

    def case(self, case_id: str, surface: str) -> ErrorCase | None:
        """This case on this surface; None where the surface does not have it."""
        return self._by_id.get((case_id, surface))

    def variant(self, case: ErrorCase, operation: str) -> ErrorCase:
        """The case as this operation meets it: its own answer, cause and provenance, where they differ."""
        found = self._variants.get((case.id, operation))
        if found is None:
            cassette = self._cassette(case.surface, case.cassette)
            about, answer = cassette.about.of(operation.partition(".")[2]), cassette.playback.answers(operation)[0]
            found = _case(case.cassette, case.surface, case.mode, answer, about, case.operations)
            self._variants[case.id, operation] = found
        return replace(found, times=case.times)

    def applying(self, operation: str) -> Iterator[str]:
        """The ids of the cases that this operation can draw. Every checked run asks: only its surface is read."""
        for surface, name in self._files:
            if name != SUCCESS and operation.startswith(f"{surface}."):
                yield from (case.id for case in self._cassette(surface, name).cases if operation in case.operations)

    def find(self, name: str) -> tuple[str, ...]:
        """The ids that a user's word names: a case id, a cassette, a family, a status. Raises `UnknownNameError`."""
        word = name.strip().lower()
        found = [case.id for case in self._cases if word in _words(case)]
        if not found:
            words = tuple(dict.fromkeys(word for case in self._cases for word in _words(case)))
            raise UnknownNameError(name, nearest(word, words), self.case_ids)
        return tuple(dict.fromkeys(found))

    def schedule(self, case: ErrorCase) -> Callable[[str], Answer]:
        """The answers, attempt by attempt, for the operations that meet this case: call it with the operation's id."""
        times = case.times if case.mode == "recovers" else None
        return self._cassette(case.surface, case.cassette).playback.schedule(times, self.success)

    @cached_property
    def _cases(self) -> tuple[ErrorCase, ...]:
        names = sorted({name for _, name in self._files if name != SUCCESS})
        places = [(surface, name) for name in names for surface in self._catalog.surfaces]
        return tuple(case for place in places if place in self._files for case in self._cassette(*place).cases)

    @cached_property
    def _by_id(self) -> dict[tuple[str, str], ErrorCase]:
        return {(case.id, case.surface): case for case in self._cases}

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        """The names of the operations of each surface."""
        found: dict[str, tuple[str, ...]] = dict.fromkeys(self._catalog.surfaces, ())
        for operation in self._catalog.operations.values():
            found[operation.surface] += (operation.name,)
        return found

    @cached_property
    def _files(self) -> dict[tuple[str, str], list[Path]]:
        """The files of each surface and name: ours, then what joins or replaces it."""
        found: dict[tuple[str, str], list[Path]] = {}
        for root in (data.cassettes(), *self._own):
            for path in _layout(root, tuple(self._catalog.surfaces)):
                found.setdefault((path.parent.name, path.stem), []).append(path)
        return found

    def _load_success(self, operation: str) -> Answer:
        surface = operation.partition(".")[0]
        found: dict[str, Answer] = {}
        for path in self._files.get((surface, SUCCESS), ()):
            playback = self._open(path)
            read(playback.document, Answer(200), self._names[surface])
            found.update({name: playback.answers(name)[0] for name in playback.operations})
        self._success.update(found)
        if operation not in found:
            raise UnknownNameError(operation, nearest(operation, tuple(found)), tuple(found))
        return found[operation]

    def _cassette(self, surface: str, name: str) -> _Cassette:
        found = self._read.get((surface, name))
        if found is None:
            found = self._read[surface, name] = self._load_case(surface, name)
        return found

    def _load_case(self, surface: str, name: str) -> _Cassette:
        about = None
        for path in self._files[surface, name]:
            playback = self._open(path)
            answer = _only_answer(playback)
            about = read(playback.document, answer, self._names[surface], about)
        assert about is not None
        ids = tuple(f"{surface}.{one}" for one in about.operations)
        modes: tuple[Mode, ...] = ("recovers", "persists") if about.retryable else ("once",)
        return _Cassette(playback, about, tuple(_case(name, surface, mode, answer, about, ids) for mode in modes))

    def _open(self, path: Path) -> Playback:
        from pytest_customerio.cassettes.playback import open_cassette

        def operation_of(method: str, url: str, body: bytes | None) -> str:
            return self._operation(path.parent.name, method, url, body)

        with self.quiet():
            return open_cassette(path, operation_of)

    def _operation(self, surface: str, method: str, url: str, body: bytes | None) -> str:
        found = self._catalog.match(method, url, decode({}, body).value).operation
        if found is None:
            raise LookupError(f"{method} {url} with this body is no operation of Customer.io")
        if found.surface != surface:
            raise LookupError(f"{found.id} is no operation of {surface}: its cassettes belong into {found.surface}/")
        return found.id


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
    )


def _only_answer(playback: Playback) -> Answer:
    """The first answer of an error cassette. The others have its status: by it one tells that the error was met."""
    answers = [one for operation in playback.operations for one in playback.answers(operation)]
    kinds = {(one.status, one.fault) for one in answers}
    if len(kinds) > 1:
        shown = ", ".join(sorted(fault or str(status) for status, fault in kinds))
        raise playback.document.error(f"an error cassette has one status, this one has {shown}", "interactions")
    return answers[0]


def _words(case: ErrorCase) -> tuple[str, ...]:
    return (case.id, case.cassette, case.family, str(case.answer.status or case.family))


def _layout(root: Path, surfaces: tuple[str, ...]) -> Iterator[Path]:
    """The cassettes below a folder, which are laid out as `<surface>/<case>.yaml`."""
    if not root.is_dir():
        raise DataError(root, None, "no such folder")
    for path in sorted((*root.glob("*"), *root.glob("*/*"))):
        if path.suffix not in _SUFFIXES:
            continue
        if path.parent == root:
            raise DataError(path, None, f"a cassette lies in a folder named after its surface: {', '.join(surfaces)}")
        if path.parent.name not in surfaces and _is_of_a_test(path):
            continue
        check_known(path.parent.name, surfaces, "surface", partial(DataError, path, None))
        yield path


def _is_of_a_test(path: Path) -> bool:
    """Whether this is a recording of a test: they may lie in the same folder."""
    try:
        with path.open("rb") as file:
            return file.readline(200).startswith(f"# {OF_A_TEST}".encode())
    except OSError:
        return False
