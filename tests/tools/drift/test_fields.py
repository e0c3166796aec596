"""What a schema says of each field, however it is written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_customerio.tools.drift import fields
from pytest_customerio.tools.drift.fields import DEEPEST, Field, Fields, Reader, SchemaError, both, either

TEXT = {"type": "string"}


def read(schema: Any, document: Any = None) -> Fields:
    return Reader(document).read(schema)


def test_members_and_items() -> None:
    """Each has its place; what is required without being described is a field too."""
    schema = {"required": ["a", "z"], "properties": {"a": {"items": {"properties": {"b c": TEXT}}}}}
    assert read(schema) == {
        "$": Field(),
        "$.a": Field(required=True),
        "$.a[*]": Field(),
        '$.a[*]["b c"]': Field(),
        "$.z": Field(required=True),
    }


def test_values_and_limits() -> None:
    """A constant is a list of one; null and empty text are no values; bytes count as characters."""
    assert read({"enum": ["ios", None, "", "android"], "maxItems": 3, "minLength": True})["$"] == Field(
        allowed=frozenset({"ios", "android"}), limits={"maxItems": 3}
    )
    assert read({"const": 1, "x-maxBytes": 100})["$"] == Field(allowed=frozenset({"1"}), limits={"maxLength": 100})


def test_all_of() -> None:
    """All of it holds: what one asks is asked, the tighter limit counts."""
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
    """One of it holds: asked is what each asks, allowed what any allows, the wider limit counts."""
    one = {"required": ["id", "a"], "properties": {"k": {"enum": ["x"], "maxLength": 5, "minLength": 2}}}
    other = {"required": ["id", "b"], "properties": {"k": {"enum": ["y"], "maxLength": 9, "minLength": 1}}}
    found = read({word: [one, other]})
    assert [where for where, field in found.items() if field.required] == ["$.id"]
    assert found["$.k"] == Field(allowed=frozenset({"x", "y"}), limits={"maxLength": 9, "minLength": 1})


def test_an_alternative_without_a_limit_has_none() -> None:
    """So the whole has none either."""
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
    """About a type or format they only make room for the rest; about members they tell alternatives apart."""
    found = read({"if": condition, "then": {"required": ["b"], "properties": {"c": {"enum": ["x"]}}}})
    assert found["$.b"].required is required
    assert found["$.c"].allowed == {"x"}


def test_any_required() -> None:
    """Our keyword: one member is required, of several none is."""
    found = read({"allOf": [{"x-anyRequired": ["a"]}, {"x-anyRequired": ["b", "c"]}]})
    assert found == {"$": Field(), "$.a": Field(required=True)}


def test_references() -> None:
    """Followed within the document, what stands beside them too; a circle is read once."""
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
    """Each is told."""
    with pytest.raises(SchemaError) as error:
        read(schema, {"text": "x"})
    assert str(error.value) == cause


def test_a_reference_to_itself() -> None:
    """As a whole payload it has no end."""
    document = {"a": {"$ref": "#/a"}}
    with pytest.raises(SchemaError, match="a reference leads back to itself"):
        Reader(document).alternatives(document["a"])


def test_alternatives() -> None:
    """Each way to write a whole payload, through references and one in the other."""
    document = {"b": {"anyOf": [{"properties": {"b": TEXT}}, {"properties": {"c": TEXT}}]}}
    found = Reader(document).alternatives({"oneOf": [{"properties": {"a": TEXT}}, {"$ref": "#/b"}]})
    assert [list(one)[-1] for one in found] == ["$.a", "$.b", "$.c"]


def test_alternatives_of_alternatives_end() -> None:
    """In something of its own depth."""
    schema: Any = {"properties": {"a": TEXT}}
    for _ in range(2 * DEEPEST):
        schema = {"oneOf": [schema]}
    assert len(Reader(None).alternatives(schema)) == 1


def test_what_unfolds_too_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some lines that refer to each other stand for more than anybody would write."""
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
    """What makes no sense says nothing; reading it twice, together or as alternatives, changes nothing."""
    found = read(schema)
    assert both(found, found) == found
    assert either([found, found]) == found
    assert either([found]) == found
