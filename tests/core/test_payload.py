"""Every body becomes one `Payload`, whatever its encoding; no body raises."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.core import payload as decoder
from pytest_customerio.core.model import Answer, Interaction, WireRequest
from pytest_customerio.core.payload import TOO_DEEP, TOO_LARGE, Payload, decode, unpacked_is_larger

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
BODY = b'{"a":1}'


@given(JSON, st.booleans())
def test_json_is_read(payload: object, ascii_only: bool) -> None:
    """Everything that json.dumps writes is read back, with escapes and without."""
    body = json.dumps(payload, ensure_ascii=ascii_only).encode()
    assert decode({}, body) == Payload("json", payload, len(body))


@pytest.mark.parametrize(
    ("body", "kind", "problem"),
    [
        (b"\xff\xfe", "text", "bytes that are not UTF-8"),
        (b'{"a": NaN}', "json", "NaN, which JSON does not have"),
        (b"[-Infinity, NaN]", "json", "-Infinity, which JSON does not have"),
        (b'{"a": NaN, ', "text", "NaN, which JSON does not have"),
        (b"{'a': 1}", "text", "Python's repr of a dict or list"),
        (b"[{'a': 1}]", "text", "Python's repr of a dict or list"),
        (b"name=x&email=ada%40example.com", "form", "form-encoded text"),
        (b"--boundary\r\nContent-Disposition: form-data", "multipart", "multipart text"),
        (b'{"a": 1', "text", "text that stops being JSON at character 7"),
        (b"hello", "text", "text that stops being JSON at character 0"),
    ],
)
def test_a_body_that_is_not_json_is_described(body: bytes, kind: str, problem: str) -> None:
    """The problem says what the body is, and repeats nothing of its content."""
    found = decode({}, body)
    assert (found.kind, found.problem, found.size) == (kind, problem, len(body))


@pytest.mark.parametrize("body", [None, b"", b" \r\n"])
def test_a_body_without_content_is_nothing(body: bytes | None) -> None:
    """No body and white space have no value and no problem."""
    assert decode({}, body) == Payload("nothing", None, len(body or b""))


def test_text_that_is_not_json_is_the_value() -> None:
    """Rules that look into a body find the text in `value`."""
    assert decode({}, b"hello").value == "hello"


def test_the_members_of_a_form() -> None:
    """A form has members by name, unquoted; everything else has none."""
    assert decode({}, b"email=ada%40example.com&name=").form == {"email": "ada@example.com", "name": ""}
    assert decode({}, b'{"email": 1}').form == {}


def test_a_byte_order_mark_is_harmless() -> None:
    """A byte order mark, which some editors write, is skipped."""
    assert decode({}, b'\xef\xbb\xbf{"a": 1}').value == {"a": 1}
    assert decode({}, b"\xef\xbb\xbfhello").value == "hello"


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("application/json; charset=iso-8859-1", "latin-1"),
        ('application/json; charset="windows-1252"', "cp1252"),
        ("", "utf-16"),
        ("application/json; charset=no-such", "utf-16-le"),
    ],
)
def test_json_in_another_character_set_is_read_and_has_a_problem(content_type: str, charset: str) -> None:
    """The standard allows UTF-8 only, so the payload has a problem; its value is read nevertheless."""
    found = decode({"content-type": content_type}, '{"name": "Zoë"}'.encode(charset))
    assert (found.kind, found.value) == ("json", {"name": "Zoë"})
    assert "JSON" in found.problem or "UTF-8" in found.problem


def test_text_is_decoded_with_its_character_set() -> None:
    """A text whose header says Latin-1 is decoded as Latin-1."""
    assert decode({"content-type": "text/plain; charset=latin-1"}, "Zoë".encode("latin-1")).value == "Zoë"


def test_integers_longer_than_python_reads_are_read() -> None:
    """Long integers are valid JSON; beyond 4000 digits they are read as a float."""
    assert decode({}, b'{"a": ' + b"1" * 3999 + b"}").value == {"a": int("1" * 3999)}
    long = decode({}, b'{"a": ' + b"1" * 5000 + b"}")
    assert (long.value, long.problem) == ({"a": float("inf")}, "")


def test_json_that_is_nested_too_deep_is_unreadable() -> None:
    """A million levels are valid JSON that Python refuses to read."""
    found = decode({}, b"[" * 1_000_000 + b"]" * 1_000_000)
    assert (found.kind, found.problem) == ("unreadable", TOO_DEEP)
    assert decode({}, b"[NaN," + b"[" * 1_000_000).kind in ("text", "unreadable")


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("GZIP", gzip.compress(BODY, mtime=0)),
        ("x-gzip", gzip.compress(BODY, mtime=0)),
        ("gzip", gzip.compress(BODY[:3], mtime=0) + gzip.compress(BODY[3:], mtime=0) + bytes(8)),  # members, then zeros
        ("gzip", BODY),
        ("deflate", zlib.compress(BODY)),
        ("deflate", zlib.compress(BODY, wbits=-15)),
        ("deflate", BODY),
        ("deflate, gzip", gzip.compress(zlib.compress(BODY), mtime=0)),
        ("identity", BODY),
        ("", BODY),
    ],
)
def test_content_encodings_are_undone(encoding: str, packed: bytes) -> None:
    """A header that names an encoding which the body does not have is ignored: some clients compress later."""
    assert decode({"content-encoding": encoding}, packed) == Payload("json", {"a": 1}, len(BODY))


@pytest.mark.parametrize(
    ("encoding", "packed", "problem"),
    [
        ("compress", b"x", "content encoding 'compress'"),
        ("gzip", b"\x1f\x8bxxxx", "broken compression"),
        ("deflate", b"\x78xxxx", "broken compression"),
    ],
)
def test_a_body_that_cannot_be_unpacked_is_unreadable(encoding: str, packed: bytes, problem: str) -> None:
    """Unknown and broken compression are named; the value is the text as sent."""
    found = decode({"content-encoding": encoding}, packed)
    assert found == Payload("unreadable", packed.decode("utf-8", "replace"), len(packed), problem)


def test_a_body_that_grows_too_large_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decompression stops at the limit."""
    monkeypatch.setattr("pytest_customerio.core.payload.LARGEST", 1000)
    assert decode({"content-encoding": "gzip"}, gzip.compress(b" " * 999, mtime=0)).size == 999
    found = decode({"content-encoding": "gzip"}, gzip.compress(b" " * 100_000, mtime=0))
    assert (found.kind, found.problem) == ("unreadable", TOO_LARGE)
    one = gzip.compress(b" " * 500, mtime=0)
    assert decode({"content-encoding": "gzip"}, one * 2).size == 1000
    assert decode({"content-encoding": "gzip"}, one * 3).problem == TOO_LARGE


class Reversing:
    """Stands in for the decompressors of brotli and zstandard: the bytes come back as they are, `!` is an error."""

    def __init__(self, error: type[Exception], factor: int = 1) -> None:
        self.error, self.factor = error, factor

    def process(self, data: bytes) -> bytes:
        """As brotli.Decompressor."""
        if b"!" in data:
            raise self.error
        return data * self.factor

    def stream_reader(self, file: Any) -> SimpleNamespace:
        """As zstandard.ZstdDecompressor."""
        return SimpleNamespace(read=lambda size: self.process(file.read())[:size])


@pytest.mark.parametrize(("encoding", "module"), [("br", "brotli"), ("br", "brotlicffi"), ("zstd", "zstandard")])
def test_brotli_and_zstandard_are_undone_where_they_are_installed(
    encoding: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their errors and sizes are handled as those of gzip; without the library the body is unreadable."""
    headers = {"content-encoding": encoding}
    for name in ("brotli", "brotlicffi", "zstandard"):
        monkeypatch.setitem(sys.modules, name, None)
    assert decode(headers, BODY).problem.endswith("which is not installed")

    def library(factor: int) -> SimpleNamespace:
        machine = Reversing(ZeroDivisionError, factor)
        return SimpleNamespace(
            error=ZeroDivisionError,
            ZstdError=ZeroDivisionError,
            Decompressor=lambda: machine,
            ZstdDecompressor=lambda: machine,
        )

    monkeypatch.setitem(sys.modules, module, library(1))
    assert decode(headers, BODY).value == {"a": 1}
    assert decode(headers, b"!").problem == "broken compression"
    monkeypatch.setattr("pytest_customerio.core.payload.LARGEST", 1000)
    monkeypatch.setitem(sys.modules, module, library(1000))
    assert decode(headers, BODY).problem == TOO_LARGE


@pytest.mark.parametrize(
    ("body", "items"),
    [
        (b'{"batch": [{"type": "person"}, 2]}', ({"type": "person"}, 2)),
        (b'{"batch": {}}', ()),
        (b"[1, 2]", ()),
        (b"", ()),
    ],
)
def test_the_items_of_a_batch(body: bytes, items: tuple[object, ...]) -> None:
    """A batch has items in order; everything else has none."""
    assert decode({}, body).batch == items


@given(st.binary(), st.sampled_from(["", "gzip", "deflate", "br", "text/plain; charset=utf-16"]))
def test_no_body_raises(body: bytes, words: str) -> None:
    """Any bytes with any headers have a payload."""
    found = decode({"content-encoding": words, "content-type": words}, body)
    assert found.kind == "nothing" or found.value is not None or body.strip() == b"null"


def test_a_body_is_decoded_once() -> None:
    """Requests, answers and interactions keep their payload; an answer's names of headers may have capitals."""
    packed, encoded = gzip.compress(BODY, mtime=0), {"content-encoding": "gzip"}
    request, heard = WireRequest("POST", "/", encoded, packed), Interaction("requests", "POST", "/", encoded, packed)
    for each in (request, heard, Answer(200, headers=(("Content-Encoding", "gzip"),), body=packed)):
        assert each.payload.value == {"a": 1}
        assert each.payload is each.payload


@pytest.mark.parametrize(
    ("body", "encodings", "larger"),
    [
        (gzip.compress(b"x" * 1000), "gzip", False),
        (gzip.compress(b"x" * 1001), "gzip", True),
        (gzip.compress(gzip.compress(b"x" * 1001)), "gzip, gzip", True),
        (b"x", "gzip, gzip, gzip, gzip, gzip, gzip", False),
        (b"\x1f\x8bbroken", "gzip", False),
    ],
    ids=["small", "large", "twice", "too many", "broken"],
)
def test_the_size_of_an_encoded_body(body: bytes, encodings: str, larger: bool) -> None:
    """A body is measured without its content encodings; one that cannot be decoded is not larger."""
    assert unpacked_is_larger(body, encodings, 1000) is larger


def test_a_body_over_the_limit_of_the_decoder_is_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that the decoder refuses to unpack for its size is larger than any limit."""
    monkeypatch.setattr(decoder, "LARGEST", 100)
    assert unpacked_is_larger(gzip.compress(b"x" * 1000), "gzip", 10_000)


def test_many_content_encodings() -> None:
    """A body with more than five content encodings is not unpacked."""
    assert decode({"content-encoding": ", ".join(["gzip"] * 6)}, b"x").problem == "too many content encodings"
