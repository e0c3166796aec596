"""Rules `secret-leak`, `pii-leak`, `leak-check-blind`: credentials and personal data in logs, output and exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pytest_customerio.core.model import Severity, Violation
from pytest_customerio.core.observation import Observation
from pytest_customerio.judging.violation import violation

# A shorter secret counts only if it stands as a word of its own.
SHORT = 12
# The logs and exceptions of these packages hold addresses, those of the official SDK whole payloads. That is a warning;
# a test fails only for what the application itself writes.
LIBRARIES = frozenset(
    {"customerio", "async_customerio", "requests", "urllib3", "httpx", "httpx2", "httpcore", "httpcore2", "aiohttp"}
    | {"http", "urllib", "hpack", "asyncio", "tenacity", "stamina", "backoff"}
)


QUIET_LOGS = (
    "log the operation, the status and your own id of the person; never a payload, nor str(error) of the official SDK,"
    ' which holds it: log.warning("identify %s failed: %s", id, type(error).__name__)'
)
QUIET_ERRORS = (
    "raise an exception of your own, without the SDK's text, which holds the payload: raise NotDelivered(status)"
    " from None; error trackers store texts and causes"
)


def secret_leak(observation: Observation) -> Iterator[Violation]:
    """No credential shows in logs, output, warnings or exception texts."""
    hint = "log the operation and the status, never headers or credentials"
    for kind, place in leaks(observation):
        yield violation(observation, "secret-leak", f"no credential in {kind}", f"Authorization in {place}", hint)


def pii_leak(observation: Observation) -> Iterator[Violation]:
    """No personal data shows in logs, output, warnings or exception texts."""
    for kind, place, severity in personal_leaks(observation):
        expected, got = f"no personal data in {kind}", f"e-mail, phone or payload value in {place}"
        hint = QUIET_ERRORS if kind == "exception text" else QUIET_LOGS
        yield violation(observation, "pii-leak", expected, got, hint, severity=severity)


def leak_check_blind(observation: Observation) -> Iterator[Violation]:
    """The leak checks can see logs, output and warnings."""
    for channel in observation.blind:
        expected, hint = f"a leak check that sees {channel}", f"do not replace what carries {channel} during this test"
        yield violation(observation, "leak-check-blind", expected, f"cannot see {channel}", hint)


def leaks(observation: Observation) -> list[tuple[str, str]]:
    """Each place that holds a credential, once, as (`logs`, `app.crm at WARNING`); never the text itself."""
    found = ((kind, place) for kind, place, text, _ in _places(observation) if _holds(text, observation.secrets))
    return list(dict.fromkeys(found))


def personal_leaks(observation: Observation) -> list[tuple[str, str, Severity]]:
    """Each place that holds personal data, once, with its severity: a warning if a library wrote it by itself.

    A record that a handler printed counts as a log record, not as output too. The text of an AssertionError does not
    count: it is how the test fails, no text of the application.
    """
    found: dict[tuple[str, str], Severity] = {}
    counted: list[str] = []
    for kind, place, text, package in _places(observation):
        if kind == "output":
            text = _without(text, counted)
        if isinstance(observation.raised, AssertionError) and kind == "exception text":
            continue
        if _holds(text, observation.personal):
            found[kind, place] = "warning" if package in LIBRARIES else "error"
            counted += [text] if kind in ("logs", "warnings") else []
    return [(kind, place, severity) for (kind, place), severity in found.items()]


def _places(observation: Observation) -> Iterator[tuple[str, str, str, str]]:
    """Kind, place and text of all that was written, and the package that wrote it."""
    for record in observation.logs:
        yield "logs", f"{record.logger} at {record.level}", record.text, record.logger.partition(".")[0]
    yield "warnings", "warnings.warn", observation.warned, ""
    yield "output", "stdout or stderr", observation.output, ""
    for error in _family(observation.raised):
        yield "exception text", type(error).__name__, _text(error), type(error).__module__.partition(".")[0]


def _without(text: str, counted: Sequence[str]) -> str:
    for line in dict.fromkeys(line.strip() for one in counted for line in one.splitlines()):
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
    except Exception:  # an exception whose __str__ or __repr__ fails shows nothing
        return ""
