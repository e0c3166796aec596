"""Ask a target anew for what a cassette tells: send its own requests again, and see whether that draws the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pytest_customerio.cassettes.cases import SUCCESS, Cassettes
from pytest_customerio.cassettes.document import Document
from pytest_customerio.cassettes.exchanges import Exchange, exchanges
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import Answer, Operation, WireRequest
from pytest_customerio.tools.target import Target, made_up

# Why no target can be made to give an answer, by family, then by cassette.
FAMILIES: Mapping[str, str] = {
    "403": "depends on the rights of a key",
    "429": "needs more requests than a sandbox should get",
    "5xx": "comes when it comes",
    "network": "no answer of Customer.io's",
    "3xx": "needs a workspace of the other region",
}
ALONE: Mapping[str, str] = {
    "200-empty": "no service in order answers so",
    "200-not-json": "no service in order answers so",
    "200-not-object": "no service in order answers so",
    "200-truncated-json": "no service in order answers so",
    "200-wrong-content-type": "no service in order answers so",
    "207-empty-errors": "no service in order answers so",
    "400-workspace-id-required": "needs a service account",
    "401-wrong-region": "needs a workspace of the other region",
}
_WRONG_TYPE = {"basic": "bearer", "bearer": "basic", "write-key": "bearer"}


@dataclass(frozen=True, slots=True)
class Take:
    """One recorded interaction asked anew: `answer` is the new one where it is the same case, else `why` it is not."""

    operation: str
    was: Exchange
    answer: Answer | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A cassette to be recorded again. `was` is how sure it is now, `hopeless` says why there is no use in asking."""

    surface: str
    name: str
    path: Path
    words: tuple[str, ...]
    was: str
    hopeless: str = ""

    @property
    def id(self) -> str:
        """`track/400-invalid-id`."""
        return f"{self.surface}/{self.name}"

    @property
    def is_success(self) -> bool:
        """Whether it holds one answer for each operation, not one error."""
        return self.name == SUCCESS


# What has to be there for the look-ups to find it, in order: operation, method, place, payload. A sandbox gets it all,
# a workspace the people only.
_PEOPLE = (
    ("track.identify", "PUT", "/api/v1/customers/42", {"email": "ada@example.com", "plan": "basic"}),
    ("track.identify", "PUT", "/api/v1/customers/43", {"email": "grace@example.com"}),
)
_OWNED = {"type": "object", "identifiers": {"object_type_id": "1", "object_id": "acme"}, "attributes": {"name": "Acme"}}
_TIE = {"cio_relationships": [{"identifiers": {"id": "42"}}]}
_THINGS = (
    ("track_v2.object_identify", "POST", "/api/v2/entity", {**_OWNED, "action": "identify", **_TIE}),
    ("track.add_to_segment", "POST", "/api/v1/segments/7/add_customers", {"ids": ["42"]}),
    *(("app.trigger_broadcast", "POST", "/v1/campaigns/12/triggers", {"ids": ["42"]}) for _ in range(3)),
)


def furnish(target: Target, catalog: Catalog) -> None:
    """Begin anew, with what the requests speak of. Raises `UnreachableError`."""
    target.reset()
    for name, method, place, payload in (*_PEOPLE, *(_THINGS if target.url else ())):
        operation = catalog.operations[name]
        if not target.missing(operation):
            request = WireRequest(method, place, {"content-type": "application/json"}, dumps(payload).encode())
            target.ask(request, place, operation, target.keys.authorization(operation.auth))


def sources(cassettes: Cassettes, catalog: Catalog) -> list[Source]:
    """What there is to record: of each surface and name the file that counts."""
    cases = {(case.surface, case.cassette): case for case in cassettes.cases()}
    found = []
    for (surface, name), path in sorted(cassettes.files().items()):
        case = cases.get((surface, name))
        words = (surface, name, f"{surface}/{name}", *((case.family,) if case else ()))
        ids = tuple(one.id for one in cassettes.cases() if one.cassette == name)
        was = case.provenance.source if case else "documented"
        hopeless = ALONE.get(name) or FAMILIES.get(case.family if case else "", "")
        found.append(Source(surface, name, path, (*words, *ids), was, hopeless))
    return found


def takes(source: Source, target: Target, catalog: Catalog) -> Iterator[Take]:
    """Each interaction of a cassette, asked anew. Raises `DataError` for a file that cannot be used, and
    `UnreachableError`.
    """
    document = Document(source.path)
    if source.is_success:
        furnish(target, catalog)
    else:
        target.reset()
    for index, was in enumerate(exchanges(document)):
        found = catalog.match(was.request.method, was.request.url, was.request.payload.value)
        operation = found.operation or next(iter(found.candidates), None)
        if operation is None or operation.surface != source.surface:
            where = ("interactions", index, "request", "uri")
            raise document.error(f"no operation of {source.surface}", *where)
        yield _take(source, target, operation, was)


def _take(source: Source, target: Target, operation: Operation, was: Exchange) -> Take:
    why = target.missing(operation)
    if why:
        return Take(operation.id, was, why=why)
    parts = urlsplit(was.request.url)
    place = parts.path + (f"?{parts.query}" if parts.query else "")
    got = target.ask(was.request, place, operation, authorization(source.name, target, operation))
    why = _difference(was.answer, got)
    return Take(operation.id, was, why=why) if why else Take(operation.id, was, got)


def authorization(name: str, target: Target, operation: Operation) -> str | None:
    """The key that draws a case: one that is nobody's, that of another API, or the right one."""
    if operation.auth == "none":
        return None
    if name == "401-unauthorized":
        return made_up(operation.auth)
    if name == "401-wrong-key-type":
        return target.keys.authorization(_WRONG_TYPE[operation.auth]) or made_up(_WRONG_TYPE[operation.auth])
    return target.keys.authorization(operation.auth)


def _difference(was: Answer, got: Answer) -> str:
    """Why this is not the case that it was; nothing where it is."""
    if got.status != was.status:
        return f"answered {got.status}, not {was.status}"
    if got.status < 300 and not _fits(was.payload.value, got.payload.value):
        return f"answered {got.status} with another body"
    return ""


def _fits(was: Any, got: Any) -> bool:
    """Whether a success tells what it told: the same members of the same types, lists empty or not as they were."""
    if isinstance(was, dict) and isinstance(got, dict):
        shared = set(was) & set(got)
        return (not was or bool(shared) or not got) and all(_fits(was[key], got[key]) for key in shared)
    if isinstance(was, list) and isinstance(got, list):
        return bool(was) == bool(got)
    return type(was) is type(got) or {type(was), type(got)} <= {int, float} or was is None
