"""The interactions of a cassette as values, in every form that vcrpy or people write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from vcr.request import Request
from vcr.serialize import serialize
from vcr.serializers import yamlserializer

from pytest_customerio.cassettes.document import Document
from pytest_customerio.cassettes.exchanges import answer_of, exchanges, request_of


def response(**more: Any) -> dict[str, Any]:
    return {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": ""}, **more}


def request(**more: Any) -> dict[str, Any]:
    return {"method": "PUT", "uri": "https://track.customer.io/a", "headers": {}, "body": None, **more}


def test_an_answer_is_as_recorded() -> None:
    """Status, reason, repeated headers and body come through; one text stands for a list of one."""
    headers = {"Retry-After": ["2"], "Set-Cookie": ["a=1", "b=2"], "Via": "1.1 google"}
    status, body = {"code": 429, "message": "As Told"}, {"string": "zu früh"}
    answer = answer_of({"status": status, "headers": headers, "body": body})
    assert (answer.status, answer.reason, answer.body, answer.fault) == (429, "As Told", "zu früh".encode(), None)
    assert answer.headers == (("Retry-After", "2"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Via", "1.1 google"))


def test_a_fault_has_no_status() -> None:
    """Whatever status a fault of the network carries for vcrpy, its answer has none."""
    answer = answer_of(response(fault="read-timeout"))
    assert (answer.status, answer.fault) == (0, "read-timeout")


@pytest.mark.parametrize("status", [{"code": 200}, {"code": 200, "message": None}])
def test_an_answer_without_a_reason(status: dict[str, Any]) -> None:
    """A reason phrase may be left out."""
    assert answer_of(response(status=status)).reason == ""


@pytest.mark.parametrize("body", [{}, {"string": None}, {"string": ""}])
def test_an_answer_without_a_body(body: dict[str, Any]) -> None:
    """A body may be left out."""
    assert answer_of(response(body=body)).body == b""


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (None, b""),
        ("text ä", "text ä".encode()),
        ("\ud800", b"?"),
        (b"bytes", b"bytes"),
        ({"key": 1}, b'{"key": 1}'),
        (["x"], b'["x"]'),
        ((b"a", "b"), b"ab"),
    ],
)
def test_a_recorded_body_is_read_whatever_its_form(body: object, sent: bytes) -> None:
    """The body of a request is bytes, also where vcrpy recorded a JSON value of aiohttp or parts of an iterator."""
    assert request_of(request(body=body)).body == sent


def test_the_headers_of_a_request() -> None:
    """Names are lower case; of several values the first one counts, and a header without any is empty."""
    given = request(headers={"Content-Type": ["a/b", "c/d"], "X-One": "1", "X-None": []})
    assert request_of(given).headers == {"content-type": "a/b", "x-one": "1", "x-none": ""}


@pytest.mark.parametrize("body", [None, b"bytes", "text", {"a": [1]}, b"\xff", iter([b"a", "b"])])
def test_what_vcrpy_writes_is_read(tmp_path: Path, body: Any) -> None:
    """A cassette that vcrpy wrote gives the request and the answer that it was made of."""
    recorded = Request("PUT", "https://track.customer.io/a", body, {"X-A": "b"})
    sent = b"ab" if hasattr(body, "__next__") else json.dumps(body).encode() if isinstance(body, dict) else body
    path = tmp_path / "case.yaml"
    path.write_text(serialize({"requests": [recorded], "responses": [response()]}, yamlserializer), encoding="utf-8")
    (found,) = exchanges(Document(path))
    assert found.request.body == (sent.encode() if isinstance(sent, str) else sent or b"")
    assert (found.request.headers, found.answer.status) == ({"x-a": "b"}, 200)


def test_exchanges_are_in_recorded_order(tmp_path: Path) -> None:
    """All interactions of the file are given, in the order of the file."""
    entries = [{"request": request(method=name), "response": response()} for name in ("PUT", "GET", "PUT")]
    path = tmp_path / "case.yaml"
    path.write_text(yaml.safe_dump({"interactions": entries}), encoding="utf-8")
    assert [one.request.method for one in exchanges(Document(path))] == ["PUT", "GET", "PUT"]
