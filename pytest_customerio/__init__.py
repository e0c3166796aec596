"""Contract tests for Customer.io: hear every payload, replay every error, judge how it was handled."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_customerio.contract.webhook_events import sign_webhook, webhook_event
    from pytest_customerio.core.model import ErrorCase, Interaction, Verdict, Violation
    from pytest_customerio.core.observation import Observation
    from pytest_customerio.core.operation import Operation

__all__ = [
    "ErrorCase",
    "Interaction",
    "Observation",
    "Operation",
    "Verdict",
    "Violation",
    "sign_webhook",
    "webhook_event",
]
_HOMES = {"Observation": "core.observation", "Operation": "core.operation"} | dict.fromkeys(
    ("sign_webhook", "webhook_event"), "contract.webhook_events"
)


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(import_module(f"pytest_customerio.{_HOMES.get(name, 'core.model')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
