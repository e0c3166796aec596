"""Makes the real instances behind mocks, built as the application builds them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from operator import attrgetter
from typing import Any

from pytest_customerio.clients.mocks.known import Built, Known, Role
from pytest_customerio.clients.mocks.libraries import AIOHTTP, CDP
from pytest_customerio.clients.mocks.standins import inner
from pytest_customerio.clients.sent import Watched, watched
from pytest_customerio.process.recognition import is_mock

# Rules about keys: a run of tests needs none, so keys that are not set are no mistake of the call.
_OF_UNSET_KEYS = frozenset({"missing-auth", "placeholder-credentials"})
# Rules about what the constructor was given, which is not known of every mock.
_OF_THE_CLIENT = _OF_UNSET_KEYS | frozenset(
    {"wrong-auth", "missing-workspace-id", "wrong-region", "wrong-host", "not-https", "retired-host"}
)
# A client of the CDP SDK that sends within the call, without threads of its own.
_CDP_QUIET = {"sync_mode": True, "on_error": None, "debug": False}


class Instances:
    """Real instances, one for each that the application built."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._made: list[tuple[Any, Any, tuple[Any, bool]]] = []

    def of(self, role: Role, given: Any) -> tuple[Any, bool]:
        """The instance of a class, and whether it is as the application built it."""
        for real, one, made in self._made:
            if real is role.real and _alike(one, given):
                return made
        made = self._make(role, given)
        self._made.append((role.real, given, made))
        return made

    def method(self, role: Role) -> tuple[Callable[..., Any], bool] | None:
        """What a mock calls while an error case is at work, and whether its client is the application's own.

        None where that cannot be made here: a session of aiohttp would have to be closed by us, a client of the CDP SDK
        to be flushed, and a session that was mocked as a whole was given its credentials where nobody sees them.
        """
        if role.library in (AIOHTTP, CDP):
            return None
        if role.kind == "function":
            return role.real, True
        if not role.library.sdk and (role.instance is None or type(role.instance) is Built):
            return None
        instance, known = self.of(role, role.instance)
        method = self._known.method(type(instance), role.path[0]) if len(role.path) == 1 else None
        if method is not None:
            return method.__get__(instance), known
        with suppress(AttributeError):  # there is no such method: the mock answers, and its call is judged at the end
            found = attrgetter(".".join(role.path))(instance)
            return None if is_mock(inner(found)) else (found, known)
        return None

    def build(self, cls: Any, built: Built) -> Any:
        """An instance built with these arguments. Keys that are not set, as in a run of tests, are filled in."""
        base = self._known.known_class(cls)
        if base is None or not base.library.sdk or (base.library is not CDP and base.real is not cls):
            return cls(*built.args, **built.kwargs)
        signature, keys = inspect.signature(base.real), base.library.classes[base.name]
        try:
            given = signature.bind(*built.args, **built.kwargs).arguments
        except TypeError:
            return cls(*built.args, **built.kwargs)  # raises it with its own text
        unset = {name: key for name, key in zip(signature.parameters, keys, strict=False) if _is_unset(given.get(name))}
        return base.real(**{**given, **unset, **(_CDP_QUIET if base.library is CDP else {})})

    def _make(self, role: Role, given: Any) -> tuple[Any, bool]:
        if type(given) is Built:
            with suppress(Exception):  # what its constructor refuses is reported with the call of the class
                return self.build(role.real, given), True
        elif given is not None:
            return _quiet(given) if role.library is CDP else given, True
        return self._with_any_keys(role), False

    def _with_any_keys(self, role: Role) -> Any:
        """An instance of a class whose constructor's arguments are not known."""
        base, made = self._known.known_class(role.real), role.real.__new__(role.real)
        assert base is not None
        more: dict[str, Any] = {"sync_mode": True} if role.library is CDP else {}
        base.real.__init__(made, *role.library.classes[base.name], **more)
        return made


def exempt(role: Role, kwargs: Mapping[str, Any], *, known: bool) -> frozenset[str]:
    """The rules that are not judged of a mock's call, for they are about keys or a host that are not known.

    A function is called with all that it sends, so a request without credentials is one, unless they are given as None.
    """
    if not known:
        return _OF_THE_CLIENT
    if role.kind == "function" and not role.library.sdk and not _gives_none(kwargs):
        return _OF_UNSET_KEYS - {"missing-auth"}
    return _OF_UNSET_KEYS


def call_watched(call: Watched, real: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Make a real call that is watched, also where it is a coroutine and runs later."""
    __tracebackhide__ = True

    async def wait() -> Any:
        __tracebackhide__ = True
        token = watched.set(call)
        try:
            return await result
        finally:
            watched.reset(token)

    token = watched.set(call)
    try:
        result = real(*args, **kwargs)
    finally:
        watched.reset(token)
    return wait() if inspect.iscoroutine(result) else result


def _gives_none(kwargs: Mapping[str, Any]) -> bool:
    headers = kwargs.get("headers")
    given = {str(name).lower(): value for name, value in headers.items()} if isinstance(headers, Mapping) else {}
    return not kwargs.get("auth", True) or _is_unset(given.get("authorization", "there"))


def _is_unset(key: Any) -> bool:
    return key is None or (isinstance(key, str) and not key.strip())


def _alike(one: Any, other: Any) -> bool:
    """Whether two instances are the same one, or were built alike."""
    if one is other or not (type(one) is Built and type(other) is Built):
        return one is other
    with suppress(Exception):  # an argument that cannot be compared
        return bool(one == other)
    return False


def _quiet(client: Any) -> Any:
    """A client of the CDP SDK that sends at once, in this thread."""
    vars(client).update(_CDP_QUIET, consumers=None)
    return client
