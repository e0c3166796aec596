"""What a replay needs of the session of its test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.process.ownership.ownership import Ownership


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayParts:
    """The answers, whose work it is, and what tells the test's own code.

    `raises_class` is the class behind `pytest.raises`. `is_project` says whether a file is the project's own. `region`
    is the region of the workspace, if the project declares it.
    """

    cassettes: Cassettes
    raises_class: type | None = None
    is_project: Callable[[str], bool] = bool
    ownership: Ownership[Any] = field(default_factory=Ownership)
    region: str | None = None
