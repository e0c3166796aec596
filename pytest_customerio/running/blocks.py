"""One cause, one block: items of one test function that fail for the same reason show it whole once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, MutableMapping, Sequence
from copy import copy
from typing import Any, NamedTuple

from pytest_customerio.reporting.sentences.causes import named

SECTION = "customer.io"
# The lists of the terminal's reports in which items may be alike.
FAILED, SKIPPED = ("failed", "error"), "skipped"
Stats = MutableMapping[str, list[Any]]


class Crash(NamedTuple):
    """What pytest shows of a failure in one line: in its short summary, with --tb=line, and in JUnit XML."""

    message: str

    def __str__(self) -> str:
        """The line itself."""
        return self.message


class Same:
    """The text of a failure that another item shows whole, with the members that pytest reads of such a text.

    `whole` is the text that it replaces, and `shown_by` the node id of the item that shows it.
    """

    def __init__(self, text: str, crash: object, whole: object = None, shown_by: str = "") -> None:
        self.text = text
        self.reprcrash = crash
        self.whole = whole
        self.shown_by = shown_by

    def toterminal(self, writer: Any) -> None:
        """Write the text to pytest's terminal writer."""
        writer.line(self.text)

    def __str__(self) -> str:
        """The text, as JUnit XML has it."""
        return self.text


class Blocks:
    """Shortens the reports of a run, in the process that prints; with xdist that is the controller.

    `report.cio_cause` says what is the same: the `function`, the `name` of the item in it and its `index` among all
    tests, the `cause` of the failure, and the cause of the `section` of ours, if the failure is the test's own and has
    one.
    """

    def __init__(self) -> None:
        self._whole: dict[tuple[str, str, str], str] = {}
        self._listed: dict[str, list[Any]] = {}

    def receive(self, report: Any) -> None:
        """Shorten the report of an item that fails for a reason that is shown already."""
        cause = getattr(report, "cio_cause", None)
        if cause is None or report.outcome != "failed":
            return
        if first := self._shown_by(report, cause["cause"]):
            crash = getattr(report.longrepr, "reprcrash", None) or Crash(str(report.longrepr).partition("\n")[0])
            text = f"{crash.message.partition(chr(10))[0]}\n\nthe same as {first}"
            report.longrepr = Same(text, crash, report.longrepr, first)
        elif cause["section"] and (first := self._shown_by(report, cause["section"])):
            _shorten_section(report.longrepr, f"the same as {first}")

    def _shown_by(self, report: Any, cause: str) -> str:
        """The item that shows this cause whole; an empty text if it is this one."""
        first = self._whole.setdefault((report.cio_cause["function"], report.when, cause), report.nodeid)
        return "" if first == report.nodeid else first

    def fold(self, stats: Stats, *, skips: bool = True) -> None:
        """For the terminal: let one report stand for all items that were shortened for one cause.

        With `skips`, items of a function that are skipped for one reason have one text.
        """
        self._listed = {name: stats[name] for name in (*FAILED, *[SKIPPED] * skips) if stats.get(name)}
        for name, reports in self._listed.items():
            stats[name] = _folded_skips(reports) if name == SKIPPED else _folded(reports)

    def unfold(self, stats: Stats) -> None:
        """Give back the reports themselves, which pytest counts and other plugins read."""
        stats.update(self._listed)


def _folded(reports: Iterable[Any]) -> list[Any]:
    """The reports, those that fail alike as two: the first item of the function, and one for the others.

    Workers of xdist deliver reports in any order; `index` is the item's place among all tests.
    """
    alike: dict[object, list[Any]] = {}
    for report in reports:
        cause = getattr(report, "cio_cause", None)
        key = (cause["function"], report.when, cause["cause"]) if cause else id(report)
        alike.setdefault(key, []).append(report)
    listed = {report.nodeid for several in alike.values() for report in several}
    return [shown for several in alike.values() for shown in _two(several, listed)]


def _two(reports: Sequence[Any], listed: Collection[str]) -> list[Any]:
    if len(reports) == 1 and not isinstance(reports[0].longrepr, Same):
        return list(reports)
    first, *others = several = sorted(reports, key=lambda one: one.cio_cause["index"])
    if all(isinstance(one.longrepr, Same) and one.longrepr.shown_by in listed for one in several):
        return [_stand_in(several)]  # it is a section of another failure
    if isinstance(first.longrepr, Same):
        first = copy(first)
        first.longrepr = first.longrepr.whole
    return [first, *([_stand_in(others)] if others else [])]


def _stand_in(reports: Sequence[Any]) -> Any:
    """One report for several; it has neither captured output nor the name of a worker."""
    first, made = reports[0], copy(reports[0])
    vars(made).pop("node", None)
    made.sections = []
    text = f"{named([one.cio_cause['name'] for one in reports])}: the same"
    made.longrepr = Same(text, Crash(text))
    if len(reports) > 1:
        path, number, name = first.location
        made.nodeid = first.cio_cause["function"]
        made.location = (path, number, name.removesuffix(f"[{first.cio_cause['name']}]"))
        made.longrepr = Same(text, Crash(f"{len(reports)} more: the same"))
    return made


def _folded_skips(reports: Iterable[Any]) -> list[Any]:
    """The reports, with one reason for all items of a function that are skipped alike: pytest lists those in one."""
    shown, alike = [], dict[tuple[str, str], list[Any]]()
    for report in reports:
        made = report
        if cause := getattr(report, "cio_cause", None):
            made = copy(report)
            alike.setdefault((cause["function"], cause["cause"]), []).append(made)
        shown.append(made)
    for (_, reason), several in alike.items():
        several.sort(key=lambda one: one.cio_cause["index"])
        names = named([one.cio_cause["name"] for one in several])
        for one in several:
            one.longrepr = (*one.longrepr[:2], f"Skipped: {names}: {reason}")
    return shown


def add_section(report: Any, text: str) -> None:
    """Put a text into the failure of a report itself: what is captured may not be shown (--show-capture=no)."""
    if hasattr(report.longrepr, "addsection"):
        report.longrepr.addsection(SECTION, text)
    elif isinstance(report.longrepr, str):
        report.longrepr = f"{report.longrepr}\n\n{text}"
    else:  # a skip has a reason instead of a text
        report.sections.append((SECTION, text))


def _shorten_section(longrepr: Any, text: str) -> None:
    sections = getattr(longrepr, "sections", [])
    sections[:] = [(name, text if name == SECTION else content, mark) for name, content, mark in sections]
