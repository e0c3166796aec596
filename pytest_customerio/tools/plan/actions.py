"""What the command `plan` does with a plan."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pytest_customerio.contract.plan.files import PlanFile
from pytest_customerio.contract.plan.tracking_plan import TrackingPlan
from pytest_customerio.core import data
from pytest_customerio.tools.commands import CANNOT, DONE, CommandError, Write, write_text
from pytest_customerio.tools.plan import printing
from pytest_customerio.tools.plan.changes import Update, update
from pytest_customerio.tools.plan.documents import save
from pytest_customerio.tools.plan.project import Project
from pytest_customerio.tools.plan.vendor_export import exported
from pytest_customerio.tools.plan.vendor_import import imported

DIFFERENT = 1


def show(project: Project, write: Write, *, as_json: bool) -> int:
    """Print the plan."""
    files = _files(project)
    write(_json(contents=[_row(one) for one in files]) if as_json else printing.plan(_shown(project.folder), files))
    return DONE


def compare(project: Project, write: Write, *, save: bool, as_json: bool) -> int:
    """Print how the plan differs from what the last run sent; with `save`, write the plan that allows it."""
    sent = project.sent()
    found = update(_files(project), sent)
    if save:
        _save(project, found)
    if as_json:
        write(_json(whole=sent["whole"], changes=[asdict(one) for one in found.changes]))
    else:
        write(printing.difference(_shown(project.folder), found, sent, saved=save, in_ini=project.in_ini))
    return DIFFERENT if found.differs and not save else DONE


def add(project: Project, source: Path, write: Write, *, as_json: bool) -> int:
    """Add what a tracking plan of Segment or RudderStack holds."""
    found = imported(source, _files(project), _common())
    _save(project, found.update)
    if as_json:
        write(_json(changes=[asdict(one) for one in found.update.changes], left_out=found.left_out))
    else:
        write(printing.imported(_shown(project.folder), found, in_ini=project.in_ini))
    return DONE


def export(project: Project, vendor: str, write: Write) -> int:
    """Print the plan in the form of a vendor; what that form cannot hold is told on standard error."""
    files = _files(project)
    write(json.dumps(exported(vendor, project.folder, files, _common()), indent=2, ensure_ascii=False) + "\n")
    left = [str(one.file) for one in files if one.kind in ("message", "broadcast")]
    if left:
        write_text(f"left out, because {vendor} plans events and traits only: {', '.join(left)}\n", sys.stderr)
    return DONE


def _files(project: Project) -> list[PlanFile]:
    """The files of the plan, all of which can be used."""
    return TrackingPlan(project.folder, _common()).files


def _common() -> Mapping[str, Any]:
    found: Mapping[str, Any] = data.read_json(data.schemas() / "common.json")
    return found


def _save(project: Project, found: Update) -> None:
    try:
        save(project.folder, found.documents)
    except OSError as error:
        reason = f"{project.folder} cannot be written to: {error.strerror}"
        raise CommandError(reason, CANNOT) from None


def _row(one: PlanFile) -> dict[str, Any]:
    return {"kind": one.kind, "name": one.name, "file": str(one.file), "schema": one.document}


def _shown(folder: Path) -> str:
    try:
        return Path(os.path.relpath(folder)).as_posix()
    except ValueError:  # pragma: no cover - Windows only: another drive
        return str(folder)


def _json(**members: object) -> str:
    return json.dumps({"version": 1, **members}, indent=2, ensure_ascii=False) + "\n"
