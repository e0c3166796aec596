"""Hands the guard on to Python processes that are started anew, by `subprocess`, `multiprocessing` or `os`.

A forked process has the guard already. One that is started anew is given a PYTHONPATH that begins with a folder of
ours, whose `sitecustomize` refuses Customer.io. `os.environ` stays as it is: where a process inherits its environment,
only what C knows of the environment is changed (`os.putenv`). Another interpreter in this process is guarded as well.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pytest_customerio.process import child
from pytest_customerio.process.late_imports import LateImports
from pytest_customerio.process.parts import PYTHON, UVLOOP, Part
from pytest_customerio.process.patching import Patches, Wrapper

FOLDER = str(Path(child.__file__).parent)
_WITHOUT = "a Python process that a test starts may send to Customer.io"
POPEN = Part(PYTHON, "subprocess", "Popen.__init__", "Python processes that a test starts are guarded", _WITHOUT)
# Private, on Linux and macOS (3.11 to 3.14): starts the processes of `spawn` and the server of `forkserver`, and those
# of joblib and billiard.
FORK_EXEC = Part(
    PYTHON,
    "_posixsubprocess",
    "fork_exec",
    "Python processes of multiprocessing are guarded",
    _WITHOUT,
    optional=True,
)
# `os.execl`, `os.execvp`, `os.spawnv` and the others like them call one of these (3.11 to 3.14).
# `posix` is where `os` has them from, and where they are called past `os`.
GIVEN = tuple(
    Part(PYTHON, module, name, "Python processes that `os` starts are guarded", _WITHOUT, optional=True)
    for module in ("os", "posix")
    for name in ("execve", "posix_spawn", "posix_spawnp")
)
INHERITED = tuple(
    Part(PYTHON, "os", name, "Python processes that `os` starts are guarded", _WITHOUT) for name in ("execv", "system")
)
# Private (3.11 and 3.12, 3.13 and 3.14): makes another interpreter in this process, which has audit hooks of its own.
CREATED = tuple(
    Part(
        PYTHON,
        module,
        "create",
        "other interpreters in the same process are guarded",
        "code in another interpreter may send to Customer.io",
        optional=True,
    )
    for module in ("_xxsubinterpreters", "_interpreters")
)
# uvloop starts processes itself; asyncio's loops use `subprocess`.
UVLOOP_EXEC, UVLOOP_SHELL = (
    Part(
        UVLOOP, "uvloop", f"Loop.subprocess_{name}", "processes that uvloop starts are guarded", _WITHOUT, optional=True
    )
    for name in ("exec", "shell")
)
PARTS = (POPEN, FORK_EXEC, *GIVEN, *INHERITED, *CREATED, UVLOOP_EXEC, UVLOOP_SHELL)
# The positions of `env` among the arguments of `Popen`, of `fork_exec` and of `execve` (3.11 to 3.14).
_ENV, _LISTED, _THIRD = 10, 5, 2
_KEY = "PYTHONPATH"
# Guards the interpreter that runs it, and leaves no name there.
_GUARD = f"""\
from importlib.machinery import SourceFileLoader
from types import ModuleType
module = ModuleType("_customerio_sitecustomize")
module.__file__ = {os.path.join(FOLDER, "sitecustomize.py")!r}
SourceFileLoader(module.__name__, module.__file__).exec_module(module)
module.guard()
"""


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
    _hand_on()

    def end() -> None:
        _take_back()
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not late]
        patches.undo()

    return end


def guarded(environ: Mapping[Any, Any]) -> dict[Any, Any]:
    """The environment of a process that is to be guarded."""
    given = dict(environ)  # `os.environ` cannot be asked for bytes
    key = _KEY.encode() if _KEY.encode() in given else _KEY
    return {**given, key: _path(os.fsdecode(given.get(key) or ""))}


def _path(before: str) -> str:
    """A PYTHONPATH that begins with our folder."""
    if before.split(os.pathsep, maxsplit=1)[0] == FOLDER:
        return before
    return os.pathsep.join([FOLDER, *filter(None, [before])])


def _inherited(given: Mapping[Any, Any] | None) -> dict[Any, Any] | None:
    """The environment of a process that is given this one, or inherits that of this process.

    None where a test has replaced `os.environ`: the process inherits the true one then, which we cannot read.
    """
    if given is None and not isinstance(os.environ, os._Environ):
        return None
    return guarded(os.environ if given is None else given)


def _hand_on() -> None:
    """Guard the processes that inherit what C knows of the environment."""
    environ = _inherited(None)
    if environ is not None:
        os.putenv(_KEY, environ[_KEY])


def _take_back() -> None:
    """Let processes inherit the environment as Python knows it."""
    if _KEY in os.environ:
        os.putenv(_KEY, os.environ[_KEY])
    else:
        os.unsetenv(_KEY)


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


def _fork_exec(original: Wrapper) -> Wrapper:
    def fork_exec(*args: Any) -> Any:
        listed = args[_LISTED] if len(args) > _LISTED else None
        if listed is None:
            _hand_on()
            return original(*args)
        prefix = f"{_KEY}=".encode()
        before = next((one for one in listed if one.startswith(prefix)), prefix)
        path = prefix + os.fsencode(_path(os.fsdecode(before.removeprefix(prefix))))
        return original(*args[:_LISTED], [*(one for one in listed if one != before), path], *args[_LISTED + 1 :])

    return fork_exec


def _given(original: Wrapper) -> Wrapper:
    """`env` is the third argument, or is passed by name; what is no environment is refused by the original."""

    def start(*args: Any, **kwargs: Any) -> Any:
        environ = args[_THIRD] if len(args) > _THIRD else kwargs.get("env")
        if not isinstance(environ, Mapping):
            _hand_on()
        elif len(args) > _THIRD:
            args = (*args[:_THIRD], guarded(environ), *args[_THIRD + 1 :])
        else:
            kwargs["env"] = guarded(environ)
        return original(*args, **kwargs)

    return start


def _handing_on(original: Wrapper) -> Wrapper:
    def start(*args: Any, **kwargs: Any) -> Any:
        _hand_on()
        return original(*args, **kwargs)

    return start


def _created(original: Wrapper) -> Wrapper:
    def create(*args: Any, **kwargs: Any) -> Any:
        interpreter = original(*args, **kwargs)
        module = next(sys.modules[part.module] for part in CREATED if part.module in sys.modules)
        with suppress(Exception):  # an interpreter that cannot run it is the application's all the same
            module.run_string(interpreter, f"exec({_GUARD!r}, {{}})")
        return interpreter

    return create


def _loop(original: Wrapper) -> Wrapper:
    def start(loop: Any, *args: Any, **kwargs: Any) -> Any:
        environ = _inherited(kwargs.get("env"))
        return original(loop, *args, **(kwargs if environ is None else {**kwargs, "env": environ}))

    return start


WRAPPERS: Mapping[Part, Callable[[Wrapper], Wrapper]] = {
    POPEN: _popen,
    FORK_EXEC: _fork_exec,
    **dict.fromkeys(GIVEN, _given),
    **dict.fromkeys(INHERITED, _handing_on),
    **dict.fromkeys(CREATED, _created),
    UVLOOP_EXEC: _loop,
    UVLOOP_SHELL: _loop,
}
