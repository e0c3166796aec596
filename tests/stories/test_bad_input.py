"""Unusual input through every client gets a verdict. It causes no error of ours in the application, and no hang."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from applications import APP, HEARD
from listening import CONFTEST

if TYPE_CHECKING:
    from tests.stories.conftest import Story

INPUT = r'''
"""Bodies and addresses that nobody should send."""

import gzip
import json

WELL = b'{"name": "purchase"}'
BODIES = {
    "none": None,
    "empty": b"",
    "broken": b'{"name": "purchase"',
    "not-utf-8": b'{"name": "\xff\xfe"}',
    "utf-16": WELL.decode().encode("utf-16"),
    "bom": b"\xef\xbb\xbf" + WELL,
    "nul": b'{"name": "a\x00b"}',
    "lone-surrogate": b'{"name": "\\ud800"}',
    "raw-surrogate": '{"name": "\ud800"}'.encode("utf-8", "surrogatepass"),
    "duplicate-keys": b'{"name": "a", "name": "b", "timestamp": 1, "timestamp": "x"}',
    "nan": b'{"name": "a", "data": {"x": NaN, "y": -Infinity}}',
    "huge-number": b'{"name": "a", "timestamp": ' + b"9" * 5000 + b"}",
    "huge-exponent": b'{"name": "a", "timestamp": 1e999999}',
    "list": b"[1, 2]",
    "text": b'"purchase"',
    "null": b"null",
    "deep": b'{"name": "a", "data": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}",
    "deep-open": b"[" * 10_000,
    "ten-megabytes": b'{"name": "a", "data": {"x": "' + b"x" * 10_000_000 + b'"}}',
    "many-keys": json.dumps({"name": "a", "data": {f"k{n}": n for n in range(50_000)}}).encode(),
    "gzip-said-not-done": WELL,
    "gzip-done-not-said": gzip.compress(WELL, mtime=0),
    "form": b"name=purchase&x=1",
    "repr": b"{'name': 'purchase', 'x': None}",
}
HOST = "http://track.customer.io"
URLS = {
    "percent": HOST + "/api/v1/customers/100%/events",
    "percent-words": HOST + "/api/v1/customers/%zz%/events",
    "percent-latin": HOST + "/api/v1/customers/%ff%fe/events",
    "percent-nul": HOST + "/api/v1/customers/%00/events",
    "slash": HOST + "/api/v1/customers/a/b/events",
    "dots": HOST + "/api/v1/../customers/./5/events",
    "empty-segment": HOST + "/api/v1/customers//events",
    "no-path": HOST,
    "root": HOST + "/",
    "query-only": HOST + "?x=1",
    "question": HOST + "/api/v1/customers/5/events?",
    "hash": HOST + "/api/v1/customers/5#/events",
    "query-odd": HOST + "/api/v1/customers/5/events?&&=&a&%=%zz",
    "doubled": HOST + "//api//v1/customers/5/events",
    "long": HOST + "/api/v1/customers/" + "a" * 30_000 + "/events",
    "accents": HOST + "/api/v1/customers/j%C3%A9r%C3%B4me/events",
    "raw-accents": HOST + "/api/v1/customers/jérôme/events",
    "space": HOST + "/api/v1/customers/a b/events",
    "port": "http://track.customer.io:8443/api/v1/customers/5/events",
    "port-zero": "http://track.customer.io:0/api/v1/customers/5/events",
    "port-empty": "http://track.customer.io:/api/v1/customers/5/events",
    "port-large": "http://track.customer.io:99999/api/v1/customers/5/events",
    "port-words": "http://track.customer.io:https/api/v1/customers/5/events",
    "upper-case": "HTTP://TRACK.CUSTOMER.IO/api/v1/customers/5/events",
    "trailing-dot": "http://track.customer.io./api/v1/customers/5/events",
    "credentials": "http://site:key@track.customer.io/api/v1/customers/5/events",
    "credentials-odd": "http://a%40b:c%3Ad@track.customer.io/api/v1/customers/5/events",
    "at-in-path": "http://track.customer.io/@evil.example/api",
    "unknown-label": "http://xyz.customer.io/api/v1/customers/5/events",
    "bare-domain": "http://customer.io/api/v1/customers/5/events",
    "full-width": "http://ｔrack.customer.io/api/v1/customers/5/events",
    "evil": "http://customer.io.evil.com/api/v1/customers/5/events",
    "evil-prefix": "http://evilcustomer.io/api/v1/customers/5/events",
    "evil-user": "http://track.customer.io@evil.example/api/v1/customers/5/events",
    "ipv6": "http://[::1]:{port}/api/v1/customers/5/events",
    "ipv6-broken": "http://[::1/api/v1/customers/5/events",
    "ipv6-zone": "http://[fe80::1%25eth0]/api/v1/customers/5/events",
    "ipv6-mapped": "http://[::ffff:127.0.0.1]:{port}/api",
    "number": "http://2130706433:{port}/api",
    "no-host": "http:///api/v1/customers/5/events",
    "no-scheme": "track.customer.io/api/v1/customers/5/events",
    "backslash": "http://track.customer.io\\@evil.example/",
    "new-line": "http://track.customer.io/api/v1/\r\nX: y/events",
    "empty": "",
}
METHODS = ["PATCH", "OPTIONS", "HEAD", "post", "BREW", "P ST", "P\r\nST"]
HEADERS = {
    "new-line": ("X-Odd", "a\r\nX: y"),
    "nul": ("X-Odd", "a\0b"),
    "latin": ("X-Odd", "\xe9"),
    "wide": ("X-Odd", "日本"),
    "none": ("X-Odd", None),
    "number": ("X-Odd", 5),
    "bytes": ("X-Odd", b"x"),
    "empty": ("X-Odd", ""),
    "space-before": ("X-Odd", " a"),
    "name-space": ("X Odd", "a"),
    "name-colon": ("X:Odd", "a"),
    "name-empty": ("", "a"),
    "auth-odd": ("Authorization", "Basic %%%"),
    "auth-wide": ("Authorization", "Basic 日本"),
    "length-wrong": ("Content-Length", "3"),
    "encoding-odd": ("Content-Encoding", "gzip, br, x"),
    "type-odd": ("Content-Type", "nonsense; charset=none; charset"),
}
'''
TEST = r"""
import json
import pathlib
import ssl
import time
import app
import bad
import pytest

def outcome(send, *args):
    "What the application meets: an answer, or which exception."
    try:
        send(*args)
    except Exception as error:
        return type(error).__name__
    return "answered"

HEADERS = app.HEADERS

@pytest.fixture
def one_context(monkeypatch):
    "Clients make a context each, which takes longer than all the rest."
    context = ssl.create_default_context()
    monkeypatch.setattr(ssl, "create_default_context", lambda *args, **kwargs: context)

@pytest.mark.parametrize("name", app.SENDERS)
def test_one(name, names, one_context, monkeypatch):
    send, met, began = app.SENDERS[name], {}, time.perf_counter()
    for body in bad.BODIES:
        met["body " + body] = outcome(send, bad.HOST + "/api/v1/customers/5/events", bad.BODIES[body])
    for url in bad.URLS:
        met["url " + url] = outcome(send, bad.URLS[url].replace("{port}", str(names.server_port)), bad.WELL)
    for method in bad.METHODS:
        met["method " + method] = outcome(send, bad.HOST + "/api/v1/customers/5/events", bad.WELL, method)
    for header, (key, value) in bad.HEADERS.items():
        monkeypatch.setattr(app, "HEADERS", {**HEADERS, key: value})
        met["header " + header] = outcome(send, bad.HOST + "/api/v1/customers/5/events", bad.WELL)
    pathlib.Path(f"{name}.json").write_text(json.dumps(met))
    assert time.perf_counter() - began < 60
"""


@pytest.fixture
def project(story: Story) -> Story:
    """A project that sends unusual input; every name leads to a server of its own."""
    story.file("app.py", APP)
    story.file("bad.py", INPUT)
    story.file("conftest.py", CONFTEST)
    return story


# Here a server answers on every port; Customer.io serves none of these, and the plugin refuses the connection.
UNSERVED = ("url port", "url port-zero")


def _met(story: Story) -> dict[str, dict[str, str]]:
    return {name: json.loads((story.path / f"{name}.json").read_text(encoding="utf-8")) for name in HEARD}


def test_the_application_meets_what_it_would_meet_without_us(project: Story) -> None:
    """Given any input and target, answers and exceptions are the same as without the plugin, and every test gets its
    verdict."""
    project.run(TEST).assert_outcomes(passed=len(HEARD))
    without = _met(project)
    for client in ("httpx", "httpx2"):  # its asynchronous client reaches the server by port only
        without[f"{client}_async"] = without[client]
    report: dict[str, Any] = project.report(TEST, "--cio-contract")
    differences = {
        f"{name}: {what}": (without[name][what], met)
        for name, one in _met(project).items()
        for what, met in one.items()
        if met not in (without[name][what], "ConnectError" if name.endswith("_async") else None)
        and what not in UNSERVED
    }
    assert differences == {}
    assert {one["nodeid"] for one in report["tests"]} == {f"test_app.py::test_one[{name}]" for name in HEARD}
