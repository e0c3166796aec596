"""The instances of SDKs and clients that the application built, as long as it has them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

_HTTPS = 443


class LiveInstances:
    """The instances of SDKs' classes, and of those of clients that may have a base URL."""

    def __init__(self) -> None:
        self._there: WeakValueDictionary[int, Any] = WeakValueDictionary()

    def add(self, instance: Any) -> None:
        """An instance was built."""
        with suppress(TypeError):  # a release whose instances allow no weak reference
            self._there[id(instance)] = instance

    def only(self, cls: type) -> Any:
        """The instance of a class, where there is one, or all have the same settings; else None."""
        there = [one for one in list(self._there.values()) if isinstance(one, cls)]
        return there[0] if there and all(_settings(one) == _settings(there[0]) for one in there[1:]) else None

    def based_on(self, cls: type, concerns: Callable[[str], bool]) -> Any:
        """The instance to whose base URL a relative URL belongs; None where that is not certain."""
        bases = {base_url(one): one for one in list(self._there.values()) if isinstance(one, cls)}
        bases.pop("", None)  # it takes no relative URL
        return next(iter(bases.values())) if len(bases) == 1 and concerns(next(iter(bases))) else None

    def has_base(self, concerns: Callable[[str], bool]) -> bool:
        """Whether there is an instance with such a base URL."""
        return any(concerns(base_url(one)) for one in list(self._there.values()))


def base_url(instance: Any) -> str:
    """The base URL of an instance, or nothing. `_base_url` is private in aiohttp 3.12 to 3.14."""
    if isinstance(getattr(instance, "default_port", None), int):  # a connection of `http.client`
        return f"http{'s' * (instance.default_port == _HTTPS)}://{instance.host}:{instance.port}"
    found = getattr(instance, "base_url", getattr(instance, "_base_url", None))
    return "" if found is None else str(found)


def _settings(instance: Any) -> dict[str, Any]:
    return {name: one for name, one in vars(instance).items() if isinstance(one, (str, int, float, tuple))}
