"""Checks options and ini settings.

The text of an error says what was given, what is accepted, and the nearest name.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from pytest_customerio.core.nearest import did_you_mean, nearest

__tracebackhide__ = True  # pytest leaves the frames of this module out of tracebacks

# Where recordings of tests are, below the root of a project. pytest-recording's are in `cassettes/<module>`.
RECORDINGS = Path("cassettes", "recorded")


class SettingsError(Exception):
    """A setting that cannot be used. Its text says what was given and what is accepted; pytest exits with code 4."""


class IniError(SettingsError):
    """An ini setting that cannot be used. `given` is the part of its value that is wrong."""

    def __init__(self, name: str, given: str, cause: str) -> None:
        super().__init__(f"ini {name}: {cause}")
        self.name = name
        self.given = given
        self.cause = cause


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
    check_file(path)
    there = next(folder for folder in path.parents if folder.exists())
    if not (there.is_dir() and writable(there)):
        raise ValueError(f"{there} is no folder that can be written to")
    inside = any(Path(os.path.realpath(path)).is_relative_to(folder) for folder in project)
    if not (there == path.parent or inside):
        raise ValueError(f"there is no folder {path.parent}; accepted: a folder that exists, or one in the project")


def check_file(path: Path) -> None:
    """Raise `OSError` or `ValueError` where the path leads to something that is no file.

    A pipe would wait for ever. A device would be replaced by a file, as files are written in one step.
    """
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if stat.S_ISDIR(mode):
        raise ValueError("is a folder, not a file")
    if not stat.S_ISREG(mode):
        raise ValueError("is no file, but a device or a pipe")


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


def unknown_ini(name: str, known: Collection[str], options: Collection[str]) -> IniError:
    """The mistake of an ini setting that nobody has declared. pytest only warns of it, and it would do nothing.

    `options` are the names of options, written as those of settings.
    """
    near = did_you_mean(name, known)
    if (option := nearest(name, options)) and option == nearest(name, [*known, *options]):
        near = f" (the option --{option.replace('_', '-')} stands in the ini as addopts = --{option.replace('_', '-')})"
    return IniError(name, name, f"there is no such setting{near}; accepted: {', '.join(known)}")


def unknown_option(name: str, known: Collection[str]) -> SettingsError:
    """The mistake of an option that begins as ours do, and that nobody has declared."""
    return SettingsError(f"{name}: there is no such option{did_you_mean(name, known)}; accepted: {', '.join(known)}")
