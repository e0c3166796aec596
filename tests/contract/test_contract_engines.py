"""jsonschema-rs and jsonschema give the same verdict."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytest_customerio.contract.bundle import parameters
from pytest_customerio.contract.engine import Schema
from pytest_customerio.contract.routes import document_of, read_routes
from pytest_customerio.core import data

ROOT = data.schemas()
COMMON = json.loads((ROOT / "common.json").read_text("utf-8"))
DOCUMENTS = {
    f"{path.parent.name}.{path.stem}": json.loads(path.read_text("utf-8")) for path in sorted(ROOT.glob("*/*.json"))
}
DOCUMENTS |= {name: document_of(name) for name in read_routes(ROOT).operations}
SCHEMAS = {name: Schema(document, COMMON) for name, document in DOCUMENTS.items()}
PARAMETERS = {name: Schema(parameters(document), COMMON) for name, document in DOCUMENTS.items()}
FACTS = {name: Schema({"$ref": f"../common.json#/$defs/{name}"}, COMMON) for name in COMMON["$defs"]}
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters())
    | st.sampled_from(
        ["", " ", "None", "undefined", "ios", "ada@example.com", "a b@c", "+15551234567", "{{x}}", "é" * 80]
    )
    | st.sampled_from(["cio_a3", "yes", "TRUE", 0, " , ", "Größe", "topic_1", "1764000000.5", "2024-02-30"])
    | st.sampled_from(
        [1764000000, 1764000000000, "1764000000", "2024-01-02T03:04:05Z", "x" * 1001, "01BX5ZZKBKACTAV9WEVGEMMVRZ"]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "email",
                    "name",
                    "object_id",
                    "object_type_id",
                    "and",
                    "identifiers",
                    "topics",
                    "topic_1",
                    "cio_id",
                ]
            ),
            inner,
        )
    ),
    max_leaves=8,
)


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every member of every object and list, as container and key."""
    found: list[tuple[Any, Any]] = []
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        found += [(node, key), *places(value)]
    return found


def mutated(example: Any, draw: Any) -> Any:
    """The example with some members replaced, dropped or added."""
    payload = copy.deepcopy(example)
    for _ in range(draw(st.integers(1, 3))):
        at = places(payload)
        if not at:
            return draw(VALUES)
        container, key = draw(st.sampled_from(at))
        change = draw(st.sampled_from(["replace", "drop", "add"]))
        if change == "replace":
            container[key] = draw(VALUES)
        elif change == "drop":
            del container[key]
        elif isinstance(container, dict):
            container[draw(st.text(max_size=200))] = draw(VALUES)
        else:
            container.append(draw(VALUES))
    return payload


def agree(schema: Schema, payload: Any) -> bool:
    """Compares both engines on a small body; the fast engine does not decide on large ones."""
    try:
        json.dumps(payload, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        assume(False)
    broken = schema.violations(payload)
    assert schema.holds(payload, 0) is (not broken), broken
    return not broken


@pytest.mark.parametrize("name", SCHEMAS)
@settings(max_examples=12, deadline=None)
@given(draw=st.data())
def test_both_engines_agree_on_every_schema(name: str, draw: st.DataObject) -> None:
    """Both agree on the examples, on changed examples, and on other JSON."""
    examples = DOCUMENTS[name]["examples"]
    for example in examples:
        assert agree(SCHEMAS[name], example)
    agree(SCHEMAS[name], mutated(draw.draw(st.sampled_from(examples)), draw.draw))
    agree(SCHEMAS[name], draw.draw(VALUES))


@pytest.mark.parametrize("name", FACTS)
@settings(max_examples=12, deadline=None)
@given(value=VALUES)
def test_both_engines_agree_on_every_shared_fact(name: str, value: Any) -> None:
    """Both agree on each shared definition, for any value."""
    agree(FACTS[name], value)


@pytest.mark.parametrize("name", [name for name, each in DOCUMENTS.items() if each["x-cio"].get("parameters")])
@settings(max_examples=12, deadline=None)
@given(draw=st.data())
def test_both_engines_agree_on_parameters(name: str, draw: st.DataObject) -> None:
    """Both agree on parameters, which are text."""
    given_parameters = DOCUMENTS[name]["x-cio"]["parameters"]
    texts = {
        place: st.dictionaries(
            st.sampled_from(sorted(given_parameters.get(place, {"x": 1}))), st.text() | SCALARS.map(str)
        )
        for place in ("path", "query")
    }
    agree(PARAMETERS[name], {place: draw.draw(strategy) for place, strategy in texts.items()})


@settings(max_examples=100, deadline=None)
@given(value=VALUES)
def test_values_that_rust_cannot_represent_are_not_accepted_by_mistake(value: Any) -> None:
    """What the fast engine accepts, the other one accepts too: lone surrogates and huge numbers included."""
    for schema in (SCHEMAS["track.identify"], SCHEMAS["track_v2.person_identify"], SCHEMAS["app.send_email"]):
        for payload in ({"email": value, "\ud800": value}, {"attributes": {"a": 10**400, "b": value}, "to": value}):
            if schema.holds(payload, 0):
                assert schema.violations(payload) == []
