"""Rule `no-timeout`: each request has a timeout."""

from __future__ import annotations

from pytest_customerio.core.model import Severity, Violation
from pytest_customerio.core.observation import Observation
from pytest_customerio.judging.violation import violation


def no_timeout(observation: Observation) -> Violation | None:
    """A request without a timeout: an error if the network fails, where the application would hang; else a warning."""
    if not observation.endless:
        return None
    hint = "give each request a timeout: requests.post(…, timeout=10), urllib3.PoolManager(timeout=10)"
    severity: Severity = "error" if observation.case.kind == "fault" else "warning"
    return violation(observation, "no-timeout", "a timeout for each request", "none", hint, severity=severity)
