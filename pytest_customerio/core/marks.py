"""Checks the marks of tests.

The text of an error says what was given, what is accepted, and the nearest name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from pytest_customerio.core.nearest import did_you_mean
from pytest_customerio.core.settings import SettingsError

__tracebackhide__ = True  # pytest leaves the frames of this module out of tracebacks

# `operations="each"`: the cases run once for each operation that the test sends.
EACH = "each"
# Names of our fixtures that are no near miss of a mark.
_FIXTURES = ("cio", "cio_responses", "cio_sandbox")
NAMES = "accepted: names, such as '429-rate-limited' or 'track.event'"


class Mark(Protocol):
    """The arguments of a pytest mark."""

    @property
    def args(self) -> tuple[object, ...]:
        """The positional arguments."""

    @property
    def kwargs(self) -> Mapping[str, object]:
        """The keyword arguments."""


class ErrorsMark(NamedTuple):
    """The arguments of a `cio_errors` mark. With `each`, the cases run once for each operation that the test sends."""

    cases: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    except_for: tuple[str, ...] = ()
    raises: tuple[type[BaseException], ...] = ()
    must_recover: bool = False
    best_effort: bool = False
    each: bool = False

    def written(self, operations: str | Sequence[str]) -> str:
        """The mark as it stands in a test, with other `operations`."""
        shown = [f'"{case}"' for case in self.cases]
        shown.append(f"operations={_quoted(operations)}" if operations else "")
        shown.append(f"except_for={_quoted(self.except_for)}" if self.except_for else "")
        names = [one.__name__ for one in self.raises]
        shown.append(f"raises={names[0] if len(names) == 1 else '(' + ', '.join(names) + ')'}" if names else "")
        shown += [f"{name}=True" for name in ("must_recover", "best_effort") if getattr(self, name)]
        arguments = ", ".join(filter(None, shown))
        return "@pytest.mark.cio_errors" + f"({arguments})" * bool(arguments)


def mark_name(nodeid: str, names: Iterable[str], known: Collection[str]) -> None:
    """Refuse a mark that begins with `cio` and is neither ours nor registered by the project: it would do nothing."""
    for name in names:
        if name.startswith("cio") and name not in known:
            ours = sorted(one for one in known if one.startswith("cio"))
            more = "and what the ini `markers` lists"
            fixture = " (it is a fixture: name it as a parameter of the test)" if name in _FIXTURES else ""
            near = fixture or did_you_mean(name, ours)
            raise SettingsError(f"{nodeid}: {name}: there is no such mark{near}; accepted: {', '.join(ours)}, {more}")


def contract_mark(nodeid: str, marks: Iterable[Mark]) -> None:
    """Refuse arguments of a `cio_contract` mark: `cio_contract(False)` would not turn it off."""
    for mark in marks:
        if mark.args or mark.kwargs:
            raise SettingsError(f"{nodeid}: cio_contract: takes no arguments")


def errors_mark(given: str, args: Sequence[object], kwargs: Mapping[str, object]) -> ErrorsMark:
    """What a `cio_errors` mark asks for. `given` says where it was written.

    Names of cases and operations are not checked here, because this module does not know them.
    """
    accepted = (
        "accepted: cio_errors(*cases, operations=(), except_for=(), raises=(), must_recover=False, best_effort=False)"
    )
    for name in {"case", "cases"}.intersection(kwargs):
        raise SettingsError(f"{given}: unknown argument {name!r}: cases stand without a name; {accepted}")
    only(given, kwargs, ("operations", "except_for", "raises", "must_recover", "best_effort"), accepted)
    flags = {name: _flag(given, name, kwargs.get(name, False)) for name in ("must_recover", "best_effort")}
    operations = _words(given, "operations", kwargs.get("operations", ()))
    each = operations == (EACH,)
    return ErrorsMark(
        cases=_cases(given, args),
        operations=() if each else operations,
        each=each,
        except_for=_words(given, "except_for", kwargs.get("except_for", ())),
        raises=_classes(given, kwargs.get("raises", ())),
        **flags,
    )


def _cases(given: str, args: Sequence[object]) -> tuple[str, ...]:
    for one in args:
        if isinstance(one, list | tuple | set | frozenset) and one and all(isinstance(word, str) for word in one):
            near = ", ".join(f'"{word}"' for word in one)
            raise SettingsError(f"{given}: {one!r} is no error case (did you mean cio_errors({near})?)")
        if not isinstance(one, str | int) or isinstance(one, bool):
            raise SettingsError(f"{given}: {one!r} is no error case; {NAMES}")
    return tuple(map(str, args))


def _quoted(words: str | Sequence[str]) -> str:
    """One word, or a list of words, as Python's source."""
    if isinstance(words, str) or len(words) == 1:
        return f'"{words if isinstance(words, str) else words[0]}"'
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


def only(given: str, kwargs: Mapping[str, object], names: Sequence[str], accepted: str) -> None:
    """Refuse keyword arguments with other names than these."""
    for name in kwargs:
        if name not in names:
            raise SettingsError(f"{given}: unknown argument {name!r}{did_you_mean(name, names)}; {accepted}")


def _flag(given: str, name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"{given}: {name}={value!r}; accepted: True, False")
    return value


def _words(given: str, name: str, value: object) -> tuple[str, ...]:
    values = (value,) if isinstance(value, str | int) else value
    if not isinstance(values, list | tuple | set | frozenset) or not all(
        isinstance(word, str | int) for word in values
    ):
        raise SettingsError(f"{given}: {name}={value!r}; {NAMES}")
    return tuple(str(word) for word in values)


def _classes(given: str, value: object) -> tuple[type[BaseException], ...]:
    values = value if isinstance(value, list | tuple) else (value,)
    if not all(isinstance(one, type) and issubclass(one, BaseException) for one in values):
        raise SettingsError(f"{given}: raises={value!r}; accepted: exception classes")
    return tuple(values)
