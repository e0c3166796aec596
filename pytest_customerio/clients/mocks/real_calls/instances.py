"""Makes the real instances behind mocks and fakes: built as the application builds them, or copies of its own."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from contextlib import suppress
from types import FunctionType, MethodType
from typing import Any, NamedTuple

from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import CDP
from pytest_customerio.clients.mocks.originals.roles import Built, Role
from pytest_customerio.clients.mocks.placed.fake_functions import FAKE
from pytest_customerio.clients.mocks.placed.mock_state import inner
from pytest_customerio.clients.mocks.real_calls.client_setup import repeat
from pytest_customerio.process.recognition import is_mock

# Rules about keys: a run of tests needs none, so keys that are not set are no mistake of the call.
_OF_UNSET_KEYS = frozenset({"missing-auth", "placeholder-credentials"})
# Rules about what the constructor was given, which is not known of every mock.
_OF_THE_CLIENT = _OF_UNSET_KEYS | frozenset(
    {"wrong-auth", "missing-workspace-id", "wrong-region", "wrong-host", "not-https", "retired-host"}
)
# A client of the CDP SDK that sends within the call, without threads of its own.
_CDP_QUIET = {"sync_mode": True, "on_error": None, "debug": False}
# Takes the place of a mock in the copy of an instance, until it is known what a new instance has there.
LEFT_OUT: Any = object()


class Made(NamedTuple):
    """A real instance; whether it is as the application built it, and whether its keys are the application's."""

    real: Any
    known: bool
    keys: bool


class Instances:
    """Real instances, one for each that the application built."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._made: list[tuple[Any, Any, Made]] = []

    def of(self, role: Role, given: Any) -> Made:
        """The instance of a class, given a real one or how it was built."""
        for real, one, made in self._made:
            if real is role.real and alike(one, given):
                return made
        made = self._make(role, given)
        self._made.append((role.real, given, made))
        return made

    def build(self, cls: Any, built: Built, cdp: Mapping[str, Any] = _CDP_QUIET) -> Made:
        """An instance built with these arguments. Keys that are not set, as in a run of tests, are filled in.

        `cdp` are arguments of our own for a client of the CDP SDK.
        """
        base = self._known.known_class(cls)
        if base is None or not base.library.sdk or (base.library is not CDP and base.real is not cls):
            made = self._known.maker(cls)(*built.args, **built.kwargs)
            repeat(built.steps, made)
            return Made(made, known=True, keys=True)
        signature, keys = inspect.signature(base.real), base.library.classes[base.name]
        try:
            given = signature.bind(*built.args, **built.kwargs).arguments
        except TypeError:
            return cls(*built.args, **built.kwargs)  # type: ignore[no-any-return] # raises it with its own text
        unset = {name: key for name, key in zip(signature.parameters, keys, strict=False) if _is_unset(given.get(name))}
        made = base.real(**{**given, **unset, **(cdp if base.library is CDP else {})})
        return Made(made, known=True, keys=not unset)

    def behind_module(self) -> Any:
        """The client behind the functions of the CDP SDK's module, or how one would be built; None without a key.

        The settings of the module are attributes with the names of the constructor's arguments. `send`, which a test
        suite likes to turn off, is left out.
        """
        module: Any = self._known.module(CDP)
        cls = self._known.class_of(CDP, "Client")
        if type(module.default_client) is cls.real:
            return module.default_client
        if not isinstance(module.write_key, str):
            return None
        names = inspect.signature(cls.real).parameters
        return Built((), {name: vars(module)[name] for name in names if name in vars(module) and name != "send"})

    def whole(self, role: Role, copied: Any) -> Made:
        """A copy of an instance, with what a new one has in the place of the mocks that were on it.

        Where no new one can be made, what is missing may break the call.
        """
        names = [name for name, value in vars(copied).items() if value is LEFT_OUT]
        fresh: dict[str, Any] = {}
        if names:
            with suppress(Exception):  # the constructor of a class of the application's own may need anything
                fresh = vars(self._with_any_keys(role) if role.library.sdk else type(copied)())
        for name in names:
            del vars(copied)[name]
            vars(copied).update({name: fresh[name]} if name in fresh else {})
        return Made(copied, known=bool(fresh) or not names, keys=True)

    def _make(self, role: Role, given: Any) -> Made:
        if type(given) is Built:
            with suppress(Exception):  # what its constructor refuses is reported with the call of the class
                return self.build(role.real, given)
        elif given is not None:
            made = self.whole(role, given)
            return made._replace(real=_quiet(made.real)) if role.library is CDP else made
        return Made(self._with_any_keys(role), known=False, keys=False)

    def _with_any_keys(self, role: Role) -> Any:
        """An instance of a class whose constructor's arguments are not known."""
        base, maker = self._known.known_class(role.real), self._known.maker(role.real)
        assert base is not None
        if maker is not role.real:
            return maker()
        cls: Any = role.real
        made = cls.__new__(cls)
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


def _gives_none(kwargs: Mapping[str, Any]) -> bool:
    headers = kwargs.get("headers")
    with suppress(Exception):  # of a method of what was given
        return not kwargs.get("auth", True) or _is_unset(_authorization(headers))
    return False


def _authorization(headers: Any) -> Any:
    given = {str(name).lower(): value for name, value in headers.items()} if isinstance(headers, Mapping) else {}
    return given.get("authorization", "there")


def _is_unset(key: Any) -> bool:
    return key is None or (isinstance(key, str) and not key.strip())


def alike(one: Any, other: Any) -> bool:
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


def snapshot(real: Any) -> Any:
    """A copy of a real instance as it is now, with `LEFT_OUT` in the place of the mocks and fakes on it.

    Functions that hide a method of the class are left out: other libraries of mocks put theirs there.
    """
    cls = type(real)
    copied = object.__new__(cls)  # `copy.copy` would leave a `__slotnames__` on the class
    there = {name: value for name, value in vars(real).items() if not _hides_a_method(cls, name, value)}
    vars(copied).update({name: LEFT_OUT if _is_stand_in(value) else value for name, value in there.items()})
    return copied


def _hides_a_method(cls: type, name: str, value: Any) -> bool:
    return type(value) in (FunctionType, MethodType) and type(getattr(cls, name, None)) is FunctionType


def _is_stand_in(value: Any) -> bool:
    return is_mock(inner(value)) or (type(value) is FunctionType and FAKE in vars(value))
