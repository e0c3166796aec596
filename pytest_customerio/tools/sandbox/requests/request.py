"""A request as the server received it, and as a call of Customer.io's API: operation, payload and violations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from sys import getsizeof
from typing import Any, NamedTuple

from pytest_customerio.contract.catalog.catalog import Catalog, Match
from pytest_customerio.contract.contract import Contract
from pytest_customerio.core.model import Interaction, Violation, WireRequest
from pytest_customerio.core.operation import Operation
from pytest_customerio.core.payload import TOO_DEEP
from pytest_customerio.tools.sandbox.requests.stored_payload import StoredPayload, stored, stored_small

# The host of a request that names no host of Customer.io. The catalogue looks for such a request on every surface.
ANY_HOST = "https://sandbox.invalid"
LONGEST_SHOWN = 10_000
_REGION = re.compile(r"/(us|eu)(?=/)")


class HttpRequest(NamedTuple):
    """A request as the server received it.

    `target` is path and query as sent, `base` the address (scheme, host, port) that the client used. `headers` have
    lower-case names. `too_large` says that the body was over the limit, and was not read to its end.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    base: str = "http://127.0.0.1"
    too_large: bool = False


class ApiRequest(NamedTuple):
    """A request as a call of Customer.io's API.

    `url` is the one that the catalogue looks up. `known_operation` is None if the address or the payload leaves it
    open. `payload` is the parsed body, or its text if it is not JSON or cannot be stored; `unstorable` says why it
    cannot. `weight` is its size in memory in bytes. `region` is the region of the host that the client used, if it is
    known.
    """

    http: HttpRequest
    url: str
    match: Match
    known_operation: Operation | None
    payload: Any
    region: str | None
    violations: tuple[Violation, ...]
    at: float
    unstorable: str = ""
    weight: int = 0

    @property
    def wire(self) -> WireRequest:
        """The request with this URL, as the conditions of error cases need it."""
        return WireRequest(self.http.method, self.url, self.http.headers, self.http.body)

    @property
    def operation(self) -> Operation:
        """The operation; the first one with this address if the payload leaves it open."""
        return self.known_operation or self.match.candidates[0]

    @property
    def name(self) -> str | None:
        """The id of the operation, if it is known."""
        return self.known_operation.id if self.known_operation else None

    @property
    def strict(self) -> bool:
        """Whether the client asks Pipelines to answer an invalid payload with an error."""
        return self.http.headers.get("x-strict-mode", "").strip() == "1"

    @property
    def base(self) -> str:
        """The address that the client used: one of the sandbox, or a host of Customer.io that leads to the sandbox."""
        address = self.match.address
        return self.http.base if address.foreign else f"https://{address.host}"


def read_request(catalog: Catalog, contract: Contract, http: HttpRequest, at: float) -> ApiRequest:
    """Find the operation of a request, and judge it by the contract."""
    url, region = _address(catalog, http)
    match = catalog.place(http.method, url)
    heard = Interaction("sandbox", http.method, url, http.headers, http.body, at=at)
    judged = contract.judge(heard)
    payload = _payload(heard)  # which has decoded its body to be judged
    return ApiRequest(
        http,
        url,
        match,
        judged.operation,
        payload.value,
        region or match.region,
        judged.violations,
        at,
        payload.problem,
        payload.weight,
    )


def batch_entities(payload: Any) -> Iterator[Mapping[str, Any]]:
    """The entities or calls of a batch, each as an object."""
    batch = payload.get("batch") if isinstance(payload, dict) else None
    for item in batch if isinstance(batch, list) else ():
        yield item if isinstance(item, dict) else {}


def entity_operation(catalog: Catalog, surface: str, entity: Mapping[str, object]) -> Operation | None:
    """The operation of one entity of a batch of this surface."""
    if surface == "track_v2":
        return catalog.select(catalog.entities, entity)[0]
    return catalog.pipelines_calls.get(str(entity.get("type")))


def _address(catalog: Catalog, http: HttpRequest) -> tuple[str, str | None]:
    """The URL that the catalogue looks up, and the region in front of the path, such as `/eu/api/v1/customers/42`."""
    host = http.headers.get("host", "").partition(":")[0].lower()
    if catalog.concerns(host):
        return f"https://{host}{http.target}", None
    prefix = _REGION.match(http.target)
    region = prefix[1] if prefix else None
    return ANY_HOST + http.target[prefix.end() if prefix else 0 :], region


def _payload(request: Interaction) -> StoredPayload:
    """The parsed body, or its text if it is not JSON or cannot be stored."""
    if not request.body:
        return StoredPayload()
    payload = request.payload
    problem = TOO_DEEP if payload.problem == TOO_DEEP else ""
    if payload.kind == "json" and not payload.problem:
        found = stored_small(request.body, payload.value) or stored(payload.value)
        if not found.problem:
            return found
        problem = found.problem
    text = request.body[:LONGEST_SHOWN].decode("utf-8", "replace")
    return StoredPayload(text, getsizeof(text), problem)
