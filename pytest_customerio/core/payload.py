"""From the bytes of a body to its payload: content encoding, UTF-8, JSON."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from typing import NoReturn

from pytest_customerio.contract.violations import Breach

LARGEST = 64 * 1024 * 1024
_FORM = re.compile(r"[\w.%+\[\]-]+=[^{}\n]*")
_HINT = 'json=payload, or data=json.dumps(payload, allow_nan=False) with Content-Type "application/json"'


class NotReadableError(Exception):
    """A body that is fine as far as known, but that nobody can judge here: too deep, or too large once unpacked."""


class NotJsonError(Exception):
    """A body that is not JSON, with a description that is safe to show."""

    def breach(self) -> Breach:
        return Breach("body-not-json", "$", "JSON", str(self), _HINT, "400", source="documented")


def unpack(body: bytes, headers: Mapping[str, str]) -> bytes:
    """The body without its content encoding. Raises `NotReadableError` where it cannot be undone."""
    encodings = headers.get("content-encoding")
    if not encodings:
        return body
    for encoding in reversed(encodings.lower().replace(" ", "").split(",")):
        if encoding in {"gzip", "x-gzip"} and body[:2] == b"\x1f\x8b":
            body = _inflate(body, 31)
        elif encoding == "deflate" and body[:1] != b"{":
            body = _inflate(body, 15 if body[:1] == b"\x78" else -15)
        elif encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise NotReadableError(encoding)
    return body


def parse(body: bytes) -> object:
    """The payload in a body. Raises `NotJsonError`, or `NotReadableError` where it is nested too deep."""
    try:
        text = body.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise NotJsonError("bytes that are not UTF-8") from None
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise NotReadableError("nested too deep") from None
    except json.JSONDecodeError as error:
        raise NotJsonError(_kind(text, error.pos)) from None
    except ValueError:
        return _PATIENT.decode(text)


def _inflate(body: bytes, bits: int) -> bytes:
    machine = zlib.decompressobj(bits)
    try:
        plain = machine.decompress(body, LARGEST)
    except zlib.error:
        raise NotReadableError("broken compression") from None
    if machine.unconsumed_tail:
        raise NotReadableError("too large")
    return plain


def _kind(text: str, position: int) -> str:
    start = text.lstrip()[:200]
    if start.startswith(("{'", "[{'", "['")):
        return "Python's repr of a dict or list"
    if start.startswith("--"):
        return "multipart text"
    return "form-encoded text" if _FORM.fullmatch(start) else f"text that stops being JSON at character {position}"


def _refuse(constant: str) -> NoReturn:
    raise NotJsonError(f"{constant}, which JSON does not have")


def _any_integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 4000 else float(digits)


_DECODER = json.JSONDecoder(parse_constant=_refuse)
_PATIENT = json.JSONDecoder(parse_constant=_refuse, parse_int=_any_integer)  # for integers longer than Python likes
