"""The page of all segments, and the page of one segment with its members."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.pages.formatting import shorten
from pytest_customerio.tools.sandbox.pages.frame import PEOPLE, SEGMENTS, Context, frame, rows
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.workspace.people.segments import Segment


def segments_page(service: Service, query: Query) -> Context:
    """The segments whose number, name or description contains the words of a query."""
    words = query.words.casefold()
    matching = (each for each in service.workspace.segments.values() if words in _searched_text(each))
    listed, links = rows(matching, query, SEGMENTS)
    return {**frame(service, "segments", query), "segments": [_segment_row(each) for each in listed], **links}


def segment_page(service: Service, number: int, query: Query) -> Context | None:
    """One segment, with a page of its members."""
    segment = service.workspace.segments.get(number)
    if segment is None:
        return None
    members, links = rows(segment.members, query, f"{SEGMENTS}/{number}")
    return {
        **frame(service, "segments", query),
        "segment": _segment_row(segment),
        "members": [_member(service, each) for each in members],
        **links,
    }


def _segment_row(segment: Segment) -> Context:
    return {
        "id": segment.id,
        "name": shorten(segment.name, 120),
        "description": shorten(segment.description, 300),
        "named_only": segment.implicit,
        "members": len(segment.members),
    }


def _member(service: Service, cio_id: str) -> tuple[str, str, list[str]]:
    """Address and name of a member, and the other identifiers."""
    person = service.workspace.people.find(("cio_id", cio_id))
    assert person is not None  # the members of a segment exist
    name = person.display_name
    others = [shorten(each, 80) for each in person.identifiers.values() if each != name]
    return f"{PEOPLE}/{cio_id}", shorten(name, 80), others


def _searched_text(segment: Segment) -> str:
    return f"{segment.id} {segment.name} {segment.description}".casefold()
