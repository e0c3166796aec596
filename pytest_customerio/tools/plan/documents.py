"""The schemas of a plan as documents: made of shapes, named, described in a few words, and written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from pytest_customerio.contract.plan.contents import Kind
from pytest_customerio.contract.plan.files import ATTRIBUTES, FOLDERS
from pytest_customerio.contract.plan.shapes import Shape, together
from pytest_customerio.reporting.formats import files

Json = Any
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_WIDTH = 100
# A name that every file system can give to a file.
_FILE_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _.-]{0,98}[A-Za-z0-9_-])?")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_OTHER_SIGNS = re.compile(r"[^A-Za-z0-9_-]+")


def plan_schema(shape: Shape) -> dict[str, Json]:
    """The schema that a plan states for a shape. Of a property that was only ever null it demands nothing.

    Customer.io does not tell an integer from another number, and neither does a plan that is made of what was sent.
    """
    types = together(["number" if each == "integer" else each for each in shape["type"]])
    if types == ["null"]:
        return {}
    found: dict[str, Json] = {"type": types[0] if len(types) == 1 else types}
    if "properties" in shape:
        found["properties"] = {name: plan_schema(one) for name, one in sorted(shape["properties"].items())}
        found |= {"required": shape["required"]} if shape["required"] else {}
        found |= {} if shape["additionalProperties"] else {"additionalProperties": False}
    if "items" in shape and (items := plan_schema(shape["items"])):
        found["items"] = items
    return found


def document_of(kind: Kind, name: str, file: PurePosixPath, shape: Shape) -> dict[str, Json]:
    """The document of a new file. A call sets some attributes of a person, so none of them is required."""
    about = {} if kind == "attributes" or file.stem == name else {"x-cio": {kind: name}}
    schema = plan_schema(shape)
    if kind == "attributes":
        schema.pop("required", None)
    return {"$schema": DRAFT, **about, **schema}


def file_for(kind: Kind, name: str, taken: Iterable[str]) -> str:
    """The path of a new file below the plan's folder, which differs from all others by more than capitals."""
    if kind == "attributes":
        return ATTRIBUTES
    folder = next(each for each, known in FOLDERS.items() if known == kind)
    used = {each.casefold() for each in taken}
    usual = bool(_FILE_NAME.fullmatch(name)) and not _DEVICES.fullmatch(name)
    stem = name if usual else _OTHER_SIGNS.sub("_", name).strip("_")[:60] or kind
    stem = f"{stem}_" if _DEVICES.fullmatch(stem) else stem
    numbered = (f"{folder}/{stem}{number}.json" for number in ("", *(f"-{each}" for each in range(2, 10_000))))
    return next(path for path in numbered if path.casefold() not in used)


def types_of(schema: Mapping[str, Json]) -> list[str]:
    """The types that a schema names; none where it names none."""
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def described(schema: Json, *, whole: bool = False) -> str:
    """A schema in a few words: `string or null`; of a `whole` document the names with their types."""
    if not isinstance(schema, dict):
        return "nothing" if schema is False else "anything"
    if whole:
        return ", ".join(_members(schema)) or "anything"
    if "enum" in schema or "const" in schema:
        return f"one of {len(schema.get('enum', ()))} values" if "enum" in schema else "one value"
    items = f" of {described(schema['items'])}" if isinstance(schema.get("items"), dict) else ""
    types = [f"array{items}" if each == "array" else each for each in types_of(schema)]
    return " or ".join(types) or (str(schema["$ref"]).rpartition("/")[2] if "$ref" in schema else "anything")


def written(document: Mapping[str, Json]) -> str:
    """The text of a file: each property on a line of its own, so that two branches can be merged."""
    return _text(document, 0, root=True) + "\n"


def save(folder: Path, documents: Mapping[str, Mapping[str, Json]]) -> None:
    """Write the files, each in one step. Raises `OSError`."""
    for file, document in documents.items():
        files.write(folder / file, written(document))


def _members(schema: Mapping[str, Json]) -> Iterable[str]:
    required = schema.get("required", ())
    for name, one in schema.get("properties", {}).items():
        yield f"{name}: {described(one)}" + ("" if name in required or not required else " (optional)")


def _text(node: Json, depth: int, *, root: bool = False) -> str:
    short = json.dumps(node, ensure_ascii=False)
    if not isinstance(node, dict) or not node or (not root and len(short) + 2 * depth <= _WIDTH - 20):
        return short
    inner = "  " * (depth + 1)
    rows = [
        f"{inner}{json.dumps(name, ensure_ascii=False)}: {_text(one, depth + 1, root=name == 'properties' and root)}"
        for name, one in node.items()
    ]
    return "{\n" + ",\n".join(rows) + "\n" + "  " * depth + "}"
