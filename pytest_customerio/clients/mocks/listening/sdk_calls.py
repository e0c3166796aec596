"""Hears the real methods of the SDKs, for calls that raise before anything was sent."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType, TracebackType
from typing import Any

from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.notes.refusals import chain
from pytest_customerio.clients.mocks.originals.libraries import SILENT, Library
from pytest_customerio.clients.mocks.real_calls.unsent import at_work
from pytest_customerio.clients.sent import Watched, watched
from pytest_customerio.process.output import warned
from pytest_customerio.process.parts import ANALYTICS, ASYNC_CUSTOMERIO, CUSTOMERIO, PYTEST, PYTHON, Part
from pytest_customerio.process.patching import Patches, Wrapper
from pytest_customerio.process.recognition import mock_modules

_RAISES = "exceptions that a test expects"
_REPORTED = "a call that an SDK refused counts as lost although the test expects its exception"
_CONTEXTS = (
    Part(PYTEST, "pytest", "RaisesExc.__exit__", _RAISES, _REPORTED, optional=True),
    Part(PYTHON, "unittest.case", "_AssertRaisesContext.__exit__", _RAISES, _REPORTED),
)
_WHY = "calls that an SDK refuses, also at each public method; fakes that are assigned, at `__setattr__`"
_WITHOUT = "such calls are not reported, and such fakes not heard"
# customerio-cdp-analytics installs a package of the same name, without this module of the SDK.
_SDK = "customerio.track"
WARNINGS = warned.counting(CUSTOMERIO, _SDK)
PARTS = (
    *_CONTEXTS,
    Part(CUSTOMERIO, "customerio", "CustomerIO.__init__", _WHY, _WITHOUT, needs=_SDK),
    Part(CUSTOMERIO, "customerio", "APIClient.__init__", _WHY, _WITHOUT, needs=_SDK),
    Part(ANALYTICS, "customerio.analytics", "Client.__init__", _WHY, _WITHOUT),
    Part(ASYNC_CUSTOMERIO, "async_customerio", "AsyncCustomerIO.__init__", _WHY, _WITHOUT),
    Part(ASYNC_CUSTOMERIO, "async_customerio", "AsyncAPIClient.__init__", _WHY, _WITHOUT),
    WARNINGS,
)


def watch_expected(place: Place, patches: Patches) -> None:
    """Note the exceptions that a test expects with `pytest.raises` or `assertRaises`."""
    for part in _CONTEXTS:
        patches.patch(part, functools.partial(_expecting, place))


def _expecting(place: Place, original: Wrapper) -> Wrapper:
    def leave(context: Any, kind: Any, error: BaseException | None, trace: Any) -> Any:
        __tracebackhide__ = True
        swallowed = original(context, kind, error, trace)
        notes = place.notes() if swallowed and error is not None else None
        if notes is not None and error is not None:
            notes.declare(error)
        return swallowed

    return leave


def note_instances(library: Library, place: Place, patches: Patches, built: Callable[[Any], None]) -> None:
    """Note each instance of an SDK's class, or of a client that may have a base URL."""
    for name in library.classes if library.sdk or library.based else ():
        cls = getattr(sys.modules[library.module], name, None)
        if isinstance(cls, type):
            label = f"{library.module}.{name}" if library.sdk else ""
            patches.wrap(cls, "__init__", functools.partial(_building, place, label, built))


def watch_attributes(library: Library, patches: Patches, setting: Callable[[Wrapper], Wrapper]) -> None:
    """Have `setting` see each attribute that is assigned to an object of an SDK's class."""
    classes = [getattr(sys.modules[library.module], name, None) for name in library.classes if library.sdk]
    for cls in [one for one in classes if isinstance(one, type)]:
        patches.wrap(cls, "__setattr__", setting)


def install(library: Library, place: Place, patches: Patches) -> None:
    """Hear the public methods and functions of an SDK."""
    if not library.sdk:
        return
    module: Any = sys.modules[library.module]
    warned.correct(patches, WARNINGS)
    classes = [("", name, getattr(module, name, None)) for name in library.classes]
    classes += [(f"{path}.", name, _member(home, name)) for home, name, path in library.members]
    for prefix, name, cls in classes:
        for owner in cls.__mro__[:-1] if isinstance(cls, type) else ():
            _wrap(owner, library, f"{library.module}.{name}", prefix, place, patches)
    for name in library.functions:
        if isinstance(vars(module).get(name), FunctionType):
            heard = Method(place, f"{library.module}.{name}", library.operations.get(name))
            patches.wrap(module, name, functools.partial(_heard, heard))


def _member(module: str, name: str) -> Any:
    return getattr(sys.modules.get(module), name, None)


@dataclass(frozen=True, slots=True)
class Method:
    """A method or function that is heard: its label, and its operation where it has one."""

    place: Place
    label: str
    operation: str | None


def _wrap(owner: type, library: Library, label: str, prefix: str, place: Place, patches: Patches) -> None:
    for name, method in list(vars(owner).items()):
        public = type(method) is FunctionType and not name.startswith("_") and name not in SILENT
        if public and not hasattr(method, "cio_heard"):  # a base of two classes is met twice
            heard = Method(place, f"{label}.{name}", library.operations.get(f"{prefix}{name}"))
            patches.wrap(owner, name, functools.partial(_heard, heard))


def _building(place: Place, label: str, built: Callable[[Any], None], original: Wrapper) -> Wrapper:
    """`label` names the class of an SDK; it is empty for a client's."""

    def init(instance: Any, *args: Any, **kwargs: Any) -> None:
        __tracebackhide__ = True
        original(instance, *args, **kwargs)
        if at_work.get() is None:
            built(instance)
            notes = place.notes() if label else None
            if notes is not None:
                notes.built = label

    return init


def _heard(this: Method, original: Wrapper) -> Wrapper:
    def method(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if watched.get() is not None or at_work.get() is not None:
            return original(*args, **kwargs)
        with _Call(this, args, kwargs):
            return original(*args, **kwargs)

    async def amethod(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if watched.get() is not None or at_work.get() is not None:
            return await original(*args, **kwargs)
        with _Call(this, args, kwargs):
            return await original(*args, **kwargs)

    wrapper: Callable[..., Any] = amethod if inspect.iscoroutinefunction(original) else method
    vars(wrapper)["cio_heard"] = True
    return wrapper


class _Call:
    """One call of a real method: it is watched, and at its end noted as used or refused."""

    __slots__ = ("_args", "_kwargs", "_method", "_token", "_watched")

    def __init__(self, method: Method, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._method = method
        self._args = args
        self._kwargs = kwargs

    def __enter__(self) -> None:
        self._watched = Watched(None)
        self._token = watched.set(self._watched)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        watched.reset(self._token)
        if error is None:
            _sent(self._method, self._watched, self._args, self._kwargs)
        elif isinstance(error, Exception):
            refuse(self._method, self._watched, error, self._args, self._kwargs)


def _sent(this: Method, call: Watched, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    notes = this.place.notes()
    if notes is not None:
        notes.used = notes.used if call.sent else this.label
        notes.recover(this.label, args, kwargs)


def refuse(this: Method, call: Watched, error: Exception, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """Note that a call raised, if it was before anything was sent."""
    notes = None if call.sent else this.place.notes()
    if notes is not None and any(_is_theirs(this.place, name) for name in _files(error)):
        notes.used = this.label
    elif notes is not None:
        notes.refuse(this.place.refusal(this.label, error, args, kwargs, this.operation))


def _is_theirs(place: Place, name: str) -> bool:
    """Whether a fake of the project's, or a mock, was called beneath: then the SDK did what it does to send."""
    return any(name == module.__file__ for module in mock_modules()) or place.is_project(name)


def _files(error: Exception) -> Iterator[str]:
    """The files of all code that ran between our frame and where the exception, or what caused it, was raised."""
    for one in chain(error):
        trace: TracebackType | None = one.__traceback__
        while trace is not None:
            yield trace.tb_frame.f_code.co_filename
            trace = trace.tb_next
