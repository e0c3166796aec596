"""A schema accepts valid payloads and explains broken ones."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from pytest_customerio.contract.engine.engine import Schema
from pytest_customerio.core.model import Violation

ENTRY = {
    "rule": "malformed",
    "expected": "a fit",
    "hint": "try",
    "error": "400",
    "source": "inferred",
    "severity": "warning",
}


def violations(document: dict[str, Any], payload: object, common: dict[str, Any] | None = None) -> list[Violation]:
    """All violations of the payload."""
    return Schema(document, {"$defs": common or {}}, fallback="own-contract").violations(payload)


def one(document: dict[str, Any], payload: object, common: dict[str, Any] | None = None) -> Violation:
    """The only violation of the payload."""
    (found,) = violations(document, payload, common)
    return found


def test_an_entry_explains_its_keyword() -> None:
    """Rule and texts come from the schema, place and value from the payload."""
    document = {"properties": {"a": {"type": "string", "x-cio": {"type": ENTRY}}}}
    assert one(document, {"a": 5}) == Violation(
        "malformed", "warning", "$.a", "a fit", "number of 1 digit", "try", source="inferred", error="400"
    )


def test_ways_of_breaking_have_their_own_entries() -> None:
    """An entry `keyword:tag` is used first, then one of the keyword, then any other entry of the same keyword."""
    entries = {"x-notBlank:empty": {"rule": "r1"}, "x-notBlank": {"rule": "r2"}}
    document = {"x-notBlank": True, "x-cio": entries}
    assert [one(document, text).rule for text in ("", " ")] == ["r1", "r2"]
    assert one({"x-notBlank": True, "x-cio": {"x-notBlank:empty": {"rule": "r1"}}}, " ").rule == "r1"


def test_a_missing_member_stands_where_it_should_be() -> None:
    """An entry `required:<name>` is used before `required`; x-anyRequired points at its first key."""
    entries = {"required:a": {"rule": "r1"}, "required": {"rule": "r2"}}
    document = {"properties": {"x": {"required": ["a", "b"], "x-cio": entries}}}
    assert [(each.rule, each.where, each.got) for each in violations(document, {"x": {}})] == [
        ("r1", "$.x.a", "nothing"),
        ("r2", "$.x.b", "nothing"),
    ]
    assert one({"x-anyRequired": ["a", "b"]}, {}).where == "$.a"
    assert violations({"required": ["a"]}, "text") == []


def test_a_bad_name_stands_at_its_member() -> None:
    """Constraints on names point at the member, also through a reference."""
    document = {"properties": {"x": {"propertyNames": {"$ref": "../common.json#/$defs/name"}}}}
    common = {"name": {"enum": ["id"], "x-cio": {"enum": {"rule": "unknown-identifier-key"}}}}
    found = one(document, {"x": {"user_id": 1}}, common)
    assert (found.rule, found.where, found.got) == ("unknown-identifier-key", "$.x.user_id", '"user_id"')


def test_the_nearest_enclosing_star_answers_for_the_rest() -> None:
    """The rule of the nearest entry `*` is used, else the fallback."""
    inner = {"properties": {"b": {"minimum": 5}}}
    document = {"properties": {"a": {**inner, "x-cio": {"*": {"rule": "r1"}}}, "c": inner}}
    assert one(document, {"a": {"b": 1}}).rule == "r1"
    assert one(document, {"c": {"b": 1}}).rule == "own-contract"


@pytest.mark.parametrize(
    ("schema", "payload", "expected", "got"),
    [
        ({"type": "string"}, 5, "string", "number of 1 digit"),
        ({"type": ["string", "null"]}, 5, "string or null", "number of 1 digit"),
        ({"required": ["total"]}, {}, "total", "nothing"),
        ({"enum": ["a", "b"]}, "c", 'enum ["a", "b"]', 'text of 1 character, "x"'),
        ({"const": 5}, "ada@example.com", "const 5", 'text of 15 characters, "xxx@xxxxxxx.xxx"'),
        ({"minimum": 5}, 1, "minimum 5", "1"),
        ({"minimum": 5}, -999_999, "minimum 5", "-999999"),
        ({"maximum": 5}, 491512345678, "maximum 5", "number of 12 digits"),
        ({"maxItems": 1}, [1, 2], "maxItems 1", "2"),
        ({"maxProperties": 0}, {"a": 1}, "maxProperties 0", "1"),
    ],
)
def test_constraints_without_texts_explain_themselves(
    schema: dict[str, Any], payload: object, expected: str, got: str
) -> None:
    """A schema without x-cio gets texts from its keywords."""
    found = one(schema, payload)
    assert (found.expected, found.got) == (expected, got)


def test_holds_is_true_only_for_valid_payloads() -> None:
    """`holds` is False where it cannot decide: large bodies under a size limit, text that Rust cannot represent."""
    document = {"properties": {"a": {"x-maxBytes": 8}, "b": {"x-maxJsonBytes": 100}}}
    schema = Schema(document, {"$defs": {}})
    assert schema.holds({"a": "xx", "b": {}}, 100)
    assert not schema.holds({"a": "xx", "b": {}}, 101)
    assert not schema.holds({"a": "x" * 9}, 20)
    assert not schema.holds({"a": "\ud800" * 3}, 20)
    assert not schema.holds({"\ud800": 1}, 20)
    assert [each.got for each in schema.violations({"a": "\ud800" * 3, "b": ["x" * 100]})] == ["9 bytes", "104 bytes"]


def test_explaining_is_bounded() -> None:
    """A body with a million members costs no more than one with a thousand."""
    deep: Any = {}
    for _ in range(2000):
        deep = {"a": deep}
    assert (
        violations({"$ref": "#/$defs/x", "$defs": {"x": {"additionalProperties": {"$ref": "#/$defs/x"}}}}, deep) == []
    )
    assert len(violations({"items": {"type": "string"}}, [1] * 100_000)) == 500
    assert (
        violations({"additionalProperties": {"type": "string"}}, {f"a{n}": "x" for n in range(2000)} | {"z": 1}) == []
    )
    assert violations({"items": {"type": "string"}}, {}) == []


def test_each_unknown_member_is_named_with_the_one_that_was_meant() -> None:
    """Given x-known, each other member is a violation. It expects the member that was meant, else what the entry says."""
    entry = {"rule": "unknown-member", "expected": "name, data", "source": "inferred"}
    schema = Schema({"x-known": ["name", "data"], "required": ["name"], "x-cio": {"x-known": entry}}, {"$defs": {}})
    found = schema.violations({"name": 1, "properties": 2, "price": 3})
    assert [(each.rule, each.severity, each.where, each.expected, each.got) for each in found] == [
        ("unknown-member", "warning", "$.properties", "data", "a member that the call does not know"),
        ("unknown-member", "warning", "$.price", "name, data", "a member that the call does not know"),
    ]
    assert schema.holds({"name": 1}, 0)
    assert not schema.holds({"name": 1, "price": 3}, 0)
    assert schema.violations(["price"]) == []


def test_a_member_that_only_sdks_add_is_known_and_never_meant() -> None:
    """Given properties, only a member among them is expected; the others in x-known pass."""
    schema = Schema({"x-known": ["_metadata", "traits"], "properties": {"traits": {}}}, {"$defs": {}})
    assert [each.expected for each in schema.violations({"attributes": {}, "_metadata": {}})] == ["traits"]


def test_a_forbidden_name_is_shown() -> None:
    """Given a name that `not` refuses, the name is what was got."""
    schema = Schema({"propertyNames": {"not": {"enum": ["segment"]}}}, {"$defs": {}})
    assert [(each.where, each.got) for each in schema.violations({"segment": 1})] == [("$.segment", '"segment"')]


def test_unknown_members_are_not_named_beside_a_missing_one() -> None:
    """Where a required member is missing, the call is refused: an unknown one is part of the same mistake."""
    schema = Schema({"x-known": ["batch"], "required": ["batch"]}, {"$defs": {}})
    assert [each.where for each in schema.violations({"operations": []})] == ["$.batch"]


@pytest.mark.parametrize(
    ("document", "keys", "cause"),
    [
        ({"properties": {"a": {"type": "strng"}}}, ["properties", "a", "type"], "'strng' is no type (did you mean"),
        (
            {"properties": {"a": {"type": ["null", "strng"]}}},
            ["properties", "a", "type"],
            "'strng' is no type (did you",
        ),
        ({"maxLength": "5"}, ["maxLength"], "'5' is not of type 'integer'"),
        ({"properties": {"a": {"$ref": "#/$defs/nowhere"}}}, [], "nowhere"),
    ],
)
def test_a_flaw_is_where_it_is(document: dict[str, Any], keys: list[str], cause: str) -> None:
    """A document that is no JSON Schema has a place and a cause."""
    found = Schema(document, {"$defs": {}}).flaw()
    assert found is not None
    assert found[0] == keys
    assert cause in found[1]


def test_a_sound_schema_has_no_flaw() -> None:
    """A schema with our keywords is valid."""
    assert Schema({"x-maxBytes": 5, "x-format": "email"}, {"$defs": {}}).flaw() is None


def test_a_valid_payload_never_loads_the_slow_engine() -> None:
    """The import of jsonschema takes 60 ms, so it is imported for the first broken payload."""
    program = (
        "import sys; from pytest_customerio.contract.catalog.catalog import Catalog; from pytest_customerio.contract.contract import Contract\n"
        "from pytest_customerio.core.model import Interaction\n"
        "contract = Contract(Catalog.load())\n"
        "print([name for name in ('jsonschema', 'jsonschema_rs', 'requests', 'vcr') if name in sys.modules])\n"
        "def judge(body):\n"
        "    return contract.judge(Interaction('x', 'POST', 'https://track.customer.io/api/v1/customers/5/events',"
        " {'authorization': 'Basic YTpi'}, body)).violations\n"
        "print(judge(b'{\"name\": \"x\"}'), 'jsonschema' in sys.modules)\n"
        "print(len(judge(b'{}')), 'jsonschema' in sys.modules)\n"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert out.splitlines() == ["[]", "() False", "1 True"]
