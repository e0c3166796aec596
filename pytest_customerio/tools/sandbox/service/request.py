"""One request as it arrived: which call it is, what it says, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_customerio.contract.catalog import Catalog, Match
from pytest_customerio.contract.contract import Contract
from pytest_customerio.core.model import Interaction, Operation, Violation, WireRequest
from pytest_customerio.core.payload import NotJsonError, NotReadableError, parse, unpack
from pytest_customerio.tools.sandbox.api.uncatalogued import LIKE, UncataloguedCall, find
from pytest_customerio.tools.sandbox.service.answers import Complaint

# What the contract is told where a request names no host of Customer.io: any surface lives there.
ANY_HOST = "https://sandbox.invalid"
LONGEST_SHOWN = 10_000
# Levels of a payload that is kept: whoever writes it out again recurses.
DEEPEST = 100
_REGION = re.compile(r"/(us|eu)(?=/)")
_ITEM = re.compile(r"\$\.batch\[(\d+)\]\.?")
_STATUS = re.compile(r"4\d\d")
_DROPPED = "200, then dropped"


@dataclass(frozen=True, slots=True)
class ReceivedCall:
    """A request from the wire. `target` is path and query as sent, `base` the address that was asked (scheme, host,
    port); `headers` have lower-case names. `too_large` says that the body was not read to its end.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    base: str = "http://127.0.0.1"
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What an arrival is. `payload` is the parsed body, or its text where it is no JSON or `too_deep`; `region` the one
    whose host was asked, if any.
    """

    arrival: ReceivedCall
    request: WireRequest
    match: Match
    operation: Operation | None
    payload: Any
    region: str | None
    violations: tuple[Violation, ...]
    at: float
    beyond: UncataloguedCall | None = None
    too_deep: bool = False

    @property
    def call(self) -> Operation:
        """The operation; where the payload leaves it open, one of those that live at the address."""
        return self.operation or self.match.candidates[0]

    @property
    def name(self) -> str | None:
        """What it is called: an operation of the catalogue, or a call beyond it."""
        return self.beyond.name if self.beyond else self.operation.id if self.operation else None

    @property
    def strict(self) -> bool:
        """Whether Pipelines is asked to say what it thinks."""
        return self.request.headers.get("x-strict-mode", "").strip() == "1"


def look(catalog: Catalog, contract: Contract, arrival: ReceivedCall, at: float) -> Seen:
    """Which call it is, and whether it keeps its contract."""
    url, region = _address(catalog, arrival)
    match = catalog.place(arrival.method, url)
    heard = Interaction("sandbox", arrival.method, url, arrival.headers, arrival.body, at=at)
    violations = tuple(contract.judge(heard))
    request = WireRequest(arrival.method, url, arrival.headers, arrival.body)
    operation, beyond = (heard.operation, None) if match.candidates else (None, _beyond(match, arrival))
    if beyond is not None:
        operation, violations = catalog.operations[LIKE], ()
    payload, deep = _payload(arrival)
    return Seen(arrival, request, match, operation, payload, region or match.region, violations, at, beyond, deep)


def refused(seen: Seen, *, warnings: bool) -> dict[int | None, list[Violation]]:
    """The violations that the service answers with an error, by item of a batch; None is the call itself."""
    found: dict[int | None, list[Violation]] = {}
    for each in seen.violations:
        severe = each.severity == "error" or (warnings and each.severity == "warning")
        if severe and status(each):
            item = _ITEM.match(each.where) if seen.call.name == "batch" else None
            found.setdefault(int(item[1]) if item else None, []).append(each)
    return found


def status(violation: Violation) -> str:
    """The status that breaking this draws; nothing where the service takes it."""
    if _STATUS.match(violation.error):
        return violation.error[:3]
    if violation.error.startswith(_DROPPED):
        return "400"
    return "404" if violation.where.startswith("path.") and not violation.error else ""


def complaint(violation: Violation, text: str = "", index: int | None = None) -> Complaint:
    """A violation in the words of an error. `text` is what the service says, if that is known."""
    field = _ITEM.sub("", violation.where).removeprefix("$.").removeprefix("$")
    own = f"{field or 'body'}: expected {violation.expected}, got {violation.got}"
    return Complaint(text or own, field, violation.got == "nothing", index)


def wording(violation: Violation) -> str:
    """What the contract knows of the error's text."""
    return violation.error[4:] if _STATUS.match(violation.error) else ""


def entities(payload: Any) -> Iterator[Mapping[str, Any]]:
    """The items of a batch."""
    batch = payload.get("batch") if isinstance(payload, dict) else None
    for item in batch if isinstance(batch, list) else ():
        yield item if isinstance(item, dict) else {}


def _beyond(match: Match, arrival: ReceivedCall) -> UncataloguedCall | None:
    return find(arrival.method, match.address.path) if "app" in match.address.surfaces else None


def _address(catalog: Catalog, arrival: ReceivedCall) -> tuple[str, str | None]:
    host = arrival.headers.get("host", "").partition(":")[0].lower()
    if catalog.concerns(host):
        return f"https://{host}{arrival.target}", None
    prefix = _REGION.match(arrival.target)
    region = prefix[1] if prefix else None
    return ANY_HOST + arrival.target[prefix.end() if prefix else 0 :], region


def _payload(arrival: ReceivedCall) -> tuple[Any, bool]:
    """What the body says, as text where it is no JSON; and whether it is nested deeper than is kept."""
    shown = arrival.body[:LONGEST_SHOWN].decode("utf-8", "replace")
    if not arrival.body:
        return None, False
    try:
        body = unpack(arrival.body, arrival.headers)
    except NotReadableError:  # in an encoding that nobody here reads
        return shown, False
    try:
        payload = parse(body)
    except NotJsonError:
        return shown, False
    except NotReadableError:
        return shown, True
    return (shown, True) if _is_deep(payload) else (payload, False)


def _is_deep(payload: object) -> bool:
    level = [payload]
    for _ in range(DEEPEST):
        inner = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)]
        level = [each for values in inner for each in values]
    return bool(level)
