"""Attempts of equal messages belong to one chain where one flow of work goes on with the other, else to several."""

from __future__ import annotations

import pytest

from pytest_customerio.core.observation import Message, Workspace
from pytest_customerio.process.ownership.flows import Flow
from pytest_customerio.replay.chains import Chains

SAID = (Message("identify 42"),)


class Stage:
    """Flows that begin, attempt and end in the order of the test."""

    def __init__(self) -> None:
        self.now, self.ended = 0, set()
        self.chains = Chains()
        self.main = self.flow(None, seen=False)

    def flow(self, parent, *, seen=True):
        """A flow that begins now; `seen` says whether anybody saw it begin."""
        self.now += 1
        number = self.now
        return Flow(number, number if seen else 0, parent, lambda: number in self.ended)

    def attempt(self, flow, *, met=True, part=0):
        """The number of the chain to which an attempt of this flow belongs."""
        self.now += 1
        said = self.chains.numbered(SAID, flow, part)
        self.chains.note(said, flow, self.now, met=met)
        return said[0].chain

    def end(self, flow):
        self.ended.add(flow.number)


@pytest.fixture
def stage():
    return Stage()


def test_flows_that_were_started_together_are_several(stage) -> None:
    """Three threads that say the same at once have three chains, and each goes on with its own."""
    flows = [stage.flow(stage.main) for _ in range(3)]
    assert [stage.attempt(one) for one in flows] == [0, 1, 2]
    assert [stage.attempt(one) for one in reversed(flows)] == [2, 1, 0]


def test_a_flow_that_begins_while_another_one_waits_is_another_chain(stage) -> None:
    """A thread that is started late meets a thread that has not ended."""
    first = stage.flow(stage.main)
    assert stage.attempt(first) == 0
    assert stage.attempt(stage.flow(stage.main)) == 1


def test_a_flow_that_the_sender_starts_goes_on(stage) -> None:
    """A timer, or an item of a queue, hands the payload over, although the first worker goes on with other work."""
    first = stage.flow(stage.main)
    stage.attempt(first)
    second = stage.flow(first)
    assert [stage.attempt(second), stage.attempt(stage.flow(second))] == [0, 0]


def test_a_flow_that_waited_for_the_sender_goes_on(stage) -> None:
    """`pool.submit(send).result()`, again and again, is one chain; so is another try of the one who waited."""
    for _ in range(2):
        work = stage.flow(stage.main)
        assert stage.attempt(work) == 0
        stage.end(work)
    assert stage.attempt(stage.main) == 0


def test_each_of_several_that_wait_for_work_goes_on_with_its_own(stage) -> None:
    """Two tasks that hand each attempt to a pool have two chains."""
    tasks = [stage.flow(stage.main) for _ in range(2)]
    for _ in range(2):
        works = [stage.flow(task) for task in tasks]
        assert [stage.attempt(work) for work in works] == [0, 1]
        for work in works:
            stage.end(work)


def test_a_round_of_retries_goes_on_with_each_chain(stage) -> None:
    """A loop that gives all failed payloads to a pool again: each chain goes on once, and the delivered one last."""
    for met in (True, False):
        works = [stage.flow(stage.main) for _ in range(3)]
        assert [stage.attempt(work, met=met) for work in works] == [0, 1, 2]
        for work in works:
            stage.end(work)


def test_flows_that_nobody_saw_begin_are_several(stage) -> None:
    """Greenlets and workers of a fixture may have begun at any time."""
    first, second = (stage.flow(None, seen=False) for _ in range(2))
    assert stage.attempt(first) == 0
    stage.end(first)
    assert stage.attempt(second) == 1


def test_equal_messages_of_one_batch_are_one_chain(stage) -> None:
    """A batch that holds a message twice is no work of two flows."""
    assert [one.chain for one in stage.chains.numbered(SAID * 2, stage.main)] == [0, 0]


def test_parts_of_a_test_do_not_go_on_with_each_other(stage):
    """What a second subtest sends is no retry of what the first one sent."""
    assert [stage.attempt(stage.main, part=part) for part in (1, 1, 2, 2)] == [0, 0, 1, 1]


HERE, THERE = Workspace("us", True, 1), Workspace("eu", True, 1)


@pytest.mark.parametrize(
    ("before", "after", "one"),
    [
        ((HERE, None, True), HERE, True),
        ((HERE, 500, True), THERE, False),
        ((HERE, 500, True), HERE._replace(credentials=2), False),
        ((HERE, 500, True), Workspace("proxy", False, 1), True),
        ((HERE, 301, True), THERE._replace(credentials=0), True),
        ((HERE, 401, False), THERE, True),
        ((HERE, 200, False), HERE, True),
        ((HERE, 200, False), Workspace("proxy", False, 1), False),
    ],
)
def test_a_chain_goes_on_at_another_workspace_where_the_first_one_refused(before, after, one) -> None:
    """Else the payload is another one there. A workspace that took the payload is through with it."""
    chains, flow = Chains(), Flow(1, 0, None, bool)
    workspace, status, met = before
    chains.note(chains.numbered(SAID, flow, 0, workspace), flow, 1, met=met, workspace=workspace, status=status)
    assert chains.numbered(SAID, flow, 0, after)[0].chain == (0 if one else 1)
