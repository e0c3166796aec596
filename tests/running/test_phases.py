"""The phases of one test: when the test is judged, and which failure is shown."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_customerio.core.allowances import Allowance
from pytest_customerio.replay.endless import GaveUp
from pytest_customerio.running.checked.conclusion import Conclusion
from pytest_customerio.running.phases import Phases
from pytest_customerio.running.planning.plan import Plan

BAD = Conclusion("track.event $.name: expected a name\n\nmore", cause="event-name-missing")
FINE = Conclusion()
SKIPPED = Conclusion(skip="429: does not apply", cause="does not apply")


class FakeSession:
    """A session that concludes what a test of this module sets."""

    def __init__(self) -> None:
        self.mistake = self.answers = ""
        self.call = self.settled = FINE
        self.heard = self.declared = False
        self.test_frame: Any = None
        self.known: Any = None
        self.ended: list[BaseException | None] = []
        self.results = self.listened = 0

    def begin(self, plan: Plan, item: object = None) -> Any:
        record = SimpleNamespace(heard=1 if self.heard else 0, needed=set())
        return SimpleNamespace(
            plan=plan, record=record, declared=lambda _: self.declared, recording=None, mocked=None, used=""
        )

    def begin_call(self, test: Any, item: object) -> str:
        return self.mistake

    def end_call(self, test: Any, raised: BaseException | None) -> Conclusion:
        self.ended.append(raised)
        return self.call

    def beside(self, test: Any, conclusion: Conclusion) -> Conclusion:
        return replace(conclusion, text=f"{conclusion.text}{self.answers}")

    def listen(self) -> None:
        self.listened += 1

    def begin_case(self, test: Any) -> None: ...

    def settle(self, test: Any) -> Conclusion:
        return self.settled

    def report_results(self, test: Any) -> dict[str, Any]:
        self.results += 1
        return {"rows": []}

    def end(self) -> None:
        self.ended.append(None)

    async def finish_tasks(self) -> None: ...


class Item(SimpleNamespace):
    """The part of pytest's item that the phases read."""


class Failure(SimpleNamespace):
    """The part of pytest's failure text that the phases read."""

    def __init__(self, message: str) -> None:
        super().__init__(reprcrash=SimpleNamespace(message=message, path="t.py", lineno=3), sections=[])

    def addsection(self, name: str, content: str) -> None:
        self.sections.append((name, content))


def report(when: str = "call", message: str = "KeyError: 'x'", outcome: str = "failed") -> Any:
    """A report of pytest's, with this message in its short summary."""
    failed, passed = outcome == "failed", outcome == "passed"
    longrepr = Failure(message) if failed else ("t.py", 3, message)
    state = {"outcome": outcome, "failed": failed, "passed": passed}
    return SimpleNamespace(when=when, longrepr=longrepr, sections=[], location=("tests/t.py", 6, "test_buy"), **state)


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture
def phases(session: FakeSession) -> Phases:
    return Phases(session, lambda item: Plan("t.py::t[429]", checked=True, function="t.py::t", index=7))  # type: ignore[arg-type]


def drive(hook: Generator[None, object, object], error: BaseException | None = None) -> object:
    """Run a hook wrapper around a phase that returns "done", or raises this."""
    try:
        next(hook)
        hook.throw(error) if error is not None else hook.send("done")
    except StopIteration as end:
        return end.value
    raise AssertionError("the hook has not ended")


def begun(phases: Phases, **more: Any) -> Any:
    """An item whose setup is over."""
    item = Item(**more)
    assert drive(phases.pytest_runtest_setup(item)) == "done"
    return item


def test_a_test_ends_whatever_happens(phases: Phases, session: FakeSession) -> None:
    """The test ends, also if a phase raises."""
    begun(phases)
    assert phases.test is not None
    assert drive(phases.pytest_runtest_protocol()) == "done"
    assert phases.test is None
    with pytest.raises(KeyError):
        drive(phases.pytest_runtest_protocol(), KeyError())
    assert session.ended == [None, None]


@pytest.mark.parametrize(
    ("error", "sections"), [(KeyError("x"), [("customer.io", BAD.text)]), (pytest.skip.Exception(), [])]
)
def test_a_setup_that_fails(phases: Phases, session: FakeSession, error: BaseException, sections: list[Any]) -> None:
    """What a failing setup sent is judged, and stands in its failure. A setup that skips shows nothing."""
    session.settled, shown = BAD, report("setup")
    with pytest.raises(type(error)):
        drive(phases.pytest_runtest_setup(Item()), error)
    phases.attach(shown)
    assert shown.longrepr.sections == sections


@pytest.mark.parametrize("phase", ["setup", "call", "teardown"])
def test_no_frame_of_ours_in_the_error_of_a_project(phases: Phases, session: FakeSession, phase: str) -> None:
    """pytest shows no hook of ours where a fixture or a test raises."""
    item = Item() if phase == "setup" else begun(phases)
    given = () if phase == "teardown" else (item,)
    with pytest.raises(KeyError) as caught:
        drive(getattr(phases, f"pytest_runtest_{phase}")(*given), KeyError("x"))
    ours = [one for one in caught.traceback if one.frame.f_globals["__name__"] == "pytest_customerio.running.phases"]
    assert ours and all(one.ishidden(caught) for one in ours)


def test_a_frame_is_left_in_a_failure_of_ours(phases: Phases, session: FakeSession) -> None:
    """A failure without any visible frame would be shown with a remark of pytest about that."""
    item, session.call = begun(phases), BAD
    with pytest.raises(pytest.fail.Exception) as caught:
        drive(phases.pytest_runtest_call(item))
    assert [one.name for one in caught.traceback.filter(caught)][-1] == "_carry_out"


def test_without_a_test_nothing_is_judged(phases: Phases, session: FakeSession) -> None:
    """Where a hook of another plugin has ended the test, nothing is judged."""
    session.call = session.settled = BAD
    assert [drive(hook) for hook in (phases.pytest_runtest_call(Item()), phases.pytest_runtest_teardown())] == [
        "done"
    ] * 2


def test_a_mistake_before_the_call(phases: Phases, session: FakeSession) -> None:
    """The test fails with it, and does not run."""
    item, session.mistake = begun(phases), "a case is at work already"
    with pytest.raises(pytest.fail.Exception, match="a case is at work already"):
        next(phases.pytest_runtest_call(item))


@pytest.mark.parametrize(
    ("conclusion", "raises"), [(FINE, None), (BAD, pytest.fail.Exception), (SKIPPED, pytest.skip.Exception)]
)
def test_a_call_that_passes(phases: Phases, session: FakeSession, conclusion: Conclusion, raises: Any) -> None:
    """A call that passes fails with our text, or is skipped."""
    item, session.call = begun(phases), conclusion
    if raises is None:
        assert drive(phases.pytest_runtest_call(item)) == "done"
        return
    with pytest.raises(raises):
        drive(phases.pytest_runtest_call(item))
    shown = report(outcome="failed" if conclusion is BAD else "skipped")
    phases.attach(shown)
    assert shown.cio_cause == {
        "function": "t.py::t",
        "name": "429",
        "index": 7,
        "cause": conclusion.cause,
        "section": "",
    }
    assert getattr(shown.longrepr, "sections", []) == []


OWN = [
    (KeyError("x"), FINE, KeyError, 0),
    (KeyError("x"), BAD, KeyError, 1),
    (KeyError("x"), SKIPPED, KeyError, 0),
    (AssertionError("x"), SKIPPED, pytest.skip.Exception, 0),
    (GaveUp("track.event", 51), BAD, pytest.fail.Exception, 0),
    (pytest.skip.Exception("x"), BAD, pytest.fail.Exception, 0),
    (pytest.skip.Exception("x"), FINE, pytest.skip.Exception, 0),
]


@pytest.mark.parametrize("collected", [False, True])
@pytest.mark.parametrize(("error", "conclusion", "raises", "sections"), OWN)
def test_a_call_that_raises(
    phases: Phases,
    session: FakeSession,
    *,
    error: Any,
    conclusion: Conclusion,
    raises: Any,
    sections: int,
    collected: bool,
) -> None:
    """Its own exception stays, and our text is a section; a skip or our own stop gives way to a violation.

    unittest collects the exception in the item instead of raising it.
    """
    session.heard, session.call = True, conclusion
    item = begun(phases, _excinfo=[SimpleNamespace(value=error)] if collected else None)
    own = collected and raises is type(error)
    if own:
        assert drive(phases.pytest_runtest_call(item)) == "done"
        assert len(item._excinfo) == 1
    else:
        with pytest.raises(raises):
            drive(phases.pytest_runtest_call(item), None if collected else error)
        assert not (collected and item._excinfo)
    shown = report()
    phases.attach(shown)
    assert shown.longrepr.sections == [("customer.io", BAD.text)] * sections
    assert session.ended == [error]


def test_a_skip_before_any_request_stays_a_skip(phases: Phases, session: FakeSession) -> None:
    """A skip before any request hides no violation, so it stays a skip."""
    item, session.call = begun(phases), BAD
    with pytest.raises(pytest.skip.Exception):
        drive(phases.pytest_runtest_call(item), pytest.skip.Exception("x"))


def test_what_the_garbage_collector_met_was_not_raised_by_the_application(phases: Phases, session: FakeSession) -> None:
    """The test fails with the error that pytest raises, and is judged as one that raised nothing."""
    met = pytest.PytestUnraisableExceptionWarning("x")
    for error in (met, ExceptionGroup("2", [met, met]), ExceptionGroup("2", [met, KeyError("x")])):
        with pytest.raises(type(error)):
            drive(phases.pytest_runtest_call(begun(phases)), error)
    assert session.ended == [None, None, error]


@pytest.mark.parametrize("collected", [False, True])
def test_a_declared_exception_is_no_failure(phases: Phases, session: FakeSession, *, collected: bool) -> None:
    """A test passes that ends with the exception that it declares."""
    error, session.declared = KeyError("x"), True
    item = begun(phases, _excinfo=[SimpleNamespace(value=error)] if collected else None)
    assert drive(phases.pytest_runtest_call(item), None if collected else error) == ("done" if collected else None)


def test_a_teardown(phases: Phases, session: FakeSession) -> None:
    """What the teardown sends fails it. With an exception of its own, our text is a section."""
    begun(phases)
    assert drive(phases.pytest_runtest_teardown()) == "done"
    session.settled = BAD
    with pytest.raises(pytest.fail.Exception):
        drive(phases.pytest_runtest_teardown())
    with pytest.raises(KeyError):
        drive(phases.pytest_runtest_teardown(), KeyError("x"))
    shown = report("teardown")
    phases.attach(shown)
    assert shown.longrepr.sections == [("customer.io", BAD.text)]


@pytest.mark.parametrize("case", [SimpleNamespace(), SimpleNamespace(addAsyncCleanup=None)])
def test_tasks_are_finished_before_the_loop_of_a_test_case_ends(
    phases: Phases, session: FakeSession, case: Any
) -> None:
    """The last clean-up of an IsolatedAsyncioTestCase finishes the tasks; other test cases get no such clean-up."""
    added: list[Callable[..., Any]] = []
    if hasattr(case, "addAsyncCleanup"):
        case.addAsyncCleanup = added.append
    item = begun(phases, instance=case)
    drive(phases.pytest_runtest_call(item))
    assert added == ([session.finish_tasks] if hasattr(case, "addAsyncCleanup") else [])


def test_a_test_that_is_not_checked_finishes_no_tasks(session: FakeSession) -> None:
    """A test that is not checked gets no clean-up of ours."""
    phases = Phases(session, lambda item: Plan("t.py::t"))  # type: ignore[arg-type]
    added: list[Callable[..., Any]] = []
    drive(phases.pytest_runtest_call(begun(phases, instance=SimpleNamespace(addAsyncCleanup=added.append))))
    assert added == []


@pytest.mark.parametrize(("conclusion", "headline"), [(FINE, None), (BAD, BAD.text.partition("\n")[0])])
def test_what_was_answered_is_no_headline(
    phases: Phases, session: FakeSession, conclusion: Conclusion, headline: str | None
) -> None:
    """Where a test fails for a reason of its own, the headline is what we find wrong, and not what we answered."""
    session.call, session.answers = conclusion, "\n\nanswered in this test: 200 OK"
    with pytest.raises(KeyError):
        drive(phases.pytest_runtest_call(begun(phases)), KeyError("x"))
    shown = report()
    phases.attach(shown)
    assert getattr(shown, "cio_headline", None) == headline
    assert shown.longrepr.sections == [("customer.io", f"{conclusion.text}{session.answers}")]


def test_which_allowances_were_needed_stands_in_the_report(session: FakeSession) -> None:
    """After the call phase the test says so of each of its allowances; one that failed by itself cannot say."""
    allow = (Allowance("outcome", None, "x", given="t.py::t: cio_allow('outcome')"),)
    phases = Phases(session, lambda item: Plan("t.py::t", True, allow, function="t.py::t"))  # type: ignore[arg-type]
    item, passed = begun(phases), report("setup", outcome="passed")
    phases.attach(passed)
    assert not hasattr(passed, "cio_allowances")
    drive(phases.pytest_runtest_call(item))
    passed = report(outcome="passed")
    phases.attach(passed)
    assert passed.cio_allowances == {"t.py::t: cio_allow('outcome')": "unneeded"}
    with pytest.raises(KeyError):
        drive(phases.pytest_runtest_call(item), KeyError("x"))
    failed = report()
    phases.attach(failed)
    assert failed.cio_allowances == {"t.py::t: cio_allow('outcome')": "unknown"}


def test_the_results_stand_in_the_report_of_the_phase(phases: Phases, session: FakeSession) -> None:
    """The results are put into one report, that of the phase that made them, and into none if nothing was heard."""
    phases.attach(report())
    session.heard = True
    item = begun(phases)
    drive(phases.pytest_runtest_call(item))
    reports = [report(when) for when in ("setup", "call", "teardown")]
    for one in reports:
        phases.attach(one)
    assert [hasattr(one, "cio") for one in reports] == [False, True, False]
    assert phases.test is not None
    phases.test.record.heard = 2
    session.settled = BAD
    with pytest.raises(pytest.fail.Exception):
        drive(phases.pytest_runtest_teardown())
    again = report("teardown")
    phases.attach(again)
    assert again.cio == {"rows": []}
    assert session.results == 2


def test_setup_is_listened_to(phases: Phases, session: FakeSession) -> None:
    """Inside pytest's capture the session listens to the streams of the phase."""
    phases.pytest_customerio_listen()
    assert session.listened == 1


def test_a_debugger_finds_the_test(phases: Phases, session: FakeSession) -> None:
    """Where the session keeps the frame of the test, our failure leads to it."""
    try:
        raise KeyError
    except KeyError as error:
        trace = error.__traceback__
    session.test_frame = SimpleNamespace(take=lambda: trace)
    item, session.call = begun(phases), BAD
    with pytest.raises(pytest.fail.Exception) as caught:
        drive(phases.pytest_runtest_call(item))
    innermost = caught.value.__traceback__
    while innermost is not None and innermost.tb_next is not None:
        innermost = innermost.tb_next
    assert innermost is trace
