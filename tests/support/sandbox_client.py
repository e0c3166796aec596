"""A client of a sandbox without its network; shared by the tests of `tools/sandbox`."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from pytest_customerio.tools.sandbox.answering.answers import SandboxAnswer
from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.keys import Keys
from pytest_customerio.tools.sandbox.requests.request import HttpRequest
from pytest_customerio.tools.sandbox.settings import Settings
from pytest_customerio.tools.sandbox.workspace.people.person import Person

NOW = 1_764_000_000


def authorization(keys: Keys, target: str) -> str:
    """The Authorization header that the API with this path accepts."""
    if target.lstrip("/").startswith(("api/", "us/api/", "eu/api/")):
        return "Basic " + base64.b64encode(f"{keys.site_id}:{keys.track}".encode()).decode()
    if target.rstrip("/").rpartition("/v1/")[2] in ("identify", "track", "page", "screen", "group", "alias", "batch"):
        return "Basic " + base64.b64encode(f"{keys.pipelines}:".encode()).decode()
    return f"Bearer {keys.app}"


@cache
def clocked(settings: Settings | None) -> tuple[Service, list[float]]:
    """A sandbox and its clock. They are created once for each settings, because a sandbox reads many files."""
    clock = [0.0]
    return Service(settings, now=lambda: clock[0]), clock


class SandboxClient:
    """Calls an empty sandbox without a network. The clock of the sandbox changes only by `later`."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.service, self._clock = clocked(settings)
        self._clock[0] = float(NOW)
        self.service.reset()

    def later(self, seconds: float) -> None:
        """Advance the clock."""
        self._clock[0] += seconds

    def __call__(
        self, method: str, target: str, payload: Any = None, headers: Mapping[str, str] | None = None, **more: Any
    ) -> SandboxAnswer:
        """The answer to a request, with the right key unless `headers` has another."""
        defaults = {"authorization": authorization(self.service.keys, target), "content-type": "application/json"}
        body = payload if isinstance(payload, bytes) else b"" if payload is None else json.dumps(payload).encode()
        sent = {name: value for name, value in {**defaults, **(headers or {})}.items() if value}
        return self.service.answer(HttpRequest(method, target, sent, body, **more))

    def body(self, *request: Any, **more: Any) -> Any:
        """The JSON of a successful answer."""
        reply = self(*request, **more)
        assert reply.answer.status == 200, reply
        return json.loads(reply.answer.body)

    def notes(self, *request: Any, **more: Any) -> tuple[str, ...]:
        """The notes on a successful answer."""
        reply = self(*request, **more)
        assert reply.answer.status in (200, 204), reply
        return reply.notes

    def identify(self, identifier: str, **attributes: Any) -> tuple[str, ...]:
        """The notes on an identify of Track v1."""
        return self.notes("PUT", f"/api/v1/customers/{identifier}", attributes)

    def entity(self, action: str, kind: str = "person", **members: Any) -> tuple[str, ...]:
        """The notes on an entity of Track v2."""
        return self.notes("POST", "/api/v2/entity", {"type": kind, "action": action, **members})

    def person(self, kind: str, value: str) -> Person:
        """The person who has this identifier."""
        person = self.service.workspace.people.find((kind, value))
        assert person is not None
        return person
