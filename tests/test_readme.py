"""The README: its outputs are those of today, its cheat sheet runs, its tables are complete.

`python tests/test_readme.py` writes the generated parts anew.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

if __name__ == "__main__":  # from a checkout that is not installed
    sys.path.append(str(Path(__file__).resolve().parent.parent))

from commands import ROOT, command, demo

from pytest_customerio import plugin
from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core import data
from pytest_customerio.reporting.sentences.messages import answer_text

README = ROOT / "README.md"
OPTIONS = ROOT / "docs" / "options.md"
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"(<!-- begin (?P<name>[\w-]+) -->\n)(?P<text>.*?)(<!-- end (?P=name) -->)", re.DOTALL)

# The code that the cheat sheet calls `crm`.
CRM = """
import logging
import time

import requests

BASE = "https://track.customer.io/api/v1"
KEYS = ("5f2a9c81d37be604", "9d1c7e5b3a2f48606c4e")
owed, lost = [], []


def send(method, path, payload):
    response = requests.request(method, BASE + path, json=payload, auth=KEYS, timeout=5, allow_redirects=False)
    response.raise_for_status()
    if response.is_redirect:
        raise requests.HTTPError("redirected", response=response)


def sign_up(person, email):
    for wait in (1.0, 2.0, 4.0, None):
        try:
            return send("PUT", f"/customers/{person}", {"email": email})
        except requests.RequestException as error:
            if wait is None or not transient(error):
                raise
            asked = float(error.response.headers.get("Retry-After", 0)) if error.response is not None else 0
        time.sleep(max(wait, asked))


def transient(error):
    return error.response is None or error.response.status_code in (429, 500)


def buy(person, item, timestamp):
    send("POST", f"/customers/{person}/events", {"name": "purchase", "data": {"item": item}, "timestamp": timestamp})


def page_view(person, page):
    try:
        send("POST", f"/customers/{person}/events", {"type": "page", "name": page})
    except requests.RequestException as error:
        logging.getLogger("crm").warning("page view lost: %s", type(error).__name__)


def queue(person, email):
    owed[:], lost[:] = [(person, email)], []


def run_worker_once():
    for person, email in list(owed):
        try:
            send("PUT", f"/customers/{person}", {"email": email})
        except requests.RequestException as error:
            if transient(error):
                continue
            lost.append(person)
        owed.remove((person, email))


def still_queued():
    return bool(owed)


class GaveUp:
    def __bool__(self):
        return bool(lost)


gave_up = GaveUp()
"""


def blocks() -> dict[str, set[str]]:
    """The parts of the README and of the pages between a `begin` and an `end` mark, by name."""
    found: dict[str, set[str]] = {}
    for path in PAGES:
        for match in BLOCK.finditer(path.read_text(encoding="utf-8")):
            found.setdefault(match["name"], set()).add(match["text"])
    return found


def contract_message() -> str:
    """The message about a broken contract that the usual service gets."""
    return fenced(failure("test_purchase"))


def handling_message() -> str:
    """The message about an error that the usual service does not handle."""
    return fenced(failure("test_sign_up_meets_an_error[429-rate-limited-recovers]"))


def matrix() -> str:
    """The table at the end of the run of the usual service."""
    return fenced(between(usual(), r"=+ customer\.io =+\n", r"\n=+ "))


def green() -> str:
    """The end of the run of the service that handles every error."""
    output = demo().stdout.partition("cd examples/signup_as_usual")[0]
    return fenced(between(output, r"=+ customer\.io =+\n", r"\n=+ "))


def error_cases() -> str:
    """The table of error cases, a row for each."""
    cases = Cassettes(Catalog.load()).cases()
    rows = {}
    for case in cases:
        same = [other for other in cases if other.id == case.id]
        sure = ", ".join(sorted({other.provenance.source for other in same}))
        surfaces = ", ".join(sorted({other.surface for other in same}))
        rows[case.id] = (f"`{case.id}`", answer_text(case).partition(" (")[0], surfaces, sure, case.cause)
    return markdown(("case", "answer", "on", "body is", "cause"), rows.values())


def rules() -> str:
    """The table of rules, a row for each; a rule that no code and no schema names yet is marked."""
    found = json.loads((data.schemas() / "rules.json").read_text(encoding="utf-8"))
    files = [*Path(plugin.__file__).parent.rglob("*.py"), *data.schemas().rglob("*.json")]
    named = "".join(file.read_text(encoding="utf-8") for file in files if file.name != "rules.json")
    rows = [
        (f"`{name}`", rule["kind"], rule["severity"], rule["breaks_when"] + remark(name, named))
        for name, rule in found.items()
    ]
    return markdown(("rule", "kind", "severity", "breaks when"), sorted(rows, key=lambda row: (row[1], row[0])))


def operations() -> str:
    """The tables of operations, one for each surface."""
    catalog = Catalog.load()
    cases, own = Cassettes(catalog), {f"{path.parent.name}.{path.stem}" for path in data.schemas().glob("*/*.json")}
    tables = []
    for surface in ("track", "track_v2", "pipelines", "app"):
        rows = [
            (
                f"`{each.id}`",
                f"{each.method} `{each.path}`",
                "full contract" if each.id in own else "published type",
                str(len(set(cases.applying(each.id)))),
            )
            for each in sorted(catalog.of(surface), key=lambda each: (each.id not in own, each.path, each.method))
        ]
        head = ("operation", "call", "payload", "error cases")
        tables.append(f"\n## {surface}: {len(rows)} operations\n\n{markdown(head, rows)}")
    return "".join(tables)


# The libraries that the page of compatibility names, by what they are for. Their versions stand in constraints/.
LIBRARIES = {
    "SDKs of Customer.io": ("customerio", "async-customerio", "customerio-cdp-analytics"),
    "Clients": ("requests", "urllib3", "httpx", "httpx2", "aiohttp", "httplib2"),
    "Mocks and cassettes": (
        *("responses", "requests-mock", "respx", "pytest-httpx", "aioresponses", "vcrpy", "pytest-recording"),
        *("pytest-vcr", "mock", "pytest-mock"),
    ),
    "pytest and its plugins": (
        *("pytest", "pytest-asyncio", "pytest-xdist", "pytest-django", "pytest-bdd", "pytest-cov", "pytest-html"),
        *(
            "pytest-randomly",
            "pytest-rerunfailures",
            "pytest-socket",
            "pytest-sugar",
            "pytest-timeout",
            "allure-pytest",
        ),
        "hypothesis",
    ),
    "Retries, clocks and logs": (
        *("tenacity", "backoff", "stamina", "freezegun", "time-machine", "structlog", "loguru"),
        *("sentry-sdk", "opentelemetry-api"),
    ),
    "Task queues": ("Celery", "dramatiq", "huey", "procrastinate", "RQ", "taskiq", "arq"),
    "Frameworks": ("Django", "Flask", "FastAPI", "trio", "gevent"),
}


def compatibility() -> str:
    """The tables of libraries, with the oldest and the newest version that the suite runs with."""
    oldest, newest = (versions(f"{name}.txt") for name in ("lowest", "tested"))
    oldest["customerio"] = "2.4"  # the Makefile gives it a folder of its own
    tables = []
    for title, names in LIBRARIES.items():
        rows = [(name, oldest.get(name.lower(), "as the newest"), newest[name.lower()]) for name in names]
        tables.append(f"\n## {title}\n\n{markdown(('library', 'oldest', 'newest'), rows)}")
    return "".join(tables)


def versions(constraints: str) -> dict[str, str]:
    """The version of each library in a file of constraints, by its name in small letters."""
    text = (ROOT / "constraints" / constraints).read_text(encoding="utf-8")
    return {name.lower(): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)}


def remark(rule: str, named: str) -> str:
    if rule in ("nothing-sent", "refused"):
        return "; it cannot be allowed"
    return "" if f'"{rule}"' in named else " (not checked yet)"


GENERATED: dict[str, Callable[[], str]] = {
    "contract-message": contract_message,
    "handling-message": handling_message,
    "matrix": matrix,
    "green": green,
    "error-cases": error_cases,
    "rules": rules,
    "operations": operations,
    "compatibility": compatibility,
}


@cache
def usual() -> str:
    """What the demo prints about the usual service; times and durations, which differ between runs, are replaced."""
    output = demo().stdout.partition("cd examples/signup_as_usual")[2]
    output = re.sub(r"\b1[0-9]{12}\b", "1764000000000", output)
    return re.sub(r" in [0-9.]+s", " in 1.00s", output)


def failure(name: str) -> str:
    """The text of one failed test of the demo."""
    return between(usual(), rf"_+ {re.escape(name)} _+\n", r"\n(_{4,} |={4,} |-{4,} )")


def between(text: str, start: str, end: str) -> str:
    found = re.search(f"{start}(.*?){end}", text, re.DOTALL)
    assert found, f"no {start} in:\n{text}"
    return found[1].strip("\n")


def fenced(text: str) -> str:
    return f"```text\n{text}\n```\n"


def markdown(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    cells = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in cells)


@pytest.mark.parametrize("name", GENERATED)
def test_generated_parts_are_what_is_printed_today(name: str) -> None:
    """Each generated part is what the demo and the data say today. If not: `python tests/test_readme.py`."""
    assert blocks()[name] == {GENERATED[name]()}


def test_the_cheat_sheet_runs(tmp_path: Path) -> None:
    """The cheat sheet, run as a test module, passes; cases that do not apply are skipped."""
    (code,) = blocks()["cheat-sheet"]
    code = code.removeprefix("```python\n").removesuffix("```\n")
    (tmp_path / "crm.py").write_text(CRM, encoding="utf-8")
    (tmp_path / "test_cheat_sheet.py").write_text(code, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\naddopts = --strict-markers\n", encoding="utf-8")
    result = command("-m", "pytest", "--cio-contract", "-p", "no:cacheprovider", cwd=tmp_path)
    assert result.returncode == 0, result.stdout
    assert re.search(r"= \d+ passed", result.stdout), result.stdout


def test_the_cheat_sheet_is_a_sheet() -> None:
    """The cheat sheet has at most 32 lines, none wider than 140 columns."""
    (sheet,) = blocks()["cheat-sheet"]
    lines = [line for line in sheet.splitlines() if line and not line.startswith("```")]
    assert len(lines) <= 32
    assert max(map(len, lines)) <= 140


def test_each_option_setting_mark_and_fixture_has_its_row() -> None:
    """The tables name each option, ini setting, mark and fixture, and none that does not exist."""
    text = OPTIONS.read_text(encoding="utf-8")
    named = [name for name in re.findall(r"^\| `([\w-]+)", text, re.MULTILINE) if name != "pytest-customerio"]
    ini = list(plugin.INI)
    marks = [name.partition("(")[0] for name in plugin.MARKS]
    assert sorted(named) == sorted([*plugin.OPTIONS, *ini, *marks, *plugin.FIXTURES, "cio_sandbox"])


def test_commands_of_the_readme_exist() -> None:
    """Every `make` target that the README names exists."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"^make (\w+)", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert named
    assert set(named) <= set(targets)


def test_no_link_leads_to_a_missing_file() -> None:
    """Each relative link and each named path of the examples leads to a file that exists."""
    text = README.read_text(encoding="utf-8")
    paths = re.findall(r"\]\((?!https?:)([^)#]+)\)", text) + re.findall(r"`(examples/[\w/.]+)`", text)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def main() -> None:
    """Write the generated parts."""
    made = {name: make() for name, make in GENERATED.items()}
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        path.write_text(BLOCK.sub(lambda m: m[1] + made.get(m["name"], m["text"]) + m[4], text), encoding="utf-8")


if __name__ == "__main__":
    main()
