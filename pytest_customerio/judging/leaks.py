"""Where a credential or personal data shows: in logs, output, warnings, exception text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pytest_customerio.core.model import Severity
from pytest_customerio.core.observation import Observation

# Secrets below this length count only where they stand as a word of their own.
SHORT = 12


# Their own logs and exceptions hold addresses, the official SDK's even whole payloads; who lets those out is told, but
# a test fails only for what the application itself writes.
LIBRARIES = frozenset(
    {"customerio", "async_customerio", "requests", "urllib3", "httpx", "httpx2", "httpcore", "httpcore2", "aiohttp"}
    | {"http", "urllib", "hpack", "asyncio", "tenacity", "stamina", "backoff"}
)


def leaks(observation: Observation) -> list[tuple[str, str]]:
    """Each place that holds a credential, once, as (`logs`, `app.crm at WARNING`); never the text itself."""
    found = ((kind, place) for kind, place, text, _ in _places(observation) if _holds(text, observation.secrets))
    return list(dict.fromkeys(found))


def personal_leaks(observation: Observation) -> list[tuple[str, str, Severity]]:
    """Each place that holds personal data, once, and how bad that is: a warning in what a library says by itself.

    What a handler printed of a record counts as that record's, not as output of its own. How a test fails
    (AssertionError) is no text of the application.
    """
    texts = observation.personal
    found: dict[tuple[str, str], Severity] = {}
    told: list[str] = []
    for kind, place, text, owner in _places(observation):
        if kind == "output":
            text = _without(text, told)
        if isinstance(observation.raised, AssertionError) and kind == "exception text":
            continue
        if _holds(text, texts):
            found[kind, place] = "warning" if owner in LIBRARIES else "error"
            told += [text] if kind in ("logs", "warnings") else []
    return [(kind, place, severity) for (kind, place), severity in found.items()]


def _places(observation: Observation) -> Iterator[tuple[str, str, str, str]]:
    """Kind, place and text of all that was said, and the package that said it."""
    for line in observation.logs:
        yield "logs", f"{line.logger} at {line.level}", line.text, line.logger.partition(".")[0]
    yield "warnings", "warnings.warn", observation.warned, ""
    yield "output", "stdout or stderr", observation.output, ""
    for error in _family(observation.raised):
        yield "exception text", type(error).__name__, _text(error), type(error).__module__.partition(".")[0]


def _without(text: str, told: Sequence[str]) -> str:
    for line in dict.fromkeys(line.strip() for one in told for line in one.splitlines()):
        text = text.replace(line, "") if line else text
    return text


def _holds(text: str, secrets: Sequence[str]) -> bool:
    return any(secret in text and (len(secret) >= SHORT or _as_word(secret, text)) for secret in secrets)


def _as_word(secret: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", text) is not None


def _family(error: BaseException | None) -> list[BaseException]:
    """The exception, what caused it, and what it groups: all that a traceback or an error tracker shows."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and not any(one is other for other in found):
            found.append(one)
            grouped = one.exceptions if isinstance(one, BaseExceptionGroup) else ()
            waiting += [one.__cause__, None if one.__suppress_context__ else one.__context__, *grouped]
    return found


def _text(error: BaseException) -> str:
    parts = [error, getattr(error, "args", ()), getattr(error, "__notes__", ())]
    return "\n".join([_printed(str, error), *(_printed(repr, part) for part in parts)])


def _printed(how: Any, value: object) -> str:
    try:
        return str(how(value))
    except Exception:  # an exception that cannot print itself shows nothing
        return ""
