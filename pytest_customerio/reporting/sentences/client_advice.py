"""What to do about an error with one client or SDK: `advice/clients.json`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pytest_customerio.core import data


def client_advice(cassette: str, client: str, agent: str) -> str:
    """What to do with the client that sent the request; empty where it is nothing special.

    An SDK sends through a client; the `agent`, its User-Agent header, tells the SDK.
    """
    found = clients(cassette)
    sdk = next((name for start, name in _read()["agents"].items() if agent.startswith(start)), client)
    return found.get(sdk, "")


def clients(cassette: str) -> Mapping[str, str]:
    """What to do about an error with each client and SDK, by name."""
    found: Mapping[str, Any] = _read()["cases"].get(cassette, {})
    return {name: text for name, text in found.items() if name != "source"}


def sources(cassette: str) -> tuple[str, ...]:
    """Where the clients say so."""
    return tuple(_read()["cases"].get(cassette, {}).get("source", ()))


@cache
def _read() -> Mapping[str, Any]:
    found: Mapping[str, Any] = data.read_json(data.advice() / "clients.json")
    return found
