"""Recordings, asked again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.tools.drift.asking import Asked, Send, SkipError, ask
from pytest_customerio.tools.drift.recorded import Recording, chosen, load_folders

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
    return chosen(load_folders([folder], CATALOG), [])


def answering(answer: Answer) -> tuple[Send, list[WireRequest]]:
    asked: list[WireRequest] = []

    def send(recording: Recording) -> Answer:
        asked.append(recording.request)
        return answer

    return send, asked


def rules(found: list[Asked]) -> list[str]:
    return [violation.rule for one in found for violation in one.violations]


def asked(folder: Path) -> Callable[[Answer, int | None], list[Asked]]:
    return lambda answer, days: list(
        ask(recordings(folder), answering(answer)[0], (), None if days is None else (TODAY, days))
    )


def test_the_recorded_request_is_sent(tmp_path: Path) -> None:
    """As it stands in the cassette."""
    send, sent = answering(Answer(200, "OK", (), b'{"region": "eu"}'))
    (found,) = ask(recordings(tmp_path), send)
    assert [(one.method, one.url) for one in sent] == [("GET", "https://track.customer.io/api/v1/accounts/region")]
    assert found.violations == ()
    assert not found.drifted


def test_what_drifted(tmp_path: Path) -> None:
    """More than was recorded is no drift; less, another status and no answer at all are."""
    ask_for = asked(tmp_path)
    more = ask_for(Answer(200, "OK", (), b'{"region": "eu", "url": ""}'), None)
    assert (rules(more), more[0].drifted) == (["drift-field-added"], False)
    for answer in (Answer(200, "OK", (), b"{}"), Answer(500), Answer(fault="connection-reset")):
        assert ask_for(answer, None)[0].drifted
    (violation,) = ask_for(Answer(fault="connection-reset"), None)[0].violations
    assert (violation.rule, violation.expected, violation.got) == ("drift-status", "200", "connection-reset")


def test_age(tmp_path: Path) -> None:
    """Beside whatever else has changed."""
    same = Answer(200, "OK", (), b'{"region": ""}')
    assert rules(asked(tmp_path)(same, 22)) == []
    assert rules(asked(tmp_path)(same, 21)) == ["recording-too-old"]
    assert rules(asked(tmp_path)(Answer(500), 0)) == ["recording-too-old", "drift-status"]


def test_what_cannot_be_asked_there(tmp_path: Path) -> None:
    """Is told, and does not count as the same; an old one is old all the same."""

    def send(recording: Recording) -> Answer:
        raise SkipError("no key for it")

    (found,) = ask(recordings(tmp_path), send, oldest=(TODAY, 0))
    assert (found.skipped, rules([found])) == ("no key for it", ["recording-too-old"])
