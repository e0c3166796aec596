"""Judges observations: the outcome of each payload that met the error, and the rules that were violated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pytest_customerio.core.model import ErrorCase, Outcome, Violation
from pytest_customerio.core.observation import Observation
from pytest_customerio.judging.backoff import no_backoff, retry_after_ignored
from pytest_customerio.judging.chain import chain_of
from pytest_customerio.judging.double_send import double_send, payload_changed
from pytest_customerio.judging.exceptions import undeclared_exception
from pytest_customerio.judging.jitter import jitter
from pytest_customerio.judging.leaks import leak_check_blind, pii_leak, secret_leak
from pytest_customerio.judging.outcome import logged, outcome, unhandled
from pytest_customerio.judging.partial_failure import resent
from pytest_customerio.judging.remade import remade
from pytest_customerio.judging.retries import blind_retry, unbounded_retry
from pytest_customerio.judging.timeouts import no_timeout

# Rules of one payload that need nothing but its observation; in the order in which a message shows their violations.
_RULES: tuple[Callable[[Observation], Violation | None], ...] = (
    undeclared_exception,
    blind_retry,
    no_backoff,
    retry_after_ignored,
    unbounded_retry,
    double_send,
    payload_changed,
    resent,
    no_timeout,
)
_LEAK_RULES = (secret_leak, pii_leak, leak_check_blind)


class Judgement(NamedTuple):
    """How the error was handled for one payload: what was observed, its outcome and the violations.

    `attempts` is the length of the payload's retry chain; `logged` names the loggers that wrote of the error.
    """

    case: ErrorCase
    operation: str
    observation: Observation
    outcome: Outcome | None
    violations: tuple[Violation, ...]
    attempts: int
    logged: str = ""

    @property
    def may_raise(self) -> bool:
        """Whether the application may let out what it raised: that is declared, allowed, or in the baseline."""
        excused = (one.excused for one in self.violations if one.rule == "undeclared-exception")
        return self.observation.declared or any(excused)


class CaseJudge:
    """Judges the payloads that met one case; equal observations are judged once."""

    def __init__(self, *, must_recover: bool = False, best_effort: bool = False) -> None:
        self._must_recover = must_recover
        self._best_effort = best_effort
        self._observations: list[Observation] = []
        self._judgements: tuple[Judgement, ...] = ()

    def judgements(self, observations: Sequence[Observation]) -> tuple[Judgement, ...]:
        """One judgement per observation, in order; `jitter` concerns all payloads and stands with the first,
        `payload-changed` with the first of those that are attempts of one.
        """
        if not _same(self._observations, observations):
            self._judgements = self._judged(observations)
            self._observations = list(observations)
        return self._judgements

    def _judged(self, observations: Sequence[Observation]) -> tuple[Judgement, ...]:
        found = [one for observation in observations for one in self._judgement(observation)]
        herd = jitter(observations)
        if herd is not None:
            found[0] = _with(found[0], herd)
        for first, changed in remade(observations):
            found = [_with(one, changed) if one.observation is first else one for one in found]
        return tuple(found)

    def _judgement(self, observation: Observation) -> Iterator[Judgement]:
        if observation.failed is not None:
            came, violations = judge(observation, must_recover=self._must_recover, best_effort=self._best_effort)
            loggers = ", ".join(logged(observation.logs)[:3])
            operation, attempts = observation.failed.operation, len(chain_of(observation))
            yield Judgement(observation.case, operation, observation, came, tuple(violations), attempts, loggers)


def _with(judgement: Judgement, more: Violation) -> Judgement:
    return judgement._replace(violations=(*judgement.violations, more))


def judge(
    observation: Observation, *, must_recover: bool = False, best_effort: bool = False
) -> tuple[Outcome | None, list[Violation]]:
    """The outcome of the payload that met the error, and the violations; (None, []) if no payload met the case."""
    if observation.failed is None:
        return None, []
    found = [unhandled(observation, must_recover=must_recover, best_effort=best_effort)]
    found += [rule(observation) for rule in _RULES]
    leaks = [one for rule in _LEAK_RULES for one in rule(observation)]
    return outcome(observation), [*(one for one in found if one is not None), *leaks]


def _same(before: Sequence[Observation], after: Sequence[Observation]) -> bool:
    """Whether nothing new was observed. Exceptions are compared by identity: their own `==` may do anything."""
    return len(before) == len(after) and all(
        old.raised is new.raised and old._replace(raised=None) == new._replace(raised=None)
        for old, new in zip(before, after, strict=True)
    )
