"""Finds the line of the project from which a request was sent."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Callable
from os.path import abspath, realpath
from pathlib import Path, PurePath
from sys import _getframe  # functions that a test may replace are bound here, before any test runs
from traceback import walk_tb
from types import CodeType, FrameType
from typing import NamedTuple

import pytest_customerio
from pytest_customerio.process.recognition import is_machinery, is_machinery_file

_INSTALLED = ("site-packages", "dist-packages")


class Function(NamedTuple):
    """A function of the project, by its file and its name."""

    file: str
    name: str


class CallSite:
    """Finds the innermost frame of the project under `rootdir`; each file is looked at once.

    `functions` collects the qualified names of the functions that were found, by call site.
    """

    def __init__(self, rootdir: Path, functions: dict[str, str] | None = None) -> None:
        self._functions = functions
        self._roots = _spellings(rootdir)
        paths = sysconfig.get_paths()
        own = Path(pytest_customerio.__file__).parent
        foreign = {spelling for path in (own, paths["stdlib"], paths["platstdlib"]) for spelling in _spellings(path)}
        # A prefix such as /usr holds projects too; one below the root, such as .venv, does not.
        prefixes = {spelling for path in (sys.prefix, sys.base_prefix) for spelling in _spellings(path)}
        foreign |= {one for one in prefixes if not any(root.startswith(one) for root in self._roots)}
        self._foreign = tuple(foreign)
        self._labels: dict[str, str | None] = {}
        self._within: dict[str, bool] = {}

    def sent_from(self, leading: set[Function] | None = None) -> str | None:
        """`app/crm.py:16 in purchase`: under the root, else the innermost frame that is no library's, else None.

        The functions of the project that lead there, up to pytest, join `leading`; a test or fixture does not.
        """
        frame: FrameType | None = _getframe(1)
        inside: str | None = None
        outside: str | None = None
        labels, within = self._labels, self._within
        while frame is not None:
            # CPython raises an audit event for each `f_code`, which takes an audit hook such as our guard longer than
            # all else here. So a frame is passed over by the file of its globals where that is a library's.
            name = frame.f_globals.get("__file__")
            back = frame.f_back
            if type(name) is str and (labels[name] if name in labels else self._look_at(name)) is None:
                if inside is not None and is_machinery_file(name):
                    return inside
                frame = back
                continue
            code = frame.f_code
            name = code.co_filename
            label = labels[name] if name in labels else self._look_at(name)
            if label is not None:
                if inside is None and (within[name] or outside is None):
                    site = self._named(f"{label}:{frame.f_lineno} in {code.co_name}", code)
                    inside, outside = (site, outside) if within[name] else (None, site)
                if leading is None and inside is not None:
                    return inside
                if leading is not None and not (back is not None and calls_tests(back)):
                    leading.add(Function(name, code.co_name))
            frame = back
        return inside or outside

    def _named(self, site: str, code: CodeType) -> str:
        if self._functions is not None:
            self._functions[site] = code.co_qualname
        return site

    def is_project(self, name: str) -> bool:
        """Whether a file is the project's own."""
        return self.label(name) is not None

    def label(self, name: str) -> str | None:
        """The path of a file of the project, from its root if it is below it; None for another file."""
        return self._labels[name] if name in self._labels else self._look_at(name)

    def _look_at(self, name: str) -> str | None:
        path = abspath(name)
        root = next((root for root in self._roots if path.startswith(root)), "")
        known = not name.startswith("<") and self._is_project(path, root)
        self._within[name] = bool(root)
        self._labels[name] = path[len(root) :].replace(os.sep, "/") if known else None
        return self._labels[name]

    def _is_project(self, path: str, root: str) -> bool:
        if path.startswith(self._foreign):
            return False
        return not any(part in _INSTALLED for part in path[len(root) :].split(os.sep))


def raised_at(error: BaseException | None, is_project: Callable[[str], bool]) -> str:
    """`crm.py:16 in purchase`: the innermost line of the project in the traceback of an exception, if there is one."""
    place = ""
    trace = error.__traceback__ if error is not None else None
    while trace is not None:
        code = trace.tb_frame.f_code
        if is_project(code.co_filename):
            place = f"{PurePath(code.co_filename).name}:{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next
    return place


def raised_in(error: BaseException | None) -> str:
    """The installed library that raised an exception; empty where the project or Python's own library did.

    A call that the library refuses is raised in the frame of its caller, which is one of ours where a tap makes it.
    """
    trace = error.__traceback__ if error is not None else None
    known = ((str(frame.f_globals.get("__name__")).partition(".")[0], frame) for frame, _ in walk_tb(trace))
    raising = [(name, frame) for name, frame in known if name != pytest_customerio.__name__]
    if not raising or not any(part in _INSTALLED for part in PurePath(raising[-1][1].f_code.co_filename).parts):
        return ""
    return raising[-1][0]


def is_own_failure(error: BaseException, is_project: Callable[[str], bool]) -> bool:
    """Whether a test failed by itself: by an assertion, or because what it looks at is not there (`calls[0]`).

    pytest gives a module whose assertions it rewrites the global `@pytest_ar` (private, in pytest 8 and 9). Without it,
    as with `--assert=plain`, only what is raised directly in a test or a fixture is known.
    """
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    own = [number for number, frame in enumerate(frames) if is_project(frame.f_code.co_filename)]
    if not own or not isinstance(error, (AssertionError, AttributeError, LookupError, TypeError)):
        return False
    last = own[-1]
    is_test = "@pytest_ar" in frames[last].f_globals or (last > 0 and calls_tests(frames[last - 1]))
    return is_test and (isinstance(error, AssertionError) or last == len(frames) - 1)


def calls_tests(frame: FrameType) -> bool:
    """Whether a frame is that of pytest or unittest, which call tests and fixtures."""
    case = sys.modules.get("unittest.case")
    return is_machinery(frame) or (case is not None and frame.f_globals is vars(case))


def _spellings(path: str | Path) -> tuple[str, ...]:
    """The directory as named and with its links resolved, each with a separator behind it."""
    given = abspath(path)
    return tuple(dict.fromkeys(one.rstrip(os.sep) + os.sep for one in (given, realpath(given))))
