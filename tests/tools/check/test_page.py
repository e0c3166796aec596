"""The commands of docs/check.md print what the page shows."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest

from pytest_customerio.__main__ import main
from pytest_customerio.tools.check.command import CHECK

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "check.md").read_text(encoding="utf-8")
FILES = re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
RUNS = re.findall(r"<!-- run -->\n```console\n\$ python -m pytest_customerio (.*?)\n(.*?)```", PAGE, re.DOTALL)


def test_every_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The files of the page are written, and each command is run on them."""
    for name, text in FILES:
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for command, shown in RUNS:
        main(shlex.split(command))
        assert capsys.readouterr().out == shown
    assert len(RUNS) == 2


def test_every_option() -> None:
    """The page has each option of the command."""
    parser = argparse.ArgumentParser(add_help=False)
    CHECK.add_arguments(parser)
    options = [name for action in parser._actions for name in action.option_strings]
    assert [name for name in options if f"`{name}" not in PAGE] == []
