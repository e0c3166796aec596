"""Rules `secret-leak`, `pii-leak`, `leak-check-blind`: credentials and personal data in logs, output and exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_customerio.core.model import Severity, Violation
from pytest_customerio.judging.violation import violation

if TYPE_CHECKING:
    from pytest_customerio.core.observation import Observation

# A shorter secret counts only if it stands as a word of its own.
SHORT = 12
# The exceptions of these packages hold addresses, those of the official SDK whole payloads. That is a warning, as for
# the log records of libraries; a test fails only for what the application itself writes.
LIBRARIES = frozenset(
    {"customerio", "async_customerio", "requests", "urllib3", "httpx", "httpx2", "httpcore", "httpcore2", "aiohttp"}
    | {"http", "urllib", "hpack", "asyncio", "tenacity", "stamina", "backoff", "celery", "billiard", "kombu"}
)

QUIET_SECRETS = "log the operation and the status, never headers or credentials"
QUIET_LOGS = (
    "log the operation, the status and your own id of the person; never a payload, nor str(error) of the official SDK,"
    ' which holds it: log.warning("identify %s failed: %s", id, type(error).__name__)'
)
QUIET_ERRORS = (
    "raise an exception of your own, without the SDK's text, which holds the payload: raise NotDelivered(status)"
    " from None; error trackers store texts and causes"
)
QUIET_LIBRARIES = (
    "the library writes what your code hands to it: hand it your own id of the person in place of the payload, or give"
    " its logger a filter that drops this: logging.getLogger({logger!r}).addFilter(…)"
)
QUIET_PRINTS = (
    "the library prints what your code hands to it: hand it your own id of the person in place of the payload, or"
    " switch this output off"
)
QUIET_STAMINA = (
    "stamina writes the arguments of the function that it retries: pass your own id of the person and read the rest"
    " inside, or switch this off: stamina.instrumentation.set_on_retry_hooks([])"
)
QUIET_CELERY = (
    "Celery logs the arguments of a task that fails: pass your own id of the person and read the rest in the task, or"
    " give the logger a filter that empties record.data: logging.getLogger({logger!r}).addFilter(…)"
)

_LOGGING = {"celery": QUIET_CELERY, "stamina": QUIET_STAMINA}
_PRINTING = {"stamina": QUIET_STAMINA}


def secret_leak(observation: Observation) -> Iterator[Violation]:
    """No credential shows in logs, output, warnings or exception texts."""
    for kind, place in leaks(observation):
        got = f"Authorization in {place}"
        yield violation(observation, "secret-leak", f"no credential in {kind}", got, QUIET_SECRETS)


def pii_leak(observation: Observation) -> Iterator[Violation]:
    """No personal data shows in logs, output, warnings or exception texts."""
    for kind, place, severity, hint in personal_leaks(observation):
        expected, got = f"no personal data in {kind}", f"e-mail, phone or payload value in {place}"
        yield violation(observation, "pii-leak", expected, got, hint, severity=severity)


def leak_check_blind(observation: Observation) -> Iterator[Violation]:
    """The leak checks can see logs, output and warnings."""
    for channel in observation.blind:
        expected, hint = f"a leak check that sees {channel}", f"do not replace what carries {channel} during this test"
        yield violation(observation, "leak-check-blind", expected, f"cannot see {channel}", hint)


def leaks(observation: Observation) -> list[tuple[str, str]]:
    """Each place that holds a credential, once, as (`logs`, `app.crm at WARNING`); never the text itself."""
    found = ((one.kind, one.place) for one in _texts(observation) if holds(one.text, observation.secrets))
    return list(dict.fromkeys(found))


def personal_leaks(observation: Observation) -> list[tuple[str, str, Severity, str]]:
    """Each place that holds personal data, once, with its severity and what to do: a warning if a library wrote it by
    itself.

    A record that a handler printed counts as a log record, not as output too. The text of an AssertionError does not
    count: it is how the test fails, no text of the application.
    """
    found: dict[tuple[str, str], tuple[Severity, str]] = {}
    counted: list[str] = []
    for one in _texts(observation):
        text = _without(one.text, counted) if one.kind == "output" else one.text
        if isinstance(observation.raised, AssertionError) and one.kind == "exception text":
            continue
        if holds(text, observation.personal):
            place = one.place + "".join(f", its {name}" for name in one.attributes(observation.personal))
            found[one.kind, place] = ("error" if one.own else "warning", one.hint)
            counted += [text] if one.kind in ("logs", "warnings") else []
    return [(kind, place, severity, hint) for (kind, place), (severity, hint) in found.items()]


class _Text(NamedTuple):
    """Something that was written: of which kind, in which place, and whether the application itself wrote it."""

    kind: str
    place: str
    text: str
    own: bool = True
    hint: str = QUIET_LOGS
    extra: tuple[tuple[str, str], ...] = ()

    def attributes(self, secrets: Sequence[str]) -> list[str]:
        """The attributes of a log record that hold one of these texts, where the rest of the record does not."""
        rest = self.text
        for name, value in self.extra:
            rest = rest.replace(f"{name}={value}", "")
        return [name for name, value in self.extra if holds(value, secrets) and not holds(rest, secrets)]


def _texts(observation: Observation) -> Iterator[_Text]:
    """All that was written."""
    for record in observation.logs:
        hint = QUIET_LOGS if record.own else _library_hint(record.logger)
        yield _Text("logs", f"{record.logger} at {record.level}", record.text, record.own, hint, record.extra)
    yield _Text("warnings", "warnings.warn", observation.warned)
    yield _Text("output", "stdout or stderr", observation.output)
    for library, text in observation.printed_by_libraries:
        yield _Text("output", f"what {library} prints", text, own=False, hint=_PRINTING.get(library, QUIET_PRINTS))
    for library, what in observation.reports:
        if isinstance(what, BaseException):
            for error, text in exception_texts(what):
                place = f"{type(error).__name__} for {library}"
                yield _Text("reports", place, text, not _is_of_library(error), QUIET_ERRORS)
        else:
            yield _Text("reports", f"text for {library}", str(what))
    for error, text in exception_texts(observation.raised):
        yield _Text("exception text", type(error).__name__, text, not _is_of_library(error), QUIET_ERRORS)


def _is_of_library(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in LIBRARIES


def _library_hint(logger: str) -> str:
    return _LOGGING.get(logger.partition(".")[0], QUIET_LIBRARIES).format(logger=logger)


def _without(text: str, counted: Sequence[str]) -> str:
    for line in dict.fromkeys(line.strip() for one in counted for line in one.splitlines()):
        text = text.replace(line, "") if line else text
    return text


def holds(text: str, secrets: Sequence[str]) -> bool:
    """Whether a text holds one of these secrets."""
    return any(secret in text and (len(secret) >= SHORT or _as_word(secret, text)) for secret in secrets)


def _as_word(secret: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", text) is not None


def exception_texts(error: BaseException | None) -> Iterator[tuple[BaseException, str]]:
    """The exception and all that belongs to it, each with its text."""
    for one in _family(error):
        yield one, _text(one)


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
    notes = getattr(error, "__notes__", ())
    # A client's exception holds its request, with the headers: its text shows none of them, its arguments do.
    parts = [notes] if _is_of_library(error) else [error, getattr(error, "args", ()), notes]
    return "\n".join([_printed(str, error), *(_printed(repr, part) for part in parts)])


def _printed(how: Any, value: object) -> str:
    try:
        return str(how(value))
    except Exception:  # an exception whose __str__ or __repr__ fails shows nothing
        return ""
