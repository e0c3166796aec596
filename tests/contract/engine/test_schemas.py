"""The files under schemas/ are valid, have a rule for every constraint, and accept their own examples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from for_each import for_each
from jsonschema import Draft202012Validator

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.routes import read_routes
from pytest_customerio.contract.contract import Contract
from pytest_customerio.contract.engine.engine import Schema
from pytest_customerio.contract.engine.keywords import KEYWORDS
from pytest_customerio.core import data
from pytest_customerio.core.model import Interaction

ROOT = data.schemas()
COMMON = json.loads((ROOT / "common.json").read_text("utf-8"))
RULES = json.loads((ROOT / "rules.json").read_text("utf-8"))
FILES = sorted(ROOT.glob("*/*.json"))
NAMES = [f"{path.parent.name}.{path.stem}" for path in FILES]
ABOUT = {"method", "path", "hosts", "auth", "docs", "variant", "evidence", "success", "parameters", "x-required"}
SILENT = {"x-cio", "examples", "enum", "const", "required", "if", "not"}
SOURCES = {"documented", "observed", "inferred"}
JUDGING = {"type", "enum", "const", "required", "not", "pattern", "x-known", *KEYWORDS}
JUDGING |= {f"{bound}{of}" for bound in ("min", "max") for of in ("Items", "Properties", "Length", "imum")}
SURFACES = {"track": 16, "track_v2": 21, "app": 17, "pipelines": 7}


def document(path: Path) -> Any:
    """The schema in a file."""
    return json.loads(path.read_text("utf-8"))


def subschemas(node: Any, path: str = "", members: bool = False) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every subschema that can break a payload; those that ask (`if`, `not`) cannot. `members`: keys are names."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from subschemas(item, f"{path}/{index}")
    if not isinstance(node, dict):
        return
    if not members:
        yield path, node
    for key, value in node.items():
        if members or key not in SILENT:
            yield from subschemas(value, f"{path}/{key}", members=not members and key in {"properties", "$defs"})


def parameters(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The subschemas of an operation's path and query parameters."""
    for place in document(path)["x-cio"].get("parameters", {}).values():
        for name, each in place.items():
            yield from subschemas(each, f"/{name}")


def everywhere() -> list[tuple[str, str, dict[str, Any]]]:
    """Every subschema of every file, with its place."""
    found = [("common", path, each) for path, each in subschemas(COMMON["$defs"], "/$defs", members=True)]
    for path in FILES:
        found += [(path.stem, place, each) for place, each in (*subschemas(document(path)), *parameters(path))]
    return found


def test_every_operation_has_its_file() -> None:
    """The number of operations of each surface is known."""
    counted = {name: len(list((ROOT / name).glob("*.json"))) for name in SURFACES}
    assert counted == SURFACES
    assert set(Catalog.load().operations) == {*NAMES, *read_routes(ROOT).operations}


@for_each("path", FILES, ids=NAMES)
def test_a_schema_is_sound_and_its_examples_pass(path: Path) -> None:
    """Each schema is valid against the meta-schema, and both engines accept its examples, of which there is at least
    one."""
    about = document(path)
    Draft202012Validator.check_schema(about)
    schema = Schema(about, COMMON)
    assert about["examples"]
    for example in about["examples"]:
        assert schema.violations(example) == []
        assert schema.holds(example, len(json.dumps(example)))


@for_each("path", FILES, ids=NAMES)
def test_a_schema_says_which_request_it_is(path: Path) -> None:
    """Each schema has method, path, both regions, auth scheme, documentation and evidence."""
    about = document(path)["x-cio"]
    assert about["method"] in {"GET", "POST", "PUT", "DELETE"}
    assert about["path"].startswith("/")
    assert set(about["hosts"]) == {"us", "eu"}
    assert all(re.fullmatch(r"https://[a-z-]+\.customer\.io", host) for host in about["hosts"].values())
    assert about["auth"] in {"basic", "bearer", "write-key", "none"}
    assert about["docs"].startswith("https://docs.customer.io/")
    named = set(re.findall(r"{(\w+)}", about["path"]))
    assert named == set(about.get("parameters", {}).get("path", {}))


def test_every_constraint_names_its_rule() -> None:
    """Each constraint has an entry of its own or is below an entry `*`."""
    silent = []
    for name, place, each in everywhere():
        entries = each.get("x-cio", {})
        explained = {key.partition(":")[0] for key in entries}
        judging = (
            JUDGING - {"type"} if place == "" else JUDGING
        )  # a payload that is no object has a rule of its own, before any schema is used
        silent += [f"{name}{place} {key}" for key in each if key in judging and not {key, "*"} & explained]
    assert silent == []


def test_every_entry_is_of_a_constraint_and_has_a_known_rule() -> None:
    """Each entry belongs to a keyword, has a rule of the vocabulary, and has a source."""
    wrong = []
    for name, place, each in everywhere():
        for key, entry in each.get("x-cio", {}).items():
            word = key.partition(":")[0]
            if word in ABOUT:
                continue
            sound = entry["rule"] in RULES and entry["source"] in SOURCES and entry["expected"]
            if not sound or (word != "*" and word not in each):
                wrong.append(f"{name}{place} {key}")
    assert wrong == []


def test_every_reference_leads_to_a_shared_fact() -> None:
    """References point into common.json, and every fact in it is used."""
    text = "".join(path.read_text("utf-8") for path in (ROOT / "common.json", *FILES))
    table = (ROOT / "routes.json").read_text("utf-8")
    text += "".join(re.findall(r'"\$ref": "\.\./common\.json#/\$defs/\w+"', table))
    used = set(re.findall(r'"\$ref": "(?:\.\./common\.json)?#/\$defs/(\w+)"', text))
    assert text.count('"$ref"') == len(re.findall(r'"\$ref": "(?:\.\./common\.json)?#/\$defs/\w+"', text))
    assert used == set(COMMON["$defs"])


def test_the_readmes_own_contract_works(tmp_path: Path) -> None:
    """The schema shown in schemas/README.md allows two events and no other."""
    shown = re.findall(r"```json\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)[1]
    (tmp_path / "track").mkdir()
    (tmp_path / "track" / "event.json").write_text(shown, "utf-8")
    contract = Contract(Catalog.load(), own=[tmp_path])
    address = "https://track.customer.io/api/v1/customers/5/events"
    rules = {}
    for name in ("purchased", "bought"):
        headers = {"authorization": "Basic c2l0ZTprZXk="}
        body = json.dumps({"name": name}).encode()
        heard = Interaction(client="requests", method="POST", url=address, headers=headers, body=body, at=1.0)
        rules[name] = [each.rule for each in contract.judge(heard).violations]
    assert rules == {"purchased": [], "bought": ["own-contract"]}
