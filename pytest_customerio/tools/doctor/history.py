"""What a workspace stores about a person: a sandbox shows it on its own pages, Customer.io through the App API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote

from pytest_customerio.tools.asking import Call, path
from pytest_customerio.tools.target import read

# Pages that are in no catalogue are requested as this operation: it needs the key of the App API and only reads.
_READS = "app.list_segments"
LATEST = 100


class History(Protocol):
    """Answers questions about one person. `customer` is the person as the App API answers it."""

    exact: bool

    def attributes(self, customer: Mapping[str, Any]) -> Mapping[str, Any]:
        """The attributes. Their types are those that were sent where `exact` is true."""

    def events(self, customer: Mapping[str, Any]) -> list[str] | None:
        """The names of the latest events; None where they cannot be read."""

    def suppressed(self, email: str) -> str | None:
        """Why nothing is sent to this address; empty where it is not suppressed, None where that cannot be read."""


class SandboxHistory:
    """The history in a sandbox: all that it was sent, with its types."""

    exact = True

    def __init__(self, call: Call) -> None:
        self._call = call

    def attributes(self, customer: Mapping[str, Any]) -> Mapping[str, Any]:
        """The attributes as they were sent."""
        return _mapping(self._person(customer).get("attributes"))

    def events(self, customer: Mapping[str, Any]) -> list[str] | None:
        """The names of all events."""
        return [str(one.get("name")) for one in self._person(customer).get("events", ())]

    def suppressed(self, email: str) -> str | None:
        """Whether the workspace has suppressed this address."""
        place = f"/_sandbox/workspace?q={quote(email, safe='')}"
        found = read(self._call(_READS, place, None)).get("suppressed", [])
        values = {str(one.get("value")).casefold() for one in found}
        return "suppressed in the workspace" if email.casefold() in values else ""

    def _person(self, customer: Mapping[str, Any]) -> Mapping[str, Any]:
        return _mapping(read(self._call(_READS, path("_sandbox", "people", cio_id(customer)), None)))


class AppApiHistory:
    """The history in Customer.io. The App API shows attributes as text, and the events of the last weeks."""

    exact = False

    def __init__(self, call: Call) -> None:
        self._call = call

    def attributes(self, customer: Mapping[str, Any]) -> Mapping[str, Any]:
        """The attributes, all as text."""
        return _mapping(customer.get("attributes"))

    def events(self, customer: Mapping[str, Any]) -> list[str] | None:
        """The names of the latest events (docs.customer.io/integrations/api/app/tag/customers/getPersonActivities)."""
        place = path("v1", "customers", f"cio_{cio_id(customer)}", "activities")
        answer = self._call(_READS, f"{place}?id_type=cio_id&type=event&limit={LATEST}", None)
        if answer.status != 200:
            return None
        found = [_mapping(one) for one in read(answer).get("activities") or ()]
        return [str(one.get("name") or _mapping(one.get("data")).get("name")) for one in found]

    def suppressed(self, email: str) -> str | None:
        """Whether the delivery service refuses it (docs.customer.io/integrations/api/app/tag/esp-suppression)."""
        answer = self._call(_READS, path("v1", "esp", "search_suppression", email), None)
        if answer.status != 200:
            return None
        return "suppressed by the service that delivers" if read(answer).get("suppressions") else ""


def cio_id(customer: Mapping[str, Any]) -> str:
    """The identifier that each person has."""
    return str(_mapping(customer.get("identifiers")).get("cio_id") or customer.get("cio_id") or "")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
