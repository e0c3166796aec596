"""The page as text: what stands in it without its script."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from resulting import BAD, LOST, results, seen, verdict

from pytest_customerio.reporting.html_report import page
from pytest_customerio.reporting.html_report.page import text
from pytest_customerio.reporting.results import About, Results

HOSTILE = '</style><script>alert(1)</script>"><img src=x onerror=alert(1)>'


class Read(HTMLParser):
    """The elements and the text of a page, without what stands in scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.sources: dict[str, str] = {}
        self.text = ""
        self._at = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._at = tag

    def handle_endtag(self, tag: str) -> None:
        self._at = ""
        self.text += " " * (tag in ("dt", "dd", "td"))

    def handle_data(self, data: str) -> None:
        if self._at in ("script", "style"):
            self.sources[self._at] = data
        else:
            self.text += data


def run() -> Results:
    """A run with one problem of each kind, a call site without an error, and a test that sent nothing."""
    found = results(
        verdict("track.event", "401-unauthorized", "lost", BAD, LOST, sites=["a.py:1 in f"], met_at=["a.py:1 in f"]),
        verdict("track.batch", test="t.py::u", sites=["b.py:2 in g"]),
        t=seen(),
        u=seen(),
    )
    found.headlines["t.py::v"] = "nothing was sent"
    found.answers = {"track.event": {"": {"source": "observed"}, "401-unauthorized": {"source": "documented"}}}
    found.about = About(Path("/x/shop"), "2026-11-26 04:17 UTC", "a part of the suite", "pytest 9")
    return found


def test_what_the_page_says_without_its_script() -> None:
    """Sentence, figures, matrix, problems, call sites, how sure the answers are; links lead to the tests."""
    found = Read(text(run()))
    said = re.sub(r"\s+", " ", found.text)
    for part in (
        "2 problems in 1 test, 1 test could not be judged · Customer.io contract · shop",
        "a part of the suite",
        "track.event FAIL FAIL – –",
        "fail bad-email track.event $.email expected an e-mail address got text of 3 characters sent from app.py:1 in f",
        "cases 401-unauthorized",
        "Tests that could not be judged t.py::v: nothing was sent",
        "track.batch b.py:2 in g mark t.py::u: @pytest.mark.cio_errors",
        "documented 1 answer: it stands in Customer.io's published documents observed 1 answer: somebody showed it in public",
        "2026-11-26 04:17 UTC",
    ):
        assert part in said, part
    links = [one["href"] for tag, one in found.elements if tag == "a"]
    assert "#operation=track.event&column=401" in links
    assert "#rule=bad-email&operation=track.event&q=app.py%3A1+in+f" in links
    assert "#test=t.py%3A%3Av" in links


def test_the_page_loads_nothing() -> None:
    """Its policy allows its own script and style by their hashes, and nothing else; no element has a source."""
    html = text(run())
    found = Read(html)
    policy = next(one["content"] for tag, one in found.elements if one.get("http-equiv") == "Content-Security-Policy")
    hashes = [
        "sha256-" + base64.b64encode(hashlib.sha256(found.sources[tag].encode()).digest()).decode()
        for tag in ("script", "style")
    ]
    assert policy == (
        f"default-src 'none'; script-src '{hashes[0]}'; style-src '{hashes[1]}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    assert not [
        one for _, one in found.elements if "src" in one or "style" in one or any(n.startswith("on") for n in one)
    ]
    assert [one["href"] for tag, one in found.elements if tag == "link"] == ["data:,"]


def test_what_comes_from_the_application_is_text() -> None:
    """Names of tests, call sites, and reasons may hold anything."""
    found = results(
        verdict("track.event", None, None, BAD, test=f"t.py::t[{HOSTILE}]", sites=[HOSTILE]),
        **{f"t[{HOSTILE}]": seen()},
    )
    found.rows[0]["violations"][0].update(got=HOSTILE, allowed=HOSTILE, sent_from=HOSTILE)
    found.headlines["t.py::v"] = HOSTILE
    found.about = About(Path(f"/x/{HOSTILE.replace('/', '')}"))
    tags = {tag for tag, _ in Read(text(found)).elements}
    assert tags <= {tag for tag, _ in Read(text(run())).elements}
    assert not tags & {"img", "iframe"}


@pytest.mark.parametrize("found", [Results(), results(verdict("track.event", "401-unauthorized", "raised"))])
def test_a_run_without_problems(found: Results) -> None:
    """A run that heard nothing has no matrix, and says so; no section is empty without a word."""
    said = Read(text(found)).text
    assert "None." in said
    assert ("No test sent a request" in said) is (not found.rows)


def test_a_long_list_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is cut is counted; the tests below show it."""
    monkeypatch.setattr(page, "PROBLEMS", 1)
    monkeypatch.setattr(page, "SITES", 1)
    found = results(verdict("track.event", None, None, BAD, LOST, sites=["a.py:1 in f", "a.py:2 in f", "a.py:3 in f"]))
    said = Read(text(found)).text
    assert "… and 1 more: see the tests." in said
    assert "… and 2 more." in said
