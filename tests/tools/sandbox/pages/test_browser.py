"""The inbox in Chromium, while the official SDK sends requests."""

from __future__ import annotations

import base64
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import customerio
import pytest
from browsing import PATIENCE, Application, Elsewhere, WebhookReceiver, chromium, expect

from pytest_customerio.tools.sandbox.requests.request import HttpRequest
from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.settings import Settings

JAVASCRIPT = Path(__file__).parent / "contrast.js"
LISTS = ["/", *(f"/_sandbox/inbox/{name}" for name in ("people", "messages", "objects", "segments", "webhooks"))]

# Whatever an e-mail can hold that runs, loads or leads somewhere.
NOISE = """<head><meta http-equiv="refresh" content="0;url=THERE/refresh"><base href="THERE/">
        <link rel="stylesheet" href="THERE/s.css"><link rel="preconnect" href="THERE"><link rel="preload" as="image" href="THERE/p">
        <link rel="dns-prefetch" href="THERE"><link rel="prefetch" href="THERE/f"><link rel="icon" href="THERE/i">
        <style>@import "THERE/import.css"; @font-face { font-family: f; src: url(THERE/font) }
        p { color: rgb(1, 2, 3); font-family: f; background: url(THERE/background) }</style></head>
        <body onload="parent.document.title = 'pwned'"><p style="font-size: 31px">Styled</p>
        <script>parent.document.title = 'pwned'; fetch("THERE/fetch")</script>
        <img src="THERE/pixel.gif" onerror="parent.document.title = 'pwned'"><img srcset="THERE/set 2x">
        <video src="THERE/v" poster="THERE/poster" autoplay></video><object data="THERE/o"></object><embed src="THERE/e">
        <iframe src="THERE/frame"></iframe><svg><image href="THERE/svg"/></svg>
        <form action="THERE/form"><button id="send">Send</button></form>
        <a id="here" href="THERE/here">here</a><a id="top" href="THERE/top" target="_top">top</a>
        <a id="new" href="THERE/new" target="_blank" ping="THERE/ping">new</a></body>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all tests of this module."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(browser: Any) -> Iterator[SandboxServer]:
    """One sandbox for all tests of this module."""
    with SandboxServer(Settings(tls=True)) as server:
        yield server


@pytest.fixture
def application(server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """An application that knows only the environment of an empty sandbox."""
    server.service.reset()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", server.environ["REQUESTS_CA_BUNDLE"])
    application = Application(server)
    yield application
    application.close()


@pytest.fixture(scope="module")
def shared_page(browser: Any, server: SandboxServer) -> Iterator[tuple[Any, list[str]]]:
    """One page for all tests of this module, and the errors of its scripts."""
    context = browser.new_context(base_url=server.url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page, errors
    context.close()


@pytest.fixture
def page(shared_page: tuple[Any, list[str]], application: Application) -> Iterator[Any]:
    """An empty page; an error of its scripts fails the test."""
    page, errors = shared_page
    page.goto("about:blank")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    errors.clear()
    yield page
    assert errors == []


def shows(page: Any, selector: str, *texts: str) -> None:
    """Wait until these elements have these texts in this order."""
    found = expect()(page.locator(selector))
    if texts:
        found.to_have_text(list(texts), timeout=PATIENCE)
    else:
        found.to_have_count(0, timeout=PATIENCE)


def counts(page: Any, selector: str, number: int) -> None:
    """Wait until there are so many of these elements."""
    expect()(page.locator(selector)).to_have_count(number, timeout=PATIENCE)


def fill(application: Application) -> str:
    """Send a person, a device, an event, an invalid event, a message of each kind, an object, a segment, and a person
    with hostile texts.
    """
    application.track.identify("42", email="ada@example.com", first_name="Ada", plan="team", created_at=1_764_000_000)
    application.track.identify(
        "<script>alert(1)</script>", email="h@example.com", name="\u202eevil" * 30, unsubscribed=True
    )
    application.track.track("42", "purchase", {"total": 12.5, "note": "x" * 5000})
    application.track.add_device("42", "token-abc", "ios")
    with pytest.raises(customerio.CustomerIOException, match="400"):
        application.track.backfill("42", "purchase", 1_764_000_000_000)
    application.segment(7, "42")
    application.company("acme", "42", name="Acme", plan="team")
    application.app.send_email(
        customerio.SendEmailRequest(to="ada@example.com", identifiers={"id": "42"}, transactional_message_id=3)
    )
    return application.mail(subject="Your receipt", body_plain="Thanks")


def everywhere(server: SandboxServer, message: str) -> list[str]:
    """The addresses of every kind of page."""
    person = server.service.workspace.people.find(("id", "42"))
    assert person is not None
    number = server.service.log.number
    broken = next(each.number for each in server.service.log if each.violations)
    return [
        *LISTS,
        "/?person=nobody",
        f"/_sandbox/inbox/requests/{broken}",
        f"/_sandbox/inbox/requests/{number}",
        f"/_sandbox/inbox/people/{person.cio_id}",
        f"/_sandbox/inbox/messages/{message}",
        "/_sandbox/inbox/objects/ob1",
        "/_sandbox/inbox/segments/7",
        "/_sandbox/inbox/messages/none",
    ]


def test_what_an_application_sends_is_seen_at_once(page: Any, application: Application) -> None:
    """A person, an event and an e-mail appear without a reload of the page."""
    page.goto("/")
    shows(page, "#connection", "Live")
    page.evaluate("window.same = true")
    application.track.identify("42", email="ada@example.com", first_name="Ada")
    shows(page, ".requests .operation", "track.identify")
    application.track.track("42", "purchase", {"total": 12.5})
    application.mail(
        subject="Your receipt, {{customer.first_name}}", body="<h1>Thank you, {{customer.first_name}}!</h1>"
    )
    shows(page, ".requests .operation", "app.send_email", "track.event", "track.identify")
    shows(page, ".requests .who", "ada@example.com", "42", "42")
    shows(page, "#live-tabs .count", "3", "1", "1", "0", "0", "0")
    shows(page, "#live-summary", "3 requests")
    assert page.evaluate("window.same") is True


def test_from_a_message_to_its_person(page: Any, application: Application) -> None:
    """The page of a message shows its body and links to the person, whose new events appear without a reload."""
    application.track.identify("42", email="ada@example.com", first_name="Ada")
    application.mail(
        subject="Your receipt, {{customer.first_name}}", body="<h1>Thank you, {{customer.first_name}}!</h1>"
    )
    page.goto("/")
    page.get_by_role("link", name="Messages").click()
    page.get_by_role("link", name="Your receipt, Ada").click()
    assert page.frame_locator("iframe").locator("h1").text_content() == "Thank you, Ada!"
    page.get_by_role("link", name="42", exact=True).click()
    assert page.get_by_role("cell", name="Ada", exact=True).is_visible()
    page.evaluate("window.same = true")
    application.track.track("42", "refund")
    page.locator(".story strong", has_text="refund").wait_for()
    assert page.evaluate("window.same") is True


def test_people_and_messages_come_live_too(page: Any, application: Application) -> None:
    """New people and messages appear on their pages without a reload."""
    page.goto("/_sandbox/inbox/people")
    page.get_by_text("Nobody is known yet.").wait_for()
    application.track.identify("42", email="ada@example.com")
    shows(page, ".people .who", "42 ada@example.com")
    application.track.identify("42", plan="team")
    shows(page, ".people .pair", "plan team")
    page.goto("/_sandbox/inbox/messages")
    page.get_by_text("No message has been asked for yet.").wait_for()
    application.mail(subject="Hello")
    shows(page, ".messages .subject", "Hello")


def test_a_list_is_narrowed_and_stays_so(page: Any, application: Application) -> None:
    """Filters by operation, person, text and problem stay when new requests arrive that do not match."""
    fill(application)
    page.goto("/")
    page.get_by_label("Operation").select_option("track.event")
    page.get_by_label("Person").fill("ADA@example.com")
    page.get_by_label("Text").fill("purchase")
    page.get_by_role("button", name="Filter").click()
    shows(page, ".requests .operation", "track.event", "track.event")
    page.get_by_label("Only what went wrong").check()
    page.get_by_label("Text").press("Enter")
    shows(page, ".requests .operation", "track.event")
    assert page.url.endswith("/?operation=track.event&person=ADA%40example.com&q=purchase&broken=1")
    application.track.track("42", "other")
    shows(page, "#live-tabs .count", "10", "2", "2", "1", "1", "0")
    shows(page, ".requests .operation", "track.event")
    page.get_by_role("link", name="Show all").click()
    counts(page, ".requests > li", 10)
    page.goto("/_sandbox/inbox/people")
    page.get_by_label("Identifier or attribute").fill("team")
    page.keyboard.press("Enter")
    shows(page, ".people .who", "42 ada@example.com")


def test_a_fault_is_injected_and_met(page: Any, application: Application) -> None:
    """The SDK gets the requested 429; the page shows it and how many are left; then the fault is ended."""
    page.goto("/")
    page.get_by_label("Error").select_option("429-rate-limited")
    page.get_by_label("For", exact=True).select_option("track.event")
    page.get_by_label("Times").fill("3")
    page.get_by_role("button", name="Inject").click()
    shows(page, "#live-faults .muted", "track.event, 3 of 3 left")
    application.track.identify("42")
    with pytest.raises(customerio.CustomerIOException, match="429"):
        application.track.track("42", "purchase")
    shows(page, ".requests .status", "429", "200")
    shows(page, ".requests .mark", "fault: 429-rate-limited")
    shows(page, "#live-faults .muted", "track.event, 2 of 3 left")
    page.get_by_role("button", name="End 429-rate-limited").click()
    page.wait_for_url(re.compile("#faults$"), wait_until="commit")
    shows(page, "#live-faults .muted")
    application.track.track("42", "purchase")
    shows(page, ".requests .status", "200", "429", "200")


def test_a_fault_that_is_not_possible_shows_the_reason(page: Any, application: Application) -> None:
    """The reason is shown beside the form, whose fields stay filled in."""
    page.goto("/")
    page.get_by_label("Error").select_option("429-daily-quota")
    page.get_by_label("For", exact=True).select_option("track.region")
    page.get_by_role("button", name="Inject").click()
    said = page.get_by_role("alert").text_content()
    assert "429-daily-quota" in said
    assert page.get_by_label("Error").input_value() == "429-daily-quota"
    page.get_by_role("link", name="Refresh").click()
    page.wait_for_url(lambda url: not url.endswith("/faults"), wait_until="commit")
    shows(page, "#connection", "Live")


def test_everything_is_cleared(page: Any, application: Application) -> None:
    """One button deletes everything; a later request is shown."""
    fill(application)
    page.goto("/")
    page.get_by_role("button", name="Clear everything").click()
    shows(page, "#live-summary", "0 requests")
    shows(page, ".requests > li")
    application.track.identify("42")
    shows(page, ".requests .operation", "track.identify")


def test_a_violation_is_red_and_says_what_to_do(page: Any, application: Application) -> None:
    """Without a click the page shows where, expected, got and what to do, in red."""
    page.goto("/")
    with pytest.raises(customerio.CustomerIOException, match="400"):
        application.track.backfill("42", "purchase", 1_764_000_000_000)
    found = page.locator(".violation.error").first
    found.wait_for()
    said = found.inner_text()
    assert all(each in said for each in ("error", "$.timestamp", "expected", "got", "1764000000000", "what to do"))
    colour = found.locator("strong").evaluate("each => getComputedStyle(each).color")
    red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
    assert red > 2 * max(green, blue)


def test_what_is_open_and_focused_stays_so(page: Any, application: Application) -> None:
    """An open and focused request stays so while new requests are inserted above it."""
    application.track.identify("42", email="ada@example.com")
    page.goto("/")
    page.locator(".requests summary").press("Enter")
    for number in range(3):
        application.track.track("42", f"event {number}")
        counts(page, ".requests > li", number + 2)
    assert page.locator(".requests > li:last-child details").get_attribute("open") is not None
    assert page.evaluate("document.activeElement.querySelector('.operation').textContent") == "track.identify"
    assert page.locator(".requests > li:last-child pre").is_visible()


def test_a_request_is_taken_elsewhere(
    page: Any, server: SandboxServer, application: Application, tmp_path: Path
) -> None:
    """A request is copied with and without a clipboard, and exported to a file that a browser can play back."""
    with pytest.raises(customerio.CustomerIOException, match="400"):
        application.track.backfill("42", "purchase", 1_764_000_000_000)
    page.goto("/")
    page.locator(".requests summary").click()
    page.locator(".inside a", has_text="Request ").click()
    page.get_by_role("heading", name="Compared with the contract").wait_for()
    assert page.locator(".compared tr.error th").inner_text() == "timestamp"
    for clipboard in (True, False):
        if clipboard:
            page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        else:
            page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()) }")
        for name in ("curl", "test"):
            page.evaluate("document.querySelectorAll('.copied').forEach(each => { each.open = true })")
            page.locator(f"button[data-copies=copied-{name}]").click()
            page.locator(f"button[data-copies=copied-{name}]", has_text="Copied").wait_for()
            text = page.locator(f"#copied-{name}").inner_text()
            assert page.evaluate("navigator.clipboard.readText()").strip() == text.strip()
    page.context.clear_permissions()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Export as HAR").click()
    saved.value.save_as(tmp_path / "one.har")
    context = page.context.browser.new_context()
    context.route_from_har(tmp_path / "one.har")
    played = context.new_page()
    played.route("**/blank", lambda route: route.fulfill(body="<title>x</title>", content_type="text/html"))
    played.goto(f"{server.https_url}/blank")
    (entry,) = json.loads((tmp_path / "one.har").read_text("utf-8"))["log"]["entries"]
    answer = played.evaluate(
        "([url, body]) => fetch(url, { method: 'POST', body }).then((answer) => answer.text())",
        [entry["request"]["url"], entry["request"]["postData"]["text"]],
    )
    assert "timestamp must be a valid unix timestamp" in answer
    context.close()


def test_from_a_person_to_all_that_is_known(page: Any, application: Application) -> None:
    """The story of a person has parts, and leads to objects, segments and messages; these lead back."""
    message = fill(application)
    page.goto("/_sandbox/inbox/people")
    page.locator(".people a", has_text="ada@example.com").click()
    assert page.locator(".story li").count() > 6
    page.get_by_role("link", name="Events", exact=True).click()
    shows(page, ".story .what strong", "purchase")
    page.get_by_role("link", name="Messages", exact=True).click()
    shows(page, ".story .word", "queued", "queued")
    page.get_by_role("link", name="1/acme").click()
    assert page.get_by_role("cell", name="Acme", exact=True).is_visible()
    page.locator(".related a").click()
    page.get_by_role("link", name="Segment 7").click()
    shows(page, ".related .who", "42")
    page.evaluate("window.same = true")
    application.track.identify("43")
    application.segment(7, "43")
    shows(page, ".related .who", "42", "43")
    page.goto(f"/_sandbox/inbox/messages/{message}")
    shows(page, ".life strong", "queued")


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    """An application that listens to webhooks."""
    receiver = WebhookReceiver()
    yield receiver
    receiver.close()


def test_the_effect_of_a_bounce(page: Any, application: Application, receiver: WebhookReceiver) -> None:
    """A message bounces, the application is told, and the page shows that it took it; the next message is dropped."""
    page.goto("/_sandbox/inbox/webhooks")
    page.get_by_label("Your application").fill(receiver.url)
    page.get_by_role("button", name="Add").click()
    shows(page, "#live-webhooks .endpoint", receiver.url)
    message = application.mail(subject="Hello")
    page.goto("/_sandbox/inbox/messages")
    page.get_by_role("link", name="Hello").click()
    page.get_by_role("button", name="bounced").click()
    page.wait_for_url(re.compile("#life$"), wait_until="commit")
    shows(page, "#live-calls .status", "200", "200", "200")
    shows(page, "#live-life strong", "queued", "sent", "delivered", "bounced")
    assert receiver.events[-1]["metric"] == "bounced"
    assert receiver.events[-1]["data"]["delivery_id"] == message
    page.get_by_text("Something else, or a webhook that is wrong").click()
    page.get_by_label("What happens").select_option("clicked")
    page.get_by_label("Wrong in the webhook").select_option("wrong-signature")
    page.get_by_role("button", name="Let it happen").click()
    page.locator("#live-calls .mark", has_text="took a forged request").wait_for()
    page.goto("/_sandbox/inbox/webhooks")
    page.evaluate("window.same = true")
    page.locator(".calls summary").first.click()
    assert page.locator(".calls pre").first.is_visible()
    application.mail(subject="Another")
    page.locator(".calls .operation", has_text="email_dropped").wait_for()
    assert page.evaluate("window.same") is True


def test_a_person_that_changes_keeps_the_focus(page: Any, application: Application) -> None:
    """The row of a changed person is replaced, and keeps the focus."""
    application.track.identify("42")
    page.goto("/_sandbox/inbox/people")
    page.locator(".people a").focus()
    application.track.track("42", "purchase")
    shows(page, ".people .marks", "1 event, 0 devices")
    assert page.evaluate("document.activeElement.className") == "row"


def walk(page: Any, steps: int) -> list[str]:
    """Press Tab so many times; returns the name of each focused element, which must have a visible outline."""
    found = []
    for _ in range(steps):
        page.keyboard.press("Tab")
        name, outline, box = page.evaluate(
            """() => {
                const at = document.activeElement, style = getComputedStyle(at);
                const name = at.getAttribute("aria-label") || at.labels?.[0]?.textContent || at.textContent;
                const box = at.getBoundingClientRect();
                return [name.trim().replace(/\\s+/g, " "), style.outlineStyle + parseFloat(style.outlineWidth), box.toJSON()];
            }"""
        )
        assert name
        assert outline.startswith("solid") and outline != "solid0", (name, outline)
        assert box["width"] > 0 and box["height"] > 0 and box["top"] >= 0, (name, box)
        found.append(name)
    return found


def test_a_keyboard_is_enough(page: Any, application: Application) -> None:
    """The keyboard reaches the navigation in order, and the skip link leads to the content."""
    application.track.identify("42", email="ada@example.com")
    page.goto("/")
    assert walk(page, 9) == [
        "Skip to the content",
        "Customer.io sandbox",
        "Requests 1",
        "People 1",
        "Messages 0",
        "Objects 0",
        "Segments 0",
        "Webhooks 0",
        "Refresh",
    ]
    page.goto("/")
    walk(page, 1)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_filter_and_a_fault_by_keyboard(page: Any, application: Application) -> None:
    """A filter, a request and the form for faults can be used by keyboard, with the focus always visible."""
    application.track.identify("42", email="ada@example.com")
    page.goto("/")
    page.locator("#main").focus()
    assert walk(page, 5) == ["Operation", "Person", "Text", "Only what went wrong", "Filter"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("ada")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=ada$"), wait_until="commit")
    page.locator("#main").focus()
    assert walk(page, 8)[5:7] == ["Show all", "Export as HAR"]
    page.keyboard.press("Space")
    assert page.locator(".requests details").get_attribute("open") is not None
    names = [re.sub(r"^(Payload of r|R)equest \d+$", "Request", each) for each in walk(page, 7)]
    assert names == ["42", "ada@example.com", "Request", "Request", "Error", "For", "Times"]
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#faults$"), wait_until="commit")
    shows(page, "#live-faults .muted", "any operation, 1 of 1 left")


def test_every_page(page: Any, server: SandboxServer, application: Application) -> None:
    """Every page has a structure for screen readers, can be read on a phone and in the dark, and loads nothing from
    elsewhere.
    """
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    message = fill(application)
    server.service.fault("429-rate-limited", 2)
    titles = []
    for path in everywhere(server, message):
        page.goto(path)
        titles.append(page.title())
        check_structure(page, path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        for scheme in ("light", "dark"):
            for width in (1280, 360):
                check_readable(page, scheme, width)
    assert len(set(titles)) == len(titles) - 1  # the first page stands there twice
    allowed = (server.url, "data:", "about:srcdoc")
    assert len(urls) > 8
    assert [url for url in urls if not url.startswith(allowed)] == []
    page.goto("/")
    assert page.locator("#live-summary[role=status]").count() == 1
    assert page.get_by_role("complementary").count() == 1
    assert page.get_by_role("search").count() == 1


def check_structure(page: Any, path: str) -> None:
    """Landmarks, one first-rank heading, a label for each field, and unique ids."""
    for role in ("banner", "main", "navigation", "contentinfo"):
        assert page.get_by_role(role).count() >= 1, (path, role)
    assert page.locator("h1").count() == 1, path
    unnamed = page.evaluate(
        "[...document.querySelectorAll('input:not([type=hidden]), select')]"
        ".filter(each => !each.labels.length && !each.ariaLabel).length"
    )
    twice = page.evaluate(
        "(all => all.filter((each, at) => all.indexOf(each) !== at))"
        "([...document.querySelectorAll('[id]')].map(each => each.id))"
    )
    assert (unnamed, twice) == (0, []), path
    assert page.locator("html").get_attribute("lang") == "en"


def check_readable(page: Any, scheme: str, width: int) -> None:
    """Each text has a contrast of at least 4.5 to 1, and the page is no wider than its window."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    found = page.evaluate(JAVASCRIPT.read_text(encoding="utf-8"))
    assert found["seen"] > 10, page.url
    assert found["weak"] == [], (page.url, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    dark = sum(map(int, re.findall(r"\d+", found["ground"])[:3])) < 200
    assert dark == (scheme == "dark")


def test_a_weak_contrast_would_be_found(page: Any, application: Application) -> None:
    """The script that measures contrast reports a text that is too weak."""
    fill(application)
    page.goto("/")
    # In a rule: the policy of the page lets no style of an element in.
    page.evaluate(
        "document.styleSheets[0].insertRule('.operation { color: #999 !important; background: #fff }', document.styleSheets[0].cssRules.length)"
    )
    weak = page.evaluate(JAVASCRIPT.read_text(encoding="utf-8"))["weak"]
    assert weak
    assert all(2.7 < each["ratio"] < 2.9 for each in weak)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    """A host that must not be contacted."""
    elsewhere = Elsewhere()
    yield elsewhere
    elsewhere.close()


def test_an_email_runs_nothing_and_loads_nothing(page: Any, application: Application, elsewhere: Elsewhere) -> None:
    """An e-mail with every kind of active content connects to no host, even when its links are clicked."""
    there = f"http://{elsewhere.address}"
    message = application.mail(body=NOISE.replace("THERE", there))
    page.goto(f"/_sandbox/inbox/messages/{message}")
    frame = page.frame_locator("iframe")
    styled = frame.locator("p").evaluate("each => [getComputedStyle(each).color, getComputedStyle(each).fontSize]")
    assert styled == ["rgb(1, 2, 3)", "31px"]
    for name in ("new", "top", "send", "here"):
        frame.locator(f"#{name}").click(force=True, no_wait_after=True, timeout=2000)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.title().startswith("Hello")
    assert page.url.endswith(message)
    assert elsewhere.connections == 0
    with socket.create_connection(elsewhere.address.split(":"), 5) as connection:
        assert connection.recv(1) == b""
    assert elsewhere.connections == 1  # it would have counted


def test_nothing_that_is_sent_runs(page: Any, application: Application) -> None:
    """Scripts in names, events, subjects and attributes are shown as text on every page."""
    nasty = "<script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">"
    application.track.identify("42", **{"name": nasty, nasty[:60]: "x"})
    application.track.track("42", nasty[:60], {"data": nasty})
    message = application.mail(subject=nasty, body="<p>x</p>")
    page.goto("/")
    page.locator(".requests summary").first.click()
    application.track.track("42", "live" + nasty[:60])
    shows(page, ".requests .operation", "track.event", "app.send_email", "track.event", "track.identify")
    for path in (*LISTS, "/_sandbox/inbox/people/a30000000001", f"/_sandbox/inbox/messages/{message}"):
        page.goto(path)
        assert page.locator("main img").count() == 0
        assert page.locator("script").count() == 1
        assert "pwned" not in page.title() or "<script>" in page.title()


def test_without_javascript_there_is_a_link(browser: Any, server: SandboxServer, application: Application) -> None:
    """Without JavaScript the page is complete, and the link Refresh repeats the same query."""
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    page = context.new_page()
    application.track.track("42", "purchase")
    page.goto("/?operation=track.event")
    assert page.locator(".requests > li").count() == 1
    application.track.identify("42")
    application.track.track("42", "refund")
    page.get_by_role("link", name="Refresh").click()
    assert page.url.endswith("/?operation=track.event")
    shows(page, ".requests .gist", "refund", "purchase")
    page.locator(".requests summary").first.click()
    assert page.locator(".requests pre").first.is_visible()
    page.get_by_role("button", name="Inject").click()
    shows(page, "#live-faults .muted", "any operation, 1 of 1 left")
    context.close()


def test_many_requests_stay_few_on_the_page(page: Any, server: SandboxServer, application: Application) -> None:
    """Of a thousand requests of ten kilobytes the page shows fifty, and links to the next ones."""
    page.goto("/")
    keys = server.service.keys
    opens = b"Basic " + base64.b64encode(f"{keys.site_id}:{keys.track}".encode())
    for number in range(999):
        body = json.dumps({"name": f"event {number}", "data": {"note": "x" * 10_000}}).encode()
        headers = {"authorization": opens.decode(), "content-type": "application/json"}
        server.service.answer(HttpRequest("POST", "/api/v1/customers/42/events", headers, body))
    application.track.track("42", "event 999")
    shows(page, ".requests li:first-child .gist", "event 999")
    assert page.locator(".requests > li").count() == 50
    assert len(page.content()) < 600_000
    page.get_by_role("link", name="Older").click()
    shows(page, ".requests li:first-child .gist", "event 949")
    page.get_by_role("link", name="Newest").click()
    shows(page, ".requests li:first-child .gist", "event 999")


def test_the_page_notices_the_end_of_the_sandbox(browser: Any) -> None:
    """When the sandbox stops, the page says so and keeps its content; the open page does not delay the stop."""
    context = browser.new_context()
    page = context.new_page()
    with SandboxServer(Settings()) as server:
        page.goto(server.url)
        shows(page, "#connection", "Live")
    assert not server.runs
    shows(page, "#connection", "Not connected")
    assert page.locator("h1").text_content() == "Requests"
    context.close()
