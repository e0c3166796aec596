"""What a seed may be."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_customerio.tools.sandbox.user_files.seed_check import SeedError, check_seed, identifiers_of

WHOLE = {
    "people": [
        {
            "id": 42,
            "email": None,
            "attributes": None,
            "devices": [{"id": "a"}, {"token": "b"}],
            "events": [{"name": "bought", "timestamp": 5.5, "data": None}],
            "relationships": [{}],
            "segments": [1, 0],
            "plan": ["free", "to", {"choose": None}],
        }
    ],
    "objects": [{"object_id": 7, "people": None}],
    "segments": [{"name": "VIPs"}],
}


def person(**members: Any) -> dict[str, Any]:
    """A seed with one person."""
    return {"people": [{"id": "1", **members}]}


def test_a_seed() -> None:
    """Members may be left out, or null; attributes are free; identifiers are texts in the end."""
    check_seed(WHOLE)
    assert identifiers_of({"id": 42, "identifiers": {"email": "a@example.com", "phone": ""}}) == {
        "id": "42",
        "email": "a@example.com",
    }


@pytest.mark.parametrize(
    ("seed", "text"),
    [
        (person(id={"a": 1}), "$.people[0].id: expected a text or a number"),
        (person(identifiers={"email": True}), "$.people[0].email: expected a text or a number"),
        (person(identifiers=[]), "$.people[0].identifiers: expected an object"),
        (person(attributes="pro"), "$.people[0].attributes: expected an object"),
        (person(devices={"id": "a"}), "$.people[0].devices: expected a list"),
        (person(devices=["a"]), "$.people[0].devices[0]: expected an object"),
        (person(devices=[{"id": "", "platform": "ios"}]), "$.people[0].devices[0]: expected an id"),
        (person(events=[{"timestamp": 5}]), "$.people[0].events[0]: expected a name"),
        (person(events=[{"name": "a", "timestamp": "5"}]), "$.people[0].events[0].timestamp: expected unix seconds"),
        (person(events=[{"name": "a", "data": 5}]), "$.people[0].events[0].data: expected an object"),
        (person(relationships=[1]), "$.people[0].relationships[0]: expected an object"),
        (person(segments=["4"]), "$.people[0].segments: expected a list of numbers"),
        (person(segments=4), "$.people[0].segments: expected a list of numbers"),
        ({"objects": [{"object_id": ""}]}, "$.objects[0]: expected an object_id"),
        ({"objects": [{"object_id": "a", "people": ["42"]}]}, "$.objects[0].people[0]: expected an object"),
        ({"segments": [{"id": "VIPs"}]}, "$.segments[0].id: expected a number"),
    ],
)
def test_the_first_thing_that_is_wrong(seed: Any, text: str) -> None:
    """The message names its place, and what is expected there."""
    with pytest.raises(SeedError) as caught:
        check_seed(seed)
    assert str(caught.value) == text
