"""Checks what is installed: the packages of Customer.io can overwrite each other, and a library can be too old."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_customerio.core.installed import SDK, TOPIC, overwritten
from pytest_customerio.core.requirements import outdated
from pytest_customerio.tools.doctor.diagnosis import Diagnosis


def check_packages() -> Iterator[Diagnosis]:
    """A problem where the SDK's module was replaced or is missing, and one for each library that is too old."""
    found = overwritten()
    if found is not None:
        yield Diagnosis(f"package {SDK}", "problem", found.problem, f"{found.cure} (explain {TOPIC})")
    for one in outdated():
        yield Diagnosis(f"package {one.name}", "problem", one.problem, one.cure)
