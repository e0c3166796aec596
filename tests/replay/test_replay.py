"""One case at work: who is answered with the error, and what is remembered of it."""

from __future__ import annotations

import json

import pytest

from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import Answer, ErrorCase, Interaction, Provenance, WireRequest
from pytest_customerio.core.settings import ErrorsMark
from pytest_customerio.replay.endless import GaveUp
from pytest_customerio.replay.replay import Replay

CATALOG = Catalog.load()
OK = Answer(200, "OK", (), b"{}")
PEOPLE = "https://track.customer.io/api/v1/customers/"
BATCH = "https://track.customer.io/api/v2/batch"
ENTITY = "https://track.customer.io/api/v2/entity"
PIPELINES = "https://cdp.customer.io/v1/track"


def case(answer, *operations, kind="status", mode="once", family=None, cassette="case", **more):
    return ErrorCase(
        cassette if mode == "once" else f"{cassette}-{mode}",
        cassette,
        operations[0].partition(".")[0],
        mode,
        answer,
        mode != "once",
        operations,
        family or str(answer.status),
        "",
        "",
        Provenance("synthetic"),
        kind=kind,
        **more,
    )


RATE = case(Answer(429), "track.identify", "track.event", mode="persists", family="429")
RECOVERS = case(Answer(429), "track.identify", "track.event", mode="recovers", family="429")
BAD = case(Answer(400), "track.identify", "track.event", family="400")
LATE = case(Answer(400), "track.event", family="400", cassette="400-invalid-timestamp")
DROPPED = case(Answer(200), "pipelines.track", kind="dropped", family="2xx")
REDIRECT = case(
    Answer(301, headers=(("Location", "https://track-eu.customer.io/"),)), "track.identify", kind="redirect"
)
SPLIT = case(
    Answer(207, body=json.dumps({"errors": [{"batch_index": 1, "reason": "invalid", "field": "name"}]}).encode()),
    "track_v2.batch",
    kind="partial",
)


def mark(**asked):
    return ErrorsMark(**{"cases": (), **asked})


class Sender:
    """Sends to one replay as an application would."""

    def __init__(self, error, times=None, asked=None):
        self.replay = Replay(
            {error.surface: error}, asked or mark(), variant=lambda found, operation: found, times=times
        )
        self.given = 0

    def success(self):
        self.given += 1
        return OK

    def send(self, operation, url, payload, headers=None, call=None, method="POST"):
        request = WireRequest(method, url, headers or {}, json.dumps(payload).encode())
        return self.replay.answer(CATALOG.operations[operation], request, self.success, call)

    def identify(self, name="42", call=None, headers=None, host=PEOPLE, **attributes):
        return self.send("track.identify", f"{host}{name}", attributes, headers, call, "PUT")

    def event(self, name="42", **body):
        return self.send("track.event", f"{PEOPLE}{name}/events", {"name": "buy", **body})

    def batch(self, *names):
        items = [{"type": "person", "action": "event", "identifiers": {"id": one[0]}, "name": one} for one in names]
        return self.send("track_v2.batch", BATCH, {"batch": items})

    def outcomes(self, raised=None):
        return [(one.outcome, one.attempts) for one in self.replay.handled(raised)]


@pytest.fixture
def sender():
    """Make senders whose replays are entered, and left at the end."""
    made = []

    def make(*args, **kwargs):
        made.append(Sender(*args, **kwargs))
        made[-1].replay.__enter__()
        return made[-1]

    yield make
    for one in made:
        if not one.replay._over:
            one.replay.__exit__(None, None, None)


# Who meets the error.


def test_a_case_that_nobody_met(sender):
    """Another surface, another operation: success, no verdict."""
    app = sender(RATE)
    assert app.send("pipelines.track", PIPELINES, {}) == OK
    assert app.send("track.delete", f"{PEOPLE}42", {}, method="DELETE") == OK
    assert (app.replay.met, app.replay.delivered, app.outcomes()) == (False, False, [])


def test_the_first_operation_it_applies_to_draws_it(sender):
    """Each request of that operation; others none."""
    app = sender(RATE)
    assert [app.identify().status, app.event().status, app.identify("43").status] == [429, 200, 429]
    assert app.outcomes() == [("lost", 1), ("lost", 1)]


def test_the_mark_may_name_operations(sender):
    """Only those draw it."""
    app = sender(RATE, asked=mark(operations=("track.event",)))
    assert [app.identify().status, app.event().status] == [200, 429]


@pytest.mark.parametrize(
    ("error", "times", "statuses"),
    [(RECOVERS, None, [429, 429, 200, 200]), (RATE, 1, [429, 200, 200, 200]), (RATE, None, [429] * 4)],
)
def test_how_long_it_lasts(sender, error, times, statuses):
    """As often as the case says, or the test; else for ever."""
    app = sender(error, times=times)
    assert [app.identify().status for _ in range(4)] == statuses


def test_each_payload_meets_as_many(sender):
    """Whatever others meet beside it: which thread was first does not matter. `times` is for all together."""
    app = sender(RECOVERS)
    assert [app.identify(name).status for name in ("1", "2", "1", "2", "1", "2")] == [429] * 4 + [200] * 2
    app.replay.__exit__(None, None, None)
    app = sender(RECOVERS, times=3)
    assert [app.identify(name).status for name in ("1", "2", "1", "2")] == [429] * 3 + [200]


def test_an_error_of_the_payload_follows_the_payload(sender):
    """The same one again, not another one."""
    app = sender(BAD)
    assert [app.event(id="1").status, app.event("43").status, app.event(id="2").status] == [400, 200, 400]


def test_another_timestamp_repairs_a_timestamp(sender):
    """There, and only there, it makes another payload."""
    app = sender(LATE)
    assert [app.event(timestamp=at).status for at in (1, 2, 1)] == [400, 200, 400]


@pytest.mark.parametrize(
    ("headers", "met"), [({}, True), ({"x-strict-mode": "1"}, False), ({"x-strict-mode": "0"}, True)]
)
def test_strict_mode_drops_nothing(sender, headers, met):
    """The case does not apply to such requests."""
    app = sender(DROPPED)
    app.send("pipelines.track", PIPELINES, {"userId": "42", "event": "a"}, headers)
    assert app.replay.met is met


def test_strict_mode_counts_for_each_request(sender):
    """One that met it does not make the next one meet it."""
    app = sender(DROPPED)
    app.send("pipelines.track", PIPELINES, {"userId": "42", "event": "a"})
    app.send("pipelines.track", PIPELINES, {"userId": "43", "event": "a"}, {"x-strict-mode": "1"})
    assert [one.met for one in app.replay.attempts] == [True, False]


def test_a_redirect_is_met_and_followed(sender):
    """Its target answers, and the payload is delivered there."""
    app = sender(REDIRECT)
    assert app.identify(plan="a").status == 301
    assert app.identify(plan="a", host=PEOPLE.replace("track.", "track-eu.")).status == 200
    assert app.outcomes() == [("recovered", 2)]


def test_who_is_redirected_nowhere_has_not_met_it(sender):
    """The target of the redirect itself: no verdict, no exception."""
    app = sender(REDIRECT)
    assert app.identify(host=PEOPLE.replace("track.", "track-eu.")).status == 200
    assert not app.replay.met


# A batch accepted in part.


def test_a_partial_failure_follows_the_rejected_item(sender):
    """Unrepaired it is rejected again, alone too; repaired it is accepted."""
    app = sender(SPLIT)
    assert app.batch("ann", "bob", "cyd").status == 207
    again = app.batch("dan", "eve", "bob")
    assert json.loads(again.body)["errors"][0]["batch_index"] == 2
    item = {"type": "person", "action": "event", "identifiers": {"id": "b"}, "name": "bob"}
    assert app.send("track_v2.person_event", ENTITY, item).status == 400
    assert app.batch("bobby").status == 200
    ((one, *_),) = ([*app.replay.handled(None)],)
    assert one.outcome == "recovered"
    assert app.replay.delivered
    assert [violation.rule for violation in one.violations] == ["partial-failure-ignored"]


def test_a_partial_failure_that_nobody_repairs(sender):
    """Lost; what was accepted was delivered."""
    app = sender(SPLIT)
    app.batch("ann", "bob")
    assert app.outcomes() == [("lost", 1)]
    assert not app.replay.delivered


# What is remembered.


def test_each_payload_has_its_verdict(sender):
    """Delivered where all are."""
    app = sender(RECOVERS, times=3)
    for name in ("a", "b", "a", "a"):
        app.identify(name)
    assert app.outcomes() == [("recovered", 3), ("lost", 1)]
    assert not app.replay.delivered
    app.identify("b")
    assert app.replay.delivered


def test_a_herd_is_told_with_the_first(sender):
    """Once for all."""
    app = sender(RATE)
    for _ in range(2):
        for name in range(5):
            app.identify(str(name))
        for _ in range(5):
            app.replay.clock.waits.append(1.0)
        app.replay.clock.advance(1.0)
    rules = [[v.rule for v in one.violations if v.rule == "jitter"] for one in app.replay.handled(None)]
    assert rules == [["jitter"], [], [], [], []]


def test_who_sent_it_and_without_a_timeout(sender):
    """From the request as it was heard; what becomes known later counts."""
    app = sender(RATE)
    first, second = (Interaction("requests", "PUT", PEOPLE, sent_from=f"app.py:{n} in f") for n in (1, 2))
    for call in (first, first, second):
        app.identify(call=call)
    second.timeout_set = False
    (one,) = app.replay.handled(None)
    assert (one.observation.sent_from, one.observation.endless) == ("app.py:1 in f", True)
    assert {violation.sent_from for violation in one.violations} == {"app.py:1 in f"}
    assert "no-timeout" in {violation.rule for violation in one.violations}


def test_what_leaked_leaked_once(sender, capsys):
    """Each place is told with the first payload only."""
    app = sender(RATE)
    for name in ("a", "b"):
        app.identify(name, headers={"authorization": "Bearer f00dcafe12345678"}, email="ada@example.com")
    print("f00dcafe12345678 ada@example.com")  # noqa: T201 - a leak
    capsys.readouterr()
    leaks = [[v.rule for v in one.violations if v.rule.endswith("-leak")] for one in app.replay.handled(None)]
    assert leaks == [["secret-leak", "pii-leak"], []]


def test_personal_data_of_thousands_is_not_kept(sender):
    """Memory stays flat."""
    app = sender(RATE)
    for number in range(MOST_PERSONAL):
        app.identify(str(number), email=f"ada{number}@example.com")
    (one, *_) = app.replay.handled(None)
    assert MOST_PERSONAL <= len(one.observation.personal) < MOST_PERSONAL + 10


def test_an_endless_loop_is_stopped(sender):
    """At the fifty-first attempt of one request."""
    app = sender(RATE)
    with pytest.raises(GaveUp, match="51 attempts"):
        for _ in range(60):
            app.identify()
    for number in range(60):
        app.identify(f"other-{number}")


# The end of it.


def test_what_is_delivered_after_the_end_was_still_owed(sender):
    """Of what met the error, not of anything else."""
    app = sender(RATE)
    app.identify("a")
    app.replay.leave(None)
    assert app.identify("b").status == 200
    assert app.outcomes() == [("lost", 1)]
    assert app.identify("a").status == 200
    assert app.outcomes() == [("deferred", 1)]


@pytest.mark.parametrize(
    ("left", "ended", "outcome"),
    [
        (KeyError("x"), None, "raised"),
        (KeyError("x"), ValueError("y"), "raised"),
        (None, None, "lost"),
        (None, KeyError("x"), "lost"),
    ],
)
def test_what_a_block_let_out_and_the_test_caught_was_expected(sender, left, ended, outcome):
    """What the test ended with later is another matter."""
    app = sender(RATE)
    app.identify()
    app.replay.leave(left)
    assert app.outcomes(ended)[0][0] == outcome


def test_an_exception_that_ends_block_and_test_was_not_expected(sender):
    """Nobody caught it; unless it is declared."""
    for asked, outcome in ((mark(), "lost"), (mark(raises=(KeyError,)), "raised")):
        app = sender(RATE, asked=asked)
        app.identify()
        error = KeyError("x")
        app.replay.leave(error)
        assert app.outcomes(error)[0][0] == outcome


def test_what_pytest_raises_swallowed_after_the_error_counts(sender):
    """Not what it swallowed before."""
    app = sender(RATE)
    app.replay.watch.expected.append(KeyError("before"))
    app.identify()
    assert app.outcomes() == [("lost", 1)]
    app.replay.watch.expected.append(KeyError("after"))
    assert app.outcomes() == [("raised", 1)]
