"""Reads what holds for each field from a schema."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_customerio.tools.drift.documents import fields
from pytest_customerio.tools.drift.documents.fields import DEEPEST, Field, Fields, Reader, SchemaError, both, either

TEXT = {"type": "string"}


def read(schema: Any, document: Any = None) -> Fields:
    return Reader(document).read(schema)


def test_members_and_elements() -> None:
    """Each member has its place; a required name without a description is a field too."""
    schema = {"required": ["a", "z"], "properties": {"a": {"items": {"properties": {"b c": TEXT}}}}}
    assert read(schema) == {
        "$": Field(),
        "$.a": Field(required=True),
        "$.a[*]": Field(),
        '$.a[*]["b c"]': Field(),
        "$.z": Field(required=True),
    }


def test_values_and_limits() -> None:
    """A constant is one allowed value; null and empty text are none; a limit in bytes counts as one in characters."""
    assert read({"enum": ["ios", None, "", "android"], "maxItems": 3, "minLength": True})["$"] == Field(
        allowed=frozenset({"ios", "android"}), limits={"maxItems": 3}
    )
    assert read({"const": 1, "x-maxBytes": 100})["$"] == Field(allowed=frozenset({"1"}), limits={"maxLength": 100})


def test_all_of() -> None:
    """With `allOf`, a field is required where one part requires it, and the tighter limit holds."""
    schema = {
        "maxLength": 9,
        "minLength": 1,
        "enum": ["a", "b"],
        "allOf": [
            {"maxLength": 5, "minLength": 2, "enum": ["b", "c"]},
            {"required": ["x"]},
            {"properties": {"x": TEXT}},
        ],
    }
    found = read(schema)
    assert found["$"] == Field(allowed=frozenset({"b"}), limits={"maxLength": 5, "minLength": 2})
    assert found["$.x"].required


@pytest.mark.parametrize("word", ["oneOf", "anyOf"])
def test_one_of(word: str) -> None:
    """With alternatives, a field is required where each requires it, any value is allowed, and the wider limit holds."""
    one = {"required": ["id", "a"], "properties": {"k": {"enum": ["x"], "maxLength": 5, "minLength": 2}}}
    other = {"required": ["id", "b"], "properties": {"k": {"enum": ["y"], "maxLength": 9, "minLength": 1}}}
    found = read({word: [one, other]})
    assert [where for where, field in found.items() if field.required] == ["$.id"]
    assert found["$.k"] == Field(allowed=frozenset({"x", "y"}), limits={"maxLength": 9, "minLength": 1})


def test_an_alternative_without_a_limit_has_none() -> None:
    """Where one alternative has no limit, the whole has none."""
    assert read({"oneOf": [{"enum": ["x"], "maxLength": 5}, {}]})["$"] == Field()


@pytest.mark.parametrize(
    ("condition", "required"),
    [
        ({"not": {"type": "null"}}, True),
        ({"minLength": 1}, True),
        (True, True),
        ({"required": ["a"]}, False),
        ({"properties": {}}, False),
        ({"not": {"x-anyRequired": ["a"]}}, False),
    ],
)
def test_conditions(condition: Any, required: bool) -> None:
    """A condition about a type keeps `then` required; one about members makes alternatives."""
    found = read({"if": condition, "then": {"required": ["b"], "properties": {"c": {"enum": ["x"]}}}})
    assert found["$.b"].required is required
    assert found["$.c"].allowed == {"x"}


def test_any_required() -> None:
    """Our keyword requires a single member; of several members none is required by itself."""
    found = read({"allOf": [{"x-anyRequired": ["a"]}, {"x-anyRequired": ["b", "c"]}]})
    assert found == {"$": Field(), "$.a": Field(required=True)}


def test_references() -> None:
    """References within the document are followed, with what stands beside them; a circle is followed once."""
    document = {"d": {"a/b": {"properties": {"next": {"$ref": "#/d/a~1b"}, "x": TEXT}, "required": ["x"]}}}
    found = read({"$ref": "#/d/a~1b", "required": ["next"]}, document)
    assert {where for where, field in found.items() if field.required} == {"$.x", "$.next"}
    assert "$.next.next" not in found


@pytest.mark.parametrize(
    ("schema", "cause"),
    [
        ({"$ref": "other.json"}, "it refers to other.json: nothing is looked up elsewhere"),
        ({"$ref": "#/none"}, "it refers to #/none, which it does not have"),
        ({"$ref": "#/text/deeper"}, "it refers to #/text/deeper, which it does not have"),
    ],
)
def test_references_that_lead_nowhere(schema: Any, cause: str) -> None:
    """A reference that leads nowhere is refused with its text."""
    with pytest.raises(SchemaError) as error:
        read(schema, {"text": "x"})
    assert str(error.value) == cause


def test_a_reference_to_itself() -> None:
    """A payload that refers to itself is refused."""
    document = {"a": {"$ref": "#/a"}}
    with pytest.raises(SchemaError, match="a reference leads back to itself"):
        Reader(document).alternatives(document["a"])


def test_alternatives() -> None:
    """Alternatives of a payload are listed, through references and nested."""
    document = {"b": {"anyOf": [{"properties": {"b": TEXT}}, {"properties": {"c": TEXT}}]}}
    found = Reader(document).alternatives({"oneOf": [{"properties": {"a": TEXT}}, {"$ref": "#/b"}]})
    assert [list(one)[-1] for one in found] == ["$.a", "$.b", "$.c"]


def test_alternatives_of_alternatives_end() -> None:
    """Alternatives nested too deep end in one."""
    schema: Any = {"properties": {"a": TEXT}}
    for _ in range(2 * DEEPEST):
        schema = {"oneOf": [schema]}
    assert len(Reader(None).alternatives(schema)) == 1


def test_what_unfolds_too_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """A schema whose references unfold into too many schemas is refused."""
    monkeypatch.setattr(fields, "LARGEST", 500)
    document = {str(n): {"allOf": [{"$ref": f"#/{n + 1}"}] * 8} for n in range(20)} | {"20": {}}
    with pytest.raises(SchemaError, match="it unfolds into more than 500 schemas"):
        read(document["0"], document)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["properties", "required", "items", "allOf", "oneOf", "if", "then", "else", "enum", "const", "not"]
            )
            | st.text(max_size=2),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(JUNK)
def test_any_schema_can_be_read(schema: Any) -> None:
    """Any JSON can be read as a schema; combining the result with itself changes nothing."""
    found = read(schema)
    assert both(found, found) == found
    assert either([found, found]) == found
    assert either([found]) == found
