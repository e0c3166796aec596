"""Compares recorded answers with new ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.tools.drift.answers.comparison import AnswerDrift, Send, SkipError, compare_answers
from pytest_customerio.tools.drift.answers.recordings import Recording, load_folders, select

CATALOG = Catalog.load()
TODAY = date(2026, 11, 23)


def recordings(folder: Path) -> list[Recording]:
    (folder / "track").mkdir(exist_ok=True)
    (folder / "track" / "200-ok.yaml").write_text(
        'metadata: {source: recorded, date: "2026-11-01", environment: sandbox}\ninteractions:\n'
        "- request: {method: GET, uri: 'https://track.customer.io/api/v1/accounts/region', headers: {}, body: null}\n"
        '  response: {status: {code: 200, message: OK}, headers: {}, body: {string: \'{"region": "us"}\'}}\n',
        encoding="utf-8",
    )
    return select(load_folders([folder], CATALOG), [])


def answering(answer: Answer) -> tuple[Send, list[WireRequest]]:
    sent: list[WireRequest] = []

    def send(recording: Recording) -> Answer:
        sent.append(recording.request)
        return answer

    return send, sent


def rules(found: list[AnswerDrift]) -> list[str]:
    return [violation.rule for one in found for violation in one.violations]


def comparing(folder: Path) -> Callable[[Answer, int | None], list[AnswerDrift]]:
    return lambda answer, days: list(
        compare_answers(recordings(folder), answering(answer)[0], (), None if days is None else (TODAY, days))
    )


def test_the_recorded_request_is_sent(tmp_path: Path) -> None:
    """The request is sent as the cassette contains it; other values in the answer are no drift."""
    send, sent = answering(Answer(200, "OK", (), b'{"region": "eu"}'))
    (found,) = compare_answers(recordings(tmp_path), send)
    assert [(one.method, one.url) for one in sent] == [("GET", "https://track.customer.io/api/v1/accounts/region")]
    assert found.violations == ()
    assert not found.drifted


def test_what_drifted(tmp_path: Path) -> None:
    """An added field is no drift. A removed field, another status, and a missing answer are."""
    compare = comparing(tmp_path)
    more = compare(Answer(200, "OK", (), b'{"region": "eu", "url": ""}'), None)
    assert (rules(more), more[0].drifted) == (["drift-field-added"], False)
    for answer in (Answer(200, "OK", (), b"{}"), Answer(500), Answer(fault="connection-reset")):
        assert compare(answer, None)[0].drifted
    (violation,) = compare(Answer(fault="connection-reset"), None)[0].violations
    assert (violation.rule, violation.expected, violation.got) == ("drift-status", "200", "connection-reset")


def test_age(tmp_path: Path) -> None:
    """A recording that is too old is a violation beside those of the answer."""
    same = Answer(200, "OK", (), b'{"region": ""}')
    assert rules(comparing(tmp_path)(same, 22)) == []
    assert rules(comparing(tmp_path)(same, 21)) == ["recording-too-old"]
    assert rules(comparing(tmp_path)(Answer(500), 0)) == ["recording-too-old", "drift-status"]


def test_recordings_that_are_skipped(tmp_path: Path) -> None:
    """A recording that is not asked for has the reason, and its age is still checked."""

    def send(recording: Recording) -> Answer:
        raise SkipError("no key for it")

    (found,) = compare_answers(recordings(tmp_path), send, oldest=(TODAY, 0))
    assert (found.skipped, rules([found])) == ("no key for it", ["recording-too-old"])
