"""Writes cassettes of vcrpy's: one interaction a line. A write that fails leaves the old file as it was.

Each line is JSON, which is YAML too: it is read a hundred times as fast, and differences show line by line.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from json import JSONEncoder
from pathlib import Path
from time import time
from typing import Any

from pytest_customerio.cassettes.exchanges import Exchange

FIRST = "# {about}\nversion: 1\nmetadata:\n"
_FULL = frozenset(getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name))
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_LEFT = re.compile(r"[0-9a-f]{8}\.tmp")
_AGE = 600  # seconds; no file takes as long to be written
# Characters that YAML does not accept, or takes for the end of a line.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


# One encoder for all lines, because `json.dumps` with an option makes a new one for each call.
_ENCODER = JSONEncoder(ensure_ascii=False)


class WriteError(Exception):
    """A file cannot be written. The text says which file, why, and whether an old file is still there."""


def text(about: str, metadata: Mapping[str, Any], interactions: Iterable[Mapping[str, Any]]) -> str:
    """The text of a cassette. `about` is its first line, a remark for people."""
    lines = [FIRST.format(about=about)]
    lines += [f"  {key}: {line(value)}\n" for key, value in metadata.items()]
    lines.append("interactions:\n")
    lines += [f"- {line(interaction)}\n" for interaction in interactions]
    return "".join(lines)


def interaction(exchange: Exchange, **more: str) -> dict[str, Any]:
    """An exchange in vcrpy's form; `more` are members of the response that vcrpy passes over, as it does `fault`."""
    request, answer = exchange.request, exchange.answer
    headers: dict[str, list[str]] = {}
    for name, value in answer.headers:
        headers.setdefault(name, []).append(value)
    return {
        "request": {
            "method": request.method,
            "uri": request.url,
            "body": request.body.decode("utf-8", "replace") or None,
            "headers": {name: [value] for name, value in request.headers.items()},
        },
        "response": {
            "status": {"code": answer.status, "message": answer.reason},
            "headers": headers,
            "body": {"string": answer.body.decode("utf-8", "replace")},
            **({"fault": answer.fault} if answer.fault else {}),
            **more,
        },
    }


def write(path: Path, content: str, *, replaces: str) -> None:
    """Write a file, and put it in place once it is complete; until then the old one stays. Raises `WriteError`.

    A file that is there, also where a symbolic link leads to it, is replaced only if its first line is the remark
    `replaces` and more: otherwise it is not ours.
    """
    target = Path(os.path.realpath(path))
    beside = target.with_name(_beside(target) + f"{secrets.token_hex(4)}.tmp")
    try:
        if target.exists() and not _is_ours(target, replaces):
            raise WriteError(f"{path} is there, and was not recorded: move it away, or record into another folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear(target)
        try:
            _fill(beside, content.encode())
            os.replace(beside, target)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise
    except OSError as error:
        raise WriteError(f"{path} cannot be written: {_why(error)}; {_left(target)}") from error


def _is_ours(path: Path, remark: str) -> bool:
    with path.open("rb") as file:
        return file.read(len(remark.encode()) + 2) == f"# {remark}".encode()


def _beside(target: Path) -> str:
    """How the names of the files begin that are filled in the place of this one."""
    return "." + target.name.encode()[:100].decode("utf-8", "ignore") + "."


def _clear(target: Path) -> None:
    """Remove what was being filled when its process was killed. A file that was changed lately may be being filled."""
    name = _beside(target)
    for path in target.parent.iterdir():
        if path.name.startswith(name) and _LEFT.fullmatch(path.name[len(name) :]):
            with suppress(OSError):
                if path.stat().st_mtime < time() - _AGE:
                    path.unlink()


def _fill(path: Path, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(file, view) :]
        os.fsync(file)
    finally:
        os.close(file)


def _why(error: OSError) -> str:
    if error.errno in _FULL:
        return "the disk is full, or a limit of its size is reached"
    if error.errno in _DENIED:
        return "no permission to write there"
    return error.strerror or str(error)


def _left(target: Path) -> str:
    there = os.path.isfile(target)  # `Path.is_file` raises where a folder on the way may not be entered
    return "the file that is there stays as it was" if there else "nothing was written"


def line(value: object) -> str:
    """A value as one line of JSON that is YAML too."""
    shown = _ENCODER.encode(value)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", shown)
