"""The page that shows what each SDK does under each error is made of the tables that the tests here assert.

`python tests/sdks/test_page.py` writes it anew.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

if __name__ == "__main__":  # from a checkout that is not installed
    sys.path += [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1] / "support")]

from pages import anchors

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sdks.md"
Cells = Mapping[str, str]

# The module of each SDK, what it is called, the table, and the calls that are shown: the others behave like one of them.
SDKS = (
    ("test_customerio", "customerio 3.2", "DIRECT", ("identify", "event", "batch", "send_email")),
    ("test_customerio_2_4", "customerio 2.4", "DIRECT", ("identify", "event", "send_email")),
    ("test_async_customerio", "async-customerio 2.18", "DIRECT", ("identify", "event", "batch", "send_email")),
    ("test_cdp_analytics", "customerio-cdp-analytics 1.1", "", ("BACKGROUND", "SYNC")),
)
CALLS = {
    "BACKGROUND": "in the background (default)",
    "SYNC": "`sync_mode=True`",
    "event": "`track`",
    "batch": "batch (v2)",
}
# The errors that are shown: the case, and what a reader calls it.
ERRORS = (
    ("400-identifier-required", "400"),
    ("401-unauthorized", "401"),
    ("408-request-timeout", "408"),
    ("429-rate-limited", "429"),
    ("429-retry-after", "429 with Retry-After"),
    ("500-server-error", "500"),
    ("503-unavailable", "503"),
    ("522-connection-timeout", "522, 524"),
    ("connection-refused", "connection refused"),
    ("connection-reset", "connection reset"),
    ("read-timeout", "read timeout"),
    ("301-region-redirect", "301 to the other region"),
    ("207-partial-failure", "207, a part refused"),
    ("200-dropped", "200, payload dropped"),
    ("200-not-json", "200 with an HTML page"),
)
# What a cell says of a rule that was broken.
NOTES = {
    "double-send": "**may send twice**",
    "double-send?": "may count twice without an `id`",
    "pii-leak?": "leaks",
    "retry-after-ignored": "**ignores Retry-After**",
    "blind-retry": "**although it is permanent**",
    "200-dropped": "",
    "partial-failure-ignored": "",
    "undeclared-exception": "",
    "outcome": "",
}
HEAD = """# What each SDK does under each error

Each cell was observed: the test suite of this plugin sends each call through the real SDK, and replays each error beneath its retry
engine. The tables of these tests make this page.

* *raises at once*: one attempt, then an exception of the SDK. *another exception*: one that is not the SDK's own, so that
  `except` with the SDK's class does not catch it.
* *repeats*: the SDK tries again by itself; the number is that of all attempts where the error stays.
* *returns a success*: the caller cannot know that the payload is lost.
* *leaks*: the payload, with its e-mail addresses, is in the text of the exception or in a log of the SDK.
"""


def table(module: str, name: str, calls: tuple[str, ...]) -> dict[str, Cells]:
    """By call: the cells that the tests of one SDK expect."""
    spec = importlib.util.spec_from_file_location(f"sdk_page_{module}", Path(__file__).with_name(f"{module}.py"))
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    found = getattr(loaded, name) if name else vars(loaded)
    return {call: found[call] for call in calls}


def cell(cells: Cells, case: str) -> str:
    """What the SDK does in one case, in words."""
    if case.startswith("4") and not case.startswith(("408", "429")):
        return words(last(cells, case), "")
    if case.startswith(("2", "301")):
        return words(last(cells, case), "")
    return words(last(cells, f"{case}-persists"), last(cells, f"{case}-recovers"))


def last(cells: Cells, case: str) -> str:
    """The cell of a case: where several patterns fit, the last one counts."""
    return next((text for pattern, text in reversed(cells.items()) if fnmatchcase(case, pattern)), "")


def words(persists: str, recovers: str) -> str:
    """Two cells of a table in words: what happens where the error stays, and where it passes."""
    if not persists:
        return ""
    outcome, attempts, *rules = persists.split(" ")
    number = int(attempts.removeprefix("x"))
    ends = {"raised": "raises", "lost": "drops the payload", "recovered": "delivered"}[outcome]
    if "undeclared-exception" in rules:
        ends = "another exception"
    if number > 1:
        said = f"repeats, up to {number} attempts; then {ends}"
    elif outcome == "lost" and ends != "another exception":
        said = "drops the payload at once" if "outcome" in rules else "returns a success"
    else:
        said = {"raises": "raises at once", "delivered": "nothing is lost"}.get(ends, ends)
    notes = dict.fromkeys(NOTES[rule] for rule in (*rules, *recovers.split(" ")[2:]) if NOTES.get(rule))
    return "; ".join([said, *notes])


def lines() -> Iterator[str]:
    """The page."""
    found = anchors((PAGE.parent / "errors.md").read_text(encoding="utf-8"))
    yield HEAD
    for module, title, name, calls in SDKS:
        cells = table(module, name, calls)
        yield f"\n## {title}\n"
        yield "| error | " + " | ".join(CALLS.get(call, f"`{call}`") for call in calls) + " |"
        yield "| --- " * (len(calls) + 1) + "|"
        for case, label in ERRORS:
            known = (
                not case.startswith("200-dropped") or "cdp" in module
            )  # only Pipelines drops what it answers with 200
            row = [cell(cells[call], case) if known else "" for call in calls]
            if any(row):
                anchor = next(one for one in found if one.startswith(f"{case}-") and found[one].startswith(f"{case}:"))
                yield f"| [{label}](errors.md#{anchor}) | " + " | ".join(row) + " |"


def test_the_page_is_what_the_tables_say() -> None:
    """If not: `python tests/sdks/test_page.py`, and read what changed."""
    assert PAGE.read_text(encoding="utf-8").splitlines() == "\n".join(lines()).splitlines()


def test_the_words_of_a_cell() -> None:
    """Attempts, the end, and what was broken."""
    assert words("raised x1", "raised x1") == "raises at once"
    assert words("lost x1 undeclared-exception", "") == "another exception"
    assert words("lost x1 partial-failure-ignored", "") == "returns a success"
    assert words("raised x4 double-send", "recovered x3 double-send") == (
        "repeats, up to 4 attempts; then raises; **may send twice**"
    )


if __name__ == "__main__":
    PAGE.write_text("\n".join(lines()) + "\n", encoding="utf-8")
