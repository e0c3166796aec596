"""What the command `plan` prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pytest_customerio.contract.plan.contents import KINDS, Kind
from pytest_customerio.contract.plan.files import PlanFile
from pytest_customerio.core.redact import cut
from pytest_customerio.reporting.sentences.layout import counted
from pytest_customerio.tools.commands import PROGRAM
from pytest_customerio.tools.explain.page import table
from pytest_customerio.tools.plan.changes import Change, Update
from pytest_customerio.tools.plan.documents import described

if TYPE_CHECKING:
    from pytest_customerio.tools.plan.vendor_import import Imported

_HEADS: Mapping[Kind, tuple[str, str]] = {
    "event": ("event", "properties"),
    "attributes": ("attribute", "type"),
    "message": ("message", "variables"),
    "broadcast": ("broadcast", "variables"),
}
# The most characters of a row.
_LONGEST = 10_000
# The most things that are listed as not sent any more.
_UNSENT = 20
PART = "the last run was of a part of the suite: what it did not send is not listed"


def plan(folder: str, files: Sequence[PlanFile]) -> str:
    """The plan as tables, one for each kind."""
    if not files:
        text = f"{folder}: no plan yet\n\nnext: pytest --cio-contract, then {PROGRAM} plan --update"
        return text + "\n"
    parts = [folder]
    for kind in KINDS:
        rows = [row for one in files if one.kind == kind for row in _rows(one)]
        parts += ["\n".join(table(_HEADS[kind], rows))] if rows else []
    return "\n\n".join(parts) + "\n"


def difference(folder: str, found: Update, sent: Mapping[str, Any], *, saved: bool, in_ini: bool) -> str:
    """How the plan differs from what was sent, as the review of a snapshot shows it."""
    changes = [one for one in found.changes if one.sign in "+~"]
    by_hand = [one for one in found.changes if one.sign == "!"]
    unsent = [one for one in found.changes if one.sign == "-"]
    head = f"{folder}: {counted(len(changes), 'change')}" if changes else f"{folder}: holds for what the last run sent"
    if not changes and by_hand:
        head = f"{folder}: {counted(len(by_hand), 'difference')}"
    lines = [head, *_listed([*changes, *by_hand, *unsent[:_UNSENT]])]
    lines += [f"  (and {len(unsent) - _UNSENT} more that were not sent)"] if len(unsent) > _UNSENT else []
    notes = [PART] if not sent["whole"] else []
    notes += _ending(folder, found, saved=saved, in_ini=in_ini)
    return "\n".join([*lines, *([""] if notes else []), *notes]) + "\n"


def imported(folder: str, found: Imported, *, in_ini: bool) -> str:
    """What was added from another tracking plan, and what was not."""
    changes = found.update.changes
    head = f"{folder}: {counted(len(found.update.documents), 'file')} from {found.form}"
    left = [f"  left out: {each}" for each in found.left_out]
    notes = _ending(folder, found.update, saved=True, in_ini=in_ini)
    return "\n".join([head, *_listed(changes), *left, *([""] if notes else []), *notes]) + "\n"


def _ending(folder: str, found: Update, *, saved: bool, in_ini: bool) -> list[str]:
    if saved and found.documents:
        files = counted(len(found.documents), "file")
        lines = [f"written: {files} in {folder}; read the difference, and commit it"]
        return lines if in_ini else [*lines, f"next: cio_plan = {folder} in the ini of pytest"]
    return [f"next: {PROGRAM} plan --update"] if found.documents else []


def _rows(one: PlanFile) -> Iterable[tuple[str, str]]:
    if one.kind != "attributes":
        return [(_row(one.name), _row(described(one.document, whole=True)))]
    return [(_row(name), _row(described(schema))) for name, schema in one.document.get("properties", {}).items()]


def _row(text: str) -> str:
    """One row: names of an application may hold line breaks, or signs that turn the direction of a terminal."""
    return cut(text, _LONGEST)


def _listed(changes: Sequence[Change]) -> list[str]:
    rows = [(f"  {one.sign} {one.file}{' ' * bool(one.where)}{one.where}", _row(one.what)) for one in changes]
    width = min(max((len(place) for place, _ in rows), default=0), 60)
    return [f"{place.ljust(width)}  {what}" for place, what in rows]
