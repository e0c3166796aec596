"""Checks the installed SDK: the packages of Customer.io can overwrite each other."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_customerio.core.installed import SDK, TOPIC, overwritten
from pytest_customerio.tools.doctor.diagnosis import Diagnosis


def check_packages() -> Iterator[Diagnosis]:
    """A problem where the SDK's module was replaced or is missing; nothing where it is whole, or not installed."""
    found = overwritten()
    if found is not None:
        yield Diagnosis(f"package {SDK}", "problem", found.problem, f"{found.cure} (explain {TOPIC})")
