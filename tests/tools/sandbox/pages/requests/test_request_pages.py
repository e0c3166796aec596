"""The pages of requests, and the form for faults."""

from __future__ import annotations

from typing import Any

from sandbox_pages import read

from pytest_customerio.tools.sandbox.pages.frame import PAGE_SIZE, missing_page
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.requests.request_pages import FaultForm, request_page, requests_page

BASE = "http://localhost:8025"
EVENTS = "/api/v1/customers/42/events"
SCRIPT = "<script>alert(1)</script>"


def requests(ask: Any, query: Query | None = None, form: FaultForm | None = None) -> dict[str, Any]:
    """The values of the page of requests."""
    return requests_page(ask.service, {"CUSTOMERIO_SITE_ID": "site"}, query or Query(), form)


def test_the_first_page_says_how_to_begin(ask: Any) -> None:
    """Before the first request the page shows the environment variables to set."""
    shown = read("requests", requests(ask))
    assert "export CUSTOMERIO_SITE_ID=site" in shown.text
    assert "0 requests" in shown.text


def test_requests_stand_newest_first(ask: Any) -> None:
    """Requests are listed newest first; the page counts all of them, and those that went wrong."""
    ask.identify("42", email="ada@example.com")
    ask("POST", EVENTS, {"name": "purchase", "timestamp": 1764000000000})
    context = requests(ask)
    assert [each.operation for each in context["entries"]] == ["track.event", "track.identify"]
    assert (context["counts"], context["problems"]) == (
        {"requests": 2, "people": 1, "messages": 0, "objects": 0, "segments": 0, "webhooks": 0},
        1,
    )


def test_a_violation_is_shown_with_its_hint(ask: Any) -> None:
    """A violation is shown with rule, place, expected, got, error and hint."""
    ask("POST", EVENTS, {"name": "purchase", "timestamp": 1764000000000})
    shown = read("requests", requests(ask))
    violation = requests(ask)["entries"][0].violations[0]
    for part in (
        violation.rule,
        violation.where,
        violation.expected,
        violation.got,
        violation.error,
        violation.hint or violation.rule,
    ):
        assert part in shown.text
    assert {"violation error"} <= {each.get("class") for each in shown.all("div")}


def test_a_batch_shows_three_violations_and_counts_the_rest(ask: Any) -> None:
    """The list shows three violations of a request, the request's own page all of them."""
    ask("POST", "/api/v2/batch", {"batch": [{"type": "person", "action": "event", "identifiers": {}, "name": "x"}] * 5})
    listed = read("requests", requests(ask))
    assert sum(each.get("class") == "violation error" for each in listed.all("div")) == 3
    assert "and 2 more" in listed.text
    own = read("request", request_page(ask.service, ask.service.log.number, BASE))
    assert sum(each.get("class") == "error" for each in own.all("p")) == 5


def test_a_thousand_requests_are_read_page_by_page(ask: Any) -> None:
    """The links from page to page lead to every request once."""
    for number in range(120):
        ask.notes("POST", EVENTS, {"name": f"event {number}"})
    seen: list[int] = []
    query = Query(words="event")
    while True:
        context = requests(ask, query)
        assert len(context["entries"]) <= PAGE_SIZE
        seen += [each.number for each in context["entries"]]
        assert bool(context["newest"]) == bool(query.before)
        if not context["older"]:
            break
        assert context["older"] == query.address(before=seen[-1])
        query = Query(words="event", before=seen[-1])
    assert seen == [each.number for each in reversed(list(ask.service.log))]
    assert len(seen) == 120


def test_the_filter_form_keeps_its_values(ask: Any) -> None:
    """The filter form keeps its values, and a link leads back to all requests."""
    shown = read("requests", requests(ask, Query("track.event", "42", '"x"', problems_only=True)))
    values = {each.get("name"): each.get("value") for each in shown.all("input")}
    assert (values["person"], values["q"]) == ("42", '"x"')
    assert any(each.get("name") == "broken" and "checked" in each for each in shown.all("input"))
    assert sum("selected" in each for each in shown.all("option")) == 2  # the operation, and the fault's default
    assert "Nothing of this kind has arrived" in shown.text
    assert {"href": "/"} in shown.all("a")


def test_faults_at_work_are_listed(ask: Any) -> None:
    """Each active fault is listed with how many requests will still get it."""
    ask.service.fault("429-retry-after", 3, "track.event")
    ask.service.fault("500-server-error", None)
    ask("POST", EVENTS, {"name": "x"})
    assert [(each["case"], each["operation"], each["left"]) for each in requests(ask)["faults"]] == [
        ("429-retry-after", "track.event", "2 of 3 left"),
        ("500-server-error", "any operation", "every time"),
    ]
    shown = read("requests", requests(ask))
    assert "fault: 429-retry-after" in shown.text
    assert {each["aria-label"] for each in shown.all("button") if "aria-label" in each} == {
        "End 429-retry-after",
        "End 500-server-error",
    }


def test_a_fault_that_is_not_possible_shows_the_reason(ask: Any) -> None:
    """The form keeps its values and shows the reason; the page does not refresh itself."""
    shown = read("requests", requests(ask, form=FaultForm("429-daily-quota", "0", "track.event", f"no {SCRIPT}")))
    assert f"no {SCRIPT}" in shown.text
    assert {"429-daily-quota", None} >= {each.get("aria-describedby") for each in shown.all("select")} - {"fault-error"}
    assert shown.all("body") == [{"data-version": ""}]


def test_one_request_has_a_page(ask: Any) -> None:
    """A logged request has a page of its own; an unknown number has none."""
    ask.notes("DELETE", "/api/v1/customers/42")
    shown = read("request", request_page(ask.service, ask.service.log.number, BASE))
    assert "track.delete" in shown.text
    assert "nothing to do: there is no such person" in shown.text
    assert request_page(ask.service, ask.service.log.number + 1, BASE) is None
    assert "There is no such thing" in read("missing", missing_page(ask.service)).text


def test_what_is_long_is_cut_in_a_list_and_whole_on_its_own_page(ask: Any) -> None:
    """A long payload is cut in the list, and complete on the request's own page."""
    ask.notes("POST", EVENTS, {"name": "x", "data": {"note": "x" * 10_000}})
    listed = read("requests", requests(ask))
    assert "x" * 10_000 not in listed.text
    assert "Cut here." in listed.text
    assert "x" * 10_000 in read("request", request_page(ask.service, ask.service.log.number, BASE)).text


def test_a_request_stands_beside_its_contract(ask: Any) -> None:
    """The page shows address, credentials and each member with what the contract says, and the answer."""
    ask("POST", EVENTS, {"name": "x", "timestamp": 1764000000000})
    context = request_page(ask.service, ask.service.log.number, BASE)
    assert context is not None
    assert context["call"] == {
        "address": "POST /api/v1/customers/{identifier}/events",
        "sent_credentials": "Basic",
        "credentials": "Basic: site id and Track API key",
        "violations": [],
    }
    (table,) = context["tables"]
    assert [(row.name, row.verdict) for row in table.rows if row.sent] == [("name", "ok"), ("timestamp", "error")]
    assert "timestamp must be a valid unix timestamp" in context["answer"]["body"]
    shown = read("request", context)
    for part in (
        "int(time.time()), never",
        "would draw 400",
        "5 more members may be sent",
        "curl -X POST",
        "def test_track_event",
    ):
        assert part in shown.text


def test_a_call_of_no_contract(ask: Any) -> None:
    """An unknown call is compared with nothing; what is wrong with its address is shown."""
    ask("POST", "/v1/nothing", {"a": 1})
    context = request_page(ask.service, ask.service.log.number, BASE)
    assert context is not None
    assert (context["call"]["address"], context["tables"]) == ("no call of the contract", [])
    assert "unknown-endpoint" in read("request", context).text


def test_a_batch_beside_its_contract(ask: Any) -> None:
    """Each entity has a table of its own, a broken one first; the envelope is shown only if it is broken."""
    good = {"type": "person", "action": "identify", "identifiers": {"id": "1"}}
    ask("POST", "/api/v2/batch", {"batch": [good, {**good, "identifiers": {}}, {"type": "nothing"}]})
    context = request_page(ask.service, ask.service.log.number, BASE)
    assert context is not None
    assert [each.title for each in context["tables"]] == [
        "batch[1] track_v2.person_identify",
        "batch[2] unknown entity",
        "batch[0] track_v2.person_identify",
    ]
    ask("POST", "/api/v2/batch", {"batch": {}})
    broken = request_page(ask.service, ask.service.log.number, BASE)
    assert broken is not None
    assert [each.title for each in broken["tables"]] == ["Envelope"]


def test_a_call_without_payload_has_no_table(ask: Any) -> None:
    """Nothing is compared where nothing is sent and nothing is required; an answer that never came is not shown."""
    ask("GET", "/v1/segments")
    ask.service.fault("connection-reset", 1, "app.list_campaigns")
    ask("GET", "/v1/campaigns")
    first = request_page(ask.service, ask.service.log.number - 1, BASE)
    last = request_page(ask.service, ask.service.log.number, BASE)
    assert first is not None
    assert last is not None
    assert (first["tables"], last["answer"]) == ([], None)
    assert "The contract says nothing of a payload here." in read("request", first).text
    read("request", last)


def test_violations_without_a_table(ask: Any) -> None:
    """What is wrong with a payload that is no object is shown, although there is no member to show it at."""
    ask("POST", EVENTS, b"[1]")
    shown = read("request", request_page(ask.service, ask.service.log.number, BASE))
    assert "body-not-object" in shown.text
