"""`-n 2`: the same verdicts, report, table and exit codes as in one process."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plugin.conftest import Story, closing, told, usage_error

TWO = ("-p", "xdist.plugin", "-n", "2")
MODULE = """
import crm
import pytest
import requests

@pytest.mark.parametrize("number", range(6))
def test_signup(number):
    crm.identify(str(number), plan="basic")

@pytest.mark.parametrize("number", range(3))
def test_purchase(number):
    crm.event(str(number), "x" * 134, timestamp="1764000000")

@pytest.mark.cio_errors
def test_raises():
    with pytest.raises((requests.HTTPError, requests.ConnectionError, requests.Timeout)):
        crm.identify("42", plan="basic").raise_for_status()

@pytest.mark.cio_errors("500", "401")
def test_lost():
    crm.event("42", "purchase")
"""


@pytest.fixture(autouse=True)
def _needs_xdist() -> None:
    pytest.importorskip("xdist")


def parts(document: dict[str, Any]) -> tuple[list[Any], Any]:
    """A report without the order in which workers finish."""
    return sorted(document["tests"], key=lambda row: (row["nodeid"], str(row["case"]))), document["coverage"]


def test_two_workers_report_as_one_process(story: Story) -> None:
    """Report, table, failures and exit code are the same."""
    alone = story.run(MODULE, "--cio-contract", "--cio-report=alone.json")
    together = story.again("--cio-contract", "--cio-report=together.json", *TWO)
    assert alone.parseoutcomes() == together.parseoutcomes()
    assert alone.ret == together.ret == 1
    assert parts(story.written("alone.json")) == parts(story.written("together.json"))
    assert closing(alone) == closing(together)
    assert sorted(told(alone)) == sorted(told(together))
    assert sorted(path.name for path in story.path.glob("*.json")) == ["alone.json", "together.json"]


@pytest.mark.parametrize(
    ("module", "ini", "said"),
    [
        (
            "import pytest\n\n@pytest.mark.cio_allow('bad-mail')\ndef test_signup():\n    pass\n",
            "",
            "test_app.py::test_signup: cio_allow: 'bad-mail' is no rule (did you mean bad-email?);"
            " all rules: README.md, Rules",
        ),
        (
            "import pytest\n\n@pytest.mark.cio_errors('427')\ndef test_signup():\n    pass\n",
            "",
            "test_app.py::test_signup: cio_errors: '427' is no error case (did you mean 429?)",
        ),
        (
            "def test_signup():\n    pass\n",
            "cio_schemas = own\n",
            "{path}/own/track/identify.json:1: not JSON: Expecting value",
        ),
    ],
    ids=["rule", "case", "schema"],
)
def test_a_mistake_ends_the_run_with_code_4(story: Story, module: str, ini: str, said: str) -> None:
    """No crashed worker, no traceback: one line, once; no report is written."""
    story.file("own/track/identify.json", "!")
    story.file("pytest.ini", f"[pytest]\ncio_contract = true\n{ini}")
    result = story.run(module, "--cio-report=report.json", *TWO)
    assert usage_error(result) == said.format(path=story.path)
    assert "no tests ran" in result.stdout.str()
    assert not (story.path / "report.json").exists()


def test_a_mistake_in_the_ini_needs_no_worker(story: Story) -> None:
    """It is found before any worker starts."""
    story.file("pytest.ini", "[pytest]\ncio_region = uk\n")
    result = story.run("def test_signup():\n    pass\n", *TWO)
    assert usage_error(result) == "pytest.ini:2: cio_region: 'uk' is no region; accepted: us, eu"
    assert "workers" not in result.stdout.str()


def test_a_worker_that_dies_costs_its_test_only(story: Story) -> None:
    """What the others found is in the report; nothing is half-written."""
    story.run(
        """
        import os
        import crm
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_signup(number):
            crm.identify(str(number), plan="basic")

        def test_dies():
            os._exit(1)
        """,
        "--cio-contract",
        "--cio-report=report.json",
        *TWO,
    )
    assert len(story.rows()) == 4
