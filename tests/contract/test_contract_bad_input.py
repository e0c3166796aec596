"""No request raises an exception or takes long."""

from __future__ import annotations

import base64
import gzip
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.contract.rules import vocabulary
from pytest_customerio.core import data
from pytest_customerio.core.model import Interaction, Violation

CATALOG = Catalog.load()
CONTRACT = Contract(CATALOG, region="us")
KEYS = {
    "basic": "Basic " + base64.b64encode(b"site:key").decode(),
    "bearer": "Bearer key",
    "write-key": "Basic " + base64.b64encode(b"key:").decode(),
    "none": "",
}
IDENTIFY = "https://track.customer.io/api/v1/customers/5"
EVENT = IDENTIFY + "/events"
SECONDS = 8  # of processor time; the worst takes about two on a slow machine
TEN_MB = 10 * 1024 * 1024
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(st.characters()), inner, max_size=5),
    max_leaves=10,
)
MEMBERS = list(
    dict.fromkeys(
        key
        for path in sorted(data.schemas().glob("*/*.json"))
        for key in json.loads(path.read_text("utf-8")).get("properties", {})
    )
)
LIKELY = st.recursive(
    SCALARS
    | st.sampled_from(["person", "object", "delivery", "event", "identify", "track", "", "None", 1764000000000]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=8),
    max_leaves=10,
)


def judge(method: str, url: str, body: bytes | None, **headers: str) -> tuple[Violation, ...]:
    """The violations; fails where judging takes too long or a text cannot be printed."""
    headers = {"authorization": KEYS["basic"]} | {name.replace("_", "-"): value for name, value in headers.items()}
    began = time.process_time()
    found = CONTRACT.judge(Interaction("requests", method, url, headers, body)).violations
    assert time.process_time() - began < SECONDS
    for each in found:
        assert each.rule in vocabulary()
        assert f"{each.where} {each.expected} {each.got} {each.hint}".encode()
        assert len(each.got) <= 80
    return found


# Drawing costs much more than judging. So one payload is judged for all operations.
@settings(max_examples=10, deadline=None)
@given(payload=JSON | LIKELY | st.dictionaries(st.sampled_from(MEMBERS), LIKELY, max_size=10))
def test_any_json_on_any_operation(payload: Any) -> None:
    """Given any JSON, and payloads that nearly fit, judging raises nothing."""
    for operation in CATALOG.operations.values():
        sent = {**operation.variant, **payload} if isinstance(payload, dict) else payload
        url = f"https://{operation.hosts['us']}{operation.path}"
        judge(operation.method, url, json.dumps(sent).encode(), authorization=KEYS[operation.auth])


@settings(max_examples=50, deadline=None)
@given(st.binary(), st.sampled_from(["", "gzip", "deflate", "br", "gzip, deflate", "\ud800"]))
def test_any_bytes(body: bytes, encoding: str) -> None:
    """Any bytes with any content encoding are judged."""
    for prefix in (b"", b"\x1f\x8b\x08", b'{"name": "'):
        judge("POST", EVENT, prefix + body, content_encoding=encoding)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(["GET", "POST", "PUT", "DELETE", "", "get", "\n"]), st.text(), st.text())
def test_any_url(method: str, host: str, path: str) -> None:
    """Given any text as URL, host or path, judging raises nothing."""
    for url in (
        path,
        f"https://{host}/{path}",
        f"https://track.customer.io/{path}",
        f"{IDENTIFY}/{path}?{host}#{path}",
    ):
        judge(method, url, b"{}")


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_any_header(text: str) -> None:
    """Given any text as credentials, judging raises nothing."""
    for value in (text, "Basic " + text, "Bearer " + text, "Basic " + base64.b64encode(text.encode()).decode()):
        assert judge("POST", EVENT, b'{"name": "x"}', authorization=value) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://[::1]:8080/api/v1/customers/5",
        "https://[fe80::1%25eth0]/x",
        "https://[::1/x",
        "https://track.customer.io:99999/api/v1/customers/5",
        "https://track.customer.io:port/api/v1/customers/5",
        "https://track.customer.io:/api/v1/customers/5",
        "",
        "/",
        "https://",
        "//track.customer.io/x",
        "https://track.customer.io",
        "https://track.customer.io//",
        "https://track.customer.io/api/v1/customers/%",
        "https://track.customer.io/api/v1/customers/%zz/events",
        "https://track.customer.io/api/v1/customers/%FF%FE",
        "https://customer.io.evil.com/api/v1/customers/5",
        "https://user:pass@track.customer.io@evil.com/x",
        "\x00",
        "https://track.customer.io/\ud800",
        "https://track.customer.io/api/v1/customers/" + "a" * TEN_MB,
        "https://track.customer.io/api/v1/customers/" + "a/" * (TEN_MB // 2),
        "https://track.customer.io/api/v1/customers/" + "%" * TEN_MB,
        "https://track.customer.io/" + "x" * TEN_MB,
        EVENT + "?" + "a=b&" * (TEN_MB // 4),
    ],
    ids=lambda url: repr(url[:50]),
)
def test_odd_urls(url: str) -> None:
    """Given URLs with brackets, ports, percent signs, and ten megabytes of them, judging raises nothing."""
    for method in ("PUT", "POST", "DELETE", "GET"):
        judge(method, url, b"{}")


# Made by the test that sends them: some are of ten megabytes, and each process collects this module.
BODIES: dict[str, Callable[[], bytes]] = {
    "text": lambda: b"x" * TEN_MB,
    "one long value": lambda: json.dumps({"name": "x" * TEN_MB}).encode(),
    "many members": lambda: json.dumps({f"a{n}": n for n in range(500_000)}).encode(),
    "many broken members": lambda: json.dumps({f"a{n}": "x" * 1001 for n in range(10_000)}).encode(),
    "long address": lambda: json.dumps({"email": "a@" + "b." * (TEN_MB // 2), "to": '"\\' * (TEN_MB // 4)}).encode(),
    "many addresses": lambda: json.dumps({"email": "a@b.co," * 500_000, "to": "a@b.co," * 500_000}).encode(),
    "long list": lambda: json.dumps(
        {"batch": [1] * 2_000_000, "ids": [1] * 1_000_000, "email": [1] * 100_000}
    ).encode(),
    "deep": lambda: b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "as deep as is read": lambda: b'{"name":"","data":{"a":' + b"[" * 900 + b"]" * 900 + b"}}",
    "deeper than Rust reads": lambda: b'{"name":"","data":{"a":' + b"[" * 300 + b"]" * 300 + b"}}",
    "duplicate keys": lambda: b'{"name":1,"name":"x"}',
    "NaN": lambda: b'{"name":NaN}',
    "long integer": lambda: b'{"timestamp":' + b"1" * 5_000 + b',"created_at":' + b"1" * TEN_MB + b"}",
    "large exponent": lambda: b'{"name":"x","timestamp":1e999,"created_at":-1e999}',
    "lone surrogates": lambda: b'{"\\ud800@x":"' + b"\\ud800" * 400 + b'","email":"\\udfff","name":"\\ud800"}',
    "not UTF-8": lambda: b'{"name":"\xff"}',
    "bomb": lambda: gzip.compress(b" " * (100 * 1024 * 1024)),
}


@pytest.mark.parametrize("name", BODIES)
def test_odd_bodies(name: str) -> None:
    """Given bodies of ten megabytes, of ten thousand levels, and unusual JSON, judging raises nothing."""
    packed = {"content_encoding": "gzip"} if name == "bomb" else {}
    body = BODIES[name]()
    judge("PUT", IDENTIFY, body, **packed)
    judge("POST", EVENT, body, **packed)
    judge("POST", "https://track.customer.io/api/v2/batch", body, **packed)
    judge("POST", "https://api.customer.io/v1/send/email", body, authorization="Bearer key", **packed)


def test_large_batches() -> None:
    """A large batch of valid items is only too large; of broken items, a limited number is reported."""
    fine = {"type": "person", "action": "event", "name": "x", "identifiers": {"id": "1"}}
    broken = {"type": "person", "action": "event", "identifiers": {}}
    url = "https://track.customer.io/api/v2/batch"
    assert [each.rule for each in judge("POST", url, json.dumps({"batch": [fine] * 50_000}).encode())] == [
        "batch-too-large"
    ]
    assert len(judge("POST", url, json.dumps({"batch": [broken] * 50_000}).encode())) > 900


def test_what_bad_bodies_draw() -> None:
    """Bodies that are known to be broken are reported."""
    assert [each.rule for each in judge("POST", EVENT, BODIES["NaN"]())] == ["body-not-json"]
    assert [each.rule for each in judge("POST", EVENT, BODIES["not UTF-8"]())] == ["body-not-json"]
    assert [each.rule for each in judge("POST", EVENT, BODIES["as deep as is read"]())][:1] == ["event-name-missing"]
    assert [each.rule for each in judge("POST", EVENT, BODIES["duplicate keys"]())] == []
