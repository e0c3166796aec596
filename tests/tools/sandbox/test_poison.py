"""No value breaks the sandbox: each of `tests/data/poison.json` in every kind of call, then all of its own pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sandbox_client import SandboxClient, authorization

from pytest_customerio.tools.sandbox.routes.admin import admin
from pytest_customerio.tools.sandbox.server.application import Application

POISON = json.loads((Path(__file__).parents[2] / "data" / "poison.json").read_text("utf-8"))["poison"]
# Method, target and payload; `%s` in either is where the poison goes.
CALLS = (
    ("PUT", "/api/v1/customers/42", '{"email": "ada@example.com", "plan": %s}'),
    ("PUT", "/api/v1/customers/42", '{"email": %s, "id": %s, "created_at": %s}'),
    ("POST", "/api/v1/customers/42/events", '{"name": %s, "timestamp": %s, "data": %s}'),
    ("PUT", "/api/v1/customers/42/devices", '{"device": {"id": %s, "platform": "ios", "last_used": %s}}'),
    ("POST", "/api/v1/merge_customers", '{"primary": {"id": %s}, "secondary": {"email": %s}}'),
    ("POST", "/api/v1/segments/7/add_customers", '{"ids": [%s, "42"]}'),
    ("POST", "/api/v2/entity", '{"type": "person", "action": "identify", "identifiers": {"id": "9"}, "attributes": %s}'),
    ("POST", "/api/v2/entity", '{"type": "person", "action": "event", "identifiers": %s, "name": "x", "timestamp": %s}'),
    ("POST", "/api/v2/batch", '{"batch": [%s, {"type": "person", "action": %s, "identifiers": {"id": "9"}}]}'),
    ("POST", "/v1/send/email", '{"transactional_message_id": 1, "to": "a@b.co", "identifiers": {"id": "42"}, "message_data": %s}'),
    ("POST", "/v1/send/email", '{"to": %s, "identifiers": %s, "from": "s@b.co", "subject": %s, "body": %s}'),
    ("POST", "/v1/campaigns/7/triggers", '{"ids": %s, "data": %s}'),
    ("POST", "/v1/customers", '{"filter": {"and": [{"attribute": {"field": "plan", "operator": "eq", "value": %s}}]}}'),
    ("POST", "/v1/segments", '{"segment": {"name": %s, "description": %s}}'),
    ("POST", "/v1/identify", '{"userId": %s, "traits": %s, "timestamp": %s}'),
    ("POST", "/v1/batch", '{"batch": [{"type": "track", "userId": "42", "event": %s, "properties": %s}]}'),
)  # fmt: skip
PATHS = (
    ("PUT", "/api/v1/customers/%s", "{}"),
    ("GET", "/v1/customers/%s/attributes", ""),
    ("GET", "/v1/customers?email=%s", ""),
    ("DELETE", "/v1/segments/%s", ""),
    ("GET", "/v1/%s", ""),
    ("GET", "/%s", ""),
)
PAGES = (
    *("/_sandbox/", "/_sandbox/received", "/_sandbox/people", "/_sandbox/deliveries", "/_sandbox/workspace"),
    *("/", "/?q=a", "/_sandbox/inbox/people", "/_sandbox/inbox/messages"),
)


def text_of(poison: dict[str, Any]) -> str:
    """The poison as it is sent."""
    if "members" in poison:
        return json.dumps({f"m{number}": number for number in range(poison["members"])})
    if "hex" in poison:
        return bytes.fromhex(poison["hex"]).decode("latin-1")
    if "raw" in poison:
        return str(poison["raw"])
    text, times = poison["repeat"]
    inner = text * times
    if "mirror" in poison:
        inner += poison.get("middle", "") + poison["mirror"] * times
    return str(poison.get("before", "")) + inner + str(poison.get("after", ""))


class Sandbox:
    """A sandbox, called as a server calls it, but without one."""

    def __init__(self, ask: SandboxClient) -> None:
        self.service = ask.service
        self._app = Application(ask.service, admin(ask.service, {"CUSTOMERIO_SITE_ID": "site"}))

    async def __call__(
        self, method: str, target: str, body: bytes = b"", headers: tuple[tuple[str, str], ...] = ()
    ) -> int:
        """The status of an answer."""
        path, _, query = target.partition("?")
        usual = [("host", "127.0.0.1:8025"), ("content-type", "application/json")]
        usual.append(("authorization", authorization(self.service.keys, path)))
        given = {name for name, _ in headers}
        every = [(name, value) for name, value in usual if name not in given] + list(headers)
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode("latin-1", "replace"),
            "query_string": query.encode("latin-1", "replace"),
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in every],
            "server": ("127.0.0.1", 8025),
            "client": ("127.0.0.1", 1),
        }
        said: list[Any] = []
        messages: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            said.append(message)

        await self._app(scope, receive, send)
        return int(said[0]["status"])


def requests(poison: dict[str, Any]) -> Iterator[tuple[str, str, bytes, tuple[tuple[str, str], ...]]]:
    """Every request that this poison goes into."""
    text = text_of(poison)
    for method, target, payload in PATHS if poison["place"] == "path" else CALLS:
        body = payload.replace("%s", text).encode()
        if poison["place"] == "body":
            yield method, target, text.encode("latin-1" if "hex" in poison else "utf-8"), ()
        elif poison["place"] == "header":
            yield method, target, payload.replace("%s", '"x"').encode(), ((poison["name"], text),)
        else:
            yield method, target.replace("%s", text), body, ()


async def broken(sandbox: Sandbox, poison: dict[str, Any]) -> list[str]:
    """The requests, and the pages after them, that end in a 5xx or raise."""
    found = []
    for request in [*requests(poison), *(("GET", page, b"", ()) for page in PAGES)]:
        try:
            status = await sandbox(*request)
        except Exception as error:
            found.append(f"{poison['id']}: {request[0]} {request[1][:60]}: {type(error).__name__}: {error!s:.200}")
        else:
            if status >= 500 and status != 501:  # 501: what Customer.io does not publish
                found.append(f"{poison['id']}: {request[0]} {request[1][:60]}: {status}")
    return found


@pytest.mark.parametrize("place", ["value", "body", "header", "path"])
def test_no_value_ends_in_a_500(place: str, ask: SandboxClient) -> None:
    """Neither the request that holds it, nor a page of the sandbox afterwards."""
    sandbox = Sandbox(ask)

    async def every() -> list[str]:
        found: list[str] = []
        for poison in POISON:
            if poison["place"] == place:
                sandbox.service.reset()
                found += await broken(sandbox, poison)
        return found

    assert asyncio.run(every()) == []


def test_the_calls_arrive(ask: SandboxClient) -> None:
    """A harmless value is answered by the operation: the address and the key of each call are right."""
    sandbox, harmless = Sandbox(ask), {"id": "harmless", "place": "value", "raw": '"x"'}

    async def statuses() -> set[int]:
        return {await sandbox(*request) for request in requests(harmless)}

    assert asyncio.run(statuses()) <= {200, 202, 204, 207, 400, 422}


def test_how_many_there_are() -> None:
    """Each has a name of its own."""
    names = [poison["id"] for poison in POISON]
    assert len(set(names)) == len(names) >= 144
