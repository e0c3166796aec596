"""Path templates such as `/v1/segments/{segment_id}`: which paths have their form, and with which parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import unquote

from pytest_customerio.core.operation import Operation

# By surface, method, number of segments, and first segment, which is a word in each template.
Endpoints = dict[tuple[str, str, int, str], list[tuple[tuple[str, ...], tuple[Operation, ...]]]]


def by_endpoint(operations: Iterable[Operation]) -> Endpoints:
    """The operations by surface, method, number of segments and first one; words come before parameters."""
    shared: dict[tuple[str, str, tuple[str, ...]], list[Operation]] = {}
    for each in operations:
        shared.setdefault((each.surface, each.method, template_of(each)), []).append(each)
    routes: Endpoints = {}
    literal_first = sorted(shared.items(), key=lambda item: [part.startswith("{") for part in item[0][2]])
    for (surface, method, template), sharing in literal_first:
        routes.setdefault((surface, method, len(template), template[0]), []).append((template, tuple(sharing)))
    return routes


def fit(template: tuple[str, ...], segments: tuple[str, ...]) -> Mapping[str, str] | None:
    """The decoded parameters of a path that has the form of the template and as many segments; else None."""
    given = []
    for expected, got in zip(template, segments, strict=True):
        if expected.startswith("{"):
            given.append((expected[1:-1], got))
        elif expected != got:
            return None
    return MappingProxyType({name: unquote(got, errors="surrogateescape") for name, got in given})


def template_of(operation: Operation) -> tuple[str, ...]:
    """The segments of the path of an operation."""
    return tuple(operation.path.split("/")[1:])


def fits(template: Sequence[str], segments: Sequence[str]) -> bool:
    """Whether a path has the form of the template."""
    pairs = zip(template, segments, strict=False)
    return len(template) == len(segments) and all(part.startswith("{") or part == got for part, got in pairs)
