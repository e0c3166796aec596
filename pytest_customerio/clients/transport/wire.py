"""Reads the destination and the headers of a request as simple values."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

DEFAULT_PORTS = {"http": 80, "https": 443}


def destination(url: object) -> tuple[str, int | None]:
    """Host and port of an absolute URL; an empty host where there is none. Must be cheap: each request asks for it."""
    if type(url) is not str:
        return ("", None) if not isinstance(url, str) else destination(str(url))
    start = url.find("://") + 3
    if start < 3:
        return "", None
    end = url.find("/", start)
    return _authority(url[start : end if end >= 0 else len(url)])


@lru_cache(maxsize=512)
def _authority(text: str) -> tuple[str, int | None]:
    for stop in "?#\\":
        text = text.partition(stop)[0]
    host, _, port = text.rpartition("@")[2].rpartition(":")
    if not host or "]" in port:
        host, port = host + port if not host else f"{host}:{port}", ""
    return host.strip("[]"), int(port) if port.isascii() and port.isdigit() and len(port) < 6 else None


def origin(scheme: str, host: str, port: int | None) -> str:
    """Scheme, host and port as in a URL: `https://track.customer.io`; the usual port is left out."""
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{scheme}://{shown}" if port in (None, DEFAULT_PORTS.get(scheme)) else f"{scheme}://{shown}:{port}"


def plain_headers(headers: Any) -> dict[str, str]:
    """Headers as text, with lower-case names; the values of a repeated header are joined with commas."""
    if headers is None:
        return {}
    lower_items = getattr(headers, "lower_items", None)  # headers of requests: avoids a look-up for each header
    if lower_items is not None:
        return {name: value if type(value) is str else _text(value) for name, value in lower_items()}
    plain: dict[str, str] = {}
    for name, value in headers.items():
        key, text = _text(name).lower(), _text(value)
        plain[key] = f"{plain[key]}, {text}" if key in plain else text
    return plain


def _text(value: object) -> str:
    if type(value) is str:
        return value
    return bytes(value).decode("latin-1") if isinstance(value, (bytes, bytearray)) else str(value)
