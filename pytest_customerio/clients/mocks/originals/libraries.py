"""The libraries whose mocks are heard, as data. Their names stand in `__init__.py`, which is loaded before they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

VERBS = ("request", "get", "options", "head", "post", "put", "patch", "delete", "send")
# Methods and functions of a client that make a request.
SENDING = frozenset({*VERBS, "urlopen", "open", "stream", "request_encode_body", "request_encode_url"})
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
    each of whose methods makes a request, from a client that speaks to anybody. `members` are the classes of what
    an SDK's instance has for attributes: module, class, attribute. `lookups` are modules in which the library finds
    its own classes. `operations` are the operations of an SDK's methods, where the method alone tells. `based` tells a
    client whose instances may have a base URL, to which a call's URL is relative. `made_by` are the functions that
    give an instance of a class.
    """

    module: str
    classes: Mapping[str, tuple[object, ...]]
    functions: tuple[str, ...] = ()
    sdk: bool = False
    members: tuple[tuple[str, str, str], ...] = ()
    lookups: tuple[str, ...] = ()
    operations: Mapping[str, str] = field(default_factory=dict)
    based: bool = False
    made_by: Mapping[str, str] = field(default_factory=dict)


_TRACK, _APP, _CDP = ("site-id", "api-key"), ("app-key",), ("write-key",)
_CDP_CALLS = ("track", "identify", "group", "alias", "page", "screen")
_OPENER, _SESSION = {"OpenerDirector": "build_opener"}, {"Session": "session"}
_HTTPX = {"Client": (), "AsyncClient": ()}
_EVENTS = dict.fromkeys(("track", "pageview", "backfill"), "track.event")
_OF_PEOPLE = ("identify", "delete", "suppress", "unsuppress", "add_device", "delete_device")
_MESSAGES = ("send_email", "send_in_app", "send_inbox_message", "send_push", "send_sms", "send_whatsapp")
_OPERATIONS = {
    **_EVENTS,
    **{name: f"track.{name}" for name in _OF_PEOPLE},
    **{name: f"app.{name}" for name in _MESSAGES},
    "track_anonymous": "track.anonymous_event",
    "merge_customers": "track.merge",
}
_ASYNC_OPERATIONS = {
    **_OPERATIONS,
    **{name: f"track.{name}" for name in ("add_to_segment", "remove_from_segment", "submit_form", "unsubscribe")},
    "report_metric": "track.metrics",
    "report_push_metric": "track.push_metrics",
    "get_region": "track.region",
    "send_batch": "track_v2.batch",
    "v2.send_batch": "track_v2.batch",
    "v2.identify_person": "track_v2.person_identify",
    "v2.delete_person": "track_v2.person_delete",
    "v2.track_person_event": "track_v2.person_event",
    "v2.person_pageview": "track_v2.person_page",
    "v2.person_screen": "track_v2.person_screen",
    "v2.add_person_device": "track_v2.person_add_device",
    "v2.delete_person_device": "track_v2.person_delete_device",
    "v2.add_person_relationships": "track_v2.person_add_relationships",
    "v2.delete_person_relationships": "track_v2.person_delete_relationships",
    "v2.merge_persons": "track_v2.person_merge",
    "v2.suppress_person": "track_v2.person_suppress",
    "v2.unsuppress_person": "track_v2.person_unsuppress",
    "v2.identify_object": "track_v2.object_identify",
    "v2.delete_object": "track_v2.object_delete",
    "v2.add_object_relationships": "track_v2.object_add_relationships",
    "v2.delete_object_relationships": "track_v2.object_delete_relationships",
    "customers.get_by_email": "app.find_by_email",
    "customers.get_by_ids": "app.people_by_id",
    "customers.search": "app.search_people",
    "customers.get_attributes": "app.person_attributes",
    "customers.get_relationships": "app.person_relationships",
    "segments.create": "app.create_segment",
    "segments.get": "app.get_segment",
    "segments.list": "app.list_segments",
}
LIBRARIES = (
    Library(
        "customerio",
        {"CustomerIO": _TRACK, "APIClient": _APP},
        sdk=True,
        lookups=("customerio.track", "customerio.api", "customerio.client_base"),
        operations={**_OPERATIONS, "batch": "track_v2.batch"},
    ),
    Library(
        "customerio.analytics",
        {"Client": _CDP},
        _CDP_CALLS,
        sdk=True,
        lookups=("customerio.analytics.client",),
        operations={name: f"pipelines.{name}" for name in _CDP_CALLS},
    ),
    Library(
        "async_customerio",
        {"AsyncCustomerIO": _TRACK, "AsyncAPIClient": _APP},
        sdk=True,
        members=(
            ("async_customerio.track.v2", "TrackAPIV2", "v2"),
            ("async_customerio.api.customers", "Customers", "customers"),
            ("async_customerio.api.segments", "Segments", "segments"),
            ("async_customerio.api.transactional", "Transactional", "transactional"),
        ),
        lookups=("async_customerio.client_base",),
        operations=_ASYNC_OPERATIONS,
    ),
    Library(
        "requests",
        {"Session": ()},
        VERBS[:-1],
        lookups=("requests.api", "requests.sessions", "requests.adapters"),
        made_by=_SESSION,
    ),
    Library("httpx", _HTTPX, VERBS[:-1], lookups=("httpx._api", "httpx._client"), based=True),
    Library("httpx2", _HTTPX, VERBS[:-1], lookups=("httpx2._api", "httpx2._client"), based=True),
    Library("urllib3", {"PoolManager": ()}, ("request",)),
    Library("urllib.request", {"OpenerDirector": ()}, ("urlopen",), lookups=("http.client",), made_by=_OPENER),
    Library("http.client", dict.fromkeys(("HTTPSConnection", "HTTPConnection"), ("unknown.invalid",)), based=True),
    Library("aiohttp", {"ClientSession": ()}, ("request",), lookups=("aiohttp.client",), based=True),
)
BY_NAME = MappingProxyType({library.module: library for library in LIBRARIES})
# Methods that one of the SDKs has, here or in another language: called on one that lacks it, such a method raises.
# One word alone is a name that other libraries have too.
METHODS = frozenset(
    name for library in LIBRARIES for path in library.operations if "_" in (name := path.rpartition(".")[2])
).union(("trigger_broadcast", "anonymous_track", "track_page_view", "track_push", "broadcast_trigger", "send_request"))
AIOHTTP, CDP, HTTP_CLIENT = BY_NAME["aiohttp"], BY_NAME["customerio.analytics"], BY_NAME["http.client"]
