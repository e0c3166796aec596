"""Allowances: rules that may be broken, as a `cio_allow` mark or the ini `cio_allow` declares them."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pytest_customerio.core.marks import only
from pytest_customerio.core.model import Violation
from pytest_customerio.core.nearest import did_you_mean, nearest
from pytest_customerio.core.settings import IniError, SettingsError

__tracebackhide__ = True  # pytest leaves the frames of this module out of tracebacks

ALLOW = "cio_allow(rule, where=None, case=None, operation=None, reason=…)"
ALLOW_LINE = "RULE [WHERE] [case=CASE] [operation=OPERATION]: reason"
# A quoted key of a JSON path may hold spaces and colons, and so may `header X-Name`.
_ALLOW = re.compile(
    r"(?P<rule>[^\s:]+)"
    r"(?:[ \t]+(?!case=|operation=)(?P<where>(?:header[ \t]+)?(?:\"(?:[^\"\\]|\\.)*\"|[^\s:\"])+))?"
    r"(?:[ \t]+case=(?P<case>[^\s:]+))?(?:[ \t]+operation=(?P<operation>[^\s:]+))?"
    r"[ \t]*(?::[ \t]*(?P<reason>.*))?"
)
# A JSON path as messages print it, or what they print for the rest of a request; `*` is anything.
_WHERE = re.compile(
    r"\$(?:\.[^\s.\[\]\"]+|\[(?:\d+|\*|\"(?:[^\"\\]|\\.)*\")\])*"
    r"|url|path\.[\w*]+|header [\w*-]+"
)
# The place of these rules is the name of a call of a mock or an SDK, or what was written, such as `logs`.
_OTHER_PLACES = ("mock-hides-error", "call-not-sent", "secret-leak", "pii-leak", "leak-check-blind")


@dataclass(frozen=True, slots=True)
class Allowance:
    """A rule that may be broken: everywhere, or at and below `where`, a JSON path in which `[*]` is any index.

    `cases` and `operations` are the ids for which it holds; it holds for all where there are none. `given` says where
    it was written, and tells two allowances apart.
    """

    rule: str
    where: str | None = None
    reason: str = ""
    cases: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    given: str = field(default="", compare=False)

    def covers(self, violation: Violation, operation: str = "", case: str | None = None) -> bool:
        """Whether this violation is allowed, of a request to this operation, in a test that runs in this case."""
        if self.rule != violation.rule or (self.operations and operation not in self.operations):
            return False
        if self.cases and case not in self.cases:
            return False
        if self.where is None:
            return True
        pattern = re.sub(r"\[(?!\*)", "[[]", self.where).replace("[*]", "[[]*]")
        return any(fnmatch.fnmatchcase(violation.where, pattern + tail) for tail in ("", ".*", "[[]*"))


def allowances(lines: Iterable[str], rules: Collection[str]) -> tuple[Allowance, ...]:
    """The allowances of the ini `cio_allow`, one in each line. Cases and operations are as they were written."""
    return tuple(_ini_allowance(line, rules) for line in filter(None, (line.strip() for line in lines)))


def _ini_allowance(line: str, rules: Collection[str]) -> Allowance:
    match = _ALLOW.fullmatch(line)
    if match is None:
        raise IniError("cio_allow", line, f"{line!r} cannot be read; accepted: {ALLOW_LINE}")
    try:
        return _allowance(match.groupdict(), rules, f"ini cio_allow: {line}", ALLOW_LINE)
    except ValueError as error:
        raise IniError("cio_allow", line, str(error)) from None


def mark_allowance(
    nodeid: str, args: Sequence[object], kwargs: Mapping[str, object], rules: Collection[str], place: str = ""
) -> Allowance:
    """The allowance of one `cio_allow` mark. Cases and operations are as they were written.

    `place` is the test function, class or module that has the mark.
    """
    given, accepted = f"{nodeid}: cio_allow", f"accepted: {ALLOW}"
    only(given, kwargs, ("rule", "where", "case", "operation", "reason"), accepted)
    if len(args) > 2 or (args and "rule" in kwargs) or (len(args) == 2 and "where" in kwargs):
        raise SettingsError(f"{given}: too many arguments; {accepted}")
    values = {**dict(zip(("rule", "where"), args, strict=False)), **kwargs}
    if "rule" not in values:
        raise SettingsError(f"{given}: names no rule; {accepted}")
    named = ((name, values.get(name)) for name in ("where", "case", "operation"))
    shown = ", ".join([repr(values["rule"]), *(f"{name}={value!r}" for name, value in named if value is not None)])
    try:
        return _allowance(values, rules, f"{place or nodeid}: cio_allow({shown})", ALLOW)
    except ValueError as error:
        raise SettingsError(f"{given}: {error}") from None


def _allowance(values: Mapping[str, object], rules: Collection[str], given: str, accepted: str) -> Allowance:
    """One allowance. Raises ValueError where it cannot be used; its text says what is `accepted`."""
    rule, where, reason = values["rule"], values.get("where"), values.get("reason")
    if not isinstance(rule, str) or rule not in rules:
        raise ValueError(_no_rule(rule, rules))
    if where is not None and not _is_where(rule, where):
        near = _meant(where, rules, accepted, reasoned=reason is not None) if isinstance(where, str) else ""
        raise ValueError(f"where={where!r} is no JSON path such as '$.batch[*].timestamp'{near}")
    if reason is not None and not isinstance(reason, str):
        raise ValueError(f"reason={reason!r} is no text; accepted: {accepted}")
    if reason is None or not reason.strip():
        raise ValueError(f"no reason; accepted: {accepted}")
    cases, operations = (_names(name, values.get(name)) for name in ("case", "operation"))
    return Allowance(rule, None if where is None else str(where), reason.strip(), cases, operations, given)


def _is_where(rule: str, where: object) -> bool:
    return isinstance(where, str) and (rule in _OTHER_PLACES or _WHERE.fullmatch(where) is not None)


def _meant(where: str, rules: Collection[str], accepted: str, *, reasoned: bool) -> str:
    """What was probably meant by a place that is none: a second rule, a misspelt name, the reason, or a JSON path."""
    if where in rules:
        return f" (it is a rule: {'one line' if accepted == ALLOW_LINE else 'one cio_allow'} allows one rule)"
    name, separator, value = where.partition("=")
    if separator and (near := nearest(name, ("case", "operation"))):
        return f" (did you mean {near}={value}?)"
    if not reasoned:
        return f" (did you mean {f': {where}' if accepted == ALLOW_LINE else f'reason={where!r}'}?)"
    path = _as_path(where)
    return f" (did you mean {path}?)" if path else ""


def _as_path(text: str) -> str:
    """The JSON path that was probably meant by `timestamp`, `.timestamp` or `$timestamp`; else nothing."""
    meant = "$." + text.lstrip("$./").replace("/", ".")
    return meant if _WHERE.fullmatch(meant) else ""


def _names(name: str, value: object) -> tuple[str, ...]:
    """The words of `case=` or `operation=`; raises ValueError. Whether they exist is not known here."""
    given = (value,) if isinstance(value, str | int) else () if value is None else value
    if not isinstance(given, list | tuple | set | frozenset) or not all(isinstance(one, str | int) for one in given):
        raise ValueError(f"{name}={value!r}; accepted: a name, or several in a list")
    return tuple(str(one) for one in given)


def _no_rule(rule: object, rules: Iterable[str]) -> str:
    near = did_you_mean(rule, rules) if isinstance(rule, str) else ""
    return f"{rule!r} is no rule{near}; all rules: python -m pytest_customerio explain"
