"""Judges the address of a request: scheme, host, region, method and path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote

from pytest_customerio.contract.catalog.catalog import RETIRED_HOSTS, Address, Catalog, Match
from pytest_customerio.contract.catalog.nearest_operation import nearest_operation
from pytest_customerio.contract.catalog.paths import request_line
from pytest_customerio.contract.catalog.unknown_paths import split_identifier
from pytest_customerio.contract.rules import violation
from pytest_customerio.core import redact
from pytest_customerio.core.model import Violation
from pytest_customerio.core.operation import Operation

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def judge_address(catalog: Catalog, match: Match, method: str, url: str, region: str | None) -> Iterator[Violation]:
    """Everything that is wrong with the address, except for the values of its parameters."""
    address = match.address
    if address.scheme != "https" and not address.foreign:
        yield violation("not-https", "url", "https", address.scheme or "no scheme", "credentials travel in clear text")
    if address.host in RETIRED_HOSTS:
        expected, hint = f"{RETIRED_HOSTS[address.host]}/v1", "use it with a Bearer App API key"
        yield violation("retired-host", "url", expected, address.host, hint, source="inferred")
    yield from _port(address)
    yield from _region(match, region)
    if match.candidates:
        yield from _encoding(match)
    elif match.unpublished:
        yield _unpublished(method, url)
    else:
        yield from _not_found(catalog, match, method, url, region)


def judge_verification(match: Match) -> Iterator[Violation]:
    """What is wrong with a client that does not check the certificate of this address."""
    address = match.address
    if address.scheme == "https" and address.concerned and not address.foreign:
        hint = "anybody in between can read the credentials and the data: leave out verify=False, ssl=False, CERT_NONE"
        yield violation("tls-not-verified", "url", "a verified certificate", "any certificate is accepted", hint)


def _port(address: Address) -> Iterator[Violation]:
    if address.fault is not None:
        hint = "nothing answers there in production (another port on purpose: ini cio_hosts)"
        yield violation("wrong-host", "url", "port 443", f"port {address.port}", hint)


def _region(match: Match, region: str | None) -> Iterator[Violation]:
    answers_anywhere = match.operation is not None and match.operation.id == "track.region"
    if region and match.region and match.region != region and not answers_anywhere:
        hint = "the service redirects or refuses it, and the data passes through the other region"
        yield violation("wrong-region", "url", f"a host in {region}", match.address.host, hint, "401")


def _encoding(match: Match) -> Iterator[Violation]:
    path = match.address.path
    if not ("%" in path or "/." in path or match.address.fragment or match.address.query):
        return  # nothing of what follows can be wrong
    template = match.candidates[0].path.split("/")[1:]
    for name, raw in zip(template, match.address.segments, strict=False):
        if not name.startswith("{"):
            continue
        where = f"path.{name[1:-1]}"
        if "%25" in raw and _encoded_twice(raw):
            yield _violation("double-encoded-path-segment", where, "percent-encoded once", "percent-encoded twice")
        if _STRAY_PERCENT.search(raw) or raw in {".", ".."}:
            yield _unescaped(where, "a % that encodes nothing" if "%" in raw else "dots that a client resolves")
    if match.address.fragment:
        yield _unescaped("path", "a # that cuts the path")
    elif match.address.query and "=" not in match.address.query:
        yield _unescaped("path", "a ? that cuts the path")


def _encoded_twice(raw: str) -> bool:
    """Whether a decoded segment is still encoded: it has a sequence that an encoder makes, of text in UTF-8.

    Encoders leave letters, digits and a few signs alone. So `50%ab`, rightly encoded, is none.
    """
    for found in _ENCODED.findall(unquote(raw, "latin-1")):
        text = unquote(found, errors="replace")
        if "\ufffd" not in text and quote(text, safe="") != text:
            return True
    return False


def _not_found(catalog: Catalog, match: Match, method: str, url: str, region: str | None) -> Iterator[Violation]:
    surfaces = sorted(match.address.surfaces)
    path = match.address.path
    got = redact.cut(request_line(None, method, url), 80)
    near = _other_method(catalog, surfaces, method, path)
    if near is not None:
        yield _method(catalog, surfaces, method, near, got)
        return
    meant = nearest_operation(catalog.operations.values(), method, match.address.host, path)
    # The same path on another host, with another method, is less likely meant than an operation with this method.
    verbs = (method,) if meant and meant.certain else (method, *METHODS)
    home = next((found for each in verbs if (found := _first(catalog, each, path, catalog.surfaces))), None)
    region = region or match.region or "us"
    if home is not None:
        host = _host(home, region)
        yield violation("wrong-host", "url", host, match.address.host or got, f"{home.id} lives on {host}", "404")
        return
    known = f"{meant.operation.method} {_host(meant.operation, region)}{meant.operation.path}" if meant else ""
    yield _missing_or_unknown(catalog, match, method, known, got)


def _host(operation: Operation, region: str) -> str:
    return operation.hosts.get(region, operation.hosts["us"])


def _missing_or_unknown(catalog: Catalog, match: Match, method: str, meant: str, got: str) -> Violation:
    surfaces, path = sorted(match.address.surfaces), match.address.path
    if _first(catalog, method, path + "/", surfaces) is not None:
        return _violation("missing-identifier", "path.identifier", "an identifier", "an empty path segment")
    collection = next((each for verb in METHODS if (each := _first(catalog, verb, path + "/", surfaces))), None)
    if collection is not None:
        return violation("wrong-method", "url", f"{collection.method} {collection.path}", got, "", "404")
    split = _split_identifier(catalog, match, method) if len(match.address.segments) < 20 else None
    if split is not None:
        return _unescaped(f"path.{split}", "a / inside the identifier")
    return _unknown(match, meant, got)


def _unknown(match: Match, meant: str, got: str) -> Violation:
    expected = meant or "an operation of the catalogue"
    if match.address.surfaces:
        return violation("unknown-endpoint", "url", expected, got, "verify the endpoint URL", "404")
    hint = "no operation of the catalogue: not judged any further"
    return violation("unknown-endpoint", "url", expected, got, hint, source="inferred")


def _unpublished(method: str, url: str) -> Violation:
    got = redact.cut(request_line(None, method, url), 80)
    hint = "Customer.io may know it, but has not published it: not judged any further"
    return violation("unknown-endpoint", "url", "a published call of the App API", got, hint, source="inferred")


def _first(catalog: Catalog, method: str, path: str, surfaces: Iterable[str]) -> Operation | None:
    found, _ = catalog.find(method.upper(), path, surfaces)
    return found[0] if found else None


def _other_method(catalog: Catalog, surfaces: list[str], method: str, path: str) -> Operation | None:
    others = (each for each in METHODS if each != method.upper())
    return next((found for each in others if (found := _first(catalog, each, path, surfaces))), None)


def _method(catalog: Catalog, surfaces: list[str], method: str, near: Operation, got: str) -> Violation:
    same = (each for surface in surfaces for each in catalog.of(surface) if each.method == method.upper())
    meant = next((each for each in same if _beside(each.path, near.path)), None)
    if meant is not None:
        hint = "an identifier such as ../events, left unescaped, becomes another path"
        return violation("unknown-endpoint", "url", f"{meant.method} {meant.path}", got, hint, "404")
    return violation("wrong-method", "url", f"{near.method} {near.path}", got, "", "404")


def _beside(template: str, path: str) -> bool:
    """Whether a client makes this path of the template when the identifier at its end contains `../`."""
    collection, _, parameter = template.rpartition("/")
    return parameter == "{identifier}" and path.rpartition("/")[0] == collection.rpartition("/")[0]


def _split_identifier(catalog: Catalog, match: Match, method: str) -> str | None:
    operations = [each for surface in sorted(match.address.surfaces) for each in catalog.of(surface)]
    return split_identifier([each for each in operations if each.method == method.upper()], match.address.segments)


def _unescaped(where: str, got: str) -> Violation:
    return _violation("unescaped-path-segment", where, "every reserved character percent-encoded", got)


def _violation(rule: str, where: str, expected: str, got: str) -> Violation:
    hint = 'urllib.parse.quote(value, safe=""), exactly once' if "segment" in rule else "never call it with an empty id"
    return violation(rule, where, expected, got, hint, "404" if "segment" in rule else "400", source="inferred")
