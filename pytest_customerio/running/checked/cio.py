"""The `cio` fixture: what the test sent to Customer.io, and how it handles an error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self

from pytest_customerio.core.model import Interaction, Outcome
from pytest_customerio.core.settings import SettingsError
from pytest_customerio.replay.statements import Statements

if TYPE_CHECKING:
    from pytest_customerio.running.checked.checked import CheckedTest
    from pytest_customerio.running.checked.replayed_case import ReplayedCase

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

# Virtual seconds that pass before the worker's 2nd, 3rd … run of a drain, so that rows with a due time are due again.
DRAIN_WAITS = (1.0, 5.0, 30.0, 120.0, 600.0, 3600.0, 21600.0, 86400.0)


class Replaying:
    """A case that `cio.replay` started; it ends with its `with` block, or with the test."""

    def __init__(self, test: CheckedTest) -> None:
        self._test = test

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._test.leave_replay(error)


class Cio:
    """What the test sent, and what became of the payload that met an error.

    `mistaken` is called with the text of each argument of `replay` that cannot be used, `warn` with a text about an
    unclear one and the node id of the test.
    """

    def __init__(
        self,
        test: CheckedTest,
        mistaken: Callable[[str], object] = str,
        warn: Callable[[str, str], object] | None = None,
    ) -> None:
        self._test = test
        self._mistaken = mistaken
        self._warn = warn or (lambda *_: None)

    @property
    def sent(self) -> Sequence[Interaction]:
        """Every request of the test to Customer.io so far, also those that a mock answered."""
        return self._test.sent()

    def replay(
        self,
        case: str | int,
        *,
        times: int | None = None,
        operations: Sequence[str] = (),
        raises: type[BaseException] | tuple[type[BaseException], ...] = (),
        must_recover: bool = False,
        best_effort: bool = False,
    ) -> Replaying:
        """Replay one error case from here on: to the end of the `with` block, or of the test.

        `case` is an id such as `"429-rate-limited"`, a family such as `"429"` or `"network"`, or a status. The error is
        answered `times` times and then success; without `times` for ever, unless the id ends in `-recovers`. A family
        or a status means its first case that applies to the request at hand. `"network"` names several faults: the one
        that is replayed stands in a warning.
        Raises `SettingsError` for an unknown case, and where a case is at work already.
        """
        asked = {"operations": operations, "raises": raises, "must_recover": must_recover, "best_effort": best_effort}
        if unclear := self._test.start_replay(str(case), self._mistaken, times=times, **asked):
            self._warn(unclear, self._test.plan.nodeid)
        return Replaying(self._test)

    @property
    def outcome(self) -> Outcome | None:
        """The outcome so far of the payload that met the error; None if no payload met it."""
        judgements = self._case().judgements()
        return judgements[0].outcome if judgements else None

    @property
    def waits(self) -> Sequence[float]:
        """The seconds slept while the case is replayed, in order."""
        return tuple(self._case().replay.observer.clock.waits)

    @property
    def attempts(self) -> int:
        """How often the payload that met the error was sent."""
        judgements = self._case().judgements()
        return judgements[0].attempts if judgements else 0

    def pending(self, probe: object | Callable[[], object]) -> bool:
        """State whether the payload is still owed: a value, or a callable that returns one; true or false.

        A callable is called again when the test is judged: threads and tasks may have stored the payload since.
        """
        return self._statements().state_pending(probe)

    def reported(self, value: object | Callable[[], object]) -> bool:
        """State that the caller knows of the error: `value`, or what it returns, is true then, as `result is False`.

        A callable is called again when the test is judged.
        """
        return self._statements().state_reported(value)

    def drain(self, worker: Callable[[], object]) -> None:
        """Run the worker that delivers owed payloads; while an error is replayed, repeatedly until it delivers.

        Virtual time passes between the runs.
        """
        case = self._test.current
        if case is None:
            worker()
            return
        statements = case.replay.observer.statements
        try:
            for wait in (0.0, *DRAIN_WAITS):
                statements.begin_drain()
                case.replay.observer.clock.advance(wait)
                worker()
                if not case.replay.met or case.delivered:
                    break
        finally:
            statements.draining = 0

    def _statements(self) -> Statements:
        """The statements of the latest replay; without a replay, statements that nothing reads."""
        latest = self._test.latest
        return latest.replay.observer.statements if latest is not None else Statements()

    def _case(self) -> ReplayedCase:
        if self._test.latest is None:
            raise SettingsError("no error case is at work: mark the test cio_errors, or call cio.replay(case) first")
        return self._test.latest
