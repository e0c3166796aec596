"""Finds the name that was probably meant by a mistyped one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(given: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that is most like the given one, or None. `cutoff` is how like it has to be, from 0 to 1."""
    return next(iter(difflib.get_close_matches(given, list(known), 1, cutoff)), None)


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """` (did you mean X?)` for a message, or nothing where no name is near."""
    name = nearest(given, known)
    return f" (did you mean {name}?)" if name else ""
