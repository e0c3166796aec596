"""What stands on each page, as values and as HTML."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from pytest_customerio.tools.sandbox.inbox.formatting import show_time
from pytest_customerio.tools.sandbox.inbox.frame import PAGE_SIZE, missing_page, version
from pytest_customerio.tools.sandbox.inbox.message_pages import message_page, messages_page
from pytest_customerio.tools.sandbox.inbox.people_pages import people_page, person_page
from pytest_customerio.tools.sandbox.inbox.query import Query
from pytest_customerio.tools.sandbox.inbox.rendering import Renderer
from pytest_customerio.tools.sandbox.inbox.request_pages import FaultForm, request_page, requests_page
from pytest_customerio.tools.sandbox.settings import Settings

NOW = 1_764_000_000
EVENTS = "/api/v1/customers/42/events"
PAGES = Renderer()
SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    SCRIPT,
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "</pre></iframe><svg onload=alert(1)>",
    "javascript:alert(1)",
)
# The elements of our templates; no other ever stands on a page.
OURS = {
    "html",
    "head",
    "meta",
    "title",
    "link",
    "style",
    "body",
    "a",
    "header",
    "p",
    "span",
    "nav",
    "ul",
    "li",
    "main",
    "div",
    "section",
    "h1",
    "h2",
    "h3",
    "form",
    "label",
    "select",
    "option",
    "optgroup",
    "input",
    "button",
    "ol",
    "details",
    "summary",
    "time",
    "bdi",
    "dl",
    "dt",
    "dd",
    "code",
    "pre",
    "strong",
    "aside",
    "datalist",
    "br",
    "footer",
    "script",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "iframe",
}


class Read(HTMLParser):
    """A page as a browser reads it: its elements, its text, and what is in one frame."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each element of this name."""
        return [attributes for name, attributes in self.elements if name == tag]


def requests(ask: Any, asked: Query | None = None, form: FaultForm | None = None) -> dict[str, Any]:
    """The context of the first page."""
    return requests_page(ask.service, {"CUSTOMERIO_SITE_ID": "site"}, asked or Query(), form)


def read(name: str, context: dict[str, Any] | None) -> Read:
    """A page, rendered and read."""
    assert context is not None
    return Read(PAGES.render(name, context))


def test_the_first_page_says_how_to_begin(ask: Any) -> None:
    """While nothing has arrived."""
    shown = read("requests", requests(ask))
    assert "export CUSTOMERIO_SITE_ID=site" in shown.text
    assert "0 requests" in shown.text


def test_requests_stand_newest_first(ask: Any) -> None:
    """With how many there are, and how many went wrong."""
    ask.identify("42", email="ada@example.com")
    ask("POST", EVENTS, {"name": "purchase", "timestamp": 1764000000000})
    context = requests(ask)
    assert [each.operation for each in context["entries"]] == ["track.event", "track.identify"]
    assert (context["counts"], context["problems"]) == ({"requests": 2, "people": 1, "messages": 0}, 1)


def test_a_violation_is_shown_with_its_hint(ask: Any) -> None:
    """Rule, where, expected, got, what it would draw and what to do."""
    ask("POST", EVENTS, {"name": "purchase", "timestamp": 1764000000000})
    shown = read("requests", requests(ask))
    found = requests(ask)["entries"][0].violations[0]
    for said in (found.rule, found.where, found.expected, found.got, found.error, found.hint or found.rule):
        assert said in shown.text
    assert {"violation error"} <= {each.get("class") for each in shown.all("div")}


def test_a_batch_shows_three_violations_and_counts_the_rest(ask: Any) -> None:
    """All of them stand on the request's own page."""
    ask("POST", "/api/v2/batch", {"batch": [{"type": "person", "action": "event", "identifiers": {}, "name": "x"}] * 5})
    listed = read("requests", requests(ask))
    assert sum(each.get("class") == "violation error" for each in listed.all("div")) == 3
    assert "and 2 more" in listed.text
    own = read("request", request_page(ask.service, ask.service.log.number))
    assert sum(each.get("class") == "violation error" for each in own.all("div")) == 5


def test_a_thousand_requests_are_read_page_by_page(ask: Any) -> None:
    """Each page is found from the one before, and none is lost."""
    for number in range(120):
        ask.notes("POST", EVENTS, {"name": f"event {number}"})
    seen: list[int] = []
    asked = Query(words="event")
    while True:
        context = requests(ask, asked)
        assert len(context["entries"]) <= PAGE_SIZE
        seen += [each.number for each in context["entries"]]
        assert bool(context["newest"]) == bool(asked.before)
        if not context["older"]:
            break
        assert context["older"] == asked.address(before=seen[-1])
        asked = Query(words="event", before=seen[-1])
    assert seen == [each.number for each in reversed(list(ask.service.log))]
    assert len(seen) == 120


def test_what_is_asked_for_stays_in_the_form(ask: Any) -> None:
    """And leads back to everything."""
    shown = read("requests", requests(ask, Query("track.event", "42", '"x"', problems_only=True)))
    values = {each.get("name"): each.get("value") for each in shown.all("input")}
    assert (values["person"], values["q"]) == ("42", '"x"')
    assert any(each.get("name") == "broken" and "checked" in each for each in shown.all("input"))
    assert sum("selected" in each for each in shown.all("option")) == 2  # the operation, and the fault's default
    assert "Nothing of this kind has arrived" in shown.text
    assert {"href": "/"} in shown.all("a")


def test_faults_at_work_are_listed(ask: Any) -> None:
    """With how often each is still to be given."""
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


def test_a_fault_that_cannot_be_is_told_why(ask: Any) -> None:
    """What was chosen is still chosen, and the page stays as it is."""
    shown = read("requests", requests(ask, form=FaultForm("429-daily-quota", "0", "track.event", f"no {SCRIPT}")))
    assert f"no {SCRIPT}" in shown.text
    assert {"429-daily-quota", None} >= {each.get("aria-describedby") for each in shown.all("select")} - {"fault-error"}
    assert shown.all("body") == [{"data-version": ""}]


def test_everything_changes_the_version(ask: Any) -> None:
    """A request, a fault, a fault given, a clean state."""
    seen = [version(ask.service)]
    for step in (
        lambda: ask.identify("42"),
        lambda: ask.service.fault("429-retry-after", 2),
        lambda: ask("POST", EVENTS, {"name": "x"}),
        ask.service.faults.clear,
        ask.service.reset,
    ):
        step()
        seen.append(version(ask.service))
    assert len(set(seen)) == len(seen)


def test_people_stand_with_what_is_known_of_them(ask: Any) -> None:
    """Those who came last first; the region stands above."""
    ask.identify("42", email="ada@example.com", a=1, b=2, c=3, d=4, e="x" * 100)
    ask.identify("43", unsubscribed=True)
    context = people_page(ask.service, Query())
    assert [(each["name"], each["others"], each["more"]) for each in context["people"]] == [
        ("43", [], 0),
        ("42", ["ada@example.com"], 1),
    ]
    shown = read("people", context)
    assert "unsubscribed" in shown.text
    assert "2 people" in shown.text


def test_people_are_searched_and_paged(ask: Any) -> None:
    """A search that finds nobody says so."""
    for number in range(PAGE_SIZE + 5):
        ask.identify(f"p{number}", plan="team")
    first = people_page(ask.service, Query(words="team"))
    assert (len(first["people"]), first["first"]) == (PAGE_SIZE, "")
    assert first["next"] == f"/_sandbox/inbox/people?q=team&start={PAGE_SIZE}"
    rest = people_page(ask.service, Query(words="team", start=PAGE_SIZE))
    assert (len(rest["people"]), rest["next"], rest["first"]) == (5, "", "/_sandbox/inbox/people?q=team")
    assert "Nobody is like this." in read("people", people_page(ask.service, Query(words="nobody"))).text
    ask.service.reset()
    assert "Nobody is known yet." in read("people", people_page(ask.service, Query())).text


@pytest.fixture
def ada(ask: Any) -> Any:
    """A person with all that can hang on one."""
    ask.identify("42", email="ada@example.com", first_name="Ada", unsubscribed=False)
    for name in ("signup", "purchase"):
        ask.notes("POST", EVENTS, {"name": name, "data": {"n": 1} if name == "purchase" else {}})
    ask.notes("PUT", "/api/v1/customers/42/devices", {"device": {"id": "token", "platform": "ios"}})
    ask.entity(
        "identify",
        "object",
        identifiers={"object_type_id": "1", "object_id": "acme"},
        cio_relationships=[{"identifiers": {"id": "42"}}],
    )
    ask.notes("POST", "/api/v1/segments/7/add_customers", {"ids": ["42"]})
    ask.body(
        "POST", "/v1/send/email", {"to": "ada@example.com", "transactional_message_id": 3, "identifiers": {"id": "42"}}
    )
    return ask


def test_a_person_stands_with_all_that_hangs_on_it(ada: Any) -> None:
    """Attributes, events newest first, devices, segments, objects, messages."""
    context = person_page(ada.service, ada.person("id", "42").cio_id, Query())
    assert context is not None
    assert [(key, value) for key, value, *_ in context["attributes"]] == [
        ("first_name", "Ada"),
        ("unsubscribed", "false"),
    ]
    assert [(name, data) for name, _, _, data, _ in context["events"]] == [("purchase", '{ "n": 1 }'), ("signup", "")]
    assert [token for token, _ in context["devices"]] == ["token"]
    assert [each.name for each in context["segments"]] == ["Segment 7"]
    assert context["relationships"] == [("1", "acme")]
    assert [each["subject"] for each in context["messages"]] == ["(template 3)"]
    shown = read("person", context)
    assert {"href": "/?person=42"} in shown.all("a")
    assert all(said in shown.text for said in ("Segment 7", "1/acme", "token", "purchase"))


def test_a_person_with_nothing_but_a_name(ask: Any) -> None:
    """Nobody has this one: there is no page."""
    ask.identify("42")
    context = person_page(ask.service, ask.person("id", "42").cio_id, Query())
    assert read("person", context).text.count("None.") == 1
    assert person_page(ask.service, "a3ffffffff", Query()) is None


def test_events_of_a_person_are_paged(ask: Any) -> None:
    """There may be a thousand."""
    for number in range(PAGE_SIZE + 1):
        ask.notes("POST", EVENTS, {"name": f"e{number}"})
    who = ask.person("id", "42").cio_id
    first, rest = person_page(ask.service, who, Query()), person_page(ask.service, who, Query(start=PAGE_SIZE))
    assert first is not None
    assert rest is not None
    assert (first["next"], rest["first"]) == (f"/_sandbox/inbox/people/{who}?start=50", f"/_sandbox/inbox/people/{who}")
    assert ([each[0] for each in rest["events"]], rest["next"], first["total"]) == (["e0"], "", PAGE_SIZE + 1)


MAIL = {
    "to": "ada@example.com",
    "identifiers": {"id": "42"},
    "transactional_message_id": 3,
    "from": "Shop <shop@example.com>",
    "subject": "Hello {{customer.first_name}}",
    "body": "<h1>Hello, {{customer.first_name}}!</h1>",
    "body_plain": "Hello!",
}


def test_a_message_shows_what_it_would_have_said(ask: Any) -> None:
    """Subject and body with their values filled in; the body in a frame that may do nothing."""
    ask.identify("42", first_name="Ada")
    sent = ask.body("POST", "/v1/send/email", MAIL)
    shown = read("message", message_page(ask.service, sent["delivery_id"]))
    assert "Hello Ada" in shown.text
    assert "Shop <shop@example.com>" in shown.text
    assert [(each["sandbox"], each["srcdoc"]) for each in shown.all("iframe")] == [
        ("", '<base target="_blank"><h1>Hello, Ada!</h1>')
    ]


def test_the_links_of_an_email_are_listed(ask: Any) -> None:
    """With their addresses: to be followed by hand, and without telling where from."""
    body = '<a href="https://shop.example/confirm?a=1&amp;b=2">Confirm</a> <a href="javascript:alert(1)">no</a>'
    sent = ask.body("POST", "/v1/send/email", {**MAIL, "body": body})
    shown = read("message", message_page(ask.service, sent["delivery_id"]))
    outward = {"href": "https://shop.example/confirm?a=1&b=2", "target": "_blank", "rel": "noopener noreferrer"}
    assert [each for each in shown.all("a") if "target" in each] == [outward]


def test_a_message_whose_template_lies_elsewhere_is_text(ask: Any) -> None:
    """It says so, and no frame is needed."""
    sent = ask.body(
        "POST", "/v1/send/email", {key: MAIL[key] for key in ("to", "identifiers", "transactional_message_id")}
    )
    shown = read("message", message_page(ask.service, sent["delivery_id"]))
    assert shown.all("iframe") == []
    assert "lies in Customer.io" in shown.text


def test_what_became_of_a_message(ask: Any) -> None:
    """When it is to be sent, what was reported of it, and to nobody known."""
    sent = ask.body("POST", "/v1/send/email", {**MAIL, "send_at": NOW + 3600})
    ask.notes("POST", "/api/v1/metrics", {"delivery_id": sent["delivery_id"], "metric": "delivered", "timestamp": NOW})
    ask.notes("DELETE", "/api/v1/customers/42")
    context = message_page(ask.service, sent["delivery_id"])
    assert context is not None
    assert (context["send_at"], context["metrics"], context["person"]) == (
        show_time(NOW + 3600),
        [("delivered", show_time(NOW))],
        None,
    )
    assert "delivered" in read("message", context).text
    assert message_page(ask.service, "delivery-999") is None


def test_messages_are_searched_and_paged(ask: Any) -> None:
    """Of every kind; what is not found is told."""
    ask.body(
        "POST",
        "/v1/send/push",
        {"identifiers": {"id": "42"}, "transactional_message_id": 5, "title": "Shipped", "message": "x"},
    )
    for number in range(PAGE_SIZE + 2):
        ask.body("POST", "/v1/send/email", {**MAIL, "subject": f"Receipt {number}"})
    first = messages_page(ask.service, Query(words="receipt"))
    assert (len(first["messages"]), first["first"]) == (PAGE_SIZE, "")
    assert first["next"] == f"/_sandbox/inbox/messages?q=receipt&start={PAGE_SIZE}"
    rest = messages_page(ask.service, Query(words="receipt", start=PAGE_SIZE))
    assert (len(rest["messages"]), rest["next"], rest["first"]) == (2, "", "/_sandbox/inbox/messages?q=receipt")
    assert [each["kind"] for each in messages_page(ask.service, Query(words="shipped"))["messages"]] == ["push"]
    assert "No message is like this." in read("messages", messages_page(ask.service, Query(words="nothing"))).text
    ask.service.reset()
    assert "No message has been asked for yet." in read("messages", messages_page(ask.service, Query())).text


def test_one_request_has_a_page(ask: Any) -> None:
    """Until it is forgotten."""
    ask.notes("DELETE", "/api/v1/customers/42")
    shown = read("request", request_page(ask.service, ask.service.log.number))
    assert "track.delete" in shown.text
    assert "nothing to do: there is no such person" in shown.text
    assert request_page(ask.service, ask.service.log.number + 1) is None
    assert "There is no such thing" in read("missing", missing_page(ask.service)).text


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_an_application_sends_is_text(ask: Any, text: str) -> None:
    """Names, identifiers, attributes, events, devices, subjects, bodies, paths, clients, searches."""
    ask.identify("42", **{text: text, "name": text, "nested": {text: [text]}})
    ask("PUT", "/api/v1/customers/" + text.replace("/", "%2F"), {"email": "h@example.com"}, {"user-agent": text})
    for name, shown in everything(ask, text).items():
        assert {tag for tag, _ in shown.elements} <= OURS, name
        assert len(shown.all("script")) == 1, name
        assert not [key for _, given in shown.elements for key in given if key.startswith("on")], name
        assert all(
            (each.get("href") or "").startswith(("/", "#", "data:,", "?")) or each["href"] == ""
            for each in [*shown.all("a"), *shown.all("link")]
        ), name
        assert text in shown.text or name in ("people", "unknown"), name


def everything(ask: Any, text: str) -> dict[str, Read]:
    """Every page of a sandbox that knows a person, an event, a device and an e-mail, all of them saying this text."""
    ask("POST", EVENTS, {"name": text, "type": text, "data": {text: text}})
    ask("PUT", "/api/v1/customers/42/devices", {"device": {"id": text, "platform": "ios", "last_used": text}})
    sent = ask.body(
        "POST",
        "/v1/send/email",
        {**MAIL, "preheader": text, "subject": text, "body": text, "body_plain": text, "message_data": {text: text}},
    )
    ask("GET", f"/{text}")
    ask.service.fault("429-retry-after", 1, "track.merge")
    number = ask.service.log.number
    who = ask.person("id", "42").cio_id
    return {
        "requests": read("requests", requests(ask, Query(words="x", person=text), FaultForm(text, text, text, text))),
        "all": read("requests", requests(ask)),
        "request": read("request", request_page(ask.service, number - 3)),
        "unknown": read("request", request_page(ask.service, number)),
        "people": read("people", people_page(ask.service, Query(words=""))),
        "person": read("person", person_page(ask.service, who, Query())),
        "messages": read("messages", messages_page(ask.service, Query())),
        "searched": read("messages", messages_page(ask.service, Query(words=text))),
        "message": read("message", message_page(ask.service, sent["delivery_id"])),
    }


@pytest.mark.parametrize("text", ["\u202eevil", "👩‍👩‍👧‍👦 שלום", "\ud83d", "\x00\x1b[31m", "x" * 10_000])
def test_odd_text_is_shown_all_the_same(ask: Any, text: str) -> None:
    """Right to left, emoji, half a surrogate pair, control characters, ten kilobytes."""
    ask("PUT", "/api/v1/customers/42", {"name": text})
    ask.identify("42")
    assert all(each.all("main") for each in everything(ask, text).values())


def test_what_is_long_is_cut_in_a_list_and_whole_on_its_own_page(ask: Any) -> None:
    """The list says where the rest is."""
    ask.notes("POST", EVENTS, {"name": "x", "data": {"note": "x" * 10_000}})
    listed = read("requests", requests(ask))
    assert "x" * 10_000 not in listed.text
    assert "Cut here." in listed.text
    assert "x" * 10_000 in read("request", request_page(ask.service, ask.service.log.number)).text


def test_the_region_stands_above() -> None:
    """A workspace in the EU says so."""
    from pytest_customerio.tools.sandbox.service.service import Service

    assert missing_page(Service(Settings(region="eu")))["region"] == "eu"


def test_a_message_may_bring_its_own_style_and_nothing_else() -> None:
    """Each page names what a browser may load; a script of somebody else is nowhere among it."""
    for policy in (PAGES.policy, PAGES.message_policy):
        rules = dict(each.strip().split(" ", 1) for each in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"].startswith("'sha256-")
        assert "unsafe" not in rules["script-src"]
        assert rules["img-src"] == "data:"
        assert rules["frame-src"] == "'none'"
    assert "unsafe" not in PAGES.policy
    assert "style-src 'unsafe-inline'" in PAGES.message_policy
