"""Numbers the retry chains of equal messages: several flows may say the same at the same time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pytest_customerio.core.observation import Message, Workspace
from pytest_customerio.process.ownership.flows import Flow

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

ANY = Workspace()

# After these answers the same payload may be sent with other credentials, or to the host of another region.
_REFUSED = (401, 403)


def may_go_on(before: Workspace, after: Workspace, status: int | None) -> bool:
    """Whether an attempt at one workspace may be repeated at the other one after an answer of this status.

    The same payload for two workspaces is two payloads, unless the first one refused the credentials or the region.
    """
    return refuses(status) or before.may_be(after)


def refuses(status: int | None) -> bool:
    """Whether an answer says that the credentials or the host are wrong."""
    return status is not None and (status in _REFUSED or 300 <= status < 400)


@dataclass(slots=True, eq=False)
class _Chain:
    """The attempts of one message so far: who made them, where the last one went, when it was answered, with which
    status, and whether that ended the chain.

    Those that different parts of a test make, such as subtests, are no retries of each other.
    """

    number: int
    part: int
    last: Flow
    flows: set[Flow]
    workspace: Workspace
    moment: int = 0
    status: int | None = None
    delivered: bool = False

    def is_for(self, workspace: Workspace) -> bool:
        """Whether an attempt at a workspace may belong to this chain."""
        if self.workspace == workspace:
            return True
        over = self.delivered and not refuses(self.status)
        return not over and may_go_on(self.workspace, workspace, self.status)

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

    def numbered(
        self, said: Iterable[Message], flow: Flow, part: int = 0, workspace: Workspace = ANY
    ) -> tuple[Message, ...]:
        """The messages of an attempt that this flow makes in a part of the test, each with the number of its chain."""
        return tuple(one._replace(chain=self._of(one, flow, part, workspace).number) for one in said)

    def note(
        self,
        said: Iterable[Message],
        flow: Flow,
        moment: int,
        *,
        met: bool,
        workspace: Workspace = ANY,
        status: int | None = None,
    ) -> None:
        """Remember the attempt: it was answered at this moment, with this status, with the error or without."""
        for one in said:
            chain = self._chains[one.identity][one.chain]
            chain.flows.add(flow)
            chain.last, chain.moment, chain.delivered = flow, moment, not met
            chain.workspace, chain.status = workspace, status

    def _of(self, message: Message, flow: Flow, part: int, workspace: Workspace) -> _Chain:
        known = self._chains.setdefault(message.identity, [])
        chains = [chain for chain in known if chain.part == part and chain.is_for(workspace)]
        own = [chain for chain in chains if flow in chain.flows]
        found = own or [chain for chain in chains if chain.goes_on_with(flow)]
        if not found:
            known.append(_Chain(len(known), part, flow, {flow}, workspace))
            return known[-1]
        # an open one, that of the workspace first; among those the one that waits longest
        return min(found, key=lambda chain: (chain.delivered, chain.workspace != workspace, chain.moment))
