"""Contract tests for Customer.io: hear every payload, replay every error, judge how it was handled."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_customerio.core.model import ErrorCase, Interaction, Operation, Verdict, Violation
    from pytest_customerio.core.observation import Observation

__all__ = ["ErrorCase", "Interaction", "Observation", "Operation", "Verdict", "Violation"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from pytest_customerio.core import model, observation

        return getattr(observation if name == "Observation" else model, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
