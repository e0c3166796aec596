"""A story is one test of the plugin as a whole: it writes files, runs pytest on them, and reads outcomes and output."""

from __future__ import annotations

import importlib
import json
import pickle
import pkgutil
import re
import textwrap
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from pytest_customerio.cassettes import parsing
from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.core import data

CRM = '''
import base64
import os
import time

import requests

BASE = "https://track.customer.io/api/v1"
AUTH = ("site-1234", "track-key-1234")


def identify(user_id, **attributes):
    return requests.put(f"{BASE}/customers/{user_id}", json=attributes, auth=AUTH, timeout=5)


def event(user_id, name, data=None, **more):
    body = {"name": name, "data": data or {}, **more}
    return requests.post(f"{BASE}/customers/{user_id}/events", json=body, auth=AUTH, timeout=5)


def retrying(send, attempts=4, first=1.0):
    """Exponential backoff on 429, 5xx and network errors; raises after the last attempt."""
    for attempt in range(attempts):
        try:
            response = send()
            if response.status_code != 429 and response.status_code < 500:
                response.raise_for_status()
                return response
        except (requests.ConnectionError, requests.Timeout):
            response = None
        if attempt + 1 < attempts:
            time.sleep(first * 2**attempt)
    raise RuntimeError("Customer.io is not there")
'''


# Loaded once, not for every inner run: pytester forgets what an inner run imported, and no module of ours has a state of
# its own. The plugin's own module is left to pytest, which loads it as a user's run does. The commands load themselves.
for _folder in ("core", "contract", "cassettes", "process", "clients", "replay", "judging", "reporting", "running"):
    _package = importlib.import_module(f"pytest_customerio.{_folder}")
    for _module in pkgutil.walk_packages(_package.__path__, f"{_package.__name__}."):
        if not _module.name.endswith(".sitecustomize"):  # that one is for child processes, and refuses Customer.io
            importlib.import_module(_module.name)


READ = parsing._read
LOAD_CASE = Cassettes._load_case
SHIPPED = data.cassettes()


@lru_cache(maxsize=1000)
def _parsed(text: str) -> bytes:
    """The text of a cassette is parsed once for all inner runs, because parsing took a third of each run."""
    return pickle.dumps(READ(text))


class Story:
    """One project in a folder of its own."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path: Path = pytester.path
        self.file("crm.py", CRM)

    def file(self, name: str, text: str) -> Path:
        """Write one file."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def run(self, test: str, *args: str, subprocess: bool = False) -> pytest.RunResult:
        """Run pytest on one test module."""
        self.file("test_app.py", test)
        return self.again(*args, subprocess=subprocess)

    def again(self, *args: str, subprocess: bool = False) -> pytest.RunResult:
        """Run pytest once more on the same files."""
        given = ("-p", "no:customerio", "-p", "pytest_customerio.plugin", "-p", "no:cacheprovider", *args)
        run: Callable[..., pytest.RunResult] = (
            self.pytester.runpytest_subprocess if subprocess else self.pytester.runpytest_inprocess
        )
        return run(*given)

    def report(self, test: str, *args: str) -> dict[str, Any]:
        """Run pytest, and return the JSON report."""
        self.run(test, "--cio-report=report.json", *args)
        return self.written()

    def written(self, name: str = "report.json") -> dict[str, Any]:
        """The JSON report of the latest run."""
        return dict(json.loads((self.path / name).read_text(encoding="utf-8")))

    def rows(self) -> list[dict[str, Any]]:
        """The rows of the JSON report of the latest run."""
        return list(self.written()["tests"])


@pytest.fixture(scope="session")
def load_case() -> Callable[[Cassettes, str, str], Any]:
    """Reads a shipped cassette once for all inner runs: what is read is a value, and all took a tenth of each run."""
    known: dict[tuple[str, str], Any] = {}

    def load(cassettes: Cassettes, *place: str) -> Any:
        if [path.parent.parent for path in cassettes._files.found[place]] != [SHIPPED]:
            return LOAD_CASE(cassettes, *place)
        if place not in known:
            known[place] = LOAD_CASE(cassettes, *place)
        return known[place]

    return load


@pytest.fixture
def story(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, load_case: Any) -> Story:
    """A project with a small Customer.io module, `crm.py`."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("CI", "BUILD_NUMBER"):  # with these variables pytest does not shorten its short summary
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(parsing, "_read", lambda text: pickle.loads(_parsed(text)))
    monkeypatch.setattr(Cassettes, "_load_case", load_case)
    monkeypatch.syspath_prepend(pytester.path)
    return Story(pytester)


def failure(result: pytest.RunResult, name: str) -> str:
    """The whole text under the heading of one failed test."""
    lines = result.stdout.str().splitlines()
    start = next(i for i, line in enumerate(lines) if line.strip("_ ") == name and line.startswith("_"))
    end = next(i for i, line in enumerate(lines[start + 1 :], start + 1) if line[:4] in ("____", "----", "===="))
    return "\n".join(lines[start + 1 : end]).rstrip() + "\n"


def closing(result: pytest.RunResult) -> str:
    """The whole section that we print at the end of the run; an empty text where we print nothing."""
    lines = result.stdout.str().splitlines()
    start = next((i for i, line in enumerate(lines) if line.strip("= ") == "customer.io"), None)
    if start is None:
        return ""
    end = next(i for i, line in enumerate(lines[start + 1 :], start + 1) if line[:4] == "====")
    return "\n".join(lines[start + 1 : end]).rstrip() + "\n"


def table(result: pytest.RunResult) -> dict[str, dict[str, str]]:
    """The matrix at the end of the run, by operation and column. The columns are those of the cassettes that exist."""
    rows = [re.split(" {2,}", line) for line in closing(result).partition("\n\n")[0].splitlines()]
    return {row[0]: dict(zip(rows[0][1:], row[1:], strict=True)) for row in rows[1:]}


def short_summary(result: pytest.RunResult) -> list[str]:
    """The lines of pytest's short summary, one for each test that did not pass."""
    lines = result.stdout.str().splitlines()
    start = next(i for i, line in enumerate(lines) if line.strip("= ") == "short test summary info")
    return lines[start + 1 : -1]


def usage_error(result: pytest.RunResult) -> str:
    """The one line that a usage error shows."""
    assert result.ret == 4, result.stdout.str()
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    lines = [line for line in (result.outlines + result.errlines) if line.startswith("ERROR: ")]
    assert len(lines) == 1, lines
    return lines[0].removeprefix("ERROR: ")
