"""The official SDK for browsers against a sandbox: its published build, unchanged, in Chromium."""

from __future__ import annotations

import http.server
import json
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from browsing import PATIENCE, chromium

from pytest_customerio.tools.sandbox.requests.request import HttpRequest
from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.settings import Settings

SDK = Path(sys.prefix) / "node" / "node_modules" / "@customerio" / "cdp-analytics-browser" / "dist" / "umd"
BUNDLES = "https://cdp.customer.io/analytics-next/bundles/"
# A shop, of another origin than the sandbox.
PAGE = "<!doctype html><title>Shop</title><link rel='icon' href='data:,'><script src='index.js'></script>"
VISIT = """async ([settings, options]) => {
  window.analytics = AnalyticsNext.AnalyticsBrowser.load(settings, options);
  await analytics.page();
  await analytics.track("seen", { total: 1 });
  await analytics.identify("42", { email: "ada@example.com", plan: "pro" });
  await analytics.track("bought", { total: 12.5 });
  await analytics.group("acme", { name: "Acme" });
  await analytics.screen("Home");
  await analytics.track("Report Delivery Event", { deliveryId: "none", metric: "opened" });
}"""


class Shop(http.server.SimpleHTTPRequestHandler):
    """Serves the page, and the SDK's files."""

    def log_message(self, *given: Any) -> None:
        """Nothing is printed."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the shop; `make test` installs the SDK where npm is."""
    if not SDK.is_dir():
        pytest.skip("@customerio/cdp-analytics-browser is not here: `make test` installs it where npm is")
    folder = tmp_path_factory.mktemp("shop")
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "index.js").symlink_to(SDK / "index.js")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Shop, directory=folder)) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield f"http://localhost:{served.server_address[1]}/?utm_source=ad"
        served.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def server(shop: str) -> Iterator[SandboxServer]:
    """One sandbox for all tests of this module."""
    with SandboxServer(Settings(tls=True)) as server:
        yield server


@pytest.fixture(scope="module")
def browser(server: SandboxServer) -> Iterator[Any]:
    """One browser for all tests of this module, which resolves the host of Pipelines, and of messages, to the sandbox."""
    https, http = (urlsplit(each or "").netloc for each in (server.https_url, server.url))
    with chromium(f"--host-resolver-rules=MAP cdp.customer.io {https}, MAP localhost:3010 {http}") as browser:
        yield browser


@pytest.fixture
def page(browser: Any, server: SandboxServer) -> Iterator[Any]:
    """A page of a new browser context."""
    server.service.reset()
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


def test_a_visit(page: Any, server: SandboxServer, shop: str) -> None:
    """With `cdnURL` alone the SDK sends all to the sandbox: no retry, no violation, one person with the whole story."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("requestfailed", lambda request: errors.append(f"{request.url}: {request.failure}"))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(shop)
    page.evaluate(VISIT, [{"writeKey": server.service.keys.pipelines, "cdnURL": server.url}, {}])
    assert errors == []
    sent = [(each.operation, each.path.rpartition("/")[2], each.status) for each in server.service.log]
    assert sent == [
        ("pipelines.settings", "settings", 200),
        ("pipelines.page", "p", 200),
        ("pipelines.track", "t", 200),
        ("pipelines.identify", "i", 200),
        ("pipelines.track", "t", 200),
        ("pipelines.group", "g", 200),
        ("pipelines.screen", "s", 200),
        ("pipelines.track", "t", 200),
    ]
    worth_a_look = [each for request in server.service.log for each in request.violations if each.severity != "info"]
    assert worth_a_look == []
    (ada,) = server.service.workspace.people
    assert (ada.identifiers, ada.attributes["plan"]) == ({"id": "42", "email": "ada@example.com"}, "pro")
    assert [(each.type, each.name) for each in ada.events] == [
        ("page", ""),
        ("event", "seen"),
        ("event", "bought"),
        ("screen", "Home"),
    ]
    assert [each.key for each in server.service.workspace.objects.all] == [("1", "acme")]
    assert list(server.service.log)[-1].notes == ("dropped: there is no such delivery",)


def test_a_page_that_is_left(page: Any, server: SandboxServer, shop: str) -> None:
    """With not one setting changed but the name that leads here; in batches, the last one as the page is left."""
    page.goto(shop)
    batches = {"deliveryStrategy": {"strategy": "batching", "config": {"size": 2, "timeout": 60_000}}}
    options = {"integrations": {"Customer.io Data Pipelines": batches}}
    page.evaluate(VISIT, [{"writeKey": server.service.keys.pipelines}, options])
    page.goto("about:blank")
    for _ in range(PATIENCE // 20):
        if any(each.type == "screen" for person in server.service.workspace.people for each in person.events):
            break
        page.evaluate("new Promise(done => setTimeout(done, 20))")
    assert {each.path for each in server.service.log if each.operation == "pipelines.batch"} == {"/v1/b"}
    assert [each.name for each in next(iter(server.service.workspace.people)).events] == ["", "seen", "bought", "Home"]


def test_what_a_page_may_read(page: Any, server: SandboxServer, shop: str) -> None:
    """A page can read errors too, and may send a key in a header; the App API is closed to it."""
    page.goto(shop)
    server.service.fault("500-server-error", 1, "pipelines.track")
    statuses = page.evaluate(
        """async ([url, writeKey]) => {
          const plain = { "Content-Type": "text/plain" }, strict = { "Content-Type": "application/json", "X-Strict-Mode": "1" };
          const event = JSON.stringify({ writeKey, userId: "42", event: "bought", type: "track" });
          const post = (path, headers, body) => fetch(url + path, { method: "post", headers, body })
            .then((answer) => answer.status, () => "refused");
          return [await post("/v1/t", plain, event), await post("/v1/t", plain, event),
            await post("/v1/track", strict, "{}"), await post("/v1/send/email", strict, "{}")];
        }""",
        [server.url, server.service.keys.pipelines],
    )
    assert statuses == [500, 200, 401, "refused"]


INBOX = """async ([settings]) => {
  window.analytics = AnalyticsNext.AnalyticsBrowser.load(settings);
  await analytics.identify("42", { email: "ada@example.com" });
  const inbox = (await analytics)[0].inbox();
  const listed = async () => (await inbox.messages()).map((each) => [each.properties.order, each.opened]);
  while ((await listed()).length < 2) await new Promise((done) => setTimeout(done, 50));
  const before = await listed(), [first, second] = await inbox.messages();
  await first.markOpened();
  await second.markDeleted();
  return [before, await listed(), await inbox.totalUnopened()];
}"""


def test_the_inbox(page: Any, server: SandboxServer, shop: str) -> None:
    """Inbox messages reach the browser from the port at which the SDK's own developers have theirs."""
    for order in ("1", "2"):
        message = {"transactional_message_id": 3, "identifiers": {"id": "42"}, "message_data": {"order": order}}
        headers = {"authorization": f"Bearer {server.service.keys.app}", "content-type": "application/json"}
        sent = HttpRequest("POST", "/v1/send/inbox_message", headers, json.dumps(message).encode())
        assert server.service.answer(sent).answer.status == 200
    for each in server.service.workspace.deliveries.values():
        each.queued_at = 1_764_000_000  # the SDK sorts them by time, else as they come
    page.goto(shop)
    settings = {"writeKey": server.service.keys.pipelines, "cdnURL": "http://localhost:3010"}
    # The rest of the build, which the network of Customer.io delivers.
    page.route(f"{BUNDLES}*", lambda route: route.fulfill(path=SDK / route.request.url.removeprefix(BUNDLES)))
    before, after, unopened = page.evaluate(INBOX, [settings])
    assert (before, after, unopened) == ([["1", False], ["2", False]], [["1", True]], 0)
    first = next(iter(server.service.workspace.deliveries.values()))
    for _ in range(PATIENCE // 20):
        if "opened" in dict(first.metrics):
            break
        page.evaluate("new Promise(done => setTimeout(done, 20))")
    assert "opened" in dict(first.metrics)
