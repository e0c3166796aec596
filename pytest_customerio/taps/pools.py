"""Where a request that is put to a connection pool of urllib3 goes."""

from __future__ import annotations

from typing import Any

from pytest_customerio.taps import Line
from pytest_customerio.taps.wire import destination, origin


def absolute(pool: Any, url: str) -> str:
    """The URL that a pool is asked for: a path, or all of it where the pool is a proxy's."""
    return origin(pool.scheme, pool.host, pool.port) + url if url.startswith("/") else url


def concerned(line: Line, pool: Any, url: Any) -> bool:
    """Whether this pool's request goes to Customer.io, directly or through a proxy."""
    if isinstance(url, str) and "://" in url[:8]:
        return line.concerns(*destination(url))
    return line.concerns(pool.host, pool.port)
