"""The gate beside plugins that suites use: the same verdicts, reports and outcomes as without them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.stories.conftest import Story, closing

# Where `make test` puts those that are not in the environment itself, because there they would join every run.
FOLDER = Path(sys.prefix) / "company"
TESTS = """
import crm
import pytest
import requests

def test_green():
    crm.identify("42", plan="pro")

def test_broken():
    crm.event("42", "x" * 134)

@pytest.mark.cio_errors("401", "429-rate-limited")
def test_lost():
    crm.event("42", "purchase")

@pytest.mark.cio_errors("401-unauthorized", raises=requests.HTTPError)
def test_raises():
    crm.event("42", "purchase").raise_for_status()

@pytest.mark.xfail(reason="known")
def test_expected_to_fail():
    crm.event("42", "x" * 134)

@pytest.mark.cio_allow("event-name-too-long", reason="old")
def test_allowed():
    crm.event("42", "x" * 134)
"""
# The plugin's module, and its arguments. Each is one that projects have beside ours.
COMPANY = {
    "pytest_sugar": (),
    "pytest_html.plugin": ("-p", "pytest_metadata.plugin", "--html=page.html", "--self-contained-html"),
    "allure_pytest.plugin": ("--alluredir=allure",),
    "pytest_timeout": ("--timeout=60",),
    "pytest_cov.plugin": ("--cov=crm", "--no-cov"),
    "pytest_randomly": (),
    "pytest_socket": ("--disable-socket",),
    "pytest_vcr": (),
    "pytest_recording.plugin": ("--block-network",),
    "pytest_bdd.plugin": (),
    "pytest_mock": (),
    "pytest_httpx": (),
    "respx.plugin": (),
    "requests_mock.contrib._pytest_plugin": (),
}


@pytest.fixture(autouse=True)
def _company(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugins can be imported in this test."""
    monkeypatch.syspath_prepend(FOLDER)
    assert FOLDER.is_dir(), "run `make test`, which fills this folder"


def verdicts(rows: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    """What the report says of each test, without what differs from run to run."""
    return sorted(
        (
            one["nodeid"],
            one["operation"],
            str(one["case"]),
            str(one["outcome"]),
            one["attempts"],
            str([(broken["rule"], broken["severity"], broken["allowed"]) for broken in one["violations"]]),
        )
        for one in rows
    )


def said_by(story: Story, *args: str) -> dict[str, Any]:
    """The verdicts, outcomes and summary of one run."""
    result = story.run(TESTS, "--cio-contract", "--cio-report=report.json", *args)
    outcomes = {name: result.parseoutcomes().get(name) for name in ("failed", "passed", "xfailed")}
    ours = [line for line in closing(result).splitlines() if not line.startswith("- Generated html report")]
    return {"verdicts": verdicts(story.rows()), "outcomes": outcomes, "closing": ours}


@pytest.fixture(scope="module")
def alone() -> dict[str, Any]:
    """What a run without any other plugin says; the first test that needs it fills it in."""
    return {}


@pytest.mark.parametrize("plugin", COMPANY)
def test_the_same_verdicts_beside_another_plugin(story: Story, alone: dict[str, Any], plugin: str) -> None:
    """Verdicts, outcomes and the summary are those of a run without the other plugin."""
    if not alone:
        alone |= said_by(story)
        assert alone["outcomes"] == {"failed": 6, "passed": 3, "xfailed": 1}
    beside = said_by(story, "-p", plugin, *COMPANY[plugin])
    if plugin == "pytest_randomly":  # a call site is named with the first of its tests
        del beside["closing"]
    assert beside == {name: alone[name] for name in beside}


def test_what_other_plugins_show_holds_the_whole_message(story: Story) -> None:
    """The page of pytest-html and the results of allure hold the table and the way out of a failure."""
    both = ("-p", "pytest_html.plugin", "-p", "pytest_metadata.plugin", "-p", "allure_pytest.plugin")
    story.run(TESTS, "--cio-contract", *both, "--html=page.html", "--alluredir=allure")
    written = [path.read_text(encoding="utf-8") for path in (story.path / "allure").glob("*-result.json")]
    for text in ("1 to 100 bytes", "cut by UTF-8 bytes, not characters", "explain event-name-too-long"):
        assert text in (story.path / "page.html").read_text(encoding="utf-8")
        assert any(text in one for one in written)


def test_reruns(story: Story) -> None:
    """A test that is run again begins anew: its last run counts, and none of its violations twice."""
    result = story.run(
        """
        import crm
        runs = []

        def test_flaky():
            runs.append(1)
            crm.event("42", "x" * (134 if len(runs) == 1 else 3))

        def test_broken():
            crm.event("42", "x" * 134)
        """,
        *("--cio-contract", "--cio-report=report.json", "-p", "pytest_rerunfailures", "--reruns=1"),
    )
    assert result.parseoutcomes() == {"failed": 1, "passed": 1, "rerun": 2}
    assert [(row["nodeid"], len(row["violations"])) for row in story.rows()] == [
        ("test_app.py::test_flaky", 0),
        ("test_app.py::test_broken", 1),
    ]


def test_without_a_terminal(story: Story) -> None:
    """Without pytest's terminal the exit code and the report are the same."""
    result = story.run(TESTS, "--cio-contract", "--cio-report=report.json", "-p", "no:terminal", subprocess=True)
    assert result.ret == 1
    assert len([row for row in story.rows() if row["violations"]]) == 8


EVERYWHERE = {
    "conftest.py": """
import crm, pytest

@pytest.fixture(scope="session")
def early():
    crm.event("1", "x" * 134)
    yield
    crm.event("1", "y" * 134)

@pytest.fixture(scope="class")
def of_class():
    crm.event("2", "x" * 134)
""",
    "sub/conftest.py": """
import crm, pytest

@pytest.fixture(autouse=True)
def always():
    crm.identify("3", plan="pro")
""",
    "sub/test_sub.py": """
class TestPair:
    def test_one(self, of_class): pass
    def test_two(self, of_class): pass

def test_three(early): pass
def test_four(early): pass
""",
    "documented.py": '''
def example():
    """
    >>> import crm
    >>> crm.event("5", "x" * 134).status_code
    200
    """
''',
}


def test_fixtures_of_any_scope_and_doctests(story: Story) -> None:
    """What a fixture sends belongs to the test that it was set up or taken down for; a doctest is a test."""
    for name, text in EVERYWHERE.items():
        story.file(name, text)
    result = story.again(
        "--cio-contract", "--doctest-modules", "-q", "--tb=line", "--import-mode=importlib", "-o", "pythonpath=."
    )
    assert result.parseoutcomes() == {"failed": 3, "passed": 2, "errors": 1}
    headline = "Failed: track.event $.name: expected 1 to 100 bytes, got 134 bytes"
    lines = [
        line for line in result.stdout.lines if line.endswith(headline) and not line.startswith(("FAILED", "ERROR"))
    ]
    assert [line.partition(": ")[0] for line in lines] == ["documented.py:3", "sub/test_sub.py:3", "sub/test_sub.py:6"]
    assert "documented.py::documented.example: @pytest.mark" not in closing(result)


def test_a_call_site_that_only_a_doctest_has(story: Story) -> None:
    """No mark reaches a doctest: the summary asks for a test function."""
    story.file("documented.py", EVERYWHERE["documented.py"])
    result = story.again("--cio-contract", "--doctest-modules")
    assert "    in a test function: @pytest.mark.cio_errors\n" in closing(result)
