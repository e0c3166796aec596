"""What a report shows of a test besides its rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from observed import RATE, attempts

from pytest_customerio.core.model import Interaction, Verdict
from pytest_customerio.core.observation import Observation
from pytest_customerio.judging.judgement import Judgement
from pytest_customerio.reporting.sentences.answered import Answered
from pytest_customerio.running.checked.checked import CheckedTest
from pytest_customerio.running.noted.details import ANSWERS, ATTEMPTS, Details, note
from pytest_customerio.running.session import Session

EVENTS = "https://track.customer.io/api/v1/customers/ada@example.com/events"
BODY = b'{"name": "purchase", "data": {"email": "ada@example.com"}}'
CALL = Interaction("requests", "POST", EVENTS, {"authorization": "Basic c2VjcmV0"}, BODY, sent_from="a.py:1 in f")


def judged(case: str = "429-rate-limited-persists", **seen: object) -> Judgement:
    """How one payload was handled that met a 429 three times."""
    observation = Observation(RATE._replace(id=case), attempts(RATE, 0, 1, 3), **seen)
    return Judgement(observation.case, "track.identify", observation, "lost", (), 3, "app.crm")


def test_a_request_is_noted_without_what_is_personal(session: Session) -> None:
    """Neither the identifier in the address, nor a value of the payload, nor the key is in it."""
    operation = session.catalog.operations["track.event"]
    found = note(replace(CALL, status=200, attempts=1), operation)
    assert found == {
        "request": "POST https://track.customer.io/api/v1/customers/…/events",
        "client": "requests",
        "sent_from": "a.py:1 in f",
        "payload": '{\n  name: "purchase"\n  data: {\n    email: text of 15 characters, "xxx@xxxxxxx.xxx"\n  }\n}',
        "answer": "200",
        "by_mock": False,
    }
    assert 'name: "purchase"' not in note(CALL, None)["payload"]
    assert 'name: "purchase"' in note(CALL, session.catalog.operations["track_v2.person_event"])["payload"]


def test_who_answered_a_request() -> None:
    """A request that has a status and never reached the network was answered by a mock; a call of a mock always is."""
    assert note(replace(CALL, status=200), None)["by_mock"] is True
    assert note(replace(CALL, raised="Timeout", attempts=2), None)["answer"] == "Timeout"
    assert note(CALL, None)["by_mock"] is False
    found = note(replace(CALL, client="mock of CustomerIO.track", url="", body_known=False), None)
    assert (found["by_mock"], found["request"], found["answer"]) == (True, "", "")
    assert found["payload"] == "not known: the client did not read it"


def test_the_details_of_a_verdict(session: Session, begun: Callable[..., CheckedTest]) -> None:
    """Requests, answers, the attempts in seconds that were waited, and what the application did; each as JSON."""
    test = begun()
    test.judgements = [judged(raised=ValueError("x"), raised_at="a.py:3 in f"), judged()]
    test.answered = {
        Answered("track.identify", f"{number} OK", "the success on file", None): None for number in range(20)
    }
    rows = [Verdict("t", "track.identify", "429-rate-limited-persists", "lost"), Verdict("t", "track.event")]
    found = Details(session.cassettes).of(test, rows)
    requests, answers, replayed, did = map(json.loads, found["rows"][0])
    assert requests == []
    assert answers[0] == ["0 OK", "the success on file", ""]
    assert len(answers) == ANSWERS
    assert replayed == [[0.0, "429", 1], [1.0, "429", 1], [3.0, "429", 1]]
    assert did == {"raised": "ValueError at a.py:3 in f", "logged": "app.crm", "payloads": 2}
    assert list(map(json.loads, found["rows"][1])) == [[], [], None, None]


def test_attempts_are_bounded(session: Session, begun: Callable[..., CheckedTest]) -> None:
    """Who retries without end is cut."""
    test = begun()
    one = judged()
    seen = one.observation._replace(attempts=attempts(RATE, *range(ATTEMPTS * 2)))
    test.judgements = [one._replace(observation=seen)]
    verdict = Verdict("t", "track.identify", "429-rate-limited-persists", "lost")
    (row,) = Details(session.cassettes).of(test, [verdict])["rows"]
    assert len(json.loads(row[2])) == ATTEMPTS


def test_an_answer_is_reported_once_in_a_session(session: Session, begun: Callable[..., CheckedTest]) -> None:
    """The success of each operation, and each case as it was met, with where they come from."""
    test = begun()
    test.judgements = [judged()]
    rows = [
        Verdict("t", "track.identify", "429-rate-limited-persists", "lost"),
        Verdict("t", "app.list_campaigns"),
        Verdict("t", "unknown"),
    ]
    details = Details(session.cassettes)
    answers = details.of(test, rows)["answers"]
    assert {name: sorted(found) for name, found in answers.items()} == {
        "track.identify": ["", "429-rate-limited-persists"],
        "app.list_campaigns": [""],
    }
    success = answers["track.identify"][""]
    assert (success["answer"], success["source"], success["body"]) == ("200 OK", "observed", "{}")
    assert success["evidence"][0].startswith("https://github.com/customerio/customerio-node")
    case = answers["track.identify"]["429-rate-limited-persists"]
    assert (case["answer"], case["cause"], case["todo"]) == (
        "429 Too Many Requests, no Retry-After",
        "too fast",
        "retry",
    )
    assert answers["app.list_campaigns"][""]["source"] == "synthetic"
    assert details.of(test, rows)["answers"] == {}
