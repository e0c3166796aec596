"""Judges the address of a request: scheme, host, region, method and path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote

from pytest_customerio.contract.catalog import Address, Catalog, Match
from pytest_customerio.contract.nearest_operation import nearest_operation
from pytest_customerio.contract.paths import request_line
from pytest_customerio.contract.rules import violation
from pytest_customerio.core import redact
from pytest_customerio.core.model import Operation, Violation
from pytest_customerio.core.nearest import nearest

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
# Hosts that public code still names. The App API replaced them; whether they still answer is not published.
_RETIRED = {"beta-api.customer.io": "api.customer.io", "beta-api-eu.customer.io": "api-eu.customer.io"}
# First segments of paths of the App API (docs.customer.io/files/journeys-app.json) that the catalogue does not have.
_OTHER_APP = re.compile(
    "activities|assets|broadcasts|campaigns|channels|collections|cdp_subscriptions|content|customers|design_studio|esp"
    "|exports|imports|info|messages|newsletters|object_types|objects|reporting_webhooks|segments|sender_identities"
    "|snippets|subscription_center|subscription_topics|transactional|webhooks|workspaces"
)
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def judge_address(catalog: Catalog, match: Match, method: str, url: str, region: str | None) -> Iterator[Violation]:
    """Everything that is wrong with the address, except for the values of its parameters."""
    address = match.address
    if address.scheme != "https" and not address.foreign:
        yield violation("not-https", "url", "https", address.scheme or "no scheme", "credentials travel in clear text")
    if address.host in _RETIRED:
        expected, hint = f"{_RETIRED[address.host]}/v1", "use it with a Bearer App API key"
        yield violation("retired-host", "url", expected, address.host, hint, source="inferred")
        return
    yield from _port(address)
    yield from _region(match, region)
    if match.candidates:
        yield from _encoding(match)
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
        return _unescaped(split, "a / inside the identifier")
    return _unknown(catalog, match, method, meant, got)


def _unknown(catalog: Catalog, match: Match, method: str, meant: str, got: str) -> Violation:
    address = match.address
    family = address.segments[1] if address.segments[:1] == ("v1",) and len(address.segments) > 1 else ""
    other = "app" in address.surfaces and _OTHER_APP.fullmatch(family) and not _misspelt(catalog, match, method)
    covered = address.surfaces and not other
    expected = meant or "an operation of the catalogue"
    if covered:
        return violation("unknown-endpoint", "url", expected, got, "verify the endpoint URL", "404")
    hint = "no operation of the catalogue: not judged any further"
    return violation("unknown-endpoint", "url", expected, got, hint, source="inferred")


def _misspelt(catalog: Catalog, match: Match, method: str) -> bool:
    """Whether the path is that of an operation in which one word differs by a letter or two."""
    segments = match.address.segments
    for each in catalog.operations.values():
        template = each.path.split("/")[1:]
        if each.method != method.upper() or len(template) != len(segments):
            continue
        pairs = zip(template, segments, strict=True)
        wrong = [(part, got) for part, got in pairs if part != got and not part.startswith("{")]
        if len(wrong) == 1 and nearest(wrong[0][1][:40], [wrong[0][0]], 0.85):
            return True
    return False


def _first(catalog: Catalog, method: str, path: str, surfaces: Iterable[str]) -> Operation | None:
    found, _ = catalog.find(method.upper(), path, surfaces)
    return found[0] if found else None


def _other_method(catalog: Catalog, surfaces: list[str], method: str, path: str) -> Operation | None:
    others = (each for each in METHODS if each != method.upper())
    return next((found for each in others if (found := _first(catalog, each, path, surfaces))), None)


def _method(catalog: Catalog, surfaces: list[str], method: str, near: Operation, got: str) -> Violation:
    same = [each for surface in surfaces for each in catalog.of(surface) if each.method == method.upper()]
    if same and all(_beside(each.path, near.path) for each in same):
        hint = "an identifier such as ../events, left unescaped, becomes another path"
        meant = min(same, key=lambda each: len(each.path))
        return violation("unknown-endpoint", "url", f"{meant.method} {meant.path}", got, hint, "404")
    return violation("wrong-method", "url", f"{near.method} {near.path}", got, "", "404")


def _beside(template: str, path: str) -> bool:
    """Whether the path is what a client makes of the template when its parameter contains `../`."""
    collection = template.partition("{")[0].rstrip("/")
    return "{" in template and path.rpartition("/")[0] == collection.rpartition("/")[0]


def _split_identifier(catalog: Catalog, match: Match, method: str) -> str | None:
    """The path parameter whose value contained an unescaped `/`: the path has more segments than its template.

    None where the additional segments look like words of the API: then the path is misspelt.
    """
    operations = [each for surface in sorted(match.address.surfaces) for each in catalog.of(surface)]
    literals = {part for each in operations for part in each.path.split("/")[3:] if part and part[0] != "{"}
    for each in (each for each in operations if each.method == method.upper()):
        template = tuple(each.path.split("/")[1:])
        for at, name in enumerate(template):
            swallowed = _swallowed(template, at, match.address.segments) if name.startswith("{") else ()
            typo = any(nearest(part[:40], literals, 0.75) for part in swallowed[1:])
            if len(swallowed) > 1 and all(swallowed[:1]) and not typo:
                return f"path.{name[1:-1]}"
    return None


def _swallowed(template: tuple[str, ...], at: int, segments: tuple[str, ...]) -> tuple[str, ...]:
    """The segments that the parameter at this position has to span so that the rest of the template fits; else none."""
    surplus = len(segments) - len(template)
    if surplus < 1:
        return ()
    around = (*segments[:at], *segments[at + surplus :])
    fits = all(part.startswith("{") or part == got for part, got in zip(template, around, strict=True))
    return segments[at : at + surplus + 1] if fits else ()


def _unescaped(where: str, got: str) -> Violation:
    return _violation("unescaped-path-segment", where, "every reserved character percent-encoded", got)


def _violation(rule: str, where: str, expected: str, got: str) -> Violation:
    hint = 'urllib.parse.quote(value, safe=""), exactly once' if "segment" in rule else "never call it with an empty id"
    return violation(rule, where, expected, got, hint, "404" if "segment" in rule else "400", source="inferred")
