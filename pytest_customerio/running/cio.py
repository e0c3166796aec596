"""The `cio` fixture: this test's Customer.io."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self

from pytest_customerio.core.model import Interaction, Outcome
from pytest_customerio.core.settings import SettingsError

if TYPE_CHECKING:
    from pytest_customerio.replay.replay import Replay
    from pytest_customerio.running.test import CheckedTest

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

# Seconds that a drain lets pass before the worker's 2nd, 3rd … run, so that rows with a due time come up again.
DRAIN_WAITS = (1.0, 5.0, 30.0, 120.0, 600.0, 3600.0, 21600.0, 86400.0)


class Replaying:
    """A case that `cio.replay` started; ends with its `with` block, or with the test."""

    def __init__(self, test: CheckedTest) -> None:
        self._test = test

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._test.leave_replay(error)


class Cio:
    """What this test sent, and what it knows about a payload that met an error."""

    def __init__(self, test: CheckedTest) -> None:
        self._test = test

    @property
    def sent(self) -> Sequence[Interaction]:
        """Every request of this test to Customer.io so far, whoever answered it."""
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
        answered `times` times and then success; without `times` for ever, unless the id ends in `-recovers`.
        Raises `SettingsError` for an unknown case, and where a case is at work already.
        """
        self._test.start_replay(
            str(case),
            times=times,
            operations=operations,
            raises=raises,
            must_recover=must_recover,
            best_effort=best_effort,
        )
        return Replaying(self._test)

    @property
    def outcome(self) -> Outcome | None:
        """How the payload that met the error fares so far, as in `Outcome`; None where no payload met it."""
        handled = self._replay().handled(None)
        return handled[0].outcome if handled else None

    @property
    def waits(self) -> Sequence[float]:
        """The seconds slept while the case is replayed, in order."""
        return tuple(self._replay().clock.waits)

    @property
    def attempts(self) -> int:
        """How often the payload that met the error was sent."""
        handled = self._replay().handled(None)
        return handled[0].attempts if handled else 0

    def pending(self, probe: object | Callable[[], object]) -> bool:
        """Say whether the payload is still owed: a value, or a callable that tells, true or false.

        A callable is asked again when the test is judged: what runs on by itself may have kept the payload since.
        """
        owed = bool(probe() if callable(probe) else probe)
        if self._test.latest_replay:
            told = self._test.latest_replay.told
            told.pending, told.ask_pending = owed, probe if callable(probe) else None
        return owed

    def reported(self, value: object | Callable[[], object]) -> bool:
        """Say that the caller was told: `value`, or what it returns, is true when it was, as `result is False`.

        A callable is asked again when the test is judged.
        """
        told = bool(value() if callable(value) else value)
        if self._test.latest_replay:
            said = self._test.latest_replay.told
            said.reported, said.falsy = said.reported or told, not told
            said.ask_reported = value if callable(value) else said.ask_reported
        return told

    def drain(self, worker: Callable[[], object]) -> None:
        """Run the worker that delivers what is owed; while an error is replayed, again until it delivers, as time
        passes.
        """
        replay = self._test.replay
        if replay is None:
            worker()
            return
        replay.told.draining = True
        try:
            for wait in (0.0, *DRAIN_WAITS):
                replay.clock.advance(wait)
                worker()
                if not replay.met or replay.delivered:
                    break
        finally:
            replay.told.draining = False

    def _replay(self) -> Replay:
        if self._test.latest_replay is None:
            raise SettingsError("no error case is at work: mark the test cio_errors, or call cio.replay(case) first")
        return self._test.latest_replay
