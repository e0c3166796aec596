"""A cassette recorded again: what was drawn is new, what could not be drawn stays as it was and says so."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib import metadata as packages
from json import loads
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pytest_customerio.catalog import Catalog
from pytest_customerio.model import Answer, Provenance
from pytest_customerio.recording import writer
from pytest_customerio.recording.cases import Source, Take
from pytest_customerio.recording.fakes import Fakes
from pytest_customerio.recording.planted import Planting
from pytest_customerio.recording.scrub import Exchange, Scrubber
from pytest_customerio.recording.target import Target

SOURCE_HEADER = "x-sandbox-source"
_ABOUT = "Recorded by `python -m pytest_customerio record`, from {environment}."


def cassette(
    source: Source,
    takes: Sequence[Take],
    target: Target,
    catalog: Catalog,
    told: Callable[[str, str], Provenance],
    today: str,
) -> str:
    """The text of the file; nothing where no interaction was drawn. Raises `LeakError`.

    `told` gives what the cassette said of an operation so far.
    """
    drawn = [take for take in takes if take.answer is not None]
    if not drawn:
        return ""
    planting = _planting(catalog, takes, target)
    written: list[dict[str, Any]] = []
    abouts: dict[str, dict[str, Any]] = {}
    for take in takes if len(drawn) == len(takes) or not source.is_success else drawn:
        new = replace(take.was, answer=take.answer) if take.answer is not None else None
        scrubbed = planting.scrubbed(new) if new is not None else take.was
        headers = planting.scrubbed(take.was).request.headers
        kept = Exchange(replace(take.was.request, headers=headers), scrubbed.answer)
        written.append(writer.interaction(kept))
        name = take.operation.partition(".")[2]
        abouts.setdefault(
            name, recorded(target, drawn, today) if new is not None else _said(told(source.name, take.operation))
        )
    text = writer.text(_ABOUT.format(environment=target.environment), _metadata(source, abouts, target), written)
    planting.check(text)
    return text


def recorded(target: Target, takes: Sequence[Take], today: str) -> dict[str, Any]:
    """The provenance of what was recorded now."""
    labels = sorted({value for take in takes for value in _labels(take.answer)})
    note = f"answered by a sandbox, which calls that {', '.join(labels)}" if target.kind != "workspace" else ""
    about = {"source": "recorded", "date": today, "environment": target.environment}
    return {**about, **({"note": note.removesuffix(", which calls that ")} if note else {})}


def versions() -> dict[str, str]:
    """Of what recorded it."""
    python = ".".join(map(str, sys.version_info[:3]))
    return {"pytest-customerio": _version("pytest-customerio"), "vcrpy": _version("vcrpy"), "python": python}


def _version(name: str) -> str:
    try:
        return packages.version(name)
    except packages.PackageNotFoundError:
        return "unknown"


def _metadata(source: Source, abouts: dict[str, dict[str, Any]], target: Target) -> dict[str, Any]:
    """The provenance of the first interaction; those of others that differ apart."""
    first = next(iter(abouts.values()))
    differs = {name: about for name, about in abouts.items() if about != first}
    more = {"region": target.region, "versions": versions(), "request": source.id}
    return {**first, **more, **({"differs": differs} if differs else {})}


def _said(about: Provenance) -> dict[str, Any]:
    found = {"source": about.source, "evidence": list(about.evidence), "date": about.date}
    return {**found, "environment": about.environment, "note": about.note}


def _labels(answer: Answer | None) -> list[str]:
    return [value for name, value in (answer.headers if answer else ()) if name.lower() == SOURCE_HEADER]


def _planting(catalog: Catalog, takes: Sequence[Take], target: Target) -> Planting:
    """The values that the cassette tells already stand."""
    known = {text for take in takes for text in _values(take.was)}
    fakes = Fakes()
    planting = Planting(Scrubber(catalog, fakes, known), fakes)
    planting.secrets.update(target.keys.all)
    return planting


def _values(exchange: Exchange) -> Iterator[str]:
    parts = urlsplit(exchange.request.url)
    yield from (unquote(part) for part in parts.path.split("/"))
    yield from (value for _, value in parse_qsl(parts.query))
    for body in (exchange.request.body, exchange.answer.body):
        try:
            yield from _leaves(loads(body) if body else None)
        except (ValueError, RecursionError):
            yield body.decode("utf-8", "replace")


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
