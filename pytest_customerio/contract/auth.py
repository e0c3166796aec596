"""Judges the credentials of a request. Violations never contain a credential."""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache

from pytest_customerio.contract.engine.keywords import PLACEHOLDERS
from pytest_customerio.contract.rules import violation
from pytest_customerio.core.model import Violation

_WHERE = "header Authorization"
_NEW_KEY = re.compile(r"(?:pk|sk)_(us|eu)_")
# Since 2026-10 one private key serves all APIs, in either scheme.
_PRIVATE_KEY = re.compile(r"sk_(?:(us|eu)_)?")
# A template that was never filled in, as "{api_key}" or "${API_KEY}".
_UNFILLED = re.compile(r"\$?\{\w{1,40}\}")
# Python's repr of bytes, which an f-string makes of a key that is not decoded.
_REPR_OF_BYTES = re.compile(r"""b(['"]).*\1""")
_SCHEMES = ("bearer ", "basic ")
# Some clients encode with the alphabet for URLs, such as customerio/go-customerio.
_URL_SAFE = str.maketrans("-_", "+/")
_EXPECTED = {
    "basic": "Basic with site id and Track API key",
    "bearer": "Bearer with an App API key",
    "write-key": "Basic with the write key and no password, or Bearer for pk_/sk_ keys",
}
_HINTS = {
    "basic": "is CUSTOMERIO_SITE_ID and CUSTOMERIO_API_KEY set? Not the App API key",
    "bearer": "the App API takes its own key, as Bearer",
    "write-key": "Pipelines takes the write key of its source",
}


@lru_cache(maxsize=256)
def judge_auth(kind: str, header: str | None, region: str | None = None) -> tuple[Violation, ...]:
    """What is wrong with an Authorization header, for this kind of authentication on a host of this region."""
    if kind not in _EXPECTED:
        return ()
    if header is None or not header.strip():
        return (_violation("missing-auth", kind, "no Authorization header"),)
    scheme, _, rest = header.strip().partition(" ")
    scheme, rest = scheme.lower(), rest.strip()
    if scheme == "bearer":
        return _bearer(kind, rest, region)
    if scheme == "basic":
        return _basic(kind, rest, region)
    return (_violation("wrong-auth", kind, "a header without Basic or Bearer" if not rest else "another scheme"),)


def service_account(header: str | None) -> bool:
    """Whether the header has a service-account token. Such a request has to name its workspace in another header."""
    return header is not None and header.strip()[:15].lower() == "bearer sa_live_"


def from_url(user: str) -> str:
    """The Authorization header that clients make from `user:password@` in a URL."""
    return "Basic " + base64.b64encode(user.encode("utf-8", "replace")).decode()


def _bearer(kind: str, token: str, region: str | None) -> tuple[Violation, ...]:
    mistaken = _mistaken(kind, "the token is empty or a placeholder", token)
    if mistaken:
        return mistaken
    private = _PRIVATE_KEY.match(token)
    if private:
        return _key_region(private[1], region)
    if kind == "bearer":
        return ()
    key = _NEW_KEY.match(token)
    if kind == "write-key" and key:
        return _key_region(key[1], region)
    return (_violation("wrong-auth", kind, "Bearer"),)


def _basic(kind: str, encoded: str, region: str | None) -> tuple[Violation, ...]:
    try:
        decoded = base64.b64decode(encoded.translate(_URL_SAFE), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return (_violation("wrong-auth", kind, "Basic with something that is not base64"),)
    user, colon, password = decoded.partition(":")
    private = _PRIVATE_KEY.match(user) or _PRIVATE_KEY.match(password)
    if private:
        return _key_region(private[1], region)
    if kind == "bearer":
        return (_violation("wrong-auth", kind, "Basic"),)
    if kind == "write-key" and password:
        return (_violation("wrong-auth", kind, "Basic with a password"),)
    parts = (user,) if kind == "write-key" else (user, password)
    mistaken = _mistaken(kind, "a part is empty or a placeholder", *parts)
    if mistaken:
        return mistaken
    key = _NEW_KEY.match(user)
    return _key_region(key[1], region) if kind == "write-key" and key and colon else ()


def _mistaken(kind: str, placeholder: str, *parts: str) -> tuple[Violation, ...]:
    """What is wrong with credentials that can be nobody's. `placeholder` says so where a part is unset."""
    for part in parts:
        if part.strip(" '\"").lower() in {"", *PLACEHOLDERS} or _UNFILLED.fullmatch(part):
            return (_placeholder(kind, placeholder),)
        if _REPR_OF_BYTES.fullmatch(part):
            return (_violation("wrong-auth", kind, "Python's repr of bytes"),)
        if part.lower().startswith(_SCHEMES):
            return (_violation("wrong-auth", kind, "a scheme twice"),)
    return ()


def _key_region(wanted: str | None, region: str | None) -> tuple[Violation, ...]:
    if wanted is None or region is None or wanted == region:
        return ()
    got = f"a host in {region}"
    return (
        violation("wrong-region", "url", f"a host in {wanted}, as the key says", got, "", "401", source="documented"),
    )


def _placeholder(kind: str, got: str) -> Violation:
    return violation("placeholder-credentials", _WHERE, _EXPECTED[kind], got, _HINTS[kind], "401 Unauthorized")


def _violation(rule: str, kind: str, got: str) -> Violation:
    return violation(rule, _WHERE, _EXPECTED[kind], got, _HINTS[kind], "401 Unauthorized")
