"""The catalogue of operations: finds the operation of a request by its method, URL and payload."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from pytest_customerio.core import data
from pytest_customerio.core.model import Operation

_NOTHING: Mapping[str, str] = MappingProxyType({})
LONGEST_REMEMBERED = 4096
LONGEST_READ = 65_536  # the rest of a longer URL is ignored: no server accepts such a URL
HTTP_PORT, PORTS = 80, (None, 80, 443)
_PIPELINES_BATCH = "pipelines.batch"


@dataclass(frozen=True, slots=True)
class Address:
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


@dataclass(frozen=True, slots=True)
class Match:
    """What a request is: its `operation`, or None and the rule that it breaks (`problem`) at `where`.

    `candidates` are all operations at this method and path; there are several where the payload decides. `params` and
    `query` are the decoded parameters of the path and of the query.
    """

    address: Address
    operation: Operation | None = None
    candidates: tuple[Operation, ...] = ()
    params: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    query: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    problem: str | None = None
    where: str = ""

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
        self._extra = tuple(_extra_base(each) for each in hosts)
        self._extra_hosts = {host if port is None else (host, port) for host, _, port in self._extra}
        self._homes = _homes(self.operations.values())
        self._routes = _routes(self.operations.values())
        self._place = lru_cache(maxsize=1024)(self._find)
        # Whether `(host, port=None)` is Customer.io's or that of a base URL of the ini `cio_hosts`. Each request asks.
        self.concerns: Callable[..., bool] = lru_cache(maxsize=1024)(self._concerns)
        self.pipelines_calls = {each.name: each for each in self.of("pipelines") if each.id != _PIPELINES_BATCH}
        self.entities = tuple(each for each in self.of("track_v2") if each.variant)

    @classmethod
    def load(cls, hosts: Sequence[str] = ()) -> Catalog:
        """The catalogue of `schemas/`, plus the base URLs in `hosts` (ini `cio_hosts`)."""
        folder = data.schemas()
        return cls((_operation(path) for path in sorted(folder.glob("*/*.json"))), hosts)

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
        if not any(each.variant["type"] == kind for each in candidates):
            return None, "unknown-type", "type"
        for each in candidates:
            if each.variant["type"] == kind and each.variant["action"] == action:
                return each, "", ""
        known = any(each.variant["action"] == action for each in candidates)
        return None, "action-not-for-type" if known else "unknown-action", "action"

    def find(self, method: str, path: str, surfaces: Iterable[str]) -> tuple[tuple[Operation, ...], Mapping[str, str]]:
        """The operations at this method and path on these surfaces, with their path parameters."""
        segments = tuple(path.split("/")[1:])
        for tried in (segments, segments[:-1]) if segments[-1:] == ("",) else (segments,):
            for surface in surfaces:
                for template, operations in self._routes.get((surface, method, len(tried)), ()):
                    params = _fit(template, tried)
                    if params is not None:
                        return operations, params
        return (), _NOTHING

    def _by_variant(self, place: Match, payload: object) -> Match:
        operation, problem, where = self.select(place.candidates, payload)
        return Match(place.address, operation, place.candidates, place.params, place.query, problem or None, where)

    def _find(self, method: str, url: str) -> Match:
        address = self.address(url)
        surfaces = sorted(address.surfaces) if address.surfaces else ()
        candidates, params = self.find(method.upper(), address.path, surfaces)
        query = _query(address.query)
        if not candidates:
            return Match(address, query=query, problem="unknown-endpoint")
        only = candidates[0] if len(candidates) == 1 else None
        return Match(address, only, candidates, params, query)

    def address(self, url: str) -> Address:
        """The address in a URL; an empty address where the URL cannot be parsed."""
        try:
            parts = urlsplit(url[:LONGEST_READ])
            host = (parts.hostname or "").rstrip(".")
        except ValueError:
            return Address()
        user = parts.netloc.rpartition("@")[0] or None
        surfaces, region = self._homes.get(host, (frozenset(), None))
        path, foreign = parts.path, False
        port = _port(parts)
        for base_host, prefix, own in self._extra:
            if host == base_host and own in (None, port) and (path + "/").startswith(prefix + "/"):
                path, foreign, surfaces = path[len(prefix) :], True, frozenset(self.surfaces)
        return Address(parts.scheme, host, path, parts.query, parts.fragment, user, surfaces, region, foreign, port)


def _customer_io(host: str) -> bool:
    return host.endswith(".customer.io") or host == "customer.io"


def _operation(path: Path) -> Operation:
    try:
        about = json.loads(path.read_bytes())["x-cio"]
        variant = about.get("variant", {})
        return Operation(
            id=f"{path.parent.name}.{path.stem}",
            surface=path.parent.name,
            method=about["method"],
            path=about["path"].partition("?")[0],
            hosts=MappingProxyType({region: host.rpartition("/")[2] for region, host in about["hosts"].items()}),
            auth=about["auth"],
            docs=about["docs"],
            variant=MappingProxyType(variant),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise data.DataError(path, getattr(error, "lineno", None), f"not a schema of an operation: {error}") from error


def _homes(operations: Iterable[Operation]) -> dict[str, tuple[frozenset[str], str]]:
    homes: dict[str, tuple[frozenset[str], str]] = {}
    for each in operations:
        for region, host in each.hosts.items():
            known = homes.get(host, (frozenset(), region))[0]
            homes[host] = (known | {each.surface}, region)
    return homes


_Routes = dict[tuple[str, str, int], list[tuple[tuple[str, ...], tuple[Operation, ...]]]]


def _routes(operations: Iterable[Operation]) -> _Routes:
    shared: dict[tuple[str, str, tuple[str, ...]], list[Operation]] = {}
    for each in operations:
        shared.setdefault((each.surface, each.method, tuple(each.path.split("/")[1:])), []).append(each)
    routes: _Routes = {}
    literal_first = sorted(shared.items(), key=lambda item: [part.startswith("{") for part in item[0][2]])
    for (surface, method, template), sharing in literal_first:
        routes.setdefault((surface, method, len(template)), []).append((template, tuple(sharing)))
    return routes


def _fit(template: tuple[str, ...], segments: tuple[str, ...]) -> Mapping[str, str] | None:
    params: dict[str, str] = {}
    for expected, got in zip(template, segments, strict=True):
        if expected.startswith("{"):
            params[expected[1:-1]] = unquote(got, errors="surrogateescape")
        elif expected != got:
            return None
    return MappingProxyType(params)


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
