"""The operations of an error case, grouped by their answer."""

from __future__ import annotations

import pytest

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.tools.explain.advice import Advice
from pytest_customerio.tools.explain.answer_groups import AnswerGroups, Group
from pytest_customerio.tools.explain.explanation import Explain
from pytest_customerio.tools.explain.page import Heading

CATALOG = Catalog.load()
EXPLAIN = Explain(CATALOG, Cassettes(CATALOG), Advice())
GROUPS = AnswerGroups(EXPLAIN.catalog, EXPLAIN.cassettes, EXPLAIN.advice)


def _groups(cassette: str) -> list[Group]:
    return GROUPS.of(EXPLAIN.cases[cassette])


def test_each_operation_is_in_one_group() -> None:
    """The groups of a case share no operation, and have all to which it applies."""
    found = [name for group in _groups("429-rate-limited") for name in group.operations]
    applies = {name for case in EXPLAIN.cases["429-rate-limited"] for name in case.operations}
    assert (len(found), set(found)) == (len(applies), applies)


def test_operations_with_the_same_answer_are_one_group() -> None:
    """Operations of one group have one answer, those of different groups differ in something."""
    groups = _groups("401-unauthorized")
    assert len(groups) > 1
    assert len({(group.case.answer, group.case.cause, group.case.provenance) for group in groups}) == len(groups)


@pytest.mark.parametrize(
    ("cassette", "headings"),
    [
        ("408-request-timeout", ["pipelines, track, track_v2", "app"]),
        ("413-too-large", ["track_v2", "track.event, track.anonymous_event", "app.send_email"]),
        (
            "403-ip-not-allowed",
            ["app, track without metrics and push_metrics and unsubscribe and auth and push_events, track_v2"],
        ),
    ],
)
def test_what_a_group_is_called(cassette: str, headings: list[str]) -> None:
    """A heading names a whole surface, or what is left out of it, or the operations; the largest group is first."""
    groups = _groups(cassette)
    blocks = (block for group in groups for block in GROUPS.blocks(group, groups))
    assert [block.text for block in blocks if isinstance(block, Heading)] == [f"Answer on {each}" for each in headings]
