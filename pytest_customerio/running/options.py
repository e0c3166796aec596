"""Reads the settings from pytest's options and ini; a mistake names the file and line of the ini where it stands."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from pytest_customerio.core import gate, marks, settings
from pytest_customerio.core.data import DataError
from pytest_customerio.core.settings import IniError, Settings, SettingsError
from pytest_customerio.reporting import kinds

T = TypeVar("T")
# Each of them activates the gate: a run that only reports, and sends to the service, is what nobody wants.
OPTIONS = (
    "cio_contract",
    "cio_strict",
    "cio_record",
    "cio_report",
    "cio_fail_under",
    "cio_baseline",
    "cio_baseline_update",
)
# The value of an option that is not on the command line. One that is empty is: it names what a variable lacks.
ABSENT: tuple[Any, ...] = (None, False, [])
# What a setting takes, where pytest's own text about a wrong value does not say it.
_ACCEPTED = {"cio_contract": "; accepted: true, false"}
# Options with which a run leaves tests out.
_NARROWING = ("keyword", "markexpr", "lf", "stepwise", "deselect", "ignore", "ignore_glob", "collectonly", "pyargs")

# Options with which a run selects single tests.
_SELECTING = ("keyword", "lf", "stepwise", "collectonly")


def read(config: pytest.Config, given: Mapping[str, Any] | None = None) -> Settings:
    """The settings of this run. Raises `SettingsError`.

    `given` are the values of the options, where pytest has not put them into `config` yet.
    """
    given = vars(config.option) if given is None else given
    reports = _reports(config, given["cio_report"])
    return Settings(
        contract=any(given[name] not in ABSENT for name in OPTIONS) or bool(_get(config, "cio_contract")),
        strict=bool(given["cio_strict"]),
        reports=reports,
        detailed=any(kinds.kind(path) in kinds.DETAILED for path in reports),
        region=settings.region(_get(config, "cio_region")),
        schemas=settings.folders("cio_schemas", _get(config, "cio_schemas")),
        cassettes=settings.folders("cio_cassettes", _get(config, "cio_cassettes")),
        plan=settings.plan_folder(_get(config, "cio_plan")),
        record=_record(config, given),
        debugger=bool(given.get("usepdb")),
        baseline=_baseline(config, given),
        update_baseline=bool(given["cio_baseline_update"]),
        fail_under=_fail_under(config, given["cio_fail_under"]),
        hosts=settings.hosts(_get(config, "cio_hosts")),
        rootdir=Path(config.rootpath),
        gate=f"--cio-baseline={given['cio_baseline']}" if given["cio_baseline"] else "--cio-contract",
        allow_lines=tuple(_get(config, "cio_allow")),
    )


def _reports(config: pytest.Config, given: Iterable[str]) -> tuple[Path, ...]:
    base, root = config.invocation_params.dir, Path(config.rootpath)
    for text in given:
        kinds.check(text)
    return tuple(settings.report_path(text, kinds.KINDS, base, root) for text in given)


def _record(config: pytest.Config, given: Mapping[str, Any]) -> bool:
    if given["cio_record"]:
        settings.recordings(Path(config.rootpath))
    return bool(given["cio_record"])


def _baseline(config: pytest.Config, given: Mapping[str, Any]) -> Path | None:
    """The file that the option names, from the folder of the call, or the ini, from the folder of the ini."""
    option, ini, update = given["cio_baseline"], _get(config, "cio_baseline"), bool(given["cio_baseline_update"])
    if option is not None:
        base = config.invocation_params.dir
        return _said("--cio-baseline", option, lambda: gate.baseline_file(option, base, update=update))
    if update and not ini:
        named = "accepted beside it: --cio-baseline=FILE, or the ini cio_baseline"
        raise SettingsError(f"--cio-baseline-update: there is no file to update; {named}")
    base = config.inipath.parent if config.inipath is not None else config.invocation_params.dir
    return _said("cio_baseline", ini, lambda: gate.baseline_file(ini, base, update=update)) if ini else None


def _fail_under(config: pytest.Config, option: str | None) -> float | None:
    if option is not None:
        return _said("--cio-fail-under", option, lambda: gate.percentage(option))
    try:
        ini = _get(config, "cio_fail_under")
    except IniError as error:
        given = error.cause.rpartition(": ")[2]
        raise IniError(error.name, "", f"{given}: is no percentage; accepted: a number from 0 to 100") from None
    return _said("cio_fail_under", ini, lambda: gate.percentage(ini)) if ini is not None else None


def _said(name: str, text: object, make: Callable[[], T]) -> T:
    """What `make` returns; its mistake names the option or the ini setting, and what was given."""
    try:
        return make()
    except ValueError as error:
        cause = f"{text}: {error}"
        raise SettingsError(f"{name}={cause}") if name[0] == "-" else IniError(name, str(text), cause) from None


def refuse_ini(config: pytest.Config, names: Iterable[str], known: Collection[str]) -> None:
    """End pytest where one of these ini settings is declared by nobody: neither by us (`known`) nor by the project."""
    # `_inidict` holds what `parser.addini` declared, in pytest 8 and 9. `getini` cannot be asked instead: where the
    # value of a declared setting is wrong it raises the same exception as for an unknown name.
    for name in sorted(set(names) - set(config._parser._inidict)):
        options = [one for one in OPTIONS if one not in known]
        raise pytest.UsageError(explained(config, settings.unknown_ini(name, known, options)))


def refuse_options(parser: pytest.Parser, args: Sequence[str], known: Collection[str]) -> None:
    """End pytest where the command line has an option that begins as ours do, and that nobody has declared.

    pytest's own text names what was given, and nothing that is accepted.
    """
    for given in parser.parse_known_and_unknown_args(args)[1]:
        name = given.partition("=")[0]
        if name.startswith("--cio"):
            raise pytest.UsageError(str(settings.unknown_option(name, known)))


def is_marked(item: pytest.Item) -> bool:
    """Whether the test has a mark of ours. Raises `SettingsError` where one is misspelt."""
    names = [mark.name for mark in item.iter_markers() if mark.name.startswith("cio")]
    if names:
        listed = (text.partition(":")[0].partition("(")[0].strip() for text in item.config.getini("markers"))
        marks.mark_name(item.nodeid, names, set(listed))
    return bool(names)


def whole(config: pytest.Config) -> bool:
    """Whether this run is of the whole suite: the command line leaves no tests out."""
    place = config.args_source
    everywhere = place == config.ArgsSource.TESTPATHS or (
        place == config.ArgsSource.INVOCATION_DIR and config.invocation_params.dir == config.rootpath
    )
    return everywhere and not any(config.getoption(name, default=None) for name in _NARROWING)


def narrowed(config: pytest.Config) -> bool:
    """Whether the command line leaves tests out of the files that it names."""
    return any(config.getoption(name, default=None) for name in _NARROWING) or any("::" in one for one in config.args)


def selected(config: pytest.Config) -> bool:
    """Whether the command line selects single tests: that such a run hears nothing is no mistake."""
    return any(config.getoption(name, default=None) for name in _SELECTING) or any("::" in one for one in config.args)


def shows_whole_tracebacks(config: pytest.Config) -> bool:
    """Whether the user asks for whole tracebacks."""
    asked = config.getoption("fulltrace", default=False)
    return bool(asked or config.getoption("tbstyle", default="auto") == "long")


def checked(config: pytest.Config, make: Callable[[], T]) -> T:
    """What `make` returns; a mistake of the user ends pytest with exit code 4."""
    try:
        return make()
    except (SettingsError, DataError) as error:
        raise pytest.UsageError(explained(config, error)) from None


def explained(config: pytest.Config, error: SettingsError | DataError) -> str:
    """The mistake in one line, with the place where it stands if that is the ini."""
    place = _place(config, error.name, error.given) if isinstance(error, IniError) else ""
    return f"{place}: {str(error).removeprefix('ini ')}" if place else str(error)


def asks_for(item: pytest.Item, name: str) -> bool:
    """Whether a test uses our fixture of this name, and not another one that the project defines."""
    if name not in getattr(item, "fixturenames", ()):
        return False
    known = item._fixtureinfo.name2fixturedefs.get(name, ())  # type: ignore[attr-defined]
    theirs = [one for one in known if getattr(one.func, "__module__", "") != "pytest_customerio.plugin"]
    return len(theirs) < len(known) and all(name in one.argnames for one in theirs)


def _get(config: pytest.Config, name: str) -> Any:
    try:
        return config.getini(name)
    except (TypeError, ValueError, pytest.UsageError) as error:  # pytest's version decides which of these is raised
        raise IniError(name, "", str(error) + _ACCEPTED.get(name, "")) from None


def _place(config: pytest.Config, name: str, given: str) -> str:
    """`pytest.ini:3`, or an empty text if the setting comes from the command line."""
    if config.inipath is None:
        return ""
    lines = config.inipath.read_text(encoding="utf-8", errors="replace").splitlines()
    start = next((at for at, text in enumerate(lines) if re.match(rf'\s*"?{name}"?\s*[=:]', text)), len(lines))
    found = next((at for at in range(start, len(lines)) if given in lines[at]), None)
    if found is None:
        return ""
    return f"{os.path.relpath(config.inipath, config.invocation_params.dir)}:{found + 1}"
