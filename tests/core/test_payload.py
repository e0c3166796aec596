"""From bytes to a payload."""

from __future__ import annotations

import gzip
import json
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.core.payload import NotJsonError, NotReadableError, parse, unpack

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.booleans())
def test_json_is_read(payload: object, plain: bool) -> None:
    """Whatever json.dumps writes is read back, escaped or not."""
    assert parse(json.dumps(payload, ensure_ascii=plain).encode("utf-8", "surrogatepass")) == payload


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"\xff\xfe", "bytes that are not UTF-8"),
        (b'{"a": NaN}', "NaN, which JSON does not have"),
        (b"[-Infinity]", "-Infinity, which JSON does not have"),
        (b"{'a': 1}", "Python's repr of a dict or list"),
        (b"[{'a': 1}]", "Python's repr of a dict or list"),
        (b"name=x&email=ada%40example.com", "form-encoded text"),
        (b"--boundary\r\nContent-Disposition: form-data", "multipart text"),
        (b'{"a": 1', "text that stops being JSON at character 7"),
        (b"", "text that stops being JSON at character 0"),
    ],
)
def test_what_is_no_json_is_described(text: bytes, kind: str) -> None:
    """The description helps, and repeats nothing of the body."""
    with pytest.raises(NotJsonError) as caught:
        parse(text)
    breach = caught.value.breach()
    assert (breach.rule, breach.where, breach.got) == ("body-not-json", "$", kind)


def test_a_byte_order_mark_is_harmless() -> None:
    """Some editors write one."""
    assert parse(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_integers_longer_than_python_likes_are_read() -> None:
    """They are valid JSON; beyond 4000 digits they count as a float."""
    assert parse(b'{"a": ' + b"1" * 3999 + b"}") == {"a": int("1" * 3999)}
    assert parse(b'{"a": ' + b"1" * 5000 + b"}") == {"a": float("inf")}


def test_too_deep_is_nobodys_fault() -> None:
    """10 000 levels are valid JSON that Python may refuse to read; no exception of another kind gets out."""
    with pytest.raises(NotReadableError, match="nested too deep"):
        parse(b"[" * 1_000_000 + b"]" * 1_000_000)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b'{"a":1}', mtime=0)),
        ("GZIP", gzip.compress(b'{"a":1}', mtime=0)),
        ("x-gzip", gzip.compress(b'{"a":1}', mtime=0)),
        ("gzip", b'{"a":1}'),
        ("deflate", zlib.compress(b'{"a":1}')),
        ("deflate", zlib.compress(b'{"a":1}', wbits=-15)),
        ("deflate", b'{"a":1}'),
        ("deflate, gzip", gzip.compress(zlib.compress(b'{"a":1}'), mtime=0)),
        ("identity", b'{"a":1}'),
        ("", b'{"a":1}'),
    ],
)
def test_content_encoding_is_undone(encoding: str, packed: bytes) -> None:
    """Also where the header is a lie, as with a client that compresses further down."""
    assert unpack(packed, {"content-encoding": encoding}) == b'{"a":1}'


@pytest.mark.parametrize(("encoding", "packed"), [("br", b"x"), ("gzip", b"\x1f\x8bxxxx"), ("deflate", b"\x78xxxx")])
def test_what_cannot_be_unpacked_is_not_judged(encoding: str, packed: bytes) -> None:
    """Unknown or broken compression: no verdict."""
    with pytest.raises(NotReadableError):
        unpack(packed, {"content-encoding": encoding})


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decompression stops at a limit."""
    monkeypatch.setattr("pytest_customerio.core.payload.LARGEST", 1000)
    assert len(unpack(gzip.compress(b" " * 999, mtime=0), {"content-encoding": "gzip"})) == 999
    with pytest.raises(NotReadableError, match="too large"):
        unpack(gzip.compress(b" " * 100_000, mtime=0), {"content-encoding": "gzip"})


@given(st.binary())
def test_any_bytes_are_json_or_not(content: bytes) -> None:
    """Never another exception."""
    with suppress(NotJsonError):
        assert json.dumps(parse(content))
