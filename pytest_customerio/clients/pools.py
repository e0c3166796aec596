"""Where a request that is put to a connection pool of urllib3 goes."""

from __future__ import annotations

from typing import Any

from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.clients.wire import destination, origin


def absolute(pool: Any, url: str) -> str:
    """The URL that a pool is asked for: a path, or all of it where the pool is a proxy's."""
    return origin(pool.scheme, pool.host, pool.port) + url if url.startswith("/") else url


def concerned(traffic: Traffic, pool: Any, url: Any) -> bool:
    """Whether this pool's request goes to Customer.io, directly or through a proxy."""
    if isinstance(url, str) and "://" in url[:8]:
        return traffic.concerns(*destination(url))
    return traffic.concerns(pool.host, pool.port)
