"""`--cio-fail-under`: a run fails below a minimum of errors met."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story, closing, usage_error

MODULE = """
import crm
import pytest

@pytest.mark.cio_errors("401-unauthorized", "429-rate-limited-persists")
def test_survives():
    with pytest.raises(crm.requests.HTTPError):
        crm.identify("42", plan="basic").raise_for_status()

def test_buy():
    crm.event("42", "buy")
"""


@pytest.mark.parametrize("args", [(), ("-p", "xdist.plugin", "-n", "2")], ids=["one process", "xdist"])
def test_below_the_minimum(story: Story, args: tuple[str, ...]) -> None:
    """The run fails as with pytest-cov, and each call site says what it lacks; the report holds the same parts."""
    pytest.importorskip("xdist")
    result = story.run(MODULE, "--cio-fail-under=80", "--cio-report=report.json", *args)
    result.assert_outcomes(passed=3)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert closing(result).partition("FAIL")[2] == (
        " Required error coverage of 80% not reached. Total error coverage: 9.5%\n"
        "  track.event at crm.py:18 in event: 0 of 11 error families met,"
        " not 400, 401, 403, 404, 408, 413, 429, 5xx, 2xx, 3xx, network\n"
        "  track.identify at crm.py:13 in identify: 2 of 10 error families met,"
        " not 400, 403, 404, 408, 5xx, 2xx, 3xx, network\n"
    )
    minimum = story.written()["coverage"]["minimum"]
    assert (minimum["required"], minimum["reached"], minimum["percent"]) == (80, False, 9.5)
    assert [(one["operation"], one["met"]) for one in minimum["parts"]] == [
        ("track.event", []),
        ("track.identify", ["401", "429"]),
    ]


def test_a_minimum_in_the_ini(story: Story) -> None:
    """It is asked of a gated run that selects no tests; the option is always asked."""
    story.file("pytest.ini", "[pytest]\ncio_fail_under = 9\n")
    assert "error coverage" not in story.run(MODULE).stdout.str()
    result = story.again("--cio-contract")
    assert result.ret == 0
    assert closing(result).endswith("\n\nRequired error coverage of 9% reached. Total error coverage: 9.5%\n")
    result = story.again("--cio-contract", "-k", "buy")
    assert (result.ret, closing(result).splitlines()[-1]) == (
        0,
        "a minimum of 9% is set in the ini; a run that selects tests need not reach it",
    )
    result = story.again("--cio-fail-under=1", "-k", "nothing")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert closing(result) == (
        "FAIL Required error coverage of 1% not reached. Total error coverage: nothing was heard\n"
    )


def test_no_percentage(story: Story) -> None:
    """A usage error says what is accepted, and where it stands."""
    assert usage_error(story.run(MODULE, "--cio-fail-under=most")) == (
        "--cio-fail-under=most: is no percentage; accepted: a number from 0 to 100"
    )
    for value, said in (("101", "101.0: is"), ("most", "'most': is")):
        story.file("pytest.ini", f"[pytest]\ncio_fail_under = {value}\n")
        assert usage_error(story.again()).endswith(f"{said} no percentage; accepted: a number from 0 to 100")
