"""The one decoder of bodies: `decode(headers, body)` undoes the content encodings and reads JSON, a form or text."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Mapping
from importlib import import_module
from io import BytesIO
from typing import Any, Literal, NamedTuple, NoReturn
from urllib.parse import parse_qsl

# The largest body after decompression. A larger one is not unpacked, so that a small body cannot fill the memory.
LARGEST = 64 * 1024 * 1024
TOO_DEEP = "nested too deep"
TOO_LARGE = "too large"
Kind = Literal["nothing", "json", "form", "multipart", "text", "unreadable"]

_FORM = re.compile(r"[\w.%+\[\]-]+=[^{}\n]*")
_GZIP = b"\x1f\x8b"
_ZLIB = b"\x78"
_BROTLI_STEP = 16
_MOST_ENCODINGS = 5
_BOM = "\ufeff"
_CHARSET = re.compile(r"""charset=["']?([\w.-]+)""", re.ASCII | re.IGNORECASE)
_MOST_DIGITS = 4000


class Payload(NamedTuple):
    """What a body says. `value` must not be changed: all who read this request or answer share it.

    `kind` is `nothing` (no body, or only white space), `json`, `form` (form-encoded), `multipart`, `text`, or
    `unreadable`: an unknown or broken encoding, JSON that is nested too deep, or a body that is too large when it is
    unpacked. An unreadable body is no fault of the application; it cannot be judged.
    `value` is the JSON value, else the text of the body; None where there is nothing.
    `size` is the number of bytes without content encodings.
    `problem` says why the body is no valid JSON, without any part of its content. It is empty for valid JSON and for
    nothing. A body of kind `json` has a problem where Python can read it and the standard forbids it: NaN, UTF-16.
    """

    kind: Kind = "nothing"
    value: Any = None
    size: int = 0
    problem: str = ""

    @property
    def batch(self) -> tuple[Any, ...]:
        """The items of a batch, in order; empty where the body is no batch."""
        found = self.value.get("batch") if isinstance(self.value, dict) else None
        return tuple(found) if isinstance(found, list) else ()

    @property
    def form(self) -> Mapping[str, str]:
        """The members of a form by name, unquoted; empty where the body is no form."""
        return dict(parse_qsl(self.value, keep_blank_values=True)) if self.kind == "form" else {}


class _UnreadableError(Exception):
    """The body cannot be decoded; the text says why."""


def decode(headers: Mapping[str, str] | tuple[tuple[str, str], ...], body: bytes | None) -> Payload:
    """The payload of a body that was sent with these headers. Never raises.

    Names of headers in a mapping are lower case; in pairs they may have capitals.
    """
    if not body:
        return _NOTHING
    known = {name.lower(): value for name, value in headers} if isinstance(headers, tuple) else headers
    try:
        encodings = known.get("content-encoding")
        data = _unpacked(body, encodings) if encodings else body
        return _read(data, known.get("content-type", "")) if data.strip() else Payload(size=len(data))
    except _UnreadableError as error:
        return Payload("unreadable", body.decode("utf-8", "replace"), len(body), str(error))


def unpacked_is_larger(body: bytes, encodings: str, limit: int) -> bool:
    """Whether a body with these content encodings has more than `limit` bytes without them. Never raises."""
    try:
        return len(_unpacked(body, encodings)) > limit
    except _UnreadableError as error:
        return str(error) == TOO_LARGE


def _unpacked(body: bytes, encodings: str) -> bytes:
    named = encodings.lower().replace(" ", "").split(",")
    if len(named) > _MOST_ENCODINGS:
        raise _UnreadableError("too many content encodings")
    for encoding in reversed(named):
        unpack = _ENCODINGS.get(encoding)
        if unpack is None:
            raise _UnreadableError(f"content encoding {encoding[:20]!a}")
        body = unpack(body)
    return body


def _gunzip(body: bytes) -> bytes:
    """A body without the magic bytes is taken as it is: some clients compress below the place where we listen.

    A gzip file may have several members (RFC 1952), as where each chunk was compressed by itself; zeros may follow.
    """
    if not body.startswith(_GZIP):
        return body
    data = b""
    while body.startswith(_GZIP):
        member, body = _inflated(body, 31, LARGEST - len(data))
        data += member
    return data


def _undeflate(body: bytes) -> bytes:
    """HTTP means zlib by `deflate`; many clients send raw deflate. A body that begins with `{` is not compressed."""
    return body if body.startswith(b"{") else _inflated(body, 15 if body.startswith(_ZLIB) else -15, LARGEST)[0]


def _inflated(body: bytes, bits: int, largest: int) -> tuple[bytes, bytes]:
    """The first compressed stream in the body, unpacked, and what follows it."""
    machine = zlib.decompressobj(bits)
    try:
        # 0 would mean without limit: then one byte is asked for, and is too much.
        data = machine.decompress(body, largest or 1)
    except zlib.error:
        raise _UnreadableError("broken compression") from None
    if machine.unconsumed_tail or len(data) > largest:
        raise _UnreadableError(TOO_LARGE)
    return data, machine.unused_data


def _unbrotli(body: bytes) -> bytes:
    """A few bytes at a time, because Brotli before 1.2 cannot limit the size of what one call returns."""
    brotli = _installed("brotli", "brotlicffi")
    machine, chunks, size = brotli.Decompressor(), [], 0
    try:
        for start in range(0, len(body), _BROTLI_STEP):
            chunks.append(machine.process(body[start : start + _BROTLI_STEP]))
            size += len(chunks[-1])
            if size > LARGEST:
                raise _UnreadableError(TOO_LARGE)
    except brotli.error:
        raise _UnreadableError("broken compression") from None
    return b"".join(chunks)


def _unzstd(body: bytes) -> bytes:
    zstandard = _installed("zstandard")
    try:
        data: bytes = zstandard.ZstdDecompressor().stream_reader(BytesIO(body)).read(LARGEST + 1)
    except zstandard.ZstdError:
        raise _UnreadableError("broken compression") from None
    if len(data) > LARGEST:
        raise _UnreadableError(TOO_LARGE)
    return data


def _installed(*names: str) -> Any:
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    raise _UnreadableError(f"content encoding of {names[0]}, which is not installed")


_ENCODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "identity": bytes,
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}


def _read(data: bytes, content_type: str) -> Payload:
    """The payload in decoded bytes: JSON whatever the content type says, since many applications do not set it."""
    try:
        text = data.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError:
        return _other(data, content_type, "bytes that are not UTF-8")
    try:
        return Payload("json", _json(text), len(data))
    except RecursionError:
        return Payload("unreadable", text, len(data), TOO_DEEP)
    except json.JSONDecodeError as error:
        return _other(data, content_type, f"text that stops being JSON at character {error.pos}")
    except ValueError:  # NaN, or an integer of more digits than Python reads (sys.set_int_max_str_digits, 3.11)
        return _unusual(text, len(data))


def _json(text: str) -> Any:
    """The JSON value in a text. `raw_decode`, which takes no white space around it, takes half the time of `decode`."""
    try:
        value, end = _DECODER.raw_decode(text)
    except json.JSONDecodeError:
        return _DECODER.decode(text)
    return value if end == len(text) else _DECODER.decode(text)


def _unusual(text: str, size: int) -> Payload:
    constants: list[str] = []
    value = _tolerated(text, constants)
    problem = f"{constants[0]}, which JSON does not have" if constants else ""
    return Payload("text", text, size, problem) if value is _NOT_JSON else Payload("json", value, size, problem)


def _tolerated(text: str, constants: list[str]) -> Any:
    """The JSON value in the text with NaN, Infinity (noted in `constants`) and integers of any length; else a mark."""

    def number(constant: str) -> float:
        constants.append(constant)
        return float(constant)

    try:
        return json.loads(text, parse_constant=number, parse_int=_any_integer)
    except (ValueError, RecursionError):
        return _NOT_JSON


def _any_integer(digits: str) -> int | float:
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


def _other(data: bytes, content_type: str, problem: str) -> Payload:
    """Bytes that are no JSON in UTF-8: JSON in another character set, a form, multipart or text."""
    named = _CHARSET.search(content_type)
    texts = [_decoded(data, charset) for charset in (named[1] if named else "", json.detect_encoding(data))]
    for text in texts:
        if text is not None and (value := _tolerated(text, [])) is not _NOT_JSON:
            return Payload("json", value, len(data), problem)
    text = texts[0] or data.decode("utf-8", "replace").removeprefix(_BOM)
    start = text.lstrip()[:200]
    if start.startswith(("{'", "[{'", "['")):
        problem = "Python's repr of a dict or list"
    elif start.startswith("--"):
        return Payload("multipart", text, len(data), "multipart text")
    elif _FORM.fullmatch(start):
        return Payload("form", text, len(data), "form-encoded text")
    return Payload("text", text, len(data), problem)


def _decoded(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset, "surrogatepass").removeprefix(_BOM) if charset else None
    except (LookupError, ValueError):
        return None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


_DECODER = json.JSONDecoder(parse_constant=_refuse)
_NOTHING = Payload()
_NOT_JSON = object()
