"""The page docs/check.md is complete; `tests/test_pages.py` runs its commands."""

from __future__ import annotations

import argparse
from pathlib import Path

from pytest_customerio.tools.check.command import CHECK

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "check.md").read_text(encoding="utf-8")


def test_every_option() -> None:
    """The page has each option of the command."""
    parser = argparse.ArgumentParser(add_help=False)
    CHECK.add_arguments(parser)
    options = [name for action in parser._actions for name in action.option_strings]
    assert [name for name in options if f"`{name}" not in PAGE] == []
