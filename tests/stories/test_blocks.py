"""One cause, one block: items that fail for the same reason print one whole block, and one line for the rest."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from tests.stories.conftest import Story, closing, failure, short_summary

LOSES = """
import crm
import pytest

@pytest.mark.cio_errors
def test_purchase():
    try:
        crm.event("42", "purchase").raise_for_status()
    except Exception:
        pass
"""
FIVE = ("400-malformed", "401-unauthorized", "403-forbidden", "404-not-found", "413-too-large")
MARK = f"@pytest.mark.cio_errors{FIVE}"
TWO = ("-p", "xdist.plugin", "-n", "2")


def headings(result: pytest.RunResult) -> list[str]:
    """The headings of the failures."""
    return [line.strip("_ ") for line in result.outlines if line.startswith("____")]


@pytest.mark.parametrize("style", ["auto", "short", "native", "long", "line", "no"])
def test_one_mark_on_a_function_that_swallows_everything(story: Story, style: str) -> None:
    """The run prints less than 60 lines, however pytest is asked to show tracebacks."""
    result = story.run(LOSES, "-ra", f"--tb={style}")
    failed = result.parseoutcomes()["failed"]
    assert failed > 30
    assert len(result.outlines) < 60
    if style not in ("no", "line"):
        assert headings(result) == ["test_purchase[301-region-redirect]", "test_purchase"]
    if style != "no":
        more = f"400-event-data-not-object, 400-event-name-too-long and {failed - 3} more: the same"
        assert result.outlines.count(more) == 1
    *skips, first, rest = short_summary(result)
    assert len(skips) < failed / 3
    assert any(
        re.match(r"SKIPPED \[\d\d?\] test_app.py:5: \S+, \S+ and \d+ more: does not apply", one) for one in skips
    )
    assert first.startswith("FAILED test_app.py::test_purchase[301-region-redirect] - Failed: track.event")
    assert rest == f"FAILED test_app.py::test_purchase - {failed - 1} more: the same"


def test_the_same_with_the_official_sdk(story: Story) -> None:
    """What its retry engine logs by itself makes no second cause."""
    pytest.importorskip("customerio")
    result = story.run(
        """
        import pytest
        from customerio import CustomerIO

        @pytest.mark.cio_errors
        def test_purchase():
            try:
                CustomerIO("site-1234", "track-key-1234").track(customer_id="42", name="purchase", data={"price": 3})
            except Exception:
                pass
        """,
        "-ra",
    )
    assert headings(result) == ["test_purchase[301-region-redirect]", "test_purchase"]
    assert len(result.outlines) < 60


def test_the_block_whole(story: Story) -> None:
    """The first item has the whole text; what stands for the others is one line."""
    result = story.run(LOSES.replace("@pytest.mark.cio_errors", MARK))
    result.assert_outcomes(failed=5)
    assert failure(result, f"test_purchase[{FIVE[0]}]").startswith(f"track.event {FIVE[0]}: lost, 1 attempt\n\n  rule")
    assert failure(result, "test_purchase") == "401-unauthorized, 403-forbidden and 2 more: the same\n"


def test_verbose_runs_name_each_item(story: Story) -> None:
    """With -v pytest's short summary has one line for each item, and each skip its reason."""
    result = story.run(LOSES.replace("@pytest.mark.cio_errors", MARK), "-v")
    assert [text.split()[1] for text in short_summary(result)] == [f"test_app.py::test_purchase[{one}]" for one in FIVE]
    assert headings(result) == [f"test_purchase[{FIVE[0]}]", "test_purchase"]
    unfolded = story.run(LOSES.replace("@pytest.mark.cio_errors", MARK.replace("400-malformed", "400-id-mismatch")))
    assert "skipped" in unfolded.parseoutcomes()
    again = story.again("-rs", "--no-fold-skipped")
    assert short_summary(again) == [
        "SKIPPED test_app.py::test_purchase[400-id-mismatch] - Skipped: 400-id-mismatch: does not apply to what the"
        " test sends (track.event)"
    ]


@pytest.mark.parametrize("dist", [(), ("--dist", "loadfile")])
def test_over_xdist_the_controller_decides(story: Story, dist: tuple[str, ...]) -> None:
    """Whichever worker ran the items, each cause is shown once."""
    pytest.importorskip("xdist")
    result = story.run(LOSES.replace("@pytest.mark.cio_errors", MARK), *TWO, *dist)
    result.assert_outcomes(failed=5)
    assert headings(result) == [f"test_purchase[{FIVE[0]}]", "test_purchase"]
    assert result.stdout.str().count("\n  rule ") == 1
    assert short_summary(result)[1:] == ["FAILED test_app.py::test_purchase - 4 more: the same"]


def test_junit_names_the_item_that_is_whole(story: Story) -> None:
    """Each item has a failure of its own in JUnit XML: its headline, and where the whole text stands."""
    story.run(LOSES.replace("@pytest.mark.cio_errors", MARK), "--junitxml=junit.xml")
    found = ET.parse(story.path / "junit.xml").iter("failure")
    first, *others = [(one.get("message"), one.text or "") for one in found]
    assert "what to do" in first[1]
    assert others == [
        (
            f"Failed: track.event {case}: lost, 1 attempt",
            f"Failed: track.event {case}: lost, 1 attempt\n\nthe same as test_app.py::test_purchase[400-malformed]",
        )
        for case in FIVE[1:]
    ]


def test_distinct_causes_each_have_their_block(story: Story) -> None:
    """What is lost in silence, what is logged, and a blind retry have different causes."""
    result = story.run(
        f"""
        import logging
        import crm
        import pytest

        {MARK}
        def test_purchase(cio_error):
            response = crm.event("42", "purchase")
            if response.status_code in (400, 404):
                logging.getLogger("app").warning("not sent")
            if response.status_code == 413:
                crm.time.sleep(1)
                crm.event("42", "purchase")
        """
    )
    assert headings(result) == [
        "test_purchase[400-malformed]",
        "test_purchase[404-not-found]",
        "test_purchase[401-unauthorized]",
        "test_purchase[403-forbidden]",
        "test_purchase[413-too-large]",
    ]
    assert failure(result, "test_purchase[404-not-found]") == "404-not-found: the same\n"
    assert failure(result, "test_purchase[403-forbidden]") == "403-forbidden: the same\n"
    assert "blind-retry" in failure(result, "test_purchase[413-too-large]")


def test_a_broken_contract_in_each_item(story: Story) -> None:
    """Items of any parameters fail for one cause where one line sends what one rule forbids."""
    result = story.run(
        """
        import crm
        import pytest

        @pytest.mark.parametrize("length", [101, 102, 103, 104, 105])
        def test_purchase(length):
            crm.event("42", "x" * length)

        @pytest.mark.parametrize("number", [1, 2])
        def test_own_reason(number):
            assert number == 0
        """,
        "--cio-contract",
    )
    result.assert_outcomes(failed=7)
    assert headings(result) == ["test_purchase[101]", "test_purchase", "test_own_reason[1]", "test_own_reason[2]"]
    assert failure(result, "test_purchase") == "102, 103 and 2 more: the same\n"


def test_a_test_that_fails_for_its_own_reason_too(story: Story) -> None:
    """Its own failure is shown once with our text in it, also where what it found differs from case to case."""
    result = story.run(
        f"""
        import crm
        import pytest

        {MARK}
        def test_purchase():
            assert crm.event("42", "purchase").status_code == 200
        """,
        "--show-capture=no",
    )
    assert headings(result) == [f"test_purchase[{FIVE[0]}]", "test_purchase"]
    text = failure(result, f"test_purchase[{FIVE[0]}]")
    assert "assert 400 == 200" in text
    assert "- customer.io -" in result.stdout.str()
    assert f"track.event {FIVE[0]}: lost, 1 attempt" in result.outlines


def test_exceptions_of_one_client_are_one_cause(story: Story) -> None:
    """What a client raises is handled in one place. The traceback ends at the application's line."""
    result = story.run(
        """
        import pytest
        import requests

        URL = "https://track.customer.io/api/v1/customers/42"

        @pytest.mark.cio_errors("400-malformed", "connect-timeout", "read-timeout", "tls-failure")
        def test_identify():
            requests.put(URL, json={}, auth=("site-1", "f00dcafe1234"), timeout=5).raise_for_status()
        """,
    )
    assert headings(result) == ["test_identify[400-malformed]", "test_identify"]
    assert "connect-timeout-recovers, connect-timeout-persists and 4 more: the same" in result.outlines
    assert (
        "             handle requests.RequestException, the base of HTTPError, in the application, or declare it:"
        in (result.outlines)
    )
    result.stdout.no_fnmatch_line("*site-packages*")
    assert len(result.outlines) < 55


def test_one_verdict_beside_different_failures(story: Story) -> None:
    """Where items fail at different places, each failure is shown, and the verdict that they share once."""
    result = story.run(
        f"""
        import crm
        import pytest

        {MARK}
        def test_purchase():
            status = crm.event("42", "purchase").status_code
            if status == 400:
                assert status == 200
            assert status != 401
        """,
        "--show-capture=no",
    )
    assert headings(result)[:2] == [f"test_purchase[{FIVE[0]}]", f"test_purchase[{FIVE[1]}]"]
    text = result.stdout.str()
    assert "assert 400 == 200" in text
    assert "assert 401 != 401" in text
    assert text.count("\n  rule ") == 1
    assert f"the same as test_app.py::test_purchase[{FIVE[0]}]" in result.outlines


def test_a_test_that_sends_nothing(story: Story) -> None:
    """That is one cause, whatever the case."""
    result = story.run(f"import pytest\n\n{MARK}\ndef test_purchase():\n    pass\n")
    result.assert_outcomes(failed=5)
    assert headings(result) == [f"test_purchase[{FIVE[0]}]", "test_purchase"]
    assert result.outlines.count("nothing was sent to Customer.io: the test ended before any request") == 1


def test_stopping_early_and_running_the_failed_again(story: Story) -> None:
    """The first item that runs is the one that is whole."""
    result = story.run(LOSES.replace("@pytest.mark.cio_errors", MARK), "-x")
    assert headings(result) == [f"test_purchase[{FIVE[0]}]"]
    story.file("conftest.py", "def pytest_collection_modifyitems(items):\n    items.reverse()\n")
    result = story.again()
    assert headings(result) == [f"test_purchase[{FIVE[-1]}]", "test_purchase"]


def test_a_test_that_is_run_again(story: Story) -> None:
    """A run that another plugin repeats shows nothing: the last one is whole, as pytest-rerunfailures reports them."""
    story.file(
        "conftest.py",
        """
        from _pytest.runner import runtestprotocol

        def pytest_runtest_protocol(item, nextitem):
            for last in (False, True):
                for report in runtestprotocol(item, nextitem=nextitem, log=False):
                    if not last and report.failed:
                        report.outcome = "rerun"
                    if last or report.outcome == "rerun":
                        item.ihook.pytest_runtest_logreport(report=report)
            return True

        def pytest_report_teststatus(report):
            if report.outcome == "rerun":
                return "rerun", "R", "RERUN"
        """,
    )
    result = story.run(LOSES.replace("@pytest.mark.cio_errors", MARK))
    assert headings(result) == [f"test_purchase[{FIVE[0]}]", "test_purchase"]
    assert result.stdout.str().count("\n  rule ") == 1


def test_other_plugins_see_every_report(story: Story) -> None:
    """In their own summary the lists of reports are as pytest made them."""
    story.file(
        "conftest.py",
        "def pytest_terminal_summary(terminalreporter):\n    print('seen', len(terminalreporter.stats['failed']))\n",
    )
    result = story.run(LOSES.replace("@pytest.mark.cio_errors", MARK))
    assert "seen 5" in result.outlines
    assert result.parseoutcomes() == {"failed": 5}


def test_a_verdict_is_part_of_the_failure(story: Story) -> None:
    """It is shown where captured output is not, in setup, call and teardown."""
    result = story.run(
        """
        import crm
        import pytest

        @pytest.fixture
        def before():
            crm.event("42", "x" * 134)
            raise OSError("no database")

        @pytest.fixture
        def after():
            yield
            crm.event("42", "x" * 134)
            raise OSError("no database")

        def test_before(before): pass
        def test_call():
            crm.event("42", "x" * 134)
            raise OSError("no database")
        def test_after(after): pass
        """,
        "--cio-contract",
        "--show-capture=no",
    )
    result.assert_outcomes(failed=1, errors=2, passed=1)
    assert result.outlines.count("track.event $.name: expected 1 to 100 bytes, got 134 bytes") == 3


def test_warnings_stand_once_for_each_cause(story: Story) -> None:
    """A warning is shown with the first case in which it was seen; the other cases are named below it."""
    result = story.run(
        """
        import crm
        import pytest

        @pytest.mark.cio_errors("500", "502", "503", "504")
        def test_purchase(cio):
            try:
                crm.retrying(lambda: crm.event("42", "purchase"))
            except RuntimeError:
                cio.reported(True)
        """
    )
    shown = closing(result).partition("--cio-strict):\n")[2].partition("\n\n")[0].splitlines()
    assert len(shown) == 2
    assert shown[0].startswith("  track.event 500-server-error-recovers: expected a dedupe id in a retried event")
    assert shown[1] == "    500-server-error-persists, 502-html-recovers and 5 more: the same"
