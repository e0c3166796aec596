"""One payload has one verdict, however its body is encoded and whatever client sends it."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from for_each import for_each
from tapping import FakeTraffic
from vectors import DOCUMENTS, KEYS, TRACK, grown

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.routes import document_of
from pytest_customerio.contract.contract import Contract, Judged
from pytest_customerio.core.model import Interaction
from pytest_customerio.core.operation import Operation

CATALOG = Catalog.load()
CONTRACT = Contract(CATALOG)
AT = 1_764_000_000.0
WITH_BODY = [each for each in CATALOG.operations.values() if each.method in ("POST", "PUT")]
# Bodies that are broken for every operation: no object, NaN, no JSON at all.
BROKEN = (b"[1]", b'{"type": "person", "action": "event", "name": NaN}', b"name=x&email=ada%40example.com")


def _chunks(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    yield body[len(body) // 2 :]


# How a body is handed to a client, and the headers that say so. A real file is sent besides.
ENCODED: dict[str, Callable[[bytes], tuple[Any, dict[str, str]]]] = {
    "bytes": lambda body: (body, {}),
    "text": lambda body: (body.decode(), {}),
    "gzip": lambda body: (gzip.compress(body), {"content-encoding": "gzip"}),
    "deflate": lambda body: (zlib.compress(body), {"content-encoding": "deflate"}),
    "raw deflate": lambda body: (zlib.compress(body, wbits=-15), {"content-encoding": "deflate"}),
    "chunks": lambda body: (_chunks(body), {}),
    "chunks of gzip": lambda body: (_chunks(gzip.compress(body)), {"content-encoding": "gzip"}),
    "file in memory": lambda body: (io.BytesIO(body), {}),
}


@cache
def _vectors() -> dict[str, bytes]:
    """The last broken payload that there is for an operation, by its id."""
    found = {}
    for surface, document in DOCUMENTS.items():
        for vector in (each for each in document["vectors"] if each["verdict"] == "invalid"):
            body = json.dumps(grown(vector.get("body"))).encode()
            operation = CATALOG.match(*vector["request"].split(" ", 1), json.loads(body)).operation
            if operation is not None and operation.surface == surface:
                found[operation.id] = body
    return found


def _payloads(operation: Operation) -> dict[str, bytes]:
    """A valid payload and a broken one of this operation, and what is broken for all."""
    found = {"example": json.dumps(document_of(operation.id)["examples"][0]).encode()}
    if operation.id in _vectors():
        found["vector"] = _vectors()[operation.id]
    return found | {body.decode(): body for body in BROKEN}


def _address(operation: Operation) -> str:
    return f"https://{operation.hosts['us']}{operation.path}".replace("{", "a").replace("}", "")


def _verdict(interaction: Interaction) -> Judged:
    judged = CONTRACT.judge(replace(interaction, at=AT))
    return judged._replace(violations=tuple(each._replace(sent_from=None) for each in judged.violations))


@pytest.fixture(scope="module")
def clients() -> Iterator[dict[str, Callable[..., Any]]]:
    """The function of each client that sends one request."""
    with requests.Session() as session, httpx.Client() as client:
        yield {
            "requests": lambda method, url, body, headers: session.request(
                method, url, data=body, headers=headers, timeout=5
            ),
            "httpx": lambda method, url, body, headers: client.request(method, url, content=body, headers=headers),
        }


@for_each("operation", WITH_BODY, ids=[each.id for each in WITH_BODY])
def test_a_payload_has_one_verdict(
    operation: Operation, tapped: FakeTraffic, clients: dict[str, Callable[..., Any]], tmp_path: Path
) -> None:
    """The same operation and the same violations for every encoding and client, when it is judged and when answered."""
    method, url, file = operation.method, _address(operation), tmp_path / "body"
    headers = {"authorization": KEYS.get(url.partition("//")[2][:3], TRACK), "x-strict-mode": "1"}

    def check(how: str, send: Callable[..., Any], given: Any, more: Mapping[str, str]) -> None:
        tapped.heard.clear()
        tapped.attempts.clear()
        send(method, url, given, headers | more)
        (attempt,) = tapped.attempts
        answered = CATALOG.match(attempt.method, attempt.url, attempt.payload.value).operation
        assert (what, how, _verdict(tapped.only.frozen())) == (what, how, expected)
        assert (what, how, answered) == (what, how, expected.operation)

    for what, body in _payloads(operation).items():
        expected = _verdict(Interaction("test", method, url, headers, body))
        for (client, send), (encoding, encode) in product(clients.items(), ENCODED.items()):
            check(f"{client}, {encoding}", send, *encode(body))
        file.write_bytes(body)
        with file.open("rb") as opened:
            check("requests, file", clients["requests"], opened, {})


def test_every_operation_with_a_body_has_payloads_of_both_kinds() -> None:
    """Each example has the operation that it is an example of; every surface has a broken payload of its own."""
    broken = set()
    for operation in WITH_BODY:
        payloads = _payloads(operation)
        example = json.loads(payloads["example"])
        assert CATALOG.match(operation.method, _address(operation), example).operation == operation
        broken |= {operation.surface} if "vector" in payloads else set()
    assert broken == set(DOCUMENTS)
