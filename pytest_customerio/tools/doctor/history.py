"""What a workspace remembers of a person: from a sandbox by its own pages, from Customer.io by the App API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pytest_customerio.tools.doctor.asking import Ask, path, read

# A call that only reads, with the key of the App API: other places are asked in its name.
_READS = "app.list_segments"
LATEST = 100


class History(Protocol):
    """What can be asked about one person, whose `customer` the App API gave."""

    exact: bool

    def attributes(self, customer: Mapping[str, Any]) -> Mapping[str, Any]:
        """The attributes; `exact` says whether their types are as sent."""

    def events(self, customer: Mapping[str, Any]) -> list[str] | None:
        """The names of the latest events; None where they cannot be told."""

    def suppressed(self, email: str) -> str | None:
        """Why this address gets nothing; empty where it does, None where that cannot be told."""


class Sandbox:
    """A sandbox tells what it was sent."""

    exact = True

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def attributes(self, customer: Mapping[str, Any]) -> Mapping[str, Any]:
        """As they were sent."""
        return _mapping(self._person(customer).get("attributes"))

    def events(self, customer: Mapping[str, Any]) -> list[str] | None:
        """All of them."""
        return [str(one.get("name")) for one in self._person(customer).get("events", ())]

    def suppressed(self, email: str) -> str | None:
        """Whether the workspace never wants it back."""
        found = read(self._ask(_READS, "/_sandbox/workspace", None)).get("suppressed", [])
        values = {str(one.get("value")).casefold() for one in found}
        return "suppressed in the workspace" if email.casefold() in values else ""

    def _person(self, customer: Mapping[str, Any]) -> Mapping[str, Any]:
        return _mapping(read(self._ask(_READS, path("_sandbox", "people", cio_id(customer)), None)))


class App:
    """Customer.io tells what its App API does: types are lost, events are those of the last weeks."""

    exact = False

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def attributes(self, customer: Mapping[str, Any]) -> Mapping[str, Any]:
        """All as text."""
        return _mapping(customer.get("attributes"))

    def events(self, customer: Mapping[str, Any]) -> list[str] | None:
        """The latest (docs.customer.io/integrations/api/app/tag/customers/getPersonActivities)."""
        place = path("v1", "customers", cio_id(customer), "activities")
        answer = self._ask(_READS, f"{place}?id_type=cio_id&type=event&limit={LATEST}", None)
        if answer.status != 200:
            return None
        found = [_mapping(one) for one in read(answer).get("activities") or ()]
        return [str(one.get("name") or _mapping(one.get("data")).get("name")) for one in found]

    def suppressed(self, email: str) -> str | None:
        """Whether the service that delivers refuses it (docs.customer.io/integrations/api/app/tag/esp-suppression)."""
        answer = self._ask(_READS, path("v1", "esp", "search_suppression", email), None)
        if answer.status != 200:
            return None
        return "suppressed by the service that delivers" if read(answer).get("suppressions") else ""


def cio_id(customer: Mapping[str, Any]) -> str:
    """The identifier that everybody has."""
    return str(_mapping(customer.get("identifiers")).get("cio_id") or customer.get("cio_id") or "")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
