"""The only module that knows JSON Schema: one engine answers the common, valid case, the other explains a broken payload."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from pytest_customerio import redact
from pytest_customerio.checks import Breach
from pytest_customerio.checks.keywords import KEYWORDS, Broken, Keyword

if TYPE_CHECKING:
    import jsonschema_rs
    from jsonschema.protocols import Validator

Json = Any
_COMMON = "../common.json#/$defs/"
_HERE = "#/$defs/common/$defs/"
_JSON_SIZES = ("x-maxJsonBytes", "x-warnJsonBytes")
_COUNTS = {"maxProperties", "minProperties", "maxItems", "minItems"}
_WORDS = {"enum", "const"}


class Schema:
    """One contract. `fallback` is the rule of a constraint that names none.

    `holds` answers in microseconds and may say False for a payload that is fine; `breaches` decides.
    """

    def __init__(self, document: Mapping[str, Json], common: Mapping[str, Json], fallback: str = "malformed") -> None:
        self.document: Json = bundle(document, common)
        self.fallback = fallback

    def holds(self, payload: object, size: int) -> bool:
        """Whether the payload surely keeps the contract; `size` is the length of the body it was read from."""
        return size <= self._small and self._quick.is_valid(payload)

    def breaches(self, payload: object) -> list[Breach]:
        """Every constraint that the payload breaks."""
        try:
            return [self._breach(error) for error in self._explainer.iter_errors(payload)]
        except RecursionError:
            return []

    @cached_property
    def _small(self) -> int:
        return min(_limits(self.document), default=2**62)

    @cached_property
    def _quick(self) -> jsonschema_rs.Draft202012Validator:
        import jsonschema_rs

        return jsonschema_rs.Draft202012Validator(_for_speed(self.document), keywords=_speedy_keywords())

    @cached_property
    def _explainer(self) -> Validator:
        return _explaining()(self.document)

    def _breach(self, error: Json) -> Breach:
        broken = error.cause if isinstance(error.cause, Broken) else Broken("", "")
        entry = self._entry(error, broken.tag)
        return Breach(
            rule=entry.get("rule", self.fallback),
            where=redact.json_path(_place(error)),
            expected=entry.get("expected", f"{error.validator} {redact.cut(str(error.validator_value), 40)}"),
            got=broken.got or _got(error),
            hint=entry.get("hint", ""),
            error=entry.get("error", ""),
            source=entry.get("source", ""),
            severity=entry.get("severity"),
        )

    def _entry(self, error: Json, tag: str) -> Mapping[str, Json]:
        keyword = error.validator
        own = error.schema.get("x-cio", {})
        named = own.get(f"{keyword}:{tag}") or own.get(keyword) or _first(own, f"{keyword}:")
        if named:
            return named
        enclosing = list(_chain(self.document, error.absolute_schema_path))
        return next((entry for each in reversed(enclosing) if (entry := each.get("x-cio", {}).get("*"))), {})


def bundle(document: Mapping[str, Json], common: Mapping[str, Json]) -> Json:
    """The document with the shared facts inside it: nothing is ever looked up elsewhere."""
    whole = _rewrite(document, _COMMON)
    shared = {name: _rewrite(each, "#/$defs/") for name, each in common["$defs"].items()}
    return whole | {"$defs": {**whole.get("$defs", {}), "common": {"$defs": shared}}}


def flaw(document: Json) -> tuple[list[str | int], str] | None:
    """Where and why a bundled document is no JSON Schema."""
    from jsonschema import Draft202012Validator, SchemaError, exceptions

    try:
        Draft202012Validator.check_schema(document)
        Schema(document, {"$defs": {}}).holds(None, 0)
    except SchemaError as error:
        deepest = exceptions.best_match([error])
        return list(deepest.absolute_path), f"no JSON Schema: {redact.cut(deepest.message)}"
    except ValueError as error:
        return [], f"no JSON Schema: {redact.cut(str(error))}"
    return None


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


def _chain(document: Json, path: Iterable[str | int]) -> Iterator[dict[str, Json]]:
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


def _limits(node: Json) -> Iterator[int]:
    if isinstance(node, dict):
        yield from (limit for key in _JSON_SIZES if isinstance(limit := node.get(key), int))
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _limits(item)


def _for_speed(node: Json) -> Json:
    """The same contract with fewer calls back into Python: sizes are settled by the body's, short text by its length."""
    if isinstance(node, list):
        return [_for_speed(item) for item in node]
    if not isinstance(node, dict):
        return node
    fast = {key: _for_speed(value) for key, value in node.items() if key not in (*_JSON_SIZES, "x-cio", "examples")}
    limit = fast.get("x-maxBytes")
    if isinstance(limit, int) and "anyOf" not in fast:
        del fast["x-maxBytes"]
        fast["anyOf"] = [{"maxLength": limit // 4}, {"x-maxBytes": limit}]
    return fast


@cache
def _speedy_keywords() -> dict[str, type]:
    return {name: _speedy(keyword) for name, keyword in KEYWORDS.items()}


def _speedy(keyword: Keyword) -> type:
    class Speedy:
        def __init__(self, _parent: object, argument: object, _path: object) -> None:
            self.argument = argument

        def validate(self, instance: object) -> None:
            broken = keyword(instance, self.argument)
            if broken is not None:
                raise broken

    return Speedy


@cache
def _explaining() -> Callable[[Json], Validator]:
    from functools import partial

    from jsonschema import Draft202012Validator, validators
    from referencing import Registry

    explained = {name: _explained(keyword) for name, keyword in KEYWORDS.items()}
    kind = validators.extend(Draft202012Validator, {**explained, "required": _required})
    return partial(kind, registry=Registry())


def _explained(keyword: Keyword) -> Callable[..., Iterator[Exception]]:
    from jsonschema import ValidationError

    def explain(_validator: object, argument: object, instance: object, _schema: object) -> Iterator[Exception]:
        broken = keyword(instance, argument)
        if broken is not None:
            yield ValidationError(broken.tag, cause=broken, path=() if broken.key is None else (broken.key,))

    return explain


def _required(_validator: object, names: list[str], instance: object, _schema: object) -> Iterator[Exception]:
    from jsonschema import ValidationError

    if isinstance(instance, dict):
        for name in names:
            if name not in instance:
                yield ValidationError(name, cause=Broken(name, "nothing"), path=(name,))


def _first(entries: Mapping[str, Json], prefix: str) -> Mapping[str, Json] | None:
    return next((entry for key, entry in entries.items() if key.startswith(prefix)), None)


def _place(error: Json) -> list[str | int]:
    path = list(error.absolute_path)
    under_names = "propertyNames" in error.absolute_schema_path and isinstance(error.instance, str)
    return [*path, error.instance] if under_names else path


def _got(error: Json) -> str:
    if error.validator in _COUNTS:
        return str(len(error.instance))
    return redact.word(error.instance) if error.validator in _WORDS else redact.mask(error.instance)
