"""How a request finds its answer in a recording: by what it says, without the people and the times in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from zlib import crc32

from pytest_customerio.cassettes.exchanges import request_of
from pytest_customerio.cassettes.recording.fakes import Names
from pytest_customerio.cassettes.recording.scrub import Scrubber
from pytest_customerio.cassettes.writer import line
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import WireRequest

# Where a recorded response says how its request is found; vcrpy passes over it.
MARK = "match"


def identity(request: WireRequest, catalog: Catalog) -> tuple[str, tuple[str, ...]]:
    """What two requests share that say the same of other people at another time, and the values that they differ in."""
    names = Names()
    scrubbed = Scrubber(catalog, names).request(request)
    text = f"{scrubbed.method} {scrubbed.url}\n{scrubbed.body.decode()}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24], tuple(names.values)


def mark(request: Mapping[str, Any], key: str, names: tuple[str, ...]) -> dict[str, Any]:
    """What is written beside a recorded request, so that a thousand requests need not be scrubbed to find one.

    `of` is a checksum of the request: a request that was changed by hand is scrubbed anew.
    """
    return {"key": key, "names": list(names), "of": crc32(line(request).encode())}


def recorded_identity(
    interaction: Mapping[str, Any], catalog: Catalog, *, marked: bool = True
) -> tuple[str, tuple[str, ...]]:
    """The identity of a recorded request: as its mark says it, or worked out where there is no mark that fits.

    Without `marked` no mark counts.
    """
    request, found = interaction["request"], interaction["response"].get(MARK)
    if marked and isinstance(found, dict) and isinstance(found.get("names"), list) and _is_about(found, request):
        return str(found.get("key")), tuple(map(str, found["names"]))
    return identity(request_of(request), catalog)


def _is_about(marked: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    """Whether a mark was made of this request; no mark of ours is about a request that JSON cannot hold."""
    try:
        return bool(marked.get("of") == crc32(line(request).encode()))
    except TypeError:
        return False
