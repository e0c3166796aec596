"""Leaves out, of the traceback of an exception that the test does not declare, what lies in libraries.

The error was replayed at the bottom of a client, so that the traceback holds each function between the application and
there, and the exceptions that the client made of one another. pytest's own classes are used as they are in pytest 7.4
to 9.2: a chain of `(traceback, crash, description)`, whose entries have `lines` and `reprfileloc`. With `--tb=native`,
and for a group of exceptions, one entry has the lines of Python's own `traceback`. Another form is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from os.path import abspath
from typing import Any

# How pytest marks the lines that say what was raised.
_RAISED = "E "
# A frame as Python shows it; in a group of exceptions there are bars before it.
_FRAME = re.compile(r'[ |+]*File "(.+?)", line \d+')
# What stands between an exception and the one that it led to.
_LED_TO = ("\nThe above exception was the direct cause", "\nDuring handling of the above exception")


def leave_out_libraries(longrepr: Any, is_project: Callable[[str], bool]) -> None:
    """Let each traceback of the text of a failure end at the innermost line of the project.

    An exception that led to another one, and was raised and caught within libraries, is left out.
    """
    chain = getattr(longrepr, "chain", None)
    if not isinstance(chain, list) or not _has_places(chain[-1][0]):
        for entry in getattr(getattr(longrepr, "reprtraceback", None), "reprentries", ()):
            entry.lines[:] = _of_the_project(entry.lines, is_project)
        return
    shown = [part for part in chain[:-1] if _innermost(part[0].reprentries, is_project) is not None]
    for traceback, crash, _ in [*shown, chain[-1]]:
        _end_at_the_project(traceback, crash, is_project)
    chain[:-1] = shown


def _of_the_project(lines: list[str], is_project: Callable[[str], bool]) -> Iterator[str]:
    """The lines of Python's own traceback, without the frames of libraries and of pytest."""
    exceptions: list[list[str]] = [[]]
    for text in lines:
        exceptions[-1].append(text)
        if text.startswith(_LED_TO):
            exceptions.append([])
    for number, shown in enumerate(exceptions, 1):
        files = [abspath(frame[1]) if (frame := _FRAME.match(text)) else "" for text in shown]
        if any(file and is_project(file) for file in files):
            yield from (text for text, file in zip(shown, files, strict=True) if not file or is_project(file))
        elif number == len(exceptions):
            yield from shown


def _has_places(traceback: Any) -> bool:
    """Whether each entry has a place, as in all styles but `--tb=native` and `--tb=line`, and not for a group."""
    entries = getattr(traceback, "reprentries", ())
    return bool(entries) and all(getattr(entry, "reprfileloc", None) is not None for entry in entries)


def _innermost(entries: list[Any], is_project: Callable[[str], bool]) -> int | None:
    """The number of the last entry that lies in the project. Where all functions are hidden, the entry has no place."""
    places = [(at, getattr(entry, "reprfileloc", None)) for at, entry in enumerate(entries)]
    return max((at for at, place in places if place is not None and is_project(abspath(place.path))), default=None)


def _end_at_the_project(traceback: Any, crash: Any, is_project: Callable[[str], bool]) -> None:
    entries = traceback.reprentries
    last = _innermost(entries, is_project)
    if last is None or last == len(entries) - 1:
        return
    place = entries[last].reprfileloc
    entries[last].lines += [line for line in entries[-1].lines if line.startswith(_RAISED)]
    if entries[last].style == "long":  # in the short style it names the function
        place.message = entries[-1].reprfileloc.message
    crash.path, crash.lineno = place.path, place.lineno
    del entries[last + 1 :]
