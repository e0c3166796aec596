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
from pytest_customerio.process.parts import PYTHON, Part
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
PARTS = (POPEN, SPAWN)
# The position of `env` among the arguments of `Popen` (3.11 to 3.14).
_ENV = 10


def watch() -> Callable[[], None]:
    """Guard every Python process that is started from now on; returns what ends it."""
    patches, wrappers = Patches(), {POPEN.module: (POPEN, _popen), SPAWN.module: (SPAWN, _spawn)}

    def install(module: str) -> None:
        patches.patch(*wrappers[module])

    late = LateImports({name for name in wrappers if name not in sys.modules}, install)
    sys.meta_path.insert(0, late)
    for name in wrappers.keys() & sys.modules.keys():
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


def _popen(original: Wrapper) -> Wrapper:
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        by_name = len(args) <= _ENV
        given = kwargs.get("env") if by_name else args[_ENV]
        if given is None and not isinstance(os.environ, os._Environ):
            original(self, *args, **kwargs)  # a test has replaced `os.environ`; the process inherits the true one
            return
        environ = guarded(os.environ if given is None else given)
        if by_name:
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
