"""The page for a text that was pasted: that of the case or rule that the text is of, else a list of the nearest."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_customerio.core.data import UnknownNameError
from pytest_customerio.tools.commands import PROGRAM
from pytest_customerio.tools.explain.explanation import Explain
from pytest_customerio.tools.explain.known_texts import known_texts
from pytest_customerio.tools.explain.page import Block, Code, Heading, facts
from pytest_customerio.tools.explain.text_search import MOST, SURE, Near, TextSearch, equally_near
from pytest_customerio.tools.explain.wording import bare_status, statuses

_LONGEST = 200


def page_of_text(explain: Explain, text: str, *, sure: bool = False) -> list[Block]:
    """The page that a text is about; with `sure` only where one is certain. Empty where nothing reads like it."""
    if status := bare_status(text):
        return _page(explain, status) or _nearest_statuses(explain, int(status))
    found = TextSearch(known_texts(explain), explain.names).find(text)
    if found and found[0].likeness >= SURE:
        return _found(explain, found)
    if sure:
        return []
    by_status = next((page for one in statuses(text) if (page := _page(explain, one))), [])
    return by_status or _list(explain, "nearest to this text", [one.page for one in found])


def _found(explain: Explain, found: Sequence[Near]) -> list[Block]:
    first = equally_near(found)
    if len(first) > 1:
        return _list(explain, "this text is that of", [one.page for one in first])
    more = [f"{one.page}: {_shown(one.text)}" for one in found[1:]]
    return [
        *explain.page(first[0].page),
        Heading("Found by its text", 2),
        facts(("text", _shown(first[0].text)), ("near it", more)),
    ]


def _page(explain: Explain, name: str) -> list[Block]:
    try:
        return explain.page(name)
    except UnknownNameError:
        return []


def _nearest_statuses(explain: Explain, status: int) -> list[Block]:
    """The cases whose statuses are nearest to one that no case has, those of its own hundred first."""
    known = {name: cases[0].answer.status for name, cases in explain.cases.items() if cases[0].answer.status}
    near = sorted(known, key=lambda name: (known[name] // 100 != status // 100, abs(known[name] - status)))[:MOST]
    return _list(explain, f"no case is answered {status}; nearest", near)


def _list(explain: Explain, title: str, names: Sequence[str]) -> list[Block]:
    if not names:
        return []
    return [
        Heading(f"{title}: {', '.join(names)}"),
        facts(*((name, explain.gist(name)) for name in names)),
        Heading("Next", 2),
        Code("\n".join(f"{PROGRAM} explain {name}" for name in names), "sh"),
    ]


def _shown(text: str) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= _LONGEST else f"{joined[:_LONGEST]}…"
