"""Numbers the retry chains of equal messages: several flows may say the same at the same time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pytest_customerio.core.observation import Message
from pytest_customerio.process.ownership.flows import Flow

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


@dataclass(slots=True, eq=False)
class _Chain:
    """The attempts of one message so far: who made them, when the last one was answered, and whether that ended it.

    Those that different parts of a test make, such as subtests, are no retries of each other.
    """

    number: int
    part: int
    last: Flow
    flows: set[Flow]
    moment: int = 0
    delivered: bool = False

    def goes_on_with(self, flow: Flow) -> bool:
        """Whether a flow that took no part yet goes on with this chain.

        It does where it began after the last attempt, and was started by the flow that made it, or by one that waited
        for the end of that flow; and where it waited itself for the end of a flow that it had started.
        """
        last = self.last
        if flow.born > self.moment and flow.descends_from(last):
            return True
        if not last.over:
            return False
        if flow.born > self.moment:
            return last.parent is None or flow.descends_from(last.parent)
        return last.descends_from(flow)


class Chains:
    """The chains of each message. Not safe between threads: the replay holds a lock around each attempt."""

    def __init__(self) -> None:
        self._chains: dict[str, list[_Chain]] = {}

    def numbered(self, said: Iterable[Message], flow: Flow, part: int = 0) -> tuple[Message, ...]:
        """The messages of an attempt that this flow makes in a part of the test, each with the number of its chain."""
        return tuple(one._replace(chain=self._of(one, flow, part).number) for one in said)

    def note(self, said: Iterable[Message], flow: Flow, moment: int, *, met: bool) -> None:
        """Remember the attempt: it was answered at this moment, with the error or without."""
        for one in said:
            chain = self._chains[one.identity][one.chain]
            chain.flows.add(flow)
            chain.last, chain.moment, chain.delivered = flow, moment, not met

    def _of(self, message: Message, flow: Flow, part: int) -> _Chain:
        known = self._chains.setdefault(message.identity, [])
        chains = [chain for chain in known if chain.part == part]
        own = [chain for chain in chains if flow in chain.flows]
        found = own or [chain for chain in chains if chain.goes_on_with(flow)]
        if not found:
            known.append(_Chain(len(known), part, flow, {flow}))
            return known[-1]
        return min(found, key=lambda chain: (chain.delivered, chain.moment))  # the one that waits longest
