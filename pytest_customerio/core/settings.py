"""Checks options, ini settings and marks.

The text of an error says what was given, what is accepted, and the nearest name.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from pytest_customerio.core.nearest import did_you_mean, nearest

__tracebackhide__ = True  # pytest leaves the frames of this module out of tracebacks

# Where recordings of tests are, below the root of a project. pytest-recording's are in `cassettes/<module>`.
RECORDINGS = Path("cassettes", "recorded")
# `operations="each"`: the cases run once for each operation that the test sends.
EACH = "each"
NAMES = "accepted: names, such as '429-rate-limited' or 'track.event'"


class Mark(Protocol):
    """The arguments of a pytest mark."""

    @property
    def args(self) -> tuple[object, ...]:
        """The positional arguments."""

    @property
    def kwargs(self) -> Mapping[str, object]:
        """The keyword arguments."""


class SettingsError(Exception):
    """A setting that cannot be used. Its text says what was given and what is accepted; pytest exits with code 4."""


class IniError(SettingsError):
    """An ini setting that cannot be used. `given` is the part of its value that is wrong."""

    def __init__(self, name: str, given: str, cause: str) -> None:
        super().__init__(f"ini {name}: {cause}")
        self.name = name
        self.given = given
        self.cause = cause


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


class Settings(NamedTuple):
    """The options and ini settings of one run. `detailed` says that a report shows payloads and attempts of tests.

    `fail_under` is the minimum in percent. `gate` is the option that switches the gate on as in this run.
    """

    contract: bool = False
    strict: bool = False
    reports: tuple[Path, ...] = ()
    detailed: bool = False
    region: str | None = None
    schemas: tuple[Path, ...] = ()
    cassettes: tuple[Path, ...] = ()
    allow_lines: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    plan: Path | None = None
    record: bool = False
    debugger: bool = False
    baseline: Path | None = None
    update_baseline: bool = False
    fail_under: float | None = None
    rootdir: Path = Path()
    gate: str = "--cio-contract"


def report_path(text: str, kinds: Collection[str], base: Path, rootdir: Path | None = None) -> Path:
    """The file of one `--cio-report`, which has one of these suffixes.

    A missing folder is created in the project only, when the report is written.
    """
    path = base / text
    if path.suffix.lower() not in kinds:
        raise SettingsError(f"--cio-report={text}: the suffix decides the kind; accepted: {', '.join(kinds)}")
    try:
        _check_report(path, [folder.resolve() for folder in (base, rootdir or base)])
    except (OSError, ValueError) as error:
        raise SettingsError(f"--cio-report={text}: {getattr(error, 'strerror', None) or error}") from None
    return path


def _check_report(path: Path, project: Sequence[Path]) -> None:
    """Raise `OSError` or `ValueError` where the file cannot be written. Leaves no file behind."""
    if path.is_dir():
        raise ValueError("is a folder, not a file")
    there = next(folder for folder in path.parents if folder.exists())
    if not (there.is_dir() and writable(there)):
        raise ValueError(f"{there} is no folder that can be written to")
    inside = any(path.resolve().is_relative_to(folder) for folder in project)
    if not (there == path.parent or inside):
        raise ValueError(f"there is no folder {path.parent}; accepted: a folder that exists, or one in the project")


def writable(folder: Path) -> bool:
    """Whether a file can be made in the folder. It is tried, as `os.access` says yes to root for every folder."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def recordings(rootdir: Path) -> Path:
    """The folder that recordings of tests are written to."""
    folder = rootdir / RECORDINGS
    there = next(path for path in (folder, *folder.parents) if os.path.exists(path))
    if not (there.is_dir() and writable(there)):
        raise SettingsError(f"--cio-record: {there} is no folder that can be written to")
    return folder


def region(text: str) -> str | None:
    """The region that the ini declares, in lower case, or None."""
    given = text.strip().lower()
    if given and given not in ("us", "eu"):
        raise IniError("cio_region", text, f"{text!r} is no region; accepted: us, eu")
    return given or None


def folders(name: str, paths: Sequence[Path]) -> tuple[Path, ...]:
    """The folders of an ini setting. Each has to exist."""
    for path in paths:
        if not os.path.isdir(path):
            raise IniError(name, path.name, f"{path} is no folder")
    return tuple(paths)


def plan_folder(paths: Sequence[Path]) -> Path | None:
    """The folder of the tracking plan, which need not exist yet."""
    for path in paths[1:]:
        raise IniError("cio_plan", path.name, f"{path} is a second folder; accepted: one")
    for path in paths:
        if os.path.exists(path) and not os.path.isdir(path):
            raise IniError("cio_plan", path.name, f"{path} is no folder")
    return paths[0] if paths else None


def hosts(lines: Iterable[str]) -> tuple[str, ...]:
    """The base URLs of the ini `cio_hosts`."""
    urls = tuple(line.strip() for line in lines if line.strip())
    for url in urls:
        if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url) or not _has_port(url):
            more = ", one a line" * (len(url.split()) > 1)
            raise IniError("cio_hosts", url, f"{url!r} is no base URL; accepted: https://host[:port][/path]{more}")
    return urls


def _has_port(url: str) -> bool:
    """Whether the port of the URL, if it names one, is a number that a port can have."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def mark_name(nodeid: str, names: Iterable[str], known: Collection[str]) -> None:
    """Refuse a mark that begins with `cio` and is neither ours nor registered by the project: it would do nothing."""
    for name in names:
        if name.startswith("cio") and name not in known:
            ours = sorted(one for one in known if one.startswith("cio"))
            more = "and what the ini `markers` lists"
            near = did_you_mean(name, ours)
            raise SettingsError(f"{nodeid}: {name}: there is no such mark{near}; accepted: {', '.join(ours)}, {more}")


def unknown_ini(name: str, known: Collection[str], options: Collection[str]) -> IniError:
    """The mistake of an ini setting that nobody has declared. pytest only warns of it, and it would do nothing.

    `options` are the names of options, written as those of settings.
    """
    near = did_you_mean(name, known)
    if (option := nearest(name, options)) and option == nearest(name, [*known, *options]):
        near = f" (the option --{option.replace('_', '-')} stands in the ini as addopts = --{option.replace('_', '-')})"
    return IniError(name, name, f"there is no such setting{near}; accepted: {', '.join(known)}")


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
