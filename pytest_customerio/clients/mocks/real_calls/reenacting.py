"""Makes the noted calls again on the real thing, and returns the request that each would have sent."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
import ssl
import threading
import warnings
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from pytest_customerio.clients.mocks.notes.notes import Note
from pytest_customerio.clients.mocks.notes.refusals import text_of
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import AIOHTTP, CDP
from pytest_customerio.clients.mocks.originals.roles import Built, Role
from pytest_customerio.clients.mocks.real_calls import unsent
from pytest_customerio.clients.mocks.real_calls.client_setup import repeat
from pytest_customerio.clients.mocks.real_calls.instances import Instances, Made, exempt, snapshot
from pytest_customerio.clients.mocks.real_calls.unsent import ByCall, Heard, NotSentError, at_work, nothing_leaves
from pytest_customerio.core.model import PendingInteraction
from pytest_customerio.process.patching import Patches

# Seconds that a call of an asynchronous client may take: it meets no network.
LONGEST = 10.0
OPAQUE = "arguments that JSON cannot hold"
# What is wrong with this machine and not with the call.
SURROUNDINGS = (FileNotFoundError, PermissionError, TimeoutError, ssl.SSLError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class Reenacted:
    """What became of one noted call: its requests, or what the real thing raised instead; `why` it is not judged.

    `keys` tells whether its credentials are the application's own.
    """

    note: Note
    requests: tuple[PendingInteraction, ...] = ()
    error: str = ""
    why: str = ""
    keys: bool = True


def reenact(known: Known, notes: Sequence[Note], *, busy: bool = False) -> list[Reenacted]:
    """Make the calls again, in their order. Nothing leaves, and no loop of the application's is touched.

    `busy` tells that threads of the test are at work, which must not notice it.
    """
    found: list[Reenacted] = []

    def run() -> None:
        with nothing_leaves(known, busy=busy), _silence(busy=busy):
            lost = next((part for part in unsent.PARTS if part.missing), None)
            if lost is None:
                found.extend(_Reenactment(known).each(notes))
            else:
                found.extend(Reenacted(note, why=f"{lost.library.name} has no {lost.path}") for note in notes)

    if asyncio._get_running_loop() is None:
        contextvars.copy_context().run(run)
    else:
        thread = threading.Thread(target=run, name="cio-reenact")
        thread.start()
        thread.join()
    return found


class _Reenactment:
    """One series of calls, with the instances that they share."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._instances = Instances(known)
        self._loop: asyncio.AbstractEventLoop | None = None

    def each(self, notes: Sequence[Note]) -> Iterator[Reenacted]:
        """Each call in turn."""
        try:
            for note in notes:
                yield self._again(note)
        finally:
            if self._loop is not None:
                self._loop.close()

    def _again(self, note: Note) -> Reenacted:
        heard, known, keys = Heard(), True, True
        token = at_work.set(heard)
        try:
            if note.role.kind == "class":
                self._check_class(note)
            else:
                function, known, keys = self._function(note)
                self._call(function, note)
        except NotSentError:
            pass
        except Exception as error:
            return self._refused(note, error, known=known)
        finally:
            at_work.reset(token)
        for request in heard.requests:
            request.exempt = exempt(note.role, note.given.kwargs, known=known)
        return Reenacted(note, tuple(heard.requests), keys=keys)

    def _refused(self, note: Note, error: Exception, *, known: bool) -> Reenacted:
        if note.given.opaque:
            return Reenacted(note, why=OPAQUE)
        own = note.role.kind == "function" or self._base(note.role).real is note.role.real
        if isinstance(error, SURROUNDINGS) or not (known or own):
            return Reenacted(note, why=f"the real thing could not be made here ({type(error).__name__})")
        return Reenacted(note, error=text_of(error, (note.given.args, note.given.kwargs)))

    def _call(self, function: Callable[..., Any], note: Note) -> None:
        result = function(*note.given.args, **note.given.kwargs)
        if note.role.name == "stream":  # of httpx, which sends when its block begins
            result = result.__aenter__() if hasattr(result, "__aenter__") else result.__enter__()
        if inspect.isawaitable(result):
            self._finish(result)

    def _finish(self, result: Awaitable[Any]) -> None:
        async def finish() -> None:
            await asyncio.wait_for(result, LONGEST)

        self._loop = self._loop or asyncio.SelectorEventLoop()
        self._loop.run_until_complete(finish())

    def _function(self, note: Note) -> tuple[Callable[..., Any], bool, bool]:
        """What to call, and whether its instance and its keys are the application's own."""
        role = note.role
        if role.kind == "function" and role.library not in (AIOHTTP, CDP):
            return role.real, True, True
        keys = role.kind == "function" or note.instance is not None
        if role.library is AIOHTTP:
            return self._in_a_session(role, note.instance), True, keys
        made = self._module_client() if role.kind == "function" else self._instances.of(role, note.instance)
        return attrgetter(role.dotted or role.name)(made.real), made.known, made.keys

    def _check_class(self, note: Note) -> None:
        """Build an instance as the application did; a class of the application's own is its own business."""
        if self._base(note.role).real is note.role.real:
            self._instances.build(note.role.real, note.instance)

    def _module_client(self) -> Made:
        """The client behind the module's functions: a copy of the one there is, or one by the module's settings."""
        found = self._instances.behind_module()
        return self._instances.of(
            self._known.class_of(CDP, "Client"), found if type(found) in (Built, type(None)) else snapshot(found)
        )

    def _in_a_session(self, role: Role, given: Any) -> Callable[..., Any]:
        """A session of aiohttp can only be made while a loop runs."""
        cls: Any = self._known.class_of(AIOHTTP, "ClientSession").real

        async def call(*args: Any, **kwargs: Any) -> None:
            built = given if type(given) is Built else Built()
            async with cls(*built.args, **built.kwargs) as made:
                repeat(built.steps, made)
                session = made if given in (None, built) else given
                await getattr(cls, role.name)(session, *args, **kwargs)

        return call

    def _base(self, role: Role) -> Role:
        found = self._known.known_class(role.real)
        assert found is not None
        return found


@contextmanager
def _silence(*, busy: bool) -> Iterator[None]:
    """Calls that are made again log no record and show no warning: they are ours, not the application's.

    Other threads do both as ever. `warnings.catch_warnings` is for all threads: while some are `busy`, it would mix up
    their filters with ours.
    """
    quiet = Patches()
    quiet.put(logging.Logger, "isEnabledFor", ByCall(logging.Logger.isEnabledFor, lambda *_: False))
    try:
        with _warned_by_others(quiet) if busy else warnings.catch_warnings():
            if not busy:
                warnings.simplefilter("ignore")
            yield
    finally:
        quiet.undo()


@contextmanager
def _warned_by_others(quiet: Patches) -> Iterator[None]:
    warn = warnings.warn

    def warned(message: Any, category: Any = None, stacklevel: int = 1, *args: Any, **kwargs: Any) -> None:
        if at_work.get() is None:
            warn(message, category, stacklevel + 1, *args, **kwargs)

    quiet.put(warnings, "warn", warned)
    yield
