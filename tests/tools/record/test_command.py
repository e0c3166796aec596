"""The declaration of the command `record`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_customerio.tools.commands import DONE, command_parser
from pytest_customerio.tools.record import migration, recorder
from pytest_customerio.tools.record.command import RECORD


def test_it_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command gives its arguments, the function that prints, and the environment to the recorder."""
    given: list[object] = []
    monkeypatch.setattr(recorder, "record", lambda *arguments: given.extend(arguments))
    arguments = command_parser([RECORD]).parse_args(["record", "track", "--dry-run"])
    write = [].append
    assert RECORD.run(arguments, write) == DONE
    assert given == [arguments, write, os.environ]
    assert (arguments.words, arguments.out, arguments.dry_run) == (["track"], Path("cassettes/customerio"), True)


def test_it_migrates(monkeypatch: pytest.MonkeyPatch) -> None:
    """With --migrate the older recordings below the working directory are written, and nothing is asked."""
    given: list[object] = []
    monkeypatch.setattr(migration, "migrate", lambda *arguments: given.extend(arguments))
    arguments = command_parser([RECORD]).parse_args(["record", "--migrate"])
    write = [].append
    assert RECORD.run(arguments, write) == DONE
    assert given == [arguments, Path.cwd(), write]
