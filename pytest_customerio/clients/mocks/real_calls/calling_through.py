"""While an error case is at work: a mock calls the real thing, so that the error reaches the application."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import Any

from pytest_customerio.clients.analytics import hurry
from pytest_customerio.clients.bypass.leading import MockAnswersError, alead, lead
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import AIOHTTP, CDP, HTTP_CLIENT
from pytest_customerio.clients.mocks.originals.roles import Built, Role
from pytest_customerio.clients.mocks.placed.mock_state import inner, is_async
from pytest_customerio.clients.mocks.real_calls.instances import Instances, Made, alike, exempt
from pytest_customerio.clients.sent import Watched, watched
from pytest_customerio.process.recognition import is_mock


class CallsThrough:
    """Makes the calls of mocks on real objects, which belong to a client that the application built, or to none.

    Clients of the CDP SDK live until `close`, because each has a thread that sends; the other ones until `end_test`.
    """

    def __init__(self, known: Known) -> None:
        self._known = known
        self._instances = Instances(known)
        self._clients: list[tuple[Any, Any, Any, Made]] = []
        self._threaded: list[tuple[Any, Made]] = []

    def call(
        self,
        role: Role,
        mock: Any,
        given: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        refuse: Callable[[Watched, Exception], None],
    ) -> Callable[[], Any] | None:
        """The real call; None where it cannot be made: the mock answers then, and its call is judged at the end.

        `refuse` is called with an exception that the real call raises.
        """
        found = self._method(role)
        if found is None:
            return None
        method, known = found
        call = Watched(watched.get(), exempt(role, kwargs, known=known))
        return partial(_call, call, partial(self._refused, refuse, call), mock, method, given, kwargs)

    def _refused(self, refuse: Callable[[Watched, Exception], None], call: Watched, error: Exception) -> None:
        """A real call raised: where the whole SDK is a mock, the application catches the classes in that one."""
        refuse(call, error)
        expected = self._known.real_modules.raised_as(error)
        if expected is not error:
            raise expected from error

    def end_test(self) -> None:
        """Forget the objects of one test. A session of aiohttp that is detached does not warn that it is not closed."""
        for _, _, loop, made in self._clients:
            if loop is not None and hasattr(made.real, "detach"):
                made.real.detach()
        self._clients.clear()
        self._instances = Instances(self._known)

    def close(self) -> None:
        """End the threads."""
        for _, made in self._threaded:
            for consumer in made.real.consumers or ():
                if consumer.is_alive():  # not those of a client that sends nothing
                    consumer.pause()
                    hurry(made.real.queue)
                    consumer.join()
        self._threaded.clear()

    def _method(self, role: Role) -> tuple[Callable[..., Any], bool] | None:
        if not _answers_at_once(role):
            return None
        if role.kind == "function" and role.library is not CDP:
            return role.real, True
        try:
            made = self._of_the_application(role)
        except Exception:  # of a constructor that calls what a test replaced: the application must not meet that
            return None
        found = self._bound(made.real, role.dotted or role.name)
        return None if found is None else (found, made.known)

    def _bound(self, real: Any, name: str) -> Callable[..., Any] | None:
        """The real method of an instance; None where there is no such method, or a mock."""
        method = self._known.attributes.method(type(real), name)
        if method is not None:
            bound: Callable[..., Any] = method.__get__(real)
            return bound
        found = None
        with suppress(AttributeError):  # there is no such method
            found = attrgetter(name)(real)
        return None if is_mock(inner(found)) else found

    def _of_the_application(self, role: Role) -> Made:
        given = role.instance
        if role.library is CDP:
            return self._with_threads(role, self._instances.behind_module() if role.kind == "function" else given)
        if given is not None and type(given) is not Built:
            return self._instances.whole(role, given)
        return self._instances.of(role, given) if role.library.sdk else self._client(role, given)

    def _client(self, role: Role, given: Built | None) -> Made:
        """A client of one test. What belongs to an event loop is not shared with another one."""
        loop = asyncio._get_running_loop()
        for real, one, its_loop, made in self._clients:
            if real is role.real and alike(one, given) and its_loop is loop:
                return made
        built = given or Built()
        if role.library is AIOHTTP:
            # It keeps no connection, so that none is open when the session is left alone at the end of the test.
            connector = self._known.module(AIOHTTP).TCPConnector(force_close=True)
            built = replace(built, kwargs={"connector": connector, **built.kwargs})
        made = self._instances.build(role.real, built)._replace(known=given is not None)
        self._clients.append((role.real, given, loop, made))
        return made

    def _with_threads(self, role: Role, given: Any) -> Made:
        """A client of the CDP SDK that sends in a thread, as the application's would; equal ones are shared."""
        if given is not None and type(given) is not Built:
            return self._instances.whole(role, given)
        for one, made in self._threaded:
            if alike(one, given):
                return made
        cls = self._known.class_of(CDP, "Client")
        made = self._instances.build(cls.real, given or Built(), {"send": False})
        made = made._replace(known=given is not None)
        _start(made.real, exempt(role, {}, known=made.known), sends=given is None or given.kwargs.get("send", True))
        self._threaded.append((given, made))
        return made


def _answers_at_once(role: Role) -> bool:
    """Whether a real call can be made now, and gives its answer itself.

    `stream` sends when its block begins; the answer of `http.client` comes with another call, of `getresponse`; a
    session of aiohttp can only be made while a loop runs.
    """
    if role.name == "stream" or role.library is HTTP_CLIENT:
        return False
    return role.library is not AIOHTTP or asyncio._get_running_loop() is not None


def _start(client: Any, rules: frozenset[str], *, sends: bool) -> None:
    """Start the threads of a client that was built without; what they send is not judged by these rules."""
    client.send = sends
    for consumer in (client.consumers or ()) if sends else ():
        context = copy_context()
        context.run(watched.set, Watched(None, rules))
        consumer.run = partial(context.run, consumer.run)
        consumer.start()


def _call(
    call: Watched,
    refuse: Callable[[Exception], None],
    mock: Any,
    method: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> Any:
    """Make a real call that is watched, also where it is a coroutine and runs later."""
    __tracebackhide__ = True
    token = watched.set(call)
    try:
        result = method(*args, **kwargs)
    except Exception as error:
        refuse(error)
        raise
    finally:
        watched.reset(token)
    if inspect.iscoroutine(result):
        result = _later(call, refuse, result)
    elif hasattr(result, "_coro"):  # a call of aiohttp, which is awaited or entered; private in aiohttp 3.12 to 3.14
        result._coro = _later(call, refuse, result._coro)
    return _awaited(mock, result) if is_async(mock) and inspect.isawaitable(result) else result


def or_answered(real: Callable[[], Any], mock: Callable[[], Any]) -> Any:
    """What the real call gives; where the case does not answer its request any more, the answer of the mock."""
    __tracebackhide__ = True
    result = lead(real, mock)
    return alead(lambda: result, partial(_waited_for, mock)) if inspect.iscoroutine(result) else result


async def _waited_for(mock: Callable[[], Any]) -> Any:
    __tracebackhide__ = True
    result = mock()
    return await result if inspect.isawaitable(result) else result


async def _awaited(mock: Any, result: Awaitable[Any]) -> Any:
    """The mock remembers that it was awaited, as `AsyncMock` does; where the mock answers itself, it does so itself."""
    __tracebackhide__ = True
    mock.await_count += 1
    mock.await_args = mock.call_args
    mock.await_args_list.append(mock.call_args)
    try:
        return await result
    except MockAnswersError:
        mock.await_count -= 1
        mock.await_args_list.pop()
        raise


async def _later(call: Watched, refuse: Callable[[Exception], None], result: Awaitable[Any]) -> Any:
    __tracebackhide__ = True
    token = watched.set(call)
    try:
        return await result
    except Exception as error:
        refuse(error)
        raise
    finally:
        watched.reset(token)
