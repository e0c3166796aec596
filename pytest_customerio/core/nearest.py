"""Finds the name that was probably meant by a mistyped one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

# More names than these say nothing.
MOST = 6


def nearest(given: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that is most like the given one, or None. `cutoff` is how like it has to be, from 0 to 1.

    Capitals and white space around the name do not count.
    """
    names = {name.lower(): name for name in known}
    return next((names[one] for one in difflib.get_close_matches(given.strip().lower(), names, 1, cutoff)), None)


def nearest_status(given: str, known: Iterable[str]) -> str | None:
    """The statuses among the known names that `4xx` may mean, or the one that is nearest to a number of its hundred."""
    asked = re.fullmatch(r"([1-9])(xx|\d\d)", given, re.ASCII)
    hundred = sorted({name for name in known if asked and re.fullmatch(rf"{asked[1]}\d\d", name)})
    if asked is None or not hundred:
        return None
    if asked[2] == "xx":
        return _either(hundred)
    return min(hundred, key=lambda name: abs(int(name) - int(given)))


def nearest_parts(given: str, known: Iterable[str]) -> str | None:
    """The known names that have the given one as a part: `reset` means `connection-reset` or `accepted-then-reset`."""
    part = f"-{given.strip().lower()}-"
    found = [name for name in known if part in f"-{name.lower()}-"]
    short = [name for name in found if not any(name.startswith(f"{other}-") for other in found)]
    return _either(short) if short and len(short) <= MOST else None


def _either(names: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """` (did you mean X?)` for a message, or nothing where no name is near."""
    name = nearest(given, known)
    return f" (did you mean {name}?)" if name else ""


def unknown_member(given: Iterable[object], known: Sequence[str]) -> str | None:
    """What is wrong with the first name that is none of the known members; None where all are known."""
    name = next((str(one) for one in given if one not in known), None)
    near = did_you_mean(name or "", known)
    return None if name is None else f"there is no member {name!r} here{near}; accepted: {', '.join(known)}"
