"""What makes two failures the same: their cause, which names neither the error case nor what varies in a payload."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pytest_customerio.core.model import Violation

# What was found says nothing about the cause here: how many attempts, and which waits.
_COUNTED = ("blind-retry", "no-backoff", "retry-after-ignored", "unbounded-retry", "double-send", "jitter")
_NUMBER = re.compile(r"(?:the )?\d+(?:[.,]\d+)*(?: (?:attempts?|retries|s)\b)?")
# What a client or SDK logs by itself is no part of the application's handling.
_LIBRARY = re.compile(r"logged by a library only \([^)]*\)?")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
# The most names that are written out before the rest is counted, if there are more than three.
_NAMES = 2


def of_contract(operation: str, violation: Violation) -> str:
    """The cause of a contract that was not kept. The value that was found varies, the index in a batch too."""
    return place(operation, violation.rule, violation.where, violation.sent_from)


def place(operation: str, rule: str, where: str, sent_from: str | None) -> str:
    """The cause that a place in a payload stands for."""
    return f"{operation} {rule} {without_numbers(where)} {sent_from}"


def without_numbers(where: str) -> str:
    """A place in a payload without numbers: the index in a batch varies."""
    return _NUMBER.sub("#", where)


def of_handling(operation: str, case: str, violations: Iterable[Violation]) -> str:
    """The cause of an error that was handled badly: the rules, and what was found, in words that fit any case."""
    rules = [f"{one.rule}: {_what(one, case)} {one.sent_from}" for one in violations]
    return " ".join([operation, *sorted(dict.fromkeys(rules))])


def _what(violation: Violation, case: str) -> str:
    """What was found; of an exception that the test does not declare, what would declare it: often the base class."""
    if violation.rule == "undeclared-exception":
        return violation.hint.rpartition("raises=")[2]
    return found(violation.rule, violation.got, case)


def found(rule: str, got: str, case: str) -> str:
    """What was found, without the answer of this case and without numbers."""
    if rule in _COUNTED:
        return ""
    answer = case.removesuffix("-recovers").removesuffix("-persists")
    for name in (answer, answer.replace("-", " ")):
        got = got.replace(f"the {name}", "#")
    return _NUMBER.sub("#", _LIBRARY.sub("not even logged", got))


def is_undeclared(cause: str) -> bool:
    """Whether a test fails for an exception that it does not declare."""
    return "undeclared-exception: " in cause


def of_text(text: str, case: str | None) -> str:
    """The cause that a text stands for, of a test that runs in this case."""
    return text.replace(case, "#") if case else text


def of_failure(place: str, message: str, case: str | None, cause: str) -> str:
    """The cause of a failure of the test's own, at a place in the code; a `cause` that we found may stand beside it.

    What it says varies with the error case, as in `assert 503 == 200`, so that only its class counts there. An
    exception that the test does not declare is the cause itself.
    """
    if is_undeclared(cause):
        return cause
    said = message.removeprefix("AssertionError: ")  # pytest writes it before some assertions only
    said = said.split(":")[0].split(" ")[0] if case else _ADDRESS.sub("0x", said)
    return f"{place} {said} {cause}"


def together(causes: Iterable[str]) -> str:
    """One cause for a failure that has several."""
    return "; ".join(sorted(dict.fromkeys(causes)))


def named(names: Sequence[str]) -> str:
    """Names for a sentence: all of them if there are at most three, else the first and how many more."""
    shown = [name if len(name) <= 60 else f"{name[:59]}…" for name in names]
    if len(shown) > _NAMES + 1:
        shown[_NAMES:] = [f"{len(names) - _NAMES} more"]
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
