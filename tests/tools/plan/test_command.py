"""The command `plan`, as it is typed: what it prints and writes, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_customerio.__main__ import main
from pytest_customerio.contract.plan.shapes import shape

PLANS = Path(__file__).parents[2] / "data" / "plans"
SHAPES = Path(".pytest_cache", "v", "customerio", "shapes")
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an ini that names the folder of its plan."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\ncio_plan = contracts\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def plan(project: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command; its exit code and what it prints."""

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(["plan", *arguments])
        return (code, *capsys.readouterr())

    return command


def ran(project: Path, *, whole: bool = True, **sent: Any) -> None:
    """A run sent these events; `_` are attributes, and `_12` the data of a message."""
    rows = []
    for name, data in sent.items():
        kind = "attributes" if name == "_" else "message" if name[0] == "_" else "event"
        rows.append({"kind": kind, "name": name.removeprefix("_"), "shape": shape(data)})
    path = project / SHAPES
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"version": 1, "whole": whole, "contents": rows}), encoding="utf-8")


def test_the_first_plan(project: Path, plan: Command) -> None:
    """It is shown as a difference, written, shown again, and then holds."""
    assert plan() == (
        0,
        "contracts: no plan yet\n\nnext: pytest --cio-contract, then python -m pytest_customerio plan --update\n",
        "",
    )
    code, _, error = plan("--check")
    assert (code, error) == (
        2,
        "python -m pytest_customerio: no run has noted what it sent; run pytest --cio-contract first, with pytest's "
        "cache on\n",
    )
    ran(project, buy={"total": 5, "items": [1]}, _={"plan": "pro"}, _12={})
    rows = (
        "contracts: 3 changes\n"
        "  + events/buy.json   items: array of number, total: number\n"
        "  + attributes.json   plan: string\n"
        "  + messages/12.json  anything\n"
        "\n"
    )
    assert plan("--check") == (1, rows + "next: python -m pytest_customerio plan --update\n", "")
    assert not (project / "contracts").exists()
    assert plan("--update") == (0, rows + "written: 3 files in contracts; read the difference, and commit it\n", "")
    assert plan("--check") == (0, "contracts: holds for what the last run sent\n", "")
    assert plan() == (
        0,
        "contracts\n\n"
        "event  properties\nbuy    items: array of number, total: number\n\n"
        "attribute  type\nplan       string\n\n"
        "message  variables\n12       anything\n",
        "",
    )


def test_a_plan_that_differs(project: Path, plan: Command) -> None:
    """Each change stands on a line; what was not sent is named, and what has to be changed by hand."""
    ran(project, buy={"total": 5}, sell={})
    plan("--update")
    path = project / "contracts" / "events" / "buy.json"
    path.write_text(path.read_text("utf-8").replace('{"type": "number"}', '{"type": "number", "enum": [5]}'), "utf-8")
    ran(project, buy={"total": "5", "more": None})
    code, text, _ = plan("--check")
    assert (code, text) == (
        1,
        "contracts: 1 change\n"
        "  + events/buy.json $.more   anything\n"
        "  ! events/buy.json $.total  number → number or string: to be changed by hand\n"
        "  - events/sell.json         not sent by the last run; left as it is\n"
        "\n"
        "next: python -m pytest_customerio plan --update\n",
    )
    plan("--update")
    assert plan("--check")[:2] == (
        1,
        "contracts: 1 difference\n"
        "  ! events/buy.json $.total  number → number or string: to be changed by hand\n"
        "  - events/sell.json         not sent by the last run; left as it is\n",
    )
    ran(project, buy={"total": 5, "more": 1}, whole=False)
    assert plan("--check") == (
        0,
        "contracts: holds for what the last run sent\n\n"
        "the last run was of a part of the suite: what it did not send is not listed\n",
        "",
    )


def test_names_that_are_more_than_one_row(project: Path, plan: Command) -> None:
    """Names that the application made up are shown as one row, whatever is in them."""
    ran(project, **{"a\nb": {"x\u202ey": 1}, "_": {"c\nd": 1}})
    assert "\n  + events/a_b.json  x\\u202ey: number\n" in plan("--update")[1]
    shown = plan()[1]
    assert [row.split() for row in shown.splitlines() if "number" in row] == [
        ["a\\nb", "x\\u202ey:", "number"],
        ["c\\nd", "number"],
    ]


def test_very_much_that_was_not_sent(project: Path, plan: Command) -> None:
    """The first twenty are listed."""
    ran(project, **{f"event{number:02}": {} for number in range(22)})
    plan("--update")
    ran(project)
    text = plan("--check")[1]
    assert text.count("not sent by the last run") == 20
    assert text.endswith("  (and 2 more that were not sent)\n")


def test_data(project: Path, plan: Command) -> None:
    """With --json each way prints data."""
    ran(project, buy={})
    assert json.loads(plan("--check", "--json")[1]) == {
        "version": 1,
        "whole": True,
        "changes": [{"sign": "+", "file": "events/buy.json", "where": "", "what": "anything"}],
    }
    plan("--update")
    (row,) = json.loads(plan("--json")[1])["contents"]
    assert (row["kind"], row["name"], row["file"], row["schema"]["type"]) == (
        "event",
        "buy",
        "events/buy.json",
        "object",
    )
    found = json.loads(plan("--import", str(PLANS / "rudderstack-catalog.json"), "--json")[1])
    assert [one["file"] for one in found["changes"]] == ["events/Product Viewed.json", "attributes.json"]
    assert found["left_out"] == ["page (×1): a plan has events and attributes"]


def test_another_folder(project: Path, plan: Command) -> None:
    """Without the ini the folder is given, and the setting is named."""
    (project / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    ran(project, buy={})
    assert plan("--update", "--folder", "docs/plan")[1].endswith(
        "written: 1 file in docs/plan; read the difference, and commit it\n"
        "next: cio_plan = docs/plan in the ini of pytest\n"
    )


def test_import_and_export(project: Path, plan: Command) -> None:
    """A plan of Segment becomes one of ours, and the other way round; messages are left out."""
    assert plan("--import", str(PLANS / "segment-public.json")) == (
        0,
        "contracts: 2 files from Segment\n"
        "  + events/Order Completed.json  total: number, currency: one of 2 values\n"
        "  + attributes.json              plan: string\n"
        "  left out: common (×1): a plan has events and attributes\n"
        "  left out: page (×1): a plan has events and attributes\n"
        "\n"
        "written: 2 files in contracts; read the difference, and commit it\n",
        "",
    )
    ran(project, _12={})
    plan("--update")
    code, text, error = plan("--export", "segment")
    assert [one["type"] for one in json.loads(text)["rules"]] == ["IDENTIFY", "TRACK"]
    assert (code, error) == (0, "left out, because segment plans events and traits only: messages/12.json\n")
    (project / "contracts" / "messages" / "12.json").unlink()
    assert plan("--export", "rudderstack")[2] == ""


def test_mistakes(project: Path, plan: Command) -> None:
    """A broken plan ends the command with its file and line; a folder that cannot be written to with its name."""
    folder = project / "contracts" / "events"
    folder.mkdir(parents=True)
    (folder / "buy.json").write_text('{\n "propertys": {}}', encoding="utf-8")
    code, _, error = plan()
    assert code == 4
    assert f"{folder / 'buy.json'}:2: 'propertys' is no keyword of JSON Schema" in error
    (folder / "buy.json").unlink()
    ran(project, buy={}, _12={})
    (project / "contracts" / "messages").write_text("a file", encoding="utf-8")
    code, _, error = plan("--update")
    assert (code, error) == (
        2,
        f"python -m pytest_customerio: {project / 'contracts'} cannot be written to: File exists\n",
    )
