"""Where a credential shows: in logs, in output, in exception text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pytest_customerio.model import Observation

# Secrets below this length count only where they stand as a word of their own.
SHORT = 12


def leaks(observation: Observation) -> list[tuple[str, str]]:
    """Each place that holds a credential, once, as (`logs`, `app.crm at WARNING`); never the text itself."""
    found = ((kind, place) for kind, place, text in _places(observation) if _holds(text, observation.secrets))
    return list(dict.fromkeys(found))


def _places(observation: Observation) -> Iterator[tuple[str, str, str]]:
    for line in observation.logs:
        yield "logs", f"{line.logger} at {line.level}", line.text
    yield "output", "stdout or stderr", observation.output
    for error in _family(observation.raised):
        yield "exception text", type(error).__name__, _text(error)


def _holds(text: str, secrets: Sequence[str]) -> bool:
    return any(secret in text and (len(secret) >= SHORT or _as_word(secret, text)) for secret in secrets)


def _as_word(secret: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", text) is not None


def _family(error: BaseException | None) -> list[BaseException]:
    """The exception, what caused it, and what it groups."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and not any(one is other for other in found):
            found.append(one)
            grouped = one.exceptions if isinstance(one, BaseExceptionGroup) else ()
            waiting += [one.__cause__, one.__context__, *grouped]
    return found


def _text(error: BaseException) -> str:
    parts = [error, getattr(error, "args", ()), getattr(error, "__notes__", ())]
    return "\n".join([_printed(str, error), *(_printed(repr, part) for part in parts)])


def _printed(how: Any, value: object) -> str:
    try:
        return str(how(value))
    except Exception:  # an exception that cannot print itself shows nothing
        return ""
