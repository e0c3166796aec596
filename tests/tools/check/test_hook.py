"""The commit hook in .pre-commit-hooks.yaml runs the command with options that it has, on files that it reads."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from pytest_customerio.tools.check.command import CHECK
from pytest_customerio.tools.commands import command_parser

ROOT = Path(__file__).resolve().parents[3]
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def test_its_command() -> None:
    """The hook calls the installed script; a commit without anything of Customer.io passes."""
    program, *arguments = shlex.split(HOOK["entry"])
    assert program == "pytest-customerio"
    assert command_parser([CHECK]).parse_args([*arguments, "--region", "eu", "x.har"]).allow_unjudged


@pytest.mark.parametrize(
    ("path", "checked"),
    [
        ("cassettes/x.yaml", True),
        ("tests/cassettes/test_crm/test_sign_up.yml", True),
        ("tests/cassettes/x.json", True),
        ("exports/events.ndjson", True),
        ("page.har", True),
        ("package.json", False),
        ("docker-compose.yaml", False),
        ("my_cassettes/x.yaml", False),
    ],
)
def test_its_files(path: str, checked: bool) -> None:
    """Without `files` of the project it checks cassettes, HAR files and NDJSON."""
    assert bool(re.search(HOOK["files"], path)) is checked
