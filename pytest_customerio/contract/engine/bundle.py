"""One document for both engines: the schema of an operation, with the shared definitions that it refers to.

The definitions are copied instead of being looked up in a registry (`referencing`), because a schema of the project may
have an `$id` of its own and still refer to `../common.json`. Validation is as fast either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Json = Any
_COMMON = "../common.json#/$defs/"
_WITHIN_COMMON = "#/$defs/"
_HERE = "#/$defs/customerio/$defs/"
_JSON_SIZES = ("x-maxJsonBytes", "x-warnJsonBytes")


def bundle(document: Mapping[str, Json], common: Mapping[str, Json]) -> Json:
    """The document with the shared definitions that it needs, so that nothing is looked up elsewhere."""
    needed: dict[str, None] = {}
    whole, shared = _rewrite(document, _COMMON, needed), {}
    while missing := [name for name in needed if name not in shared]:
        for name in missing:
            shared[name] = _rewrite(common["$defs"].get(name), _WITHIN_COMMON, needed)
    defined = {name: each for name, each in shared.items() if name in common["$defs"]}
    return whole | {"$defs": {**whole.get("$defs", {}), "customerio": {"$defs": defined}}}


def foreign_references(document: Json) -> list[str]:
    """References that a bundled document still makes to somewhere else."""
    if isinstance(document, list):
        return [each for entry in document for each in foreign_references(entry)]
    if not isinstance(document, dict):
        return []
    here = [ref for key in ("$ref", "$dynamicRef") if isinstance(ref := document.get(key), str) and ref[:1] != "#"]
    return here + [each for entry in document.values() for each in foreign_references(entry)]


def _rewrite(node: Json, prefix: str, needed: dict[str, None]) -> Json:
    """The node with references to shared definitions leading into the bundle; their names go into `needed`."""
    if isinstance(node, list):
        return [_rewrite(entry, prefix, needed) for entry in node]
    if not isinstance(node, dict):
        return node
    copy = {}
    for key, value in node.items():
        if key == "$ref" and isinstance(value, str) and value.startswith(prefix):
            reference = value[len(prefix) :]
            needed[reference.partition("/")[0]] = None
            copy[key] = _HERE + reference
        else:
            copy[key] = _rewrite(value, prefix, needed)
    return copy


def _resolve(document: Json, reference: str) -> Json:
    node = document
    for step in reference.split("/")[1:]:
        node = node[step.replace("~1", "/").replace("~0", "~")]
    return node


def enclosing(document: Json, path: Iterable[str | int]) -> Iterator[dict[str, Json]]:
    """The subschemas on the way to a place, with references followed, outermost first."""
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
    """Every limit of a size as JSON."""
    if isinstance(node, dict):
        yield from (limit for key in _JSON_SIZES if isinstance(limit := node.get(key), int))
        node = list(node.values())
    if isinstance(node, list):
        for entry in node:
            yield from size_limits(entry)


def for_speed(node: Json) -> Json:
    """The same contract with fewer calls back into Python.

    Limits of a size as JSON are left out: `Schema.holds` compares them with the size of the whole body. A text whose
    number of characters is far below a limit of bytes needs no call. A list of known members needs none either.
    """
    if isinstance(node, list):
        return [for_speed(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    fast = {key: for_speed(value) for key, value in node.items() if key not in (*_JSON_SIZES, "x-cio", "examples")}
    limit = fast.get("x-maxBytes")
    if isinstance(limit, int) and "anyOf" not in fast:
        del fast["x-maxBytes"]
        fast["anyOf"] = [{"maxLength": limit // 4}, {"x-maxBytes": limit}]
    if "x-known" in fast:
        fast["allOf"] = [*fast.get("allOf", ()), {"propertyNames": {"enum": fast.pop("x-known")}}]
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
