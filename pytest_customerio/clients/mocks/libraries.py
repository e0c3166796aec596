"""The libraries whose mocks are heard, as data. Their names stand in `__init__.py`, which is loaded before they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

VERBS = ("request", "get", "options", "head", "post", "put", "patch", "delete", "send")
# Methods of an SDK that make no request.
SILENT = frozenset(
    {
        *("close", "aclose", "flush", "join", "shutdown"),
        *("setup_base_url", "is_valid_id_type", "get_customer_query_string", "get_device_query_string"),
        *("get_event_query_string", "get_events_query_string"),
    }
)


@dataclass(frozen=True, slots=True)
class Library:
    """One library whose mocks are heard: its public classes and functions.

    `classes` have constructor arguments for an instance whose own are not known. `sdk` tells an SDK of Customer.io,
    each of whose methods makes a request, from a client that speaks to anybody. `members` are the classes, by module,
    of what an SDK's instance has for attributes. `lookups` are modules in which the library finds its own classes.
    """

    module: str
    classes: Mapping[str, tuple[object, ...]]
    functions: tuple[str, ...] = ()
    sdk: bool = False
    members: tuple[tuple[str, str], ...] = ()
    lookups: tuple[str, ...] = ()


_TRACK, _APP, _CDP = ("site-id", "api-key"), ("app-key",), ("write-key",)
_CDP_CALLS = ("track", "identify", "group", "alias", "page", "screen")
_HTTPX = {"Client": (), "AsyncClient": ()}
LIBRARIES = (
    Library(
        "customerio",
        {"CustomerIO": _TRACK, "APIClient": _APP},
        sdk=True,
        lookups=("customerio.track", "customerio.api", "customerio.client_base"),
    ),
    Library("customerio.analytics", {"Client": _CDP}, _CDP_CALLS, sdk=True, lookups=("customerio.analytics.client",)),
    Library(
        "async_customerio",
        {"AsyncCustomerIO": _TRACK, "AsyncAPIClient": _APP},
        sdk=True,
        members=(
            ("async_customerio.track.v2", "TrackAPIV2"),
            ("async_customerio.api.customers", "Customers"),
            ("async_customerio.api.segments", "Segments"),
            ("async_customerio.api.transactional", "Transactional"),
        ),
        lookups=("async_customerio.client_base",),
    ),
    Library(
        "requests", {"Session": ()}, VERBS[:-1], lookups=("requests.api", "requests.sessions", "requests.adapters")
    ),
    Library("httpx", _HTTPX, VERBS[:-1], lookups=("httpx._api", "httpx._client")),
    Library("httpx2", _HTTPX, VERBS[:-1], lookups=("httpx2._api", "httpx2._client")),
    Library("urllib.request", {}, ("urlopen",), lookups=("http.client",)),
    Library("aiohttp", {"ClientSession": ()}, ("request",), lookups=("aiohttp.client",)),
)
BY_NAME = MappingProxyType({library.module: library for library in LIBRARIES})
AIOHTTP, CDP = BY_NAME["aiohttp"], BY_NAME["customerio.analytics"]
