"""Reads the `metadata` of a cassette: how sure its answer is, which operations it concerns, what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, cast, get_args

from pytest_customerio.cassettes.conditions import CONDITIONS
from pytest_customerio.cassettes.prepared import prepared_data
from pytest_customerio.contract.rules import vocabulary
from pytest_customerio.core.data import DataError
from pytest_customerio.core.model import CONNECT_FAULTS, Accepted, Answer, Kind, Provenance, Source
from pytest_customerio.core.nearest import nearest

if TYPE_CHECKING:
    from pytest_customerio.cassettes.document import Document

SOURCES: tuple[str, ...] = get_args(Source)
KINDS: tuple[str, ...] = get_args(Kind)
ACCEPTED: tuple[str, ...] = get_args(Accepted)
# The columns of the matrix. A project may have columns of its own.
FAMILIES = ("400", "401", "403", "404", "408", "413", "422", "429", "5xx", "207", "2xx", "3xx", "network")
_TRANSIENT = ("408", "429", "5xx", "network")
# The members that a cassette's metadata may have; a project may add its own.
_MEMBERS = (
    *("source", "evidence", "date", "environment", "note", "operations", "except", "family", "retryable", "cause"),
    *("todo", "rules", "kind", "accepted", "when", "only_by_name", "differs"),
)
# After these faults it is unknown whether the payload was taken. After a fault while connecting it was not taken, after
# any other fault it was.
_OPEN_FAULTS = ("connection-reset", "read-timeout")


class About(NamedTuple):
    """The facts of one error cassette. `operations` are names within the surface; `differs` has those of exceptions.

    `when` are the conditions of the case, each with the public address that tells of it. With `only_by_name` no family
    or status means the case.
    """

    provenance: Provenance
    operations: tuple[str, ...]
    retryable: bool
    family: str
    cause: str = ""
    todo: str = ""
    rules: tuple[str, ...] = ()
    kind: Kind = "status"
    accepted: Accepted = "perhaps"
    when: Mapping[str, str] = {}
    only_by_name: bool = False
    differs: Mapping[str, About] = {}

    def of(self, operation: str) -> About:
        """The facts for the operation with this name."""
        return self.differs.get(operation, self)


def read(document: Document, answer: Answer, names: Sequence[str], base: About | None = None) -> About:
    """The facts of an error cassette; `names` are the operations of its surface.

    Only `source` must be given. What else is left out comes from `base`, which is the cassette that this one replaces,
    or from the answer. Raises `DataError` with the line of what cannot be used.
    """
    fields = _fields(document, names)
    base = base or _default(answer, names)
    about = About(
        provenance=fields.provenance(),
        operations=fields.operations("operations", base.operations),
        retryable=fields.flag("retryable", default=base.retryable),
        family=fields.own_word("family", FAMILIES, base.family),
        cause=fields.text("cause", base.cause),
        todo=fields.text("todo", base.todo),
        rules=fields.rules(base.rules),
        kind=cast("Kind", fields.word("kind", KINDS, base.kind)),
        accepted=cast("Accepted", fields.word("accepted", ACCEPTED, base.accepted)),
        when=fields.conditions(base.when),
        only_by_name=fields.flag("only_by_name", default=base.only_by_name),
    )
    fields.check_members()
    return about._replace(differs=fields.differing(about))


def check_known(word: object, known: Sequence[str], kind: str, error: Callable[[str], DataError]) -> None:
    """Raise the error if the word is none of the known ones; its text names the nearest one and all of them."""
    if word not in known:
        meant = nearest(str(word), known)
        hint = f"; did you mean {meant}?" if meant else "."
        raise error(f"no such {kind}: {word!r}{hint} There are {', '.join(known)}")


class _Fields(NamedTuple):
    """One mapping of a cassette's metadata, read field by field."""

    document: Document
    given: Mapping[str, Any]
    names: Sequence[str]
    at: tuple[str, ...] = ("metadata",)

    def error(self, cause: str, *keys: str | int) -> DataError:
        return self.document.error(cause, *self.at, *keys)

    def check_members(self) -> None:
        """Refuse a member that is nearly one of ours: it would say nothing."""
        for key in [str(each) for each in self.given if each not in _MEMBERS]:
            if meant := nearest(key, _MEMBERS, 0.75):
                raise self.error(f"no such member of metadata: {key!r}; did you mean {meant}?", key)

    def text(self, key: str, default: str = "") -> str:
        value = self.given.get(key, default)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.error(f"{'.'.join((*self.at, key))} is text", key)
        return str(value).strip()

    def word(self, key: str, known: Sequence[str], default: str) -> str:
        value = self.text(key, default)
        self._known(value, known, key, key)
        return value

    def own_word(self, key: str, known: Sequence[str], default: str) -> str:
        """A word that may be the project's own, unless it is nearly one of the known words."""
        value = self.text(key, default)
        self._refuse_near(value, known, key)
        return value

    def rules(self, default: tuple[str, ...]) -> tuple[str, ...]:
        """Names of rules, also such as only contracts of the project know."""
        found = self.texts("rules", default)
        if found and prepared_data(self.document.path) is None:  # the shipped cassettes were checked
            for name in found:
                self._refuse_near(name, tuple(vocabulary()), "rules")
        return found

    def _refuse_near(self, word: str, known: Sequence[str], key: str) -> None:
        if word not in known and (meant := nearest(word, known, 0.85)):
            raise self.error(f"{'.'.join((*self.at, key))}: {word!r} is not known; did you mean {meant}?", key)

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        value = self.given.get(key, default)
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list | tuple) or not all(isinstance(one, str) for one in listed):
            raise self.error(f"{'.'.join((*self.at, key))} is a list of texts", key)
        return tuple(listed)

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.given.get(key, default)
        if not isinstance(value, bool):
            raise self.error(f"{'.'.join((*self.at, key))} is true or false", key)
        return value

    def operations(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        if self.given.get(key) == "all":
            excepted = self.texts("except")
            for name in excepted:
                self._known(name, self.names, "operation of this surface", "except")
            return tuple(name for name in self.names if name not in excepted)
        found = self.texts(key, default)
        for name in found:
            self._known(name, self.names, "operation of this surface", key)
        return found

    def conditions(self, default: Mapping[str, str]) -> Mapping[str, str]:
        given = self.given.get("when", default)
        texts = isinstance(given, Mapping) and all(isinstance(one, str) for pair in given.items() for one in pair)
        if not texts:
            raise self.error(f"{'.'.join((*self.at, 'when'))} is a mapping of conditions to their sources", "when")
        for name in given:
            self._known(name, tuple(CONDITIONS), "condition", "when")
        return dict(given)

    def provenance(self, base: Provenance | None = None) -> Provenance:
        if base is None and "source" not in self.given:
            meant = nearest("source", [str(key) for key in self.given])
            hint = f" (found `{meant}`)" if meant else ""
            raise self.error(f"metadata.source is missing{hint}: say {_either(SOURCES)}", "source")
        base = base or Provenance("synthetic")
        return Provenance(
            source=cast("Source", self.word("source", SOURCES, base.source)),
            evidence=self.texts("evidence", base.evidence),
            date=self.text("date", base.date),
            environment=self.text("environment", base.environment),
            note=self.text("note", base.note),
        )

    def differing(self, about: About) -> dict[str, About]:
        found = self.given.get("differs", {})
        if not isinstance(found, Mapping):
            raise self.error("metadata.differs is a mapping of operations", "differs")
        known: dict[int, About] = {}  # one mapping may serve several operations, through an alias
        for name, given in found.items():
            if id(given) not in known or name not in self.names:
                known[id(given)] = self._differing(name, given, about)
        return {name: known[id(given)] for name, given in found.items()}

    def _differing(self, name: str, given: object, about: About) -> About:
        self._known(name, self.names, "operation of this surface", "differs")
        if not isinstance(given, Mapping):
            raise self.error(f"metadata.differs.{name} is a mapping", "differs", name)
        fields = self._replace(given=given, at=(*self.at, "differs", name))
        return about._replace(
            provenance=fields.provenance(about.provenance),
            cause=fields.text("cause", about.cause),
            todo=fields.text("todo", about.todo),
            rules=fields.rules(about.rules),
            when=fields.conditions(about.when),
        )

    def _known(self, word: str, known: Sequence[str], kind: str, key: str) -> None:
        check_known(word, known, kind, lambda cause: self.error(cause, key))


def _fields(document: Document, names: Sequence[str]) -> _Fields:
    metadata = document.metadata
    if metadata is None:
        metadata = {}
    if not isinstance(metadata, Mapping):
        raise document.error("metadata is a mapping", "metadata")
    return _Fields(document, metadata, names)


def _default(answer: Answer, names: Sequence[str]) -> About:
    family = _family(answer)
    return About(
        Provenance("synthetic"),
        tuple(names),
        retryable=family in _TRANSIENT,
        family=family,
        cause=answer.fault or answer.reason,
        kind=_kind(answer),
        accepted=_accepted(answer),
    )


def _family(answer: Answer) -> str:
    if answer.fault:
        return "network"
    alone = 400 <= answer.status < 500 or answer.status == 207
    return str(answer.status) if alone else f"{answer.status // 100}xx"


def _kind(answer: Answer) -> Kind:
    if answer.fault:
        return "fault"
    if answer.status == 207:
        return "partial"
    kinds: dict[int, Kind] = {2: "malformed", 3: "redirect"}
    return kinds.get(answer.status // 100, "status")


def _accepted(answer: Answer) -> Accepted:
    if answer.fault:
        return "never" if answer.fault in CONNECT_FAULTS else "perhaps" if answer.fault in _OPEN_FAULTS else "surely"
    if answer.status == 207:
        return "partly"
    found: dict[int, Accepted] = {2: "surely", 3: "never", 4: "never"}
    return found.get(answer.status // 100, "perhaps")


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
