"""Whether the libraries that pytest-customerio needs are there in a version that it works with.

Another package may have asked for an older one, and pip installs it all the same: singer-python needs jsonschema 2.6.0.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from typing import NamedTuple

OURS = "pytest-customerio"


class Outdated(NamedTuple):
    """A library is there in this version, and `wanted` is what pytest-customerio needs, such as jsonschema>=4.23."""

    name: str
    version: str
    wanted: str

    @property
    def problem(self) -> str:
        """What is wrong, in one sentence."""
        return f"{self.name} {self.version} is installed, and {OURS} needs {self.wanted}"

    @property
    def cure(self) -> str:
        """What to do about it."""
        return f'pip install "{self.wanted}"'


def outdated(path: Iterable[str] | None = None) -> Iterator[Outdated]:
    """The libraries in these folders, by default those of `sys.path`, that pytest-customerio does not work with."""
    from packaging.requirements import Requirement

    folders = list(sys.path if path is None else path)
    for text in _wanted(next(iter(distributions(name=OURS, path=folders)), None)):
        wanted = Requirement(text)
        there = next(iter(distributions(name=wanted.name, path=folders)), None)
        if there is not None and not wanted.specifier.contains(there.version, prereleases=True):
            yield Outdated(wanted.name, there.version, str(wanted))


def _wanted(ours: Distribution | None) -> list[str]:
    """What pytest-customerio needs without its extras; empty where it runs from a checkout."""
    return [each for each in (ours.requires if ours is not None else None) or () if ";" not in each]
