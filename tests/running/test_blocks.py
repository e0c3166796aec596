"""Reports of items that fail for one cause: which of them is shown whole, and what stands for the others."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from _pytest._io import TerminalWriter

from pytest_customerio.running.blocks import Blocks, Crash, Same


class Text:
    """A failure's text of pytest's."""

    def __init__(self, message: str, *sections: tuple[str, str, str]) -> None:
        self.reprcrash = Crash(message)
        self.sections = list(sections)


def report(case: str, cause: str = "lost", *, text: Any = None, section: str = "", **more: Any) -> pytest.TestReport:
    """The report of an item that failed."""
    nodeid = f"t.py::t[{case}]"
    text = text or Text(f"Failed: track.event {case}: lost\nand more")
    outcome, when = more.pop("outcome", "failed"), more.pop("when", "call")
    made = pytest.TestReport(nodeid, ("t.py", 3, f"t[{case}]"), {}, outcome, text, when, [("Captured log", "x")])
    made.cio_cause = {"function": "t.py::t", "name": case, "index": int(case), "cause": cause, "section": section}  # type: ignore[attr-defined]
    return made


def received(*reports: Any) -> Blocks:
    """What has received these reports."""
    blocks = Blocks()
    for one in reports:
        blocks.receive(one)
    return blocks


def folded(blocks: Blocks, *reports: Any, name: str = "failed") -> list[Any]:
    """What pytest's terminal lists then."""
    stats = {name: list(reports)}
    blocks.fold(stats)
    shown = stats[name]
    blocks.unfold(stats)
    assert stats == {name: list(reports)}
    return shown


def test_the_first_is_whole_and_one_stands_for_the_rest() -> None:
    """The others say in JUnit XML which item is whole; in the terminal one report stands for them."""
    reports = [report(case) for case in ("400", "401", "429", "500")]
    blocks = received(*reports)
    assert str(reports[1].longrepr) == "Failed: track.event 401: lost\n\nthe same as t.py::t[400]"
    assert reports[1].longrepr.reprcrash.message == "Failed: track.event 401: lost\nand more"  # type: ignore[union-attr]
    first, rest = folded(blocks, *reports)
    assert first is reports[0]
    assert (rest.nodeid, rest.head_line, rest.sections) == ("t.py::t", "t", [])
    assert (str(rest.longrepr), rest.longrepr.reprcrash.message) == (
        "401, 429 and 500: the same",
        "3 more: the same",
    )


def test_one_other_item_keeps_its_name() -> None:
    """Where one report stands for one item, it has that item's name."""
    reports = [report("400"), report("401")]
    _, rest = folded(received(*reports), *reports)
    assert (rest.nodeid, rest.head_line) == ("t.py::t[401]", "t[401]")
    assert str(rest.longrepr.reprcrash) == "401: the same"


def test_distinct_causes_are_whole() -> None:
    """Each cause has its block, and what stands for its other items comes next to it."""
    reports = [report("400", "a"), report("401", "b"), report("429", "a"), report("500", "b")]
    shown = folded(received(*reports), *reports)
    assert [one.longrepr.reprcrash.message.partition(":")[0] for one in shown] == ["Failed", "429", "Failed", "500"]


def test_a_worker_s_name_is_not_repeated() -> None:
    """The report that stands for several has no worker, unlike those that xdist delivers."""
    reports = [report("400"), report("401")]
    reports[1].node = "gw1"  # type: ignore[attr-defined]
    _, rest = folded(received(*reports), *reports)
    assert not hasattr(rest, "node")


def test_what_is_left_alone() -> None:
    """A report without a cause, one that a plugin will run again, and the whole item when it is run again."""
    plain = report("400")
    del plain.cio_cause  # type: ignore[attr-defined]
    again = report("401", outcome="rerun")
    reports = [plain, again, report("401"), report("401")]
    blocks = received(*reports)
    assert not any(isinstance(one.longrepr, Same) for one in reports)
    assert folded(blocks, plain, reports[2]) == [plain, reports[2]]


def test_phases_are_told_apart() -> None:
    """An item that fails in its call does not stand for one that fails in its teardown, which pytest lists apart."""
    reports = [report("400"), report("401", when="teardown")]
    received(*reports)
    assert not isinstance(reports[1].longrepr, Same)


def test_items_whose_first_is_gone() -> None:
    """Where another plugin took the whole item off the list, the others are listed all the same."""
    reports = [report("400"), report("401")]
    (whole,) = folded(received(*reports), reports[1])
    assert isinstance(whole.longrepr, Text)
    reports = [report("400"), report("401"), report("402")]
    first, rest = folded(received(*reports), *reports[1:])
    assert isinstance(first.longrepr, Text)
    assert str(rest.longrepr) == "402: the same"


def test_the_order_of_the_tests_decides_in_the_terminal() -> None:
    """With xdist the report that came first may be of a later item; the text that was replaced is given back."""
    reports = [report(case) for case in ("500", "400", "401")]
    first, rest = folded(received(*reports), *reports)
    assert (first.nodeid, first.longrepr.reprcrash.message) == (
        "t.py::t[400]",
        "Failed: track.event 400: lost\nand more",
    )
    assert isinstance(first.longrepr, Text)
    assert str(rest.longrepr) == "401 and 500: the same"


def test_a_failure_of_its_own_keeps_its_text() -> None:
    """Where only our section is the same, the section alone is shortened."""
    ours, other = ("customer.io", "lost", "-"), ("theirs", "x", "-")
    reports = [
        report(str(n), f"own {n}", text=Text(f"assert {n} == 200", other, ours), section="lost") for n in (400, 401)
    ]
    received(*reports)
    assert reports[0].longrepr.sections == [other, ours]  # type: ignore[union-attr]
    assert reports[1].longrepr.sections == [other, ("customer.io", "the same as t.py::t[400]", "-")]  # type: ignore[union-attr]


def test_a_verdict_that_stands_in_another_failure() -> None:
    """Items that fail for our verdict alone are not shown whole where the failure of another item has it."""
    own = report("400", "own", text=Text("assert 400 == 200", ("customer.io", "lost", "-")), section="lost")
    reports = [own, report("401"), report("402")]
    first, rest = folded(received(*reports), *reports)
    assert first is own
    assert str(rest.longrepr) == "401 and 402: the same"


def test_texts_without_parts() -> None:
    """Where pytest gives a failure as plain text, its first line is its headline."""
    reports = [report(case, text=f"fixture not found {case}\nx") for case in ("400", "401")]
    received(*reports)
    assert str(reports[1].longrepr) == "fixture not found 401\n\nthe same as t.py::t[400]"
    received(*(report(case, case, text="plain", section="lost") for case in ("400", "401")))


def test_skips_of_one_function_have_one_reason() -> None:
    """pytest lists equal reasons once, with their number; a skip that is not ours stays as it is."""
    reports = [report(case, "does not apply", text=("t.py", 3, "x"), outcome="skipped") for case in ("400", "401")]
    theirs = pytest.TestReport("t.py::u", ("t.py", 9, "u"), {}, "skipped", ("t.py", 9, "Skipped: no database"), "call")
    blocks = received(*reports)
    shown = folded(blocks, *reports, theirs, name="skipped")
    assert [one.longrepr[2] for one in shown] == [
        "Skipped: 400 and 401: does not apply",
        "Skipped: 400 and 401: does not apply",
        "Skipped: no database",
    ]
    stats = {"skipped": reports}
    blocks.fold(stats, skips=False)
    assert stats == {"skipped": reports}


def test_the_text_in_a_terminal() -> None:
    """pytest writes it with its own writer."""
    file = StringIO()
    Same("401: the same", Crash("x")).toterminal(TerminalWriter(file))
    assert file.getvalue() == "401: the same\n"
