"""One case replayed: which attempts are answered with the error."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from replaying import (
    BAD,
    CATALOG,
    DROPPED,
    ENTITY,
    LATE,
    OK,
    PEOPLE,
    PIPELINES,
    RATE,
    RECOVERS,
    REDIRECT,
    SPLIT,
    Sender,
    case,
    mark,
)

from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.replay.endless import GaveUp
from pytest_customerio.replay.replay import Service


def test_a_case_that_no_request_met(sender):
    """Requests of other surfaces and operations are answered with success, and nothing is judged."""
    app = sender(RATE)
    assert app.send("pipelines.track", PIPELINES, {}) == OK
    assert app.send("track.delete", f"{PEOPLE}42", {}, method="DELETE") == OK
    assert (app.replay.met, app.delivered(), app.outcomes()) == (False, False, [])


def test_the_first_operation_it_applies_to_draws_it(sender):
    """Each request of that operation meets the error; requests of other operations do not."""
    app = sender(RATE)
    assert [app.identify().status, app.event().status, app.identify("43").status] == [429, 200, 429]
    assert app.outcomes() == [("lost", 1), ("lost", 1)]


def test_the_mark_may_name_operations(sender):
    """Only requests of those operations meet the error."""
    app = sender(RATE, asked=mark(operations=("track.event",)))
    assert [app.identify().status, app.event().status] == [200, 429]


@pytest.mark.parametrize(
    ("error", "times", "statuses"),
    [(RECOVERS, None, [429, 429, 200, 200]), (RATE, 1, [429, 200, 200, 200]), (RATE, None, [429] * 4)],
)
def test_how_long_a_case_lasts(sender, error, times, statuses):
    """A case lasts for as many errors as it says, or as `times` says, or for ever."""
    app = sender(error, times=times)
    assert [app.identify().status for _ in range(4)] == statuses


def test_each_payload_meets_the_error_as_often(sender):
    """Each payload meets the error as often as the case says, whatever other payloads meet. `times` counts for all
    together."""
    app = sender(RECOVERS)
    assert [app.identify(name).status for name in ("1", "2", "1", "2", "1", "2")] == [429] * 4 + [200] * 2
    app.replay.__exit__(None, None, None)
    app = sender(RECOVERS, times=3)
    assert [app.identify(name).status for name in ("1", "2", "1", "2")] == [429] * 3 + [200]


def test_an_error_of_the_payload_follows_the_payload(sender):
    """The same payload meets it again, another payload does not."""
    app = sender(BAD)
    assert [app.event(id="1").status, app.event("43").status, app.event(id="2").status] == [400, 200, 400]


def test_another_timestamp_repairs_a_timestamp(sender):
    """In a case about timestamps, another timestamp makes another payload."""
    app = sender(LATE)
    assert [app.event(timestamp=at).status for at in (1, 2, 1)] == [400, 200, 400]


@pytest.mark.parametrize(
    ("headers", "met"), [({}, True), ({"x-strict-mode": "1"}, False), ({"x-strict-mode": "0"}, True)]
)
def test_strict_mode_drops_nothing(sender, headers, met):
    """A request in strict mode does not meet a case that drops payloads."""
    app = sender(DROPPED)
    app.send("pipelines.track", PIPELINES, {"userId": "42", "event": "a"}, headers)
    assert app.replay.met is met


def test_strict_mode_counts_for_each_request(sender):
    """A request in strict mode does not meet the case, also after another request met it."""
    app = sender(DROPPED)
    app.send("pipelines.track", PIPELINES, {"userId": "42", "event": "a"})
    app.send("pipelines.track", PIPELINES, {"userId": "43", "event": "a"}, {"x-strict-mode": "1"})
    assert [one.met for one in app.replay.observer.attempts] == [True, False]


def test_a_redirect_is_met_and_followed(sender):
    """The request to the target of the redirect delivers the payload."""
    app = sender(REDIRECT)
    assert app.identify(plan="a").status == 301
    assert app.identify(plan="a", host=PEOPLE.replace("track.", "track-eu.")).status == 200
    assert app.outcomes() == [("recovered", 2)]


def test_a_request_to_the_target_of_a_redirect_does_not_meet_it(sender):
    """A request to the target of the redirect is answered with success."""
    app = sender(REDIRECT)
    assert app.identify(host=PEOPLE.replace("track.", "track-eu.")).status == 200
    assert not app.replay.met


def test_a_partial_failure_follows_the_rejected_item(sender):
    """The item is rejected again if it is sent unrepaired, also alone; repaired it is accepted."""
    app = sender(SPLIT)
    assert app.batch("ann", "bob", "cyd").status == 207
    again = app.batch("dan", "eve", "bob")
    assert json.loads(again.body)["errors"][0]["batch_index"] == 2
    item = {"type": "person", "action": "event", "identifiers": {"id": "b"}, "name": "bob"}
    assert app.send("track_v2.person_event", ENTITY, item).status == 400
    assert app.batch("bobby").status == 200
    (one,) = app.judgements()
    assert one.outcome == "recovered"
    assert app.delivered()
    assert [violation.rule for violation in one.violations] == ["partial-failure-ignored"]


def test_a_partial_failure_without_a_repair(sender):
    """A rejected item that is not sent again is lost."""
    app = sender(SPLIT)
    app.batch("ann", "bob")
    assert app.outcomes() == [("lost", 1)]
    assert not app.delivered()


def test_an_endless_loop_is_stopped(sender):
    """The fifty-first attempt of one request is stopped; other requests are not."""
    app = sender(RATE)
    with pytest.raises(GaveUp, match="51 attempts"):
        for _ in range(60):
            app.identify()
    for number in range(60):
        app.identify(f"other-{number}")


def test_each_run_of_a_drain_is_counted_anew(sender):
    """A worker that tries five times in each of twenty runs retries with an end."""
    app = sender(RATE)
    for _ in range(20):
        app.replay.observer.statements.begin_drain()
        for _ in range(5):
            app.identify()
    assert "unbounded-retry" not in [one.rule for each in app.judgements() for one in each.violations]


def test_what_is_delivered_after_the_end_was_still_owed(sender):
    """A payload that met the error and is delivered after the case ended is deferred; another payload changes nothing."""
    app = sender(RATE)
    app.identify("a")
    app.replay.leave(None)
    assert app.identify("b").status == 200
    assert app.outcomes() == [("lost", 1)]
    assert app.identify("a").status == 200
    assert app.outcomes() == [("deferred", 1)]


def test_what_a_mock_delivers_after_the_end_was_still_owed(sender):
    """A mock of the user's that answers with success delivers; one that answers with an error does not."""
    app = sender(RATE)
    app.identify("a")
    app.replay.leave(None)
    asked = WireRequest("PUT", f"{PEOPLE}a", {}, b"{}")
    for status, outcome in ((503, "lost"), (200, "deferred")):
        app.replay.note(CATALOG.operations["track.identify"], asked, Answer(status), None)
        assert app.outcomes() == [(outcome, 1)]


def test_what_a_mock_answers_meanwhile_is_an_attempt(sender):
    """A payload that met the error, and that a mock of the user's took then, has recovered."""
    app = sender(RECOVERS)
    app.identify("a"), app.identify("a")
    asked = WireRequest("PUT", f"{PEOPLE}a", {}, b"{}")
    app.replay.note(CATALOG.operations["track.identify"], asked, Answer(202), None)
    assert app.outcomes() == [("recovered", 3)]


EU = PEOPLE.replace("track.", "track-eu.")
PROXY = PEOPLE.replace("track.customer.io", "proxy.example")
UNAUTHORIZED = case(Answer(401), "track.identify", family="401")
REFUSED = Answer(401, "Unauthorized")
SERVICE = Service(unauthorized=lambda surface, operation: replace(REFUSED, reason=f"{surface} {operation}"))


def test_a_followed_redirect_without_credentials_is_refused():
    """Clients drop the credentials on the way to another host; the service answers 401. With credentials it is taken."""
    app = Sender(REDIRECT, service=SERVICE)
    with app.replay:
        assert app.identify(plan="a", host=EU).status == 200, "nothing was redirected yet"
        assert app.identify(plan="a").status == 301
        refused = app.identify(plan="a", host=EU)
        assert (refused.status, refused.reason) == (401, "track track.identify")
        assert app.replay.why(refused) == f"{REDIRECT.id}, followed"
        assert app.replay.why(replace(refused, status=200)) == ""
        assert app.outcomes() == [("lost", 2)]
        assert app.identify(plan="a", host=EU, headers={"authorization": "Basic YTpi"}).status == 200
        assert app.outcomes() == [("recovered", 3)]


def test_a_followed_redirect_whose_method_changed_is_refused_too():
    """Such a request is no operation; the 401 is that of the surface. Before the redirect nothing is refused."""
    app = Sender(REDIRECT, service=SERVICE)
    followed = WireRequest("GET", f"{EU}42", {}, b"")
    with app.replay:
        assert app.replay.refusal(followed, None) is None
        app.identify(plan="a")
        assert app.replay.refusal(followed, None) == replace(REFUSED, reason="track ")
        assert app.replay.refusal(WireRequest("GET", f"{PEOPLE}42", {}, b""), None) is None


def test_a_call_without_credentials_of_its_own_is_not_refused():
    """The service takes metrics of deliveries from anybody."""
    app = Sender(REDIRECT, service=SERVICE)
    with app.replay:
        app.identify(plan="a")
        sent = {"delivery_id": "a", "metric": "opened"}
        assert app.send("track.metrics", EU.replace("/v1/customers/", "/v1/metrics"), sent).status == 200


KEY, OTHER_KEY = ({"authorization": f"Basic {key}"} for key in ("YTpi", "YzpkZQ=="))


@pytest.mark.parametrize(
    ("error", "second", "found"),
    [
        pytest.param(RATE, {"headers": OTHER_KEY}, [("lost", 1)] * 2, id="another-key"),
        pytest.param(RATE, {"headers": KEY, "host": EU}, [("lost", 1)] * 2, id="another-region"),
        pytest.param(RATE, {"headers": KEY, "host": PROXY}, [("lost", 2)], id="a-proxy"),
        pytest.param(UNAUTHORIZED, {"headers": OTHER_KEY}, [("lost", 2)], id="a-new-key-after-401"),
        pytest.param(UNAUTHORIZED, {"headers": KEY, "host": EU}, [("lost", 2)], id="another-region-after-401"),
    ],
)
def test_the_same_payload_for_two_workspaces_is_two(error, second, found):
    """A workspace is its credentials and its region. One that refused the credentials has not got the payload."""
    app = Sender(error)
    with app.replay:
        app.identify(plan="a", headers=KEY)
        app.identify(plan="a", **second)
        assert app.outcomes() == found
        assert not [one for each in app.judgements() for one in each.violations if one.rule != "outcome"]


def test_a_payload_that_one_workspace_took_is_not_delivered_to_the_other():
    """Each workspace meets the error; what one of them takes later makes up for nothing at the other one."""
    app = Sender(RECOVERS)
    with app.replay:
        for key in (KEY, OTHER_KEY, KEY, KEY):
            app.identify(plan="a", headers=key)
        assert app.outcomes() == [("recovered", 3), ("lost", 1)]


@pytest.mark.parametrize("error", [case(Answer(401), "track.event", family="401"), RATE], ids=["401", "429"])
def test_events_that_differ_in_their_ids_only_are_several(error):
    """A loop that gives up on each of them repeats none, whether the error is permanent or not."""
    app = Sender(error)
    with app.replay:
        for number in range(60):
            app.event(id=f"event-{number}")
        assert not [one for each in app.judgements() for one in each.violations if one.rule != "outcome"]
