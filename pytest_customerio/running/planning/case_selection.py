"""Which error cases a test asks for, by id, family or status."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.routes import read_routes
from pytest_customerio.core import data
from pytest_customerio.core.allowances import Allowance
from pytest_customerio.core.data import UnknownNameError
from pytest_customerio.core.marks import EACH, ErrorsMark, errors_mark
from pytest_customerio.core.model import ErrorCase
from pytest_customerio.core.nearest import did_you_mean
from pytest_customerio.core.settings import IniError, SettingsError

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

ALL_CASES = "all cases: python -m pytest_customerio errors"
ACCEPTED = "accepted: an id such as 429-rate-limited, a status, or a family: {families}"
SEVERAL = (
    "{given}: a word for {count} faults; {first} is replayed. Say which one is meant (others: {others}), or run all in"
    ' a mark: @pytest.mark.cio_errors("{word}")'
)


class CaseSelection:
    """Selects among all cases; raises `SettingsError` for a name that no case has. `rules` gives the known rules."""

    def __init__(self, catalog: Catalog, cassettes: Cassettes, rules: Callable[[], Collection[str]]) -> None:
        self._catalog = catalog
        self._cassettes = cassettes
        self.rules = rules

    def cases(self, case_id: str) -> dict[str, ErrorCase]:
        """One case on every surface that has it."""
        found = {surface: self._cassettes.case(case_id, surface) for surface in self._catalog.surfaces}
        return {surface: case for surface, case in found.items() if case is not None}

    def named_cases(self, given: str, word: str) -> list[dict[str, ErrorCase]]:
        """The cases that a test names in `cio.replay`, each on its surfaces; the first that applies is meant.

        A transient one persists, unless the id ends in `-recovers`.
        """
        ids = self.case_ids(given, (word,))
        name = word.strip().lower()
        lasting = [one for one in ids if not one.endswith("-recovers")] or list(ids)
        return [self.cases(one) for one in ([name] if name in ids else lasting)]

    def unclear(self, given: str, word: str) -> str:
        """What to say where a test names several faults of the network with one word in `cio.replay`, else nothing.

        Each fault asks something else of the application. The errors of a status differ in their cause only.
        """
        cassettes = {case.cassette: case.kind for cases in self.named_cases(given, word) for case in cases.values()}
        first, *others = cassettes
        if not others or set(cassettes.values()) != {"fault"}:
            return ""
        return SEVERAL.format(given=given, first=first, count=len(cassettes), others=", ".join(others), word=word)

    def marked_cases(self, given: str, args: Sequence[object], kwargs: Mapping[str, object]) -> tuple[str, ...]:
        """The ids of the cases that a `cio_errors` mark asks for."""
        mark = self.errors_mark(given, args, kwargs)
        ids = self.case_ids(given, mark.cases, mark.except_for)
        if not ids:
            raise SettingsError(f"{given}: except_for={mark.except_for!r} leaves no case")
        return ids

    def case_ids(self, given: str, words: Sequence[str], except_for: Sequence[str] = ()) -> tuple[str, ...]:
        """The ids that these words name, or all usual ids, without `except_for`; `given` says where the words stand."""
        wanted = self._found(given, words) if words else list(self._cassettes.usual_ids)
        excluded = set(self._found(given, except_for))
        return tuple(one for one in dict.fromkeys(wanted) if one not in excluded)

    def applies(self, operation: str, case: str) -> bool:
        """Whether an operation can draw a case."""
        return any(operation in one.operations for one in self.cases(case).values())

    def errors_mark(self, given: str, args: Sequence[object], kwargs: Mapping[str, object]) -> ErrorsMark:
        """A checked `cio_errors` mark; the operations that it names exist."""
        mark = errors_mark(given, args, kwargs)
        self._check_operations(f"{given}: operations", mark.operations, EACH)
        return mark

    def allowance(self, given: str, allowance: Allowance) -> Allowance:
        """An allowance with the ids of its cases; the cases and operations that it names exist."""
        self._check_operations(f"{given}: operation", allowance.operations)
        return replace(allowance, cases=tuple(self._found(f"{given}: case", allowance.cases)))

    def ini_allowance(self, allowance: Allowance) -> Allowance:
        """The same for an allowance of the ini. Raises `IniError`."""
        try:
            return self.allowance("", allowance)
        except SettingsError as error:
            raise IniError("cio_allow", allowance.given.removeprefix("ini cio_allow: "), str(error)[2:]) from None

    def _check_operations(self, given: str, names: Iterable[str], *others: str) -> None:
        """Refuse a name that is no operation. `others` are words that stand for several."""
        for name in names:
            if name not in self._catalog.operations:
                raise SettingsError(f"{given}={name!r}: there is no such operation{self._near(name, others)}")

    def _near(self, name: str, others: Sequence[str]) -> str:
        """What may be meant by the name of an operation that does not exist: a surface means one of its operations."""
        surface = name.strip().lower().removesuffix(".").removesuffix(".*")
        if surface in self._catalog.surfaces:
            return f" ({surface} is a surface; its operations: {self._listed(surface)})"
        near = did_you_mean(name, [*self._catalog.operations, *others])
        surfaces = ", ".join(self._catalog.surfaces)
        return near or f"; accepted: names such as track.event; the name of a surface lists its own: {surfaces}"

    def _listed(self, surface: str) -> str:
        """The operations of a surface; those of the table of routes are only counted, because they are many."""
        by_type = read_routes(data.schemas()).operations
        names = [one.id for one in self._catalog.of(surface)]
        own = [name for name in names if name not in by_type]
        more = len(names) - len(own)
        return ", ".join(own) + (f" and {more} more" if more else "")

    def _found(self, given: str, words: Iterable[str]) -> list[str]:
        ids: list[str] = []
        for word in words:
            try:
                ids += self._cassettes.find(word)
            except UnknownNameError as error:
                accepted = ACCEPTED.format(families=", ".join(self._cassettes.families))
                rest = f" (did you mean {error.nearest}?); {ALL_CASES}" if error.nearest else f"; {accepted}"
                raise SettingsError(f"{given}: {word!r} is no error case{rest}") from None
        return ids
