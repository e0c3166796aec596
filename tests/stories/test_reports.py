"""`--cio-report` in every kind, annotations and JUnit XML: the same in one process, over xdist and without a terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from pytest_customerio import reporting
from tests.stories.conftest import Story, usage_error

SCHEMA = json.loads((Path(reporting.__file__).parent / "report.schema.json").read_text(encoding="utf-8"))
KINDS = ("json", "md", "html")
MODULE = """
import os
import crm
import pytest

def test_signup():
    crm.identify("42", email="ada@example.com", plan="basic")

def test_purchase():
    crm.event("42", "x" * 134, {"note": "for Ada"}, timestamp="1764000000")

@pytest.mark.cio_errors("429-rate-limited", "401-unauthorized")
def test_survives(cio):
    try:
        crm.retrying(lambda: crm.identify("42", email="ada@example.com"))
    except (RuntimeError, crm.requests.HTTPError):
        cio.reported(True)

@pytest.mark.cio_errors("500-server-error", "401-unauthorized")
def test_lost():
    crm.event("42", "purchase")

@pytest.mark.xfail(strict=True)
def test_known():
    crm.event("42", "y" * 134)

@pytest.mark.cio_errors("429-rate-limited")
def test_sends_nothing():
    pass

@pytest.mark.skipif("CRASH" not in os.environ, reason="ends its worker")
def test_crash():
    os._exit(3)
"""
MARKDOWN = """\
## ❌ Customer.io contract: 2 problems in 4 tests, 2 tests could not be judged

14 requests in 9 tests · … % of the error cases tried · 2 of 2 call sites met an error · 1 warning

| operation | contract | 400 | 401 | 403 | 404 | 408 | 413 | 429 | 5xx | 2xx | 3xx | network |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
| `track.event` | ❌ FAIL | – | ❌ FAIL | – | – | – | – | – | ❌ FAIL | – | – | – |
| `track.identify` | ✅ ok | – | ✅ ok | – | – | – | – | ✅ ok | – | – | – | – |

### Problems

| rule | where | expected | got | sent from | seen in |
|---|---|---|---|---|---|
| `event-name-too-long` | `track.event` `$.name` | `1 to 100 bytes` | `134 bytes` | `crm.py:18 in event` | 1 test |
| `outcome` | `track.event` | `recovered, raised, deferred or reported` | `lost: nothing after the 500, not even logged` | `crm.py:18 in event` | 3 tests, `500-server-error-recovers, 500-server-error-persists, 401-unauthorized` |
"""


def run(story: Story, name: str, *args: str) -> pytest.RunResult:
    """A run with a report of each kind."""
    given = [f"--cio-report={name}.{kind}" for kind in KINDS]
    return story.run(MODULE, *given, *args)


def reports(story: Story, name: str) -> dict[str, str]:
    """The text of each report, without the moment at which the run ended."""
    texts = {kind: (story.path / f"{name}.{kind}").read_text(encoding="utf-8") for kind in KINDS}
    return {kind: re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "", text) for kind, text in texts.items()}


def test_one_run_in_every_kind(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON that its schema accepts, Markdown, a page, annotations on the application's lines, and properties."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(story.path.parent))
    result = run(story, "alone", "--junitxml=junit.xml")
    found = reports(story, "alone")

    Draft202012Validator(SCHEMA).validate(json.loads(found["json"]))
    assert re.sub(r"\d\.\d %", "… %", found["md"].partition("\nWhat to do:")[0]) == MARKDOWN
    assert "ada@example.com" not in found["html"]
    assert "for Ada" not in found["html"]
    assert 'note: text of 7 characters, \\"xxx Xxx\\"' in found["html"]

    place = f"file={story.path.name}/crm.py,line=18,title="
    assert [text for text in result.errlines if text.startswith("::")] == [
        f"::error {place}track.event $.name%3A event-name-too-long::expected 1 to 100 bytes, got 134 bytes%0A"
        "would draw 400 event name cannot be longer than 100 bytes%0Awhat to do: cut by UTF-8 bytes, not characters%0A"
        "found in 1 test; first in test_app.py::test_purchase",
        f"::error {place}track.event 500-server-error-recovers%3A outcome::"
        "expected recovered, raised, deferred or reported, got lost: nothing after the 500, not even logged%0A"
        "what to do: retry, raise (raises=SomeError), keep it for later (cio.pending(…)) or tell the caller "
        "(cio.reported(…)); a log line alone is not handling%0A"
        "found in 3 tests, cases 500-server-error-recovers, 500-server-error-persists, 401-unauthorized; "
        "first in test_app.py::test_lost[500-server-error-recovers]",
        f"::warning {place}track.event $.timestamp%3A timestamp-not-integer::"
        "expected unix seconds (10 digits), got digits in a string%0A"
        "would draw 400 timestamp must be a valid unix timestamp%0Awhat to do: send a number, not text%0A"
        "found in 1 test; first in test_app.py::test_purchase",
    ]

    cases = {one.get("name"): one for one in ET.parse(story.path / "junit.xml").iter("testcase")}
    properties = {
        name: {each.get("name"): each.get("value") for each in one.iter("property")} for name, one in cases.items()
    }
    assert properties["test_purchase"] == {
        "cio_operation": "track.event",
        "cio_violations": "event-name-too-long, timestamp-not-integer",
    }
    assert properties["test_survives[429-rate-limited-recovers]"] == {
        "cio_operation": "track.identify",
        "cio_case": "429-rate-limited-recovers",
        "cio_outcome": "recovered",
        "cio_attempts": "3",
    }
    assert properties["test_crash"] == {}


def test_the_same_over_xdist_and_without_a_terminal(story: Story) -> None:
    """Each report is the same to the byte, however the tests are spread; a worker that crashes costs one test only."""
    pytest.importorskip("xdist")
    run(story, "alone")
    run(story, "spread", "-p", "xdist.plugin", "-n", "4", "--dist", "loadfile")
    quiet = run(story, "quiet", "-p", "no:terminal")
    assert quiet.ret == 1
    assert reports(story, "alone") == reports(story, "spread") == reports(story, "quiet")


def test_a_worker_that_crashes_costs_one_test(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the worker had reported is in the report, and the test that ended it has failed for a reason of its own."""
    pytest.importorskip("xdist")
    monkeypatch.setenv("CRASH", "yes")
    result = run(story, "crashed", "-p", "xdist.plugin", "-n", "2", "-k", "signup or purchase or crash")
    assert "worker 'gw" in result.stdout.str()
    found = reports(story, "crashed")
    assert [row["nodeid"] for row in json.loads(found["json"])["tests"]] == [
        "test_app.py::test_signup",
        "test_app.py::test_purchase",
    ]
    assert found["md"].startswith(
        "## ❌ Customer.io contract: 1 problem in 1 test, 1 test failed for reasons of its own\n"
    )


def test_a_test_that_fails_by_itself(story: Story) -> None:
    """It was judged. What the plugin answered in it is a part of its failure, and no reason of ours."""
    module = """
        import crm

        def test_signup():
            crm.identify("42", email="ada@example.com")
            assert crm is None
        """
    result = story.run(module, "--cio-report=own.md")
    assert "pytest-customerio answered in this test, because no mock of its own did:" in result.stdout.str()
    text = (story.path / "own.md").read_text(encoding="utf-8")
    assert text.startswith("## ❌ Customer.io contract: 1 test failed for reasons of its own\n")
    assert "could not be judged" not in text


def test_a_part_of_the_suite(story: Story) -> None:
    """With `--lf` and `-x` the report holds what ran, and says that it was not all."""
    cached = ("-p", "cacheprovider")
    run(story, "first", *cached, "-x")
    assert "· stopped before all tests had run\n" in reports(story, "first")["md"]
    run(story, "again", *cached, "--lf")
    found = reports(story, "again")
    assert {row["nodeid"] for row in json.loads(found["json"])["tests"]} == {"test_app.py::test_purchase"}
    assert "· a part of the suite\n" in found["md"]


RERUNS = """
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    for attempt in range(2):
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        again = attempt == 0 and any(one.failed for one in reports)
        for report in reports:
            if again and report.failed:
                report.outcome = "rerun"
            item.ihook.pytest_runtest_logreport(report=report)
        if not again:
            break
        item._initrequest()
    return True
"""


def test_a_test_that_is_run_again_has_its_last_result(story: Story) -> None:
    """What the first attempt sent is not in the report; its failure neither."""
    story.file("conftest.py", RERUNS)
    test = """
    import crm
    tries = []

    def test_flaky():
        tries.append(1)
        if len(tries) == 1:
            crm.event("42", "x" * 134)
        else:
            crm.identify("42", plan="basic")
    """
    story.run(test, "--cio-report=report.json", "--cio-report=report.md")
    assert [(row["operation"], row["violations"]) for row in story.rows()] == [("track.identify", [])]
    assert (story.path / "report.md").read_text(encoding="utf-8").startswith("## ✅ ")


def test_the_page_needs_an_extra(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the run ends before any test, with the command that installs it."""
    monkeypatch.setattr("pytest_customerio.reporting.kinds.find_spec", lambda _: None)
    result = story.run("def test_signup():\n    pass\n", "--cio-report=out/report.html")
    assert usage_error(result) == (
        "--cio-report=out/report.html: jinja2 is not installed; what to do: pip install 'pytest-customerio[html]'"
    )
    assert not (story.path / "out").exists()


def test_payloads_are_noted_for_a_page_only(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run with other reports does not load what notes them."""
    story.run("import crm\n\ndef test_signup():\n    crm.identify('42')\n", "--cio-report=report.json", subprocess=True)
    story.file(
        "conftest.py",
        "import sys\n\ndef pytest_unconfigure():\n"
        "    print('loaded', [one for one in ('details', 'outline') for name in sys.modules if name.endswith(one)])\n",
    )
    result = story.again("--cio-report=report.json", "--cio-report=report.md", subprocess=True)
    assert "loaded []" in result.outlines
