"""How the report of a phase shows the way in which the phase ended."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pytest_customerio.running.checked.conclusion import Conclusion
from pytest_customerio.running.phase_end import PhaseEnd
from pytest_customerio.running.planning.plan import Plan

BAD = Conclusion("track.event $.name: expected a name\n\nmore", cause="event-name-missing")
FINE = Conclusion()


class Failure(SimpleNamespace):
    """The part of pytest's failure text that is read."""

    def __init__(self, message: str) -> None:
        super().__init__(reprcrash=SimpleNamespace(message=message, path="t.py", lineno=3), sections=[])

    def addsection(self, name: str, content: str) -> None:
        self.sections.append((name, content))


def report(message: str = "KeyError: 'x'", outcome: str = "failed", **state: Any) -> Any:
    """A report of pytest's, with this message in its short summary."""
    longrepr = Failure(message) if outcome == "failed" else ("t.py", 3, message)
    state = {"failed": outcome == "failed", "passed": outcome == "passed", "longrepr": longrepr} | state
    return SimpleNamespace(when="call", sections=[], location=("tests/t.py", 6, "test_buy"), **state)


def checked(plan: Plan | None = None) -> Any:
    """A test of the first of several items of one function."""
    plan = plan or Plan("t.py::t[429]", checked=True, function="t.py::t")
    return SimpleNamespace(plan=plan, session=SimpleNamespace(is_project=bool))


@pytest.mark.parametrize(("conclusion", "ended"), [(BAD, True), (FINE, False), (None, False)])
def test_whether_the_phase_ended_by_us(conclusion: Conclusion | None, ended: bool) -> None:
    """A phase that passed ended as it should; a conclusion counts for one report."""
    end = PhaseEnd()
    if conclusion is not None:
        end.note(conclusion)
    assert end.show(report(), checked()) is ended
    assert end.show(report(), checked()) is False
    assert end.show(report(outcome="passed"), checked()) is True


@pytest.mark.parametrize(
    ("plan", "conclusion", "cause"),
    [
        (Plan("t.py::t[429]", True, function="t.py::t"), BAD, "t.py:3 KeyError: 'x' event-name-missing"),
        (Plan("t.py::t[429]", True, function="t.py::t", case="429"), BAD, "t.py:3 KeyError event-name-missing"),
        (Plan("t.py::t[429]", True, function="t.py::t", case="429"), FINE, "t.py:3 KeyError "),
        (Plan("t.py::t[429]", True, function="t.py::t"), FINE, None),
        (Plan("t.py::t", True, function="t.py::t"), BAD, None),
    ],
    ids=["with a verdict", "with a verdict, in a case", "in a case", "of its own", "of the only item"],
)
def test_the_cause_of_a_failure_of_the_test_s_own(plan: Plan, conclusion: Conclusion, cause: str | None) -> None:
    """It counts where a verdict stands in it or the item runs in a case, and the function has other items."""
    end, shown = PhaseEnd(), report()
    end.put_beside(conclusion)
    assert end.show(shown, checked(plan)) is False
    assert getattr(shown, "cio_cause", {}).get("cause") == cause


@pytest.mark.parametrize("longrepr", ["fixture not found", ("t.py", 3, "Skipped")])
def test_a_failure_whose_text_is_all_that_pytest_knows(longrepr: Any) -> None:
    """Where pytest shows a failure as plain text, our text is put below it; in a skip it is a section."""
    end, shown = PhaseEnd(), report(longrepr=longrepr, failed=isinstance(longrepr, str))
    end.put_beside(BAD)
    end.show(shown, checked())
    if shown.failed:
        assert shown.longrepr == f"fixture not found\n\n{BAD.text}"
        assert shown.cio_cause["cause"].startswith(" fixture not found")
    else:
        assert shown.sections == [("customer.io", BAD.text)]
        assert not hasattr(shown, "cio_headline")


def test_the_short_summary_shows_the_headline() -> None:
    """Our own failure is cut to its headline, and lies at the test; any other message and place stays."""
    end = PhaseEnd()
    end.note(BAD)
    ours, other = report(f"Failed: {BAD.text}"), report("a\nb")
    for one in (ours, other, SimpleNamespace(longrepr=None, passed=True)):
        end.show(one, checked())
    assert ours.longrepr.reprcrash.message == "Failed: track.event $.name: expected a name"
    assert (ours.longrepr.reprcrash.path, ours.longrepr.reprcrash.lineno) == ("tests/t.py", 7)
    assert ours.cio_headline == "track.event $.name: expected a name"
    assert other.longrepr.reprcrash == SimpleNamespace(message="a\nb", path="t.py", lineno=3)


@pytest.mark.parametrize("whole", [False, True])
def test_the_traceback_of_an_undeclared_exception(whole: bool) -> None:
    """It ends at the line of the project, unless the run shows libraries too."""
    end, shown = PhaseEnd(lambda: whole), report()
    lines = ['  File "tests/t.py", line 3, in test_buy\n', '  File "lib/api.py", line 7, in send\n', "KeyError\n"]
    shown.longrepr.reprtraceback = SimpleNamespace(reprentries=[SimpleNamespace(lines=lines)])
    test = checked()
    test.session.is_project = lambda name: name.endswith("tests/t.py")
    end.put_beside(Conclusion("lost", cause="undeclared-exception: KeyError"))
    end.show(shown, test)
    assert (lines[1] == "KeyError\n") is not whole
