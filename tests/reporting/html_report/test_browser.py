"""The page in Chromium: a real run, looked at, filtered and opened with mouse and keyboard."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import PATIENCE, chromium, expect
from ended_runs import PLUGIN

ROOT = Path(__file__).resolve().parents[3]
CONTRAST = ROOT / "tests" / "tools" / "sandbox" / "pages" / "contrast.js"
SUITE = """
import time
import pytest
import requests

def event(name, **data):
    url = "https://track.customer.io/api/v1/customers/ada@example.com/events"
    return requests.post(url, json={"name": name, "data": data}, auth=("site", "key"), timeout=5)

def retrying(name):
    for wait in (1, 4, 0):
        response = event(name, email="ada@example.com")
        if response.ok:
            return
        time.sleep(wait)
    raise RuntimeError("Customer.io is not there")

def test_purchase():
    event("x" * 134)

def test_refund():
    event("refund", total=12)

@pytest.mark.parametrize("text", ["</script><b>", "a b", "é"])
def test_text(text):
    event("refund", total=12)

@pytest.mark.cio_errors("429-rate-limited", "500-server-error", "401-unauthorized", raises=RuntimeError)
def test_retries():
    retrying("purchase")

@pytest.mark.cio_errors("503-unavailable")
def test_lost():
    event("purchase")

@pytest.mark.cio_errors("503-unavailable")
def test_nothing():
    pass
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all tests of this module."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def report(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page of one real run."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "test_shop.py").write_text(SUITE, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", *PLUGIN, "-q", "--cio-report=report.html"]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    run = subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, check=False)
    assert (run.returncode, (folder / "report.html").is_file()) == (1, True), run.stdout + run.stderr
    return (folder / "report.html").as_uri()


@pytest.fixture
def page(browser: Any, report: str) -> Iterator[Any]:
    """The page, opened. A message in the console, an error, or a request for anything but the page fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    seen: list[str] = []
    page.on("pageerror", lambda error: seen.append(f"error {error}"))
    page.on("console", lambda message: seen.append(f"console {message.text}"))
    page.on("request", lambda request: seen.append(f"request {request.url}") if request.url != report else None)
    page.goto(report)
    yield page
    context.close()
    assert seen == []


def names(page: Any) -> list[str]:
    """The test functions that are listed."""
    return list(page.locator(".functions > li .name b").all_inner_texts())


def summary(page: Any, text: str) -> None:
    """Wait until the list says this of itself."""
    expect()(page.locator("#summary")).to_have_text(text, timeout=PATIENCE)


def at(page: Any, report: str, **asked: str) -> None:
    """Open an address of the page as another person would who got it: in a new document."""
    page.goto("about:blank")
    page.goto(f"{report}#{'&'.join(f'{name}={value}' for name, value in asked.items())}")


def test_the_run_is_seen_at_once(page: Any) -> None:
    """The result, the matrix, and every test: those that fail first."""
    assert page.locator("h1").inner_text() == "3 problems in 4 tests, 2 tests could not be judged"
    assert page.locator(".matrix .cell.fail .word").all_inner_texts() == ["FAIL", "FAIL", "FAIL"]
    assert names(page) == ["test_purchase", "test_retries", "test_lost", "test_nothing", "test_refund", "test_text"]


def test_a_verdict_is_opened(page: Any) -> None:
    """It shows the timeline, the violation, the payload without its values, and where the answers come from."""
    page.get_by_text("test_retries").click()
    page.get_by_text("429-rate-limited-recovers").click()
    shown = page.locator("details[data-test$='[429-rate-limited-recovers]'] .inside")
    assert shown.locator("svg title").text_content() == (
        "attempt 1 at 0 s: 429; attempt 2 at 1 s: 429; attempt 3 at 5 s: 200"
    )
    assert shown.locator("svg circle.met").count() == 2
    assert shown.locator("svg line.wait").count() == 2
    assert shown.locator("pre").first.inner_text() == (
        '{\n  name: "purchase"\n  data: {\n    email: text of 15 characters, "xxx@xxxxxxx.xxx"\n  }\n}'
    )
    said = re.sub(r"\s+", " ", shown.inner_text())
    assert "answered 429 by 429-rate-limited-recovers" in said
    assert "the success 200 OK observed" in said
    shown.get_by_text("the error").click()
    source = re.sub(r"\s+", " ", shown.locator(".source").first.inner_text())
    assert "429 Too Many Requests" in source
    assert "evidence https://" in source
    assert shown.locator(".source a").first.get_attribute("rel") == "noreferrer noopener"


def test_a_test_that_sent_nothing_says_so(page: Any) -> None:
    """It has no verdict, so the reason stands in its place."""
    page.locator(".unjudged a").click()
    summary(page, "2 verdicts of 14 in 1 test function")
    page.locator(".verdicts summary").first.click()
    expect()(page.locator(".said").first).to_contain_text("nothing was sent to Customer.io", timeout=PATIENCE)


def test_what_a_test_is_called_is_text(page: Any) -> None:
    """A parameter may hold anything."""
    page.get_by_text("test_text").click()
    cases = page.locator(".verdicts .case").all_inner_texts()
    assert cases == ["</script><b>", "a b", "\\xe9"]


def test_a_filter_is_in_the_address(page: Any, report: str) -> None:
    """What is chosen can be sent to somebody, who sees the same."""
    page.get_by_label("Text").fill("shop RETRIES")
    summary(page, "5 verdicts of 14 in 1 test function")
    page.get_by_label("Family").select_option("429")
    summary(page, "2 verdicts of 14 in 1 test function")
    page.get_by_label("Outcome").select_option("recovered")
    summary(page, "1 verdict of 14 in 1 test function")
    address = page.url
    assert address == f"{report}#q=shop+RETRIES&column=429&outcome=recovered"
    page.goto("about:blank")
    page.goto(address)
    summary(page, "1 verdict of 14 in 1 test function")
    assert page.get_by_label("Text").input_value() == "shop RETRIES"
    page.get_by_role("button", name="Show all").click()
    summary(page, "14 verdicts in 6 test functions")
    page.get_by_label("State").select_option("fail")
    page.get_by_label("Rule").select_option("event-name-too-long")
    summary(page, "1 verdict of 14 in 1 test function")
    assert names(page) == ["test_purchase"]


def test_links_lead_to_tests(page: Any, report: str) -> None:
    """A cell of the matrix and a problem show their tests; the address of one test opens it."""
    page.locator(".matrix .cell.fail a").last.click()
    assert page.url == f"{report}#operation=track.event&column=5xx"
    summary(page, "4 verdicts of 14 in 2 test functions")
    page.go_back()
    page.locator(".matrix .cell a").first.click()
    summary(page, "1 verdict of 14 in 1 test function")
    page.locator(".matrix tbody th a").click()
    summary(page, "12 verdicts of 14 in 5 test functions")
    page.locator(".problem .links a").first.click()
    summary(page, "1 verdict of 14 in 1 test function")
    at(page, report, test="test_shop.py::test_retries[500-server-error-persists]")
    expect()(page.locator(".verdicts > li > details[open] .case")).to_have_text(
        "500-server-error-persists", timeout=PATIENCE
    )
    assert page.locator("svg.timeline").is_visible()


def test_a_keyboard_is_enough(page: Any) -> None:
    """A slash leads to the filter; j, k and Enter walk and open; Escape empties the filter; the focus is visible."""
    page.keyboard.press("/")
    page.keyboard.type("lost")
    summary(page, "2 verdicts of 14 in 1 test function")
    page.keyboard.press("Escape")
    summary(page, "14 verdicts in 6 test functions")
    page.locator("#tests").focus()
    for key in "jjk":
        page.keyboard.press(key)
    focused = "document.activeElement.querySelector('.name b')?.textContent"
    assert page.evaluate(focused) == "test_purchase"
    page.keyboard.press("Enter")
    assert page.locator(".functions > li > details").first.get_attribute("open") is not None
    page.locator(".verdicts summary").first.wait_for()  # the browser tells of what was opened in a task of its own
    page.keyboard.press("j")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert (page.evaluate(f"{focused} ?? 'a verdict'"), outline) == ("a verdict", "solid")
    page.keyboard.press("k")
    page.keyboard.press("k")
    assert page.evaluate(focused) == "test_purchase"
    page.keyboard.press("Control+j")


def test_structure_for_screen_readers(page: Any) -> None:
    """Landmarks, one first-rank heading, a label for each field, and ids that occur once."""
    for role in ("banner", "main", "navigation", "contentinfo", "search"):
        assert page.get_by_role(role).count() == 1, role
    assert page.locator("h1").count() == 1
    unnamed = "[...document.querySelectorAll('input, select')].filter(each => !each.labels.length).length"
    twice = "(all => all.filter((each, at) => all.indexOf(each) !== at))([...document.querySelectorAll('[id]')].map(each => each.id))"
    assert (page.evaluate(unnamed), page.evaluate(twice)) == (0, [])
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("#summary[role=status]").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_text_can_be_read(page: Any, report: str, scheme: str, width: int) -> None:
    """Each text has a contrast of at least 4.5 to 1, also in what is opened, and the page is not wider than a phone."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    for _ in range(3):  # what is opened may hold more to open
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        page.wait_for_timeout(50)
    found = page.evaluate(CONTRAST.read_text(encoding="utf-8"))
    assert found["weak"] == []
    assert found["seen"] > 200
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper(page: Any) -> None:
    """The filter and the navigation are left out; result, matrix and tests stay."""
    page.emulate_media(media="print")
    assert not page.locator("form.filter").is_visible()
    assert not page.get_by_role("navigation").is_visible()
    for selector in ("h1", ".matrix", ".problems", "#list"):
        assert page.locator(selector).is_visible(), selector


def test_a_long_list_is_shown_in_parts(page: Any) -> None:
    """More is shown on demand, and the focus goes to what is new."""
    page.evaluate(
        """() => {
            const [, rows] = DATA.functions[0];
            for (let at = 0; at < 120; at += 1) DATA.functions.push([`test_more.py::test_${at}`, rows]);
            DATA.functions.push(["test_more.py::test_wide", Array.from({ length: 450 }, () => rows[0])]);
            show();
        }"""
    )
    expect()(page.locator(".functions > li")).to_have_count(50, timeout=PATIENCE)
    page.get_by_role("button", name="Show 50 more of 77 test functions").click()
    expect()(page.locator(".functions > li")).to_have_count(100, timeout=PATIENCE)
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.get_by_role("button", name="Show 27 more of 27 test functions").click()
    expect()(page.get_by_role("button", name="more of")).to_have_count(0, timeout=PATIENCE)
    page.get_by_label("Text").fill("test_wide")
    summary(page, "450 verdicts of 584 in 1 test function")
    assert page.locator(".verdicts > li").count() == 200
    page.get_by_text("… and 250 verdicts more: narrow the filter to see them.").wait_for()
