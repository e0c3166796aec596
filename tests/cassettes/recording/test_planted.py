"""No value that says something about a person is left in a recording: some of what `benchmarks/planted.py` plants."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

COMMAND = Path(__file__).parents[3] / "benchmarks" / "planted.py"


@pytest.fixture(scope="module")
def command() -> Any:
    """The module of the command."""
    spec = importlib.util.spec_from_file_location("planted", COMMAND)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[spec.name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_nothing_planted_is_left(command: Any) -> None:
    """Each value is found where nothing is scrubbed, and none in the file of a recording."""
    assert [str(one) for one in command.look(250, 4711)] == []


@pytest.mark.parametrize(
    ("value", "text", "left"),
    [
        ("Zelda Quillfeather", "quillfeather", True),
        ("Zelda%20O%27Hara-Quill", "by Zelda O&#39;Hara-Quill", True),
        ("ada@example.com", "YWRhQGV4YW1wbGUuY29t", True),
        ("+49 171 1234567", "call 00491711234567 now", True),
        (4711, "at 14711, 47110, 4.4711", False),
        (4711, "pin: 4711,", True),
        ("Zelda Quillfeather", "Person 1", False),
    ],
)
def test_what_counts_as_left(command: Any, value: Any, text: str, left: bool) -> None:
    """A value, a word of it, and its other spellings."""
    assert command.is_left(value, text) is left
