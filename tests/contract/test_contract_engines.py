"""jsonschema-rs and jsonschema give the same verdict."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

from for_each import for_each
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_customerio.contract.catalog.routes import document_of, read_routes
from pytest_customerio.contract.engine.bundle import parameters
from pytest_customerio.contract.engine.engine import Schema
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


def mutated(example: Any, values: list[Any], pick: Random) -> Any:
    """The example with some members replaced by one of the values, dropped or added."""
    payload = copy.deepcopy(example)
    for _ in range(pick.randint(1, 3)):
        at, value = places(payload), copy.deepcopy(pick.choice(values))
        if not at:
            return value
        container, key = pick.choice(at)
        change = pick.choice(["replace", "drop", "add"])
        if change == "replace":
            container[key] = value
        elif change == "drop":
            del container[key]
        elif isinstance(container, dict):
            container[pick.choice(texts_in(values))] = value
        else:
            container.append(value)
    return payload


def texts_in(values: list[Any]) -> list[str]:
    """Names for members: the texts among the values, and one that is long."""
    return [each for each in values if isinstance(each, str)] + ["x" * 200]


def agree(schema: Schema, payload: Any) -> bool:
    """Compares both engines on a small body; the fast engine does not decide on large ones, nor on lone surrogates."""
    broken = schema.violations(payload)
    if can_be_sent(payload):
        assert schema.holds(payload, 0) is (not broken), (payload, broken)
    return not broken


def can_be_sent(payload: Any) -> bool:
    """Whether the JSON of it is text that UTF-8 can hold."""
    try:
        return bool(json.dumps(payload, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return False


@for_each("name", SCHEMAS)
def test_both_engines_agree_on_every_example(name: str) -> None:
    """Both accept the examples of each schema."""
    for example in DOCUMENTS[name]["examples"]:
        assert agree(SCHEMAS[name], example)


# Drawing costs much more than comparing. So the values of one draw are compared on all schemas.
@settings(max_examples=20, deadline=None)
@given(values=st.lists(VALUES, min_size=2, max_size=6), seed=st.integers(0, 2**32))
def test_both_engines_agree_on_every_schema(values: list[Any], seed: int) -> None:
    """Both agree on changed examples, and on other JSON, for each schema and each shared definition."""
    for name, schema in SCHEMAS.items():
        pick = Random(f"{seed} {name}")
        agree(schema, mutated(pick.choice(DOCUMENTS[name]["examples"]), values, pick))
        agree(schema, pick.choice(values))
    for name, schema in FACTS.items():
        agree(schema, Random(f"{seed} {name}").choice(values))


@settings(max_examples=12, deadline=None)
@given(texts=st.lists(st.text() | SCALARS.map(str), min_size=2, max_size=6), seed=st.integers(0, 2**32))
def test_both_engines_agree_on_parameters(texts: list[str], seed: int) -> None:
    """Both agree on parameters, which are text."""
    for name, document in DOCUMENTS.items():
        given_parameters, pick = document["x-cio"].get("parameters"), Random(f"{seed} {name}")
        if given_parameters:
            known = {place: sorted(given_parameters.get(place, {"x": 1})) for place in ("path", "query")}
            some = {place: pick.sample(names, pick.randint(0, len(names))) for place, names in known.items()}
            agree(PARAMETERS[name], {place: {key: pick.choice(texts) for key in keys} for place, keys in some.items()})


@settings(max_examples=50, deadline=None)
@given(value=VALUES)
def test_values_that_rust_cannot_represent_are_not_accepted_by_mistake(value: Any) -> None:
    """What the fast engine accepts, the other one accepts too: lone surrogates and huge numbers included."""
    for schema in (SCHEMAS["track.identify"], SCHEMAS["track_v2.person_identify"], SCHEMAS["app.send_email"]):
        for payload in ({"email": value, "\ud800": value}, {"attributes": {"a": 10**400, "b": value}, "to": value}):
            if schema.holds(payload, 0):
                assert schema.violations(payload) == []
