"""The catalogue of operations: finds the operation of a request by its method, URL and payload."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pytest_customerio.contract.catalog.routes import read_operation, read_routes
from pytest_customerio.contract.catalog.templates import by_endpoint, fit
from pytest_customerio.contract.catalog.unknown_paths import may_exist
from pytest_customerio.core import data
from pytest_customerio.core.operation import Operation

_NOTHING: Mapping[str, str] = MappingProxyType({})
LONGEST_REMEMBERED = 4096
LONGEST_READ = 65_536  # the rest of a longer URL is ignored: no server accepts such a URL
HTTP_PORT, PORTS = 80, (None, 80, 443)
_PIPELINES_BATCH = "pipelines.batch"
# Hosts that public code still names, with the host of the App API that replaced each. Whether they still answer is not
# published.
RETIRED_HOSTS = {"beta-api.customer.io": "api.customer.io", "beta-api-eu.customer.io": "api-eu.customer.io"}
# A URL of which `urlsplit` would make these parts, and nothing else: no port, user, query, fragment or blank.
_USUAL = re.compile(r"(https?)://([a-z0-9-]+(?:\.[a-z0-9-]+)*)(/[!-\"$->@-~]*)", re.ASCII)
# The App API answers below this path too (docs.n8n.io/integrations/builtin/credentials/customerio).
_OTHER_PREFIX, _PREFIX = "/v1/api/", "/v1/"


class Address(NamedTuple):
    """Where a request goes. `surfaces` are the surfaces that the host serves, `region` is its region.

    `foreign` says that the address is below a base URL of the ini `cio_hosts`, where any surface may answer. The path
    of such a base URL is not part of `path`. `user` is `user:password` of the URL.
    """

    scheme: str = ""
    host: str = ""
    path: str = ""
    query: str = ""
    fragment: str = ""
    user: str | None = None
    surfaces: frozenset[str] = frozenset()
    region: str | None = None
    foreign: bool = False
    port: int | None = None

    @property
    def concerned(self) -> bool:
        """Whether the address is Customer.io's: in its domain, or below a base URL of the ini `cio_hosts`."""
        return self.foreign or _customer_io(self.host)

    @property
    def fault(self) -> str | None:
        """The fault that connecting to this port meets: of the service's own hosts, only 443 and 80 answer."""
        if self.foreign or self.port in (None, 443) or not _customer_io(self.host):
            return None
        if self.port == HTTP_PORT:
            return "tls-failure" if self.scheme == "https" else None
        return "connection-refused"

    @property
    def segments(self) -> tuple[str, ...]:
        """The segments of the path as they were sent, percent-encoded."""
        return tuple(self.path.split("/")[1:])


class Match(NamedTuple):
    """What a request is: its `operation`, or None and the rule that it breaks (`problem`) at `where`.

    `candidates` are all operations at this method and path; there are several where the payload decides. `params` and
    `query` are the decoded parameters of the path and of the query. `unpublished` says that no operation fits, but that
    Customer.io may know the call, because it has published others that begin like it.
    """

    address: Address
    operation: Operation | None = None
    candidates: tuple[Operation, ...] = ()
    params: Mapping[str, str] = _NOTHING
    query: Mapping[str, str] = _NOTHING
    problem: str | None = None
    where: str = ""
    unpublished: bool = False

    @property
    def region(self) -> str | None:
        """The region of the host; None for a host of the ini `cio_hosts`."""
        return self.address.region

    @property
    def surface(self) -> str | None:
        """The surface of the candidates."""
        return self.candidates[0].surface if self.candidates else None

    @property
    def endpoint(self) -> tuple[str, str] | None:
        """The surface and the path template, which are known for a broken payload too."""
        return (self.candidates[0].surface, self.candidates[0].path) if self.candidates else None


class Catalog:
    """All operations, by id, by surface and by method and path."""

    def __init__(self, operations: Iterable[Operation], hosts: Sequence[str] = ()) -> None:
        self.operations: Mapping[str, Operation] = MappingProxyType({each.id: each for each in operations})
        self.surfaces = tuple(sorted({each.surface for each in self.operations.values()}))
        self._any = frozenset(self.surfaces)
        self._extra = tuple(_extra_base(each) for each in hosts)
        self._extra_hosts = {host if port is None else (host, port) for host, _, port in self._extra}
        self._homes = _homes(self.operations.values())
        self._routes = by_endpoint(self.operations.values())
        self._place = lru_cache(maxsize=1024)(self._find)
        # Whether `(host, port=None)` is Customer.io's or that of a base URL of the ini `cio_hosts`. Each request asks.
        self.concerns: Callable[..., bool] = lru_cache(maxsize=1024)(self._concerns)
        self.pipelines_calls = {
            each.name: each
            for each in self.of("pipelines")
            if each.path == f"/v1/{each.name}" and each.id != _PIPELINES_BATCH
        }
        self.entities = tuple(each for each in self.of("track_v2") if each.variant)

    @classmethod
    def load(cls, hosts: Sequence[str] = ()) -> Catalog:
        """The catalogue of `schemas/`, plus the base URLs in `hosts` (ini `cio_hosts`)."""
        folder = data.schemas()
        own_files = (read_operation(path) for path in sorted(folder.glob("*/*.json")))
        return cls((*own_files, *read_routes(folder).operations.values()), hosts)

    def of(self, surface: str) -> tuple[Operation, ...]:
        """The operations of one surface."""
        return tuple(each for each in self.operations.values() if each.surface == surface)

    def _concerns(self, host: str, port: int | None = None) -> bool:
        name = host.lower().rstrip(".")
        return _customer_io(name) or name in self._extra_hosts or (name, port) in self._extra_hosts

    def closed(self, host: str, port: int | None) -> bool:
        """Whether nothing answers at this port of a host of Customer.io."""
        if port in PORTS or not self.concerns(host, port):
            return False
        name = host.lower().rstrip(".")
        return not (name in self._extra_hosts or (name, port) in self._extra_hosts)

    def concerns_url(self, url: str) -> bool:
        """Whether the URL is on a host of Customer.io or below a base URL of the ini `cio_hosts`."""
        return self.address(url).concerned

    def place(self, method: str, url: str) -> Match:
        """The candidates for a request, whatever its payload. The results for the last 1024 URLs are cached."""
        return self._place(method, url) if len(url) < LONGEST_REMEMBERED else self._find(method, url)

    def match(self, method: str, url: str, payload: object = None) -> Match:
        """The operation of a request; where several share the endpoint, the payload's type and action decide."""
        place = self.place(method, url)
        return place if len(place.candidates) < 2 else self._by_variant(place, payload)

    def select(self, candidates: Sequence[Operation], payload: object) -> tuple[Operation | None, str, str]:
        """The candidate whose type and action the payload has; else None, the broken rule and the broken key."""
        if not isinstance(payload, dict):
            return None, "body-not-object", ""
        kind, action = payload.get("type"), payload.get("action")
        for each in candidates:
            if each.variant["action"] == action and each.variant["type"] == kind:
                return each, "", ""
        if not any(each.variant["type"] == kind for each in candidates):
            return None, "unknown-type", "type"
        known = any(each.variant["action"] == action for each in candidates)
        return None, "action-not-for-type" if known else "unknown-action", "action"

    def find(self, method: str, path: str, surfaces: Iterable[str]) -> tuple[tuple[Operation, ...], Mapping[str, str]]:
        """The operations at this method and path on these surfaces, with their path parameters."""
        segments = tuple(path.split("/")[1:])
        first = segments[0] if segments else ""
        for tried in (segments, segments[:-1]) if segments[-1:] == ("",) else (segments,):
            for surface in surfaces:
                for template, operations in self._routes.get((surface, method, len(tried), first), ()):
                    params = fit(template, tried)
                    if params is not None:
                        return operations, params
        return (), _NOTHING

    def _by_variant(self, place: Match, payload: object) -> Match:
        operation, problem, where = self.select(place.candidates, payload)
        return Match(place.address, operation, place.candidates, place.params, place.query, problem or None, where)

    def _find(self, method: str, url: str) -> Match:
        address = self.address(url)
        surfaces = self.surfaces if address.foreign else sorted(address.surfaces)
        candidates, params = self.find(method.upper(), address.path, surfaces)
        query = _query(address.query)
        if not candidates:
            return Match(address, query=query, problem="unknown-endpoint", unpublished=self._may_exist(method, address))
        only = candidates[0] if len(candidates) == 1 else None
        return Match(address, only, candidates, params, query)

    def _may_exist(self, method: str, address: Address) -> bool:
        if address.host in RETIRED_HOSTS:
            return True  # what a retired host knows is not published any more
        return "app" in address.surfaces and may_exist(self.of("app"), method.upper(), address.segments)

    def address(self, url: str) -> Address:
        """The address in a URL; an empty address where the URL cannot be parsed."""
        usual = _USUAL.fullmatch(url) if len(url) < LONGEST_REMEMBERED else None
        if usual is not None:
            scheme, host, path = usual.groups()
            return self._address(SplitResult(scheme, host, path, "", ""), host, None, None)
        try:
            parts = urlsplit(url[:LONGEST_READ])
            host = (parts.hostname or "").rstrip(".")
        except ValueError:
            return Address()
        user = parts.netloc.rpartition("@")[0] or None
        return self._address(parts, host, user, _port(parts))

    def _address(self, parts: SplitResult, host: str, user: str | None, port: int | None) -> Address:
        surfaces, region = self._homes.get(host, (frozenset(), None))
        path, foreign = parts.path, False
        for base_host, prefix, own in self._extra:
            if host == base_host and own in (None, port) and (path + "/").startswith(prefix + "/"):
                path, foreign, surfaces = path[len(prefix) :], True, self._any
        if path.startswith(_OTHER_PREFIX) and "app" in surfaces:
            path = _PREFIX + path.removeprefix(_OTHER_PREFIX)
        return Address(parts.scheme, host, path, parts.query, parts.fragment, user, surfaces, region, foreign, port)


def _customer_io(host: str) -> bool:
    return host.endswith(".customer.io") or host == "customer.io"


def _homes(operations: Iterable[Operation]) -> dict[str, tuple[frozenset[str], str]]:
    homes: dict[str, tuple[frozenset[str], str]] = {}
    for each in operations:
        for region, host in each.hosts.items():
            known = homes.get(host, (frozenset(), region))[0]
            homes[host] = (known | {each.surface}, region)
    retired = {host: homes[successor] for host, successor in RETIRED_HOSTS.items() if successor in homes}
    return homes | retired


def _query(text: str) -> Mapping[str, str]:
    return MappingProxyType(dict(parse_qsl(text, keep_blank_values=True))) if text else _NOTHING


def _extra_base(base: str) -> tuple[str, str, int | None]:
    """Host, path and port of a base URL. Without a port it stands for every port."""
    parts = urlsplit(base if "//" in base else f"https://{base}")
    return (parts.hostname or "").rstrip("."), parts.path.rstrip("/"), _port(parts)


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        return None
