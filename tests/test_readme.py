"""The README is true: its outputs are real, its cheat sheet runs, its tables are complete.

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
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core import data
from pytest_customerio.reporting.messages import answer_text

README = ROOT / "README.md"
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


def blocks() -> dict[str, str]:
    """The parts of the README between `begin` and `end` marks."""
    return {match["name"]: match["text"] for match in BLOCK.finditer(README.read_text(encoding="utf-8"))}


def contract_message() -> str:
    """The first message of the usual service, as its team reads it."""
    return fenced(failure("test_purchase"))


def handling_message() -> str:
    """What one error does to the usual service."""
    return fenced(failure("test_sign_up_meets_an_error[429-rate-limited-recovers]"))


def matrix() -> str:
    """The table at the end of its run."""
    return fenced(between(usual(), r"=+ customer\.io =+\n", r"\n=+ "))


def error_cases() -> str:
    """A row per error case."""
    cases = Cassettes(Catalog.load()).cases()
    rows = {}
    for case in cases:
        same = [other for other in cases if other.id == case.id]
        sure = ", ".join(sorted({other.provenance.source for other in same}))
        surfaces = ", ".join(sorted({other.surface for other in same}))
        rows[case.id] = (f"`{case.id}`", answer_text(case).partition(" (")[0], surfaces, sure, case.cause)
    return markdown(("case", "answer", "on", "body is", "cause"), rows.values())


def rules() -> str:
    """A row per rule; those that nothing names yet say so."""
    found = json.loads((data.schemas() / "rules.json").read_text(encoding="utf-8"))
    files = [*Path(plugin.__file__).parent.rglob("*.py"), *data.schemas().rglob("*.json")]
    named = "".join(file.read_text(encoding="utf-8") for file in files if file.name != "rules.json")
    rows = [
        (f"`{name}`", rule["kind"], rule["severity"], rule["breaks_when"] + remark(name, named))
        for name, rule in found.items()
    ]
    return markdown(("rule", "kind", "severity", "breaks when"), sorted(rows, key=lambda row: (row[1], row[0])))


def remark(rule: str, named: str) -> str:
    if rule in ("nothing-sent", "refused"):
        return "; it cannot be allowed"
    return "" if f'"{rule}"' in named else " (not checked yet)"


GENERATED: dict[str, Callable[[], str]] = {
    "contract-message": contract_message,
    "handling-message": handling_message,
    "matrix": matrix,
    "error-cases": error_cases,
    "rules": rules,
}


@cache
def usual() -> str:
    """What the demo prints about the usual service, without what differs between runs."""
    output = demo().stdout.partition("cd examples/signup_as_usual")[2]
    output = re.sub(r"\b1[0-9]{12}\b", "1764000000000", output)
    return re.sub(r" in [0-9.]+s", " in 1.00s", output)


def failure(name: str) -> str:
    """The text of one failed test."""
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
    """Run `python tests/test_readme.py` when this fails, and read what changed."""
    assert blocks()[name] == GENERATED[name]()


def test_the_cheat_sheet_runs(tmp_path: Path) -> None:
    """Every line of it, as its own suite; only what does not apply is skipped."""
    code = blocks()["cheat-sheet"].removeprefix("```python\n").removesuffix("```\n")
    (tmp_path / "crm.py").write_text(CRM, encoding="utf-8")
    (tmp_path / "test_cheat_sheet.py").write_text(code, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\naddopts = --strict-markers\n", encoding="utf-8")
    result = command("-m", "pytest", "--cio-contract", "-p", "no:cacheprovider", cwd=tmp_path)
    assert result.returncode == 0, result.stdout
    assert re.search(r"= \d+ passed", result.stdout), result.stdout


def test_the_cheat_sheet_is_a_sheet() -> None:
    """Thirty lines or so, none wider than a screen."""
    lines = [line for line in blocks()["cheat-sheet"].splitlines() if line and not line.startswith("```")]
    assert len(lines) <= 32
    assert max(map(len, lines)) <= 140


def test_options_and_ini_are_all_told() -> None:
    """Each option, ini, mark and fixture has its row; no row is about one that does not exist."""
    text = README.read_text(encoding="utf-8").partition("## Options")[2].partition("\n## ")[0]
    told = [name for name in re.findall(r"^\| `([\w-]+)", text, re.MULTILINE) if name != "pytest-customerio"]
    source = Path(plugin.__file__).read_text(encoding="utf-8")
    options = re.findall(r'addoption\(\s*"(--cio-[\w-]+)"', source)
    ini = list(plugin.INI)
    marks = [name.partition("(")[0] for name in plugin.MARKS]
    assert sorted(told) == sorted([*options, *ini, *marks, *plugin.FIXTURES, "cio_sandbox"])


def test_commands_of_the_readme_exist() -> None:
    """Every `make` target that is named is one."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"^make (\w+)", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert named
    assert set(named) <= set(targets)


def test_no_link_leads_to_a_missing_file() -> None:
    """Relative links and named paths of the checkout exist."""
    text = README.read_text(encoding="utf-8")
    paths = re.findall(r"\]\((?!https?:)([^)#]+)\)", text) + re.findall(r"`(examples/[\w/.]+)`", text)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def main() -> None:
    """Write the generated parts."""
    text = README.read_text(encoding="utf-8")
    for name, make in GENERATED.items():
        new = make()
        text = BLOCK.sub(lambda m, name=name, new=new: m[1] + new + m[4] if m["name"] == name else m[0], text)  # type: ignore[misc]
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
