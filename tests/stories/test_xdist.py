"""`-n 2`: the same verdicts, report, table and exit codes as in one process."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories.conftest import Story, closing, short_summary, usage_error

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

@pytest.mark.cio_errors("400-invalid-email", "401-unauthorized", "429", "connection-reset", "read-timeout")
def test_raises():
    with pytest.raises((requests.HTTPError, requests.ConnectionError, requests.Timeout)):
        crm.identify("42", plan="basic").raise_for_status()

@pytest.mark.cio_errors("500-server-error", "401-unauthorized")
def test_lost():
    crm.event("42", "purchase")
"""


@pytest.fixture(autouse=True)
def _needs_xdist() -> None:
    pytest.importorskip("xdist")


def parts(document: dict[str, Any]) -> tuple[list[Any], Any]:
    """The parts of a report that do not depend on the order in which workers finish."""
    return sorted(document["tests"], key=lambda row: (row["nodeid"], str(row["case"]))), document["coverage"]


def test_two_workers_report_as_one_process(story: Story) -> None:
    """Report, matrix, failures and exit code are the same as in one process."""
    alone = story.run(MODULE, "--cio-contract", "--cio-report=alone.json")
    together = story.again("--cio-contract", "--cio-report=together.json", *TWO)
    assert alone.parseoutcomes() == together.parseoutcomes()
    assert alone.ret == together.ret == 1
    assert parts(story.written("alone.json")) == parts(story.written("together.json"))
    assert closing(alone).replace("alone.json", "together.json") == closing(together)
    assert "\n\nreport written: together.json\nnext: pytest --cio-contract --lf\n" in closing(together)
    assert sorted(short_summary(alone)) == sorted(short_summary(together))
    assert sorted(path.name for path in story.path.glob("*.json")) == ["alone.json", "together.json"]


@pytest.mark.parametrize(
    ("module", "ini", "said"),
    [
        (
            "import pytest\n\n@pytest.mark.cio_errors('427')\ndef test_signup():\n    pass\n",
            "",
            "test_app.py::test_signup: cio_errors: '427' is no error case (did you mean 429?);"
            " all cases: python -m pytest_customerio errors",
        ),
        (
            "def test_signup():\n    pass\n",
            "cio_schemas = own\n",
            "{path}/own/track/identify.json:1: not JSON: Expecting value",
        ),
    ],
    ids=["case", "schema"],
)
def test_a_mistake_ends_the_run_with_code_4(story: Story, module: str, ini: str, said: str) -> None:
    """The mistake is printed once in one line, without a crashed worker or a traceback; no report is written."""
    story.file("own/track/identify.json", "!")
    story.file("pytest.ini", f"[pytest]\ncio_contract = true\n{ini}")
    result = story.run(module, "--cio-report=report.json", *TWO)
    assert usage_error(result) == said.format(path=story.path)
    assert "passed" not in result.stdout.str()
    assert not (story.path / "report.json").exists()


def test_a_mistake_in_the_ini_needs_no_worker(story: Story) -> None:
    """A mistake in the ini is found before any worker starts."""
    story.file("pytest.ini", "[pytest]\ncio_region = uk\n")
    result = story.run("def test_signup():\n    pass\n", *TWO)
    assert usage_error(result) == "pytest.ini:2: cio_region: 'uk' is no region; accepted: us, eu"
    assert "workers" not in result.stdout.str()


@pytest.mark.parametrize("given", ["mark", "schema"])
def test_a_worker_sends_the_mistake(story: Story, given: str) -> None:
    """In the worker no test runs and nothing is raised; the mistake is sent to the controller."""
    story.file(
        "conftest.py",
        """
        def pytest_configure(config):
            config.workerinput, config.workeroutput = {}, {}

        def pytest_unconfigure(config):
            print("told", config.workeroutput)
        """,
    )
    if given == "schema":
        story.file("own/track/identify.json", "!")
        story.file("pytest.ini", "[pytest]\ncio_schemas = own\n")
        said = f"{story.path}/own/track/identify.json:1: not JSON: Expecting value"
        result = story.run("import pytest\n\n@pytest.mark.cio_contract\ndef test_signup():\n    pass\n")
    else:
        said = "test_app.py::test_signup: cio_errors: '427' is no error case (did you mean 429?);"
        said += " all cases: python -m pytest_customerio errors"
        mark = "import pytest\n\n@pytest.mark.cio_errors('427')\n"
        result = story.run(f"{mark}def test_signup():\n    assert False\n\ndef test_other():\n    assert False\n")
    assert result.ret == 5
    assert f"told {{'customerio_mistake': {said!r}}}" in result.outlines
