"""What one call of a mock is: whether it makes a request, where it leads, whether the mock refuses or passes it on."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pytest_customerio.clients.mocks.originals.libraries import HTTP_CLIENT, SENDING, SILENT, VERBS
from pytest_customerio.clients.mocks.originals.live_instances import base_url
from pytest_customerio.clients.mocks.originals.roles import Built, Role
from pytest_customerio.process.recognition import is_mock

# What is called with the HTTP method before the address.
_METHOD_FIRST = frozenset(
    {"request", "stream", "putrequest", "send_request", "request_encode_body", "request_encode_url"}
)


def is_heard(role: Role) -> bool:
    """Whether calls of this make a request."""
    return role.kind == "function" or (role.kind == "method" and _sends(role.dotted, role.library.sdk))


def is_call(role: Role) -> bool:
    """Whether this is a call of an SDK that is not here: of a method of what a class gave, or of a function."""
    made, name = "()" in role.path, role.path[-1] if role.path else ""
    return name.isidentifier() and not name.startswith("_") and name not in SILENT and (made or name.islower())


@functools.lru_cache(maxsize=1024)
def _sends(path: str, sdk: bool) -> bool:  # noqa: FBT001 - by place, because a cache is faster then
    if not sdk:
        return path in SENDING
    return path.rpartition(".")[2] not in SILENT and not any(part.startswith("_") for part in path.split("."))


def method_of(role: Role, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """The HTTP method of a call of a client."""
    given = args[0] if args else kwargs.get("method", "")
    if role.name in VERBS[1:-1]:
        return role.name.upper()
    return str(given if isinstance(given, str) else getattr(given, "method", "")).upper()


def address(role: Role, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """The URL that a client's function or method is called with; nothing where there is none."""
    text = url_of(role, args, kwargs)
    return text if "://" in text else _base(role) + text.lstrip("/")


def url_of(role: Role, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """The URL as it was given, which may be relative; nothing where a method of what was given raises."""
    try:
        return _url(role, args, kwargs)
    except Exception:  # the application must not meet it
        return ""


def _url(role: Role, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    place = 1 if role.name in _METHOD_FIRST or (role.name == "urlopen" and role.path) else 0
    given = args[place] if len(args) > place else kwargs.get("url", kwargs.get("request"))
    url = getattr(given, "full_url", None) or getattr(given, "url", None) or given
    is_object = hasattr(url, "host") and not is_mock(url)  # httpx.URL, yarl.URL
    return url if isinstance(url, str) else str(url) if is_object else ""


def _base(role: Role) -> str:
    instance = role.instance
    base = base_url(instance)
    if isinstance(instance, Built) and role.library is HTTP_CLIENT:
        return _host(role.label, instance)
    if isinstance(instance, Built):
        given = instance.kwargs.get("base_url", "")
        base = str(next((one.args[0] for one in instance.steps if one.path == "base_url"), given))
    return base.rstrip("/") + "/" if base else ""


def _host(label: str, built: Built) -> str:
    """The server of a connection of `http.client`, that behind a tunnel where there is one."""
    given = next((one for one in built.steps if one.path == "set_tunnel"), built)
    named = [given.kwargs[name] for name in ("host", "port") if name in given.kwargs]
    host, port = (*given.args, *named, None, None)[:2]
    scheme = "https" if "HTTPSConnection" in label else "http"
    return f"{scheme}://{host}/" if port is None else f"{scheme}://{host}:{port}/"


def with_instance(role: Role, args: tuple[Any, ...]) -> tuple[Role, tuple[Any, ...]]:
    """An autospecced method on a class is given the instance; a plain mock in its place is not."""
    if args and issubclass(type(args[0]), role.real):
        return replace(role, instance=args[0]), args[1:]
    return role, args
