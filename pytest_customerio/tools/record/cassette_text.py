"""Writes the text of a cassette that was recorded again: the new answers, and old ones with their provenance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pytest_customerio.cassettes import writer
from pytest_customerio.cassettes.exchanges import Exchange
from pytest_customerio.cassettes.recording.fakes import Fakes
from pytest_customerio.cassettes.recording.scrub import Scrubber
from pytest_customerio.cassettes.successes import SUCCESS
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Provenance
from pytest_customerio.tools.record.canary import CanaryScrubber
from pytest_customerio.tools.record.candidates import Candidate
from pytest_customerio.tools.record.metadata import circumstances, origin
from pytest_customerio.tools.record.repetition import Repetition
from pytest_customerio.tools.target import Target

RECORDED_BY_COMMAND = "Recorded by `python -m pytest_customerio record`"
_HEADER = RECORDED_BY_COMMAND + ", from {environment}."


def cassette_text(
    candidate: Candidate,
    repetitions: Sequence[Repetition],
    target: Target,
    catalog: Catalog,
    old_provenance: Callable[[str, str], Provenance],
    today: str,
) -> str:
    """The text of the file; empty where no request drew its case again. Raises `LeakError`.

    `old_provenance` gives the provenance that the cassette has stated until now, by cassette and operation.
    """
    answers = [one.answer for one in repetitions if one.answer is not None]
    if not answers:
        return ""
    scrubber = _scrubber(catalog, repetitions, target)
    new = origin(target, answers, today)
    # A success cassette keeps no old answers: the shipped one answers for the operations that it leaves out.
    written = [one for one in repetitions if one.answer is not None or candidate.name != SUCCESS]
    provenances: dict[str, dict[str, Any]] = {}
    for one in written:
        provenance = new if one.answer is not None else _as_metadata(old_provenance(candidate.name, one.operation))
        provenances.setdefault(one.operation.partition(".")[2], provenance)
    interactions = [writer.interaction(_scrubbed(one, scrubber)) for one in written]
    header = _HEADER.format(environment=target.environment)
    text = writer.text(header, _metadata(candidate, provenances, target), interactions)
    scrubber.check(text)
    return text


def _scrubbed(repetition: Repetition, scrubber: CanaryScrubber) -> Exchange:
    """The recorded request with scrubbed headers, and the new answer scrubbed, or the recorded answer as it is."""
    recorded = repetition.recorded
    scrubbed = scrubber.scrubbed(Exchange(recorded.request, repetition.answer or recorded.answer))
    request = replace(recorded.request, headers=scrubbed.request.headers)
    return Exchange(request, scrubbed.answer if repetition.answer is not None else recorded.answer)


def _metadata(candidate: Candidate, provenances: dict[str, dict[str, Any]], target: Target) -> dict[str, Any]:
    """The provenance of the first operation is that of the file; those that differ are listed by operation."""
    first = next(iter(provenances.values()))
    differs = {name: provenance for name, provenance in provenances.items() if provenance != first}
    return {**first, **circumstances(target, candidate.id), **({"differs": differs} if differs else {})}


def _as_metadata(provenance: Provenance) -> dict[str, Any]:
    found = {"source": provenance.source, "evidence": list(provenance.evidence), "date": provenance.date}
    return {**found, "environment": provenance.environment, "note": provenance.note}


def _scrubber(catalog: Catalog, repetitions: Sequence[Repetition], target: Target) -> CanaryScrubber:
    """A scrubber that leaves the values alone that the cassette contains already: they are made up."""
    known = {text for one in repetitions for text in _values(one.recorded)}
    fakes = Fakes()
    scrubber = CanaryScrubber(Scrubber(catalog, fakes, known), fakes)
    scrubber.secrets.update(target.keys.all)
    return scrubber


def _values(exchange: Exchange) -> Iterator[str]:
    parts = urlsplit(exchange.request.url)
    yield from (unquote(part) for part in parts.path.split("/"))
    yield from (value for _, value in parse_qsl(parts.query))
    for message in (exchange.request, exchange.answer):
        yield from _leaves(message.payload.value)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
