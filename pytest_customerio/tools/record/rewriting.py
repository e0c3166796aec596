"""A cassette recorded again: what was drawn is new, what could not be drawn stays as it was and says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pytest_customerio.cassettes import writer
from pytest_customerio.cassettes.exchanges import Exchange
from pytest_customerio.cassettes.recording.fakes import Fakes
from pytest_customerio.cassettes.recording.scrub import Scrubber
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import Provenance
from pytest_customerio.tools.record.about import circumstances, drawn_from
from pytest_customerio.tools.record.canary import Planting
from pytest_customerio.tools.record.retakes import Source, Take
from pytest_customerio.tools.target import Target

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
    drawn = [take.answer for take in takes if take.answer is not None]
    if not drawn:
        return ""
    planting = _planting(catalog, takes, target)
    new, written = drawn_from(target, drawn, today), []
    abouts: dict[str, dict[str, Any]] = {}
    for take in [take for take in takes if take.answer is not None or not source.is_success]:
        written.append(writer.interaction(_kept(take, planting)))
        about = new if take.answer is not None else _said(told(source.name, take.operation))
        abouts.setdefault(take.operation.partition(".")[2], about)
    text = writer.text(_ABOUT.format(environment=target.environment), _metadata(source, abouts, target), written)
    planting.check(text)
    return text


def _kept(take: Take, planting: Planting) -> Exchange:
    """The cassette's own request, but for its headers, with the new answer or the one that it had."""
    scrubbed = planting.scrubbed(Exchange(take.was.request, take.answer or take.was.answer))
    request = replace(take.was.request, headers=scrubbed.request.headers)
    return Exchange(request, scrubbed.answer if take.answer is not None else take.was.answer)


def _metadata(source: Source, abouts: dict[str, dict[str, Any]], target: Target) -> dict[str, Any]:
    """The provenance of the first interaction; those of others that differ apart."""
    first = next(iter(abouts.values()))
    differs = {name: about for name, about in abouts.items() if about != first}
    return {**first, **circumstances(target, source.id), **({"differs": differs} if differs else {})}


def _said(about: Provenance) -> dict[str, Any]:
    found = {"source": about.source, "evidence": list(about.evidence), "date": about.date}
    return {**found, "environment": about.environment, "note": about.note}


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
    for said in (exchange.request, exchange.answer):
        yield from _leaves(said.payload.value)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
