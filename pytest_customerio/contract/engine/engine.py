"""Validates payloads by JSON Schema: jsonschema-rs says quickly what is valid, jsonschema explains what is broken.

The only module that uses these libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from itertools import islice
from json import dumps
from typing import TYPE_CHECKING, Any

from pytest_customerio.contract.engine.bundle import bundle, enclosing, for_speed, size_limits
from pytest_customerio.contract.engine.keywords import KEYWORDS, Keyword, KeywordError
from pytest_customerio.contract.engine.members import nearest_member
from pytest_customerio.contract.engine.words import words
from pytest_customerio.contract.rules import violation
from pytest_customerio.core import redact
from pytest_customerio.core.model import Violation
from pytest_customerio.core.nearest import did_you_mean

if TYPE_CHECKING:
    import jsonschema_rs

Json = Any
# What is said of a member that `x-known` does not list.
UNKNOWN_MEMBER = "a member that the call does not know"
_MOST = 500
_WIDEST = 1000
_WIDE = ("additionalProperties", "patternProperties", "propertyNames", "items")
_COUNTS = {"maxProperties", "minProperties", "maxItems", "minItems"}
_WORDS = {"enum", "const"}
_SIZES = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
# A number from here on has as many digits as one of a phone.
_PERSONAL_NUMBER = 10**6
_NO_CONSTRAINT = frozenset({"$schema", "$id", "$comment", "$defs", "title", "description", "x-cio", "examples"})


class Schema:
    """One schema. `fallback` is the rule of a constraint that names no rule.

    `holds` takes microseconds and may be False for a valid payload; `violations` is exact.
    """

    def __init__(self, document: Mapping[str, Json], common: Mapping[str, Json], fallback: str = "malformed") -> None:
        self.document: Json = bundle(document, common)
        self.fallback = fallback

    def holds(self, payload: object, size: int) -> bool:
        """True only for a valid payload. `size` is the number of bytes of the body in which it was sent."""
        if size > self._small:
            return False
        quick = self._quick
        try:
            return quick.is_valid(payload)
        except ValueError:  # text that Rust cannot represent, such as lone surrogates
            return False

    def violations(self, payload: object) -> list[Violation]:
        """Every constraint that the payload breaks, at most 500; none where the payload is nested too deep to walk."""
        try:
            return [self._violation(error) for error in islice(self._explainer.iter_errors(payload), _MOST)]
        except RecursionError:
            return []

    @cached_property
    def constrains(self) -> bool:
        """Whether it demands anything of a payload."""
        return bool(set(self.document) - _NO_CONSTRAINT)

    def flaw(self) -> tuple[list[str | int], str] | None:
        """The place and the reason where the document is no valid JSON Schema; else None."""
        from jsonschema import Draft202012Validator, SchemaError

        try:
            Draft202012Validator.check_schema(self.document)
            self._quick.is_valid(None)
        except SchemaError as error:
            return list(error.absolute_path), f"no JSON Schema: {_cause(error)}"
        except Exception as error:  # jsonschema-rs raises several classes that have no common base
            first, *_ = str(error).splitlines() or [""]  # the rest quotes the schema
            return [], f"no JSON Schema: {redact.cut(first)}"
        return None

    @cached_property
    def _small(self) -> int:
        return min(size_limits(self.document), default=2**62)

    @cached_property
    def _quick(self) -> jsonschema_rs.Draft202012Validator:
        import jsonschema_rs

        return jsonschema_rs.Draft202012Validator(for_speed(self.document), keywords=_speedy_keywords())

    @cached_property
    def _explainer(self) -> Json:
        return _explaining()(self.document)

    def _violation(self, error: Json) -> Violation:
        broken = error.cause if isinstance(error.cause, KeywordError) else KeywordError("", "")
        entry = self._entry(error, broken.tag)
        return violation(
            rule=entry.get("rule", self.fallback),
            where=redact.json_path(_place(error)),
            expected=broken.expected or entry.get("expected") or _expected(error),
            got=broken.got or _got(error),
            hint=entry.get("hint", ""),
            error=entry.get("error", ""),
            source=entry.get("source", ""),
            severity=entry.get("severity"),
        )

    def _entry(self, error: Json, tag: str) -> Mapping[str, Json]:
        keyword, own = error.validator, error.schema.get("x-cio", {})
        named = own.get(f"{keyword}:{tag}") or own.get(keyword) or _first(own, f"{keyword}:")
        if named:
            return named
        around = list(enclosing(self.document, error.absolute_schema_path))
        return next((entry for each in reversed(around) if (entry := each.get("x-cio", {}).get("*"))), {})


@cache
def _cause(error: Json) -> str:
    """What is wrong with a document: jsonschema names the types only where it says what it has tried in vain."""
    tried = [each for each in error.context or () if each.validator == "enum"]
    if not tried:
        return redact.cut(error.message)
    given, known = tried[-1].instance, tried[-1].validator_value
    return f"{redact.cut(repr(given))} is no type{did_you_mean(str(given), known)}; accepted: {', '.join(known)}"


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
def _explaining() -> Json:
    from functools import partial

    from jsonschema import Draft202012Validator, validators
    from referencing import Registry

    explained = {name: _explained(keyword) for name, keyword in KEYWORDS.items()}
    bounded = {name: _bounded(Draft202012Validator.VALIDATORS[name]) for name in _WIDE}
    extend: Json = validators.extend
    kind = extend(Draft202012Validator, {**explained, **bounded, "required": _required, "x-known": _known})
    return partial(kind, registry=Registry())


def _explained(keyword: Keyword) -> Callable[..., Iterator[Exception]]:
    from jsonschema import ValidationError

    def explain(_validator: object, argument: object, instance: object, _schema: object) -> Iterator[Exception]:
        broken = keyword(instance, argument)
        if broken is not None:
            yield ValidationError(broken.tag, cause=broken, path=() if broken.key is None else (broken.key,))

    return explain


def _bounded(original: Callable[..., Iterator[Exception] | None]) -> Callable[..., Iterator[Exception]]:
    """The keyword, applied to the first 1000 members only: a body of 10 MB may have a million, which takes minutes."""

    def explain(validator: object, argument: object, instance: Json, schema: object) -> Iterator[Exception]:
        if isinstance(instance, dict) and len(instance) > _WIDEST:
            instance = dict(islice(instance.items(), _WIDEST))
        elif isinstance(instance, list):
            instance = instance[:_WIDEST]
        yield from original(validator, argument, instance, schema) or ()

    return explain


def _required(_validator: object, names: list[str], instance: object, _schema: object) -> Iterator[Exception]:
    from jsonschema import ValidationError

    if isinstance(instance, dict):
        for name in names:
            if name not in instance:
                yield ValidationError(name, cause=KeywordError(name, "nothing"), path=(name,))


def _known(_validator: object, names: list[str], instance: object, schema: Json) -> Iterator[Exception]:
    """The members that are not known. Where a required one is missing, that says enough: such a call is refused.

    What SDKs add is known, but was never meant: it is not among `properties`.
    """
    from jsonschema import ValidationError

    if isinstance(instance, dict) and all(name in instance for name in schema.get("required", ())):
        for name in islice((each for each in instance if each not in names), _WIDEST):
            own = [each for each in names if each in schema.get("properties", names)]
            broken = KeywordError("", UNKNOWN_MEMBER, expected=nearest_member(name, own))
            yield ValidationError(name, cause=broken, path=(name,))


def _first(entries: Mapping[str, Json], prefix: str) -> Mapping[str, Json] | None:
    return next((entry for key, entry in entries.items() if key.startswith(prefix)), None)


def _place(error: Json) -> list[str | int]:
    path = list(error.absolute_path)
    under_names = "propertyNames" in error.absolute_schema_path and isinstance(error.instance, str)
    return [*path, error.instance] if under_names else path


def _expected(error: Json) -> str:
    argument = error.validator_value
    if error.validator == "required":
        return str(error.path[-1])
    if error.validator == "type":
        return argument if isinstance(argument, str) else " or ".join(argument)
    return redact.cut(f"{error.validator} {dumps(argument)}", 60)


def _got(error: Json) -> str:
    if error.validator in _COUNTS:
        return str(len(error.instance))
    under_names = "propertyNames" in error.absolute_schema_path
    if under_names and error.validator in {"not", *_WORDS}:
        return redact.word(error.instance)
    if error.validator in _WORDS:
        known = error.validator_value if error.validator == "enum" else [error.validator_value]
        return redact.meant(error.instance, known, words())
    is_size = error.validator in _SIZES and abs(error.instance) < _PERSONAL_NUMBER
    return (redact.figure if is_size else redact.mask)(error.instance)
