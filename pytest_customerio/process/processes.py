"""Hands the guard on to Python processes that are started anew, by `subprocess` or by `multiprocessing`.

A forked process has the guard already. One that is started anew is given a PYTHONPATH that begins with a folder of
ours, whose `sitecustomize` refuses Customer.io. The environment of this process stays as it is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pytest_customerio.process import child
from pytest_customerio.process.late_imports import LateImports
from pytest_customerio.process.parts import PYTHON, UVLOOP, Part
from pytest_customerio.process.patching import Patches, Wrapper

FOLDER = str(Path(child.__file__).parent)
_WITHOUT = "a Python process that a test starts may send to Customer.io"
POPEN = Part(PYTHON, "subprocess", "Popen.__init__", "Python processes that a test starts are guarded", _WITHOUT)
# Private, on Linux and macOS (3.11 to 3.14): starts the processes of `spawn` and the server of `forkserver`.
SPAWN = Part(
    PYTHON,
    "multiprocessing.util",
    "spawnv_passfds",
    "Python processes of multiprocessing are guarded",
    _WITHOUT,
    optional=True,
)
# uvloop starts processes itself; asyncio's loops use `subprocess`.
UVLOOP_EXEC, UVLOOP_SHELL = (
    Part(
        UVLOOP, "uvloop", f"Loop.subprocess_{name}", "processes that uvloop starts are guarded", _WITHOUT, optional=True
    )
    for name in ("exec", "shell")
)
PARTS = (POPEN, SPAWN, UVLOOP_EXEC, UVLOOP_SHELL)
# The position of `env` among the arguments of `Popen` (3.11 to 3.14).
_ENV = 10


def watch() -> Callable[[], None]:
    """Guard every Python process that is started from now on; returns what ends it."""
    patches, modules = Patches(), {part.module for part in WRAPPERS}

    def install(module: str) -> None:
        for part, wrapper in WRAPPERS.items():
            if part.module == module:
                patches.patch(part, wrapper)

    late = LateImports({name for name in modules if name not in sys.modules}, install)
    sys.meta_path.insert(0, late)
    for name in modules & sys.modules.keys():
        install(name)

    def end() -> None:
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not late]
        patches.undo()

    return end


def guarded(environ: Mapping[Any, Any]) -> dict[Any, Any]:
    """The environment of a process that is to be guarded."""
    given = dict(environ)  # `os.environ` cannot be asked for bytes
    key = b"PYTHONPATH" if b"PYTHONPATH" in given else "PYTHONPATH"
    before = os.fsdecode(given.get(key) or "")
    return {**given, key: os.pathsep.join([FOLDER, *filter(None, [before])])}


def _inherited(given: Mapping[Any, Any] | None) -> dict[Any, Any] | None:
    """The environment of a process that is given this one, or inherits that of this process.

    None where a test has replaced `os.environ`: the process inherits the true one then.
    """
    if given is None and not isinstance(os.environ, os._Environ):
        return None
    return guarded(os.environ if given is None else given)


def _popen(original: Wrapper) -> Wrapper:
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        by_name = len(args) <= _ENV
        environ = _inherited(kwargs.get("env") if by_name else args[_ENV])
        if environ is None:
            original(self, *args, **kwargs)
        elif by_name:
            original(self, *args, **{**kwargs, "env": environ})
        else:
            original(self, *args[:_ENV], environ, *args[_ENV + 1 :], **kwargs)

    return init


def _spawn(original: Wrapper) -> Wrapper:
    def spawnv_passfds(*args: Any) -> Any:
        before = os.environ.get("PYTHONPATH")
        # Only what the process inherits is changed: `os.environ`, which other code reads, stays as it is.
        os.putenv("PYTHONPATH", guarded(os.environ)["PYTHONPATH"])
        try:
            return original(*args)
        finally:
            os.unsetenv("PYTHONPATH") if before is None else os.putenv("PYTHONPATH", before)

    return spawnv_passfds


def _loop(original: Wrapper) -> Wrapper:
    def start(loop: Any, *args: Any, **kwargs: Any) -> Any:
        environ = _inherited(kwargs.get("env"))
        return original(loop, *args, **(kwargs if environ is None else {**kwargs, "env": environ}))

    return start


WRAPPERS = {POPEN: _popen, SPAWN: _spawn, UVLOOP_EXEC: _loop, UVLOOP_SHELL: _loop}
