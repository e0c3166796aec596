"""One document that both engines read: the shared facts inside it, nothing looked up elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Json = Any
_COMMON = "../common.json#/$defs/"
_HERE = "#/$defs/customerio/$defs/"
_JSON_SIZES = ("x-maxJsonBytes", "x-warnJsonBytes")


def bundle(document: Mapping[str, Json], common: Mapping[str, Json]) -> Json:
    """The document with the shared facts inside it: nothing is ever looked up elsewhere."""
    whole = _rewrite(document, _COMMON)
    shared = {name: _rewrite(each, "#/$defs/") for name, each in common["$defs"].items()}
    return whole | {"$defs": {**whole.get("$defs", {}), "customerio": {"$defs": shared}}}


def foreign_references(document: Json) -> list[str]:
    """References that a bundled document still makes to somewhere else."""
    if isinstance(document, list):
        return [each for item in document for each in foreign_references(item)]
    if not isinstance(document, dict):
        return []
    here = [ref for key in ("$ref", "$dynamicRef") if isinstance(ref := document.get(key), str) and ref[:1] != "#"]
    return here + [each for item in document.values() for each in foreign_references(item)]


def _rewrite(node: Json, prefix: str) -> Json:
    if isinstance(node, list):
        return [_rewrite(item, prefix) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _HERE + value[len(prefix) :]
        if key == "$ref" and isinstance(value, str) and value.startswith(prefix)
        else _rewrite(value, prefix)
        for key, value in node.items()
    }


def _resolve(document: Json, reference: str) -> Json:
    node = document
    for step in reference.split("/")[1:]:
        node = node[step.replace("~1", "/").replace("~0", "~")]
    return node


def enclosing(document: Json, path: Iterable[str | int]) -> Iterator[dict[str, Json]]:
    """The subschemas on the way to a place, references followed, outermost first."""
    node = document
    for step in path:
        if isinstance(node, dict):
            yield node
        while isinstance(node, dict) and step not in node and "$ref" in node:
            node = _resolve(document, node["$ref"])
            yield node
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return


def size_limits(node: Json) -> Iterator[int]:
    """Every limit that is measured as JSON."""
    if isinstance(node, dict):
        yield from (limit for key in _JSON_SIZES if isinstance(limit := node.get(key), int))
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from size_limits(item)


def for_speed(node: Json) -> Json:
    """The same contract with fewer calls back into Python.

    Limits of JSON size are left to the size of the body, short text is settled by its number of characters.
    """
    if isinstance(node, list):
        return [for_speed(item) for item in node]
    if not isinstance(node, dict):
        return node
    fast = {key: for_speed(value) for key, value in node.items() if key not in (*_JSON_SIZES, "x-cio", "examples")}
    limit = fast.get("x-maxBytes")
    if isinstance(limit, int) and "anyOf" not in fast:
        del fast["x-maxBytes"]
        fast["anyOf"] = [{"maxLength": limit // 4}, {"x-maxBytes": limit}]
    return fast


def parameters(document: Json) -> Json:
    """A schema of `{"path": {…}, "query": {…}}` made of an operation's parameters."""
    given = document["x-cio"].get("parameters", {})
    places = {}
    for place in ("path", "query"):
        named = given.get(place, {})
        needed = [name for name, each in named.items() if each.get("x-required")]
        entries = {f"required:{name}": named[name]["x-cio"]["x-required"] for name in needed}
        places[place] = {"properties": named, "required": needed, "x-cio": entries}
    return {"properties": places, "$defs": document.get("$defs", {})}
