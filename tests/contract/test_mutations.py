"""The vectors guard the schemas: a constraint that is removed changes a verdict. `benchmarks/mutation_bar.py` tries all."""

from __future__ import annotations

import pytest
from mutations import COMMON, Mutation, Mutations

MUTATIONS = Mutations()
# A sample that takes a second or two: each schema and the shared definitions are in it.
SAMPLE = sorted(MUTATIONS.all, key=str)[::13]


@pytest.mark.parametrize("mutation", SAMPLE, ids=str)
def test_a_vector_notices_that_a_constraint_is_gone(mutation: Mutation) -> None:
    """Without the constraint, a vector has another verdict than its own."""
    assert MUTATIONS.noticed(mutation) is not None


def test_every_kind_of_constraint_is_removed() -> None:
    """The constraints of bodies, of parameters and of shared definitions are found, with each name of `required`."""
    found = {str(each) for each in MUTATIONS.all}
    assert {
        "track.event: required name",
        "track.event: x-known",
        "track.event: properties/data/$ref",
        "track.event: x-cio/parameters/path/identifier/$ref",
        f"{COMMON}: $defs/attribute_value/x-maxBytes",
        f"{COMMON}: $defs/path_number/then/pattern",
    } <= found
    assert not any("/if/" in each for each in found)


def test_a_constraint_that_nothing_guards_is_found() -> None:
    """Given a constraint that no vector is about, none notices."""
    mutations = Mutations()
    mutations.documents["track.delete"]["x-cio"]["parameters"]["path"]["identifier"]["minLength"] = 0
    (unguarded,) = [each for each in mutations.all if each.path[-1] == "minLength"]
    assert (unguarded.folder, mutations.noticed(unguarded)) == ("track", None)
