"""Rule `payload-changed`: a retry that makes a part of its payload anew is a payload of its own each time."""

from __future__ import annotations

from json import dumps

import pytest

from pytest_customerio.core.model import Answer, ErrorCase, Provenance
from pytest_customerio.core.observation import Attempt, Message, Observation, Workspace
from pytest_customerio.judging.judgement import CaseJudge
from pytest_customerio.judging.remade import remade

LIMITED = ErrorCase(
    "429-persists", "429", "track", "persists", Answer(429), True, (), "429", "", "", Provenance("synthetic")
)
EVENTS = "track.event POST /api/v1/customers/42/events?"
AFTER = (0.0, 1.0, 3.0, 7.0)


def seen(*bodies, after=AFTER, place=EVENTS, flow=1, case=LIMITED, times=1, draining=False, twice="event"):
    """One observation for each payload, whose only attempt is made at one of these times, all of them waited."""
    observations = []
    for at, body in zip(after, bodies, strict=False):
        said = body if isinstance(body, str) else dumps(body, sort_keys=True)
        message = Message(f"{place}\n{said}", twice=twice)
        attempt = Attempt("", "track.event", at, 429, None, draining, (message,), met=True, flow=flow, waited=at)
        observations.append(Observation(case, [attempt] * times))
    return observations


def bought(**data):
    return {"name": "bought", "data": data}


def elsewhere(body, number):
    """The payload is for another workspace than that of any other number."""
    (one,) = seen(body, after=[AFTER[number]])
    sent = [attempt._replace(workspace=Workspace(credentials=number)) for attempt in one.attempts]
    return [one._replace(attempts=sent)]


ORDERS = [bought(order=name) for name in "abcd"]


@pytest.mark.parametrize(
    ("observations", "found"),
    [
        (seen(*ORDERS), ("error", "data.order differs between 4 attempts")),
        (seen(*ORDERS[:3]), ("error", "data.order differs between 3 attempts")),
        (seen({"a": 1, "b": 2}, {"a": 1}, {}), ("error", "b, a differ between 3 attempts")),
        (seen({}, {"a": 1, "b": 2, "c": 3, "d": None}, {}), ("error", "a, b, c, … differ between 3 attempts")),
        (seen(*ORDERS, twice=""), ("warning", "data.order differs between 4 attempts")),
        (seen(*[bought(n=n) for n in range(4)]), ("warning", "data.n differs between 4 attempts")),
        (seen({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 3}}), ("error", "a, a.b differ between 3 attempts")),
        (
            [*seen({"a": 0}, after=[0.0], place="other"), *seen(*ORDERS)],
            ("error", "data.order differs between 4 attempts"),
        ),
        (seen(*ORDERS, after=(0, 1, 3, 3.5)), ("error", "data.order differs between 3 attempts")),
        (seen(*ORDERS[:2]), None),
        (seen(*ORDERS, after=(0, 1, 2, 3)), None),  # a loop with a limit of its rate
        (seen(*ORDERS, after=(0, 0, 0, 0)), None),  # a loop
        (seen(*[{**one, "name": str(n)} for n, one in enumerate(ORDERS)]), None),
        ([one for n, body in enumerate(ORDERS) for one in seen(body, after=[AFTER[n]], place=f"{n}")], None),
        ([one for n, body in enumerate(ORDERS) for one in seen(body, after=[AFTER[n]], flow=n)], None),
        (seen(*ORDERS, flow=None), None),
        (seen(*ORDERS, times=2), None),
        (seen(*ORDERS, draining=True), None),
        (seen("[]", "no JSON", "[1]"), None),
        (seen(*ORDERS[:1] * 4), None),  # the same, as in the subtests of a test
        ([one for n, body in enumerate(ORDERS) for one in elsewhere(body, n)], None),
        (seen(*ORDERS, case=LIMITED._replace(retryable=False)), None),
        ([], None),
    ],
)
def test_what_is_made_anew(observations, found):
    """It takes three payloads of one address about the same, from one flow of work, with waits that grow."""
    violations = [violation for _, violation in remade(observations)]
    assert [(one.severity, one.got) for one in violations] == ([found] if found else [])
    assert {one.rule for one in violations} <= {"payload-changed"}


def test_two_series():
    """Each series is told where it began."""
    both = [*seen(*ORDERS), *seen(*ORDERS, after=[50.0, 51.0, 53.0], flow=2)]
    assert [first for first, _ in remade(both)] == [both[0], both[4]]
    judged = CaseJudge().judgements(both)
    assert [[one.rule for one in each.violations].count("payload-changed") for each in judged] == [1, 0, 0, 0, 1, 0, 0]
