"""Finds the credentials in the headers of a request, in each form in which they may leak."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote

# Shorter texts, and words that people use when they write about credentials, also occur where nothing leaks.
SHORTEST = 6
WORDS = re.compile(
    "((app|track|tracking|write|secret|test)_)?(api_)?key|apikey|writekey|site_?id|authorization|bearer|basic|changeme"
    "|credentials?|customer.?io|dummy|example|none|null|undefined|password|username|placeholder|secret|string|testing"
    "|token|x+"
)


def credentials(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The secrets in the Authorization headers: as sent, decoded, URL-quoted and as base64."""
    return _secrets(*(headers.get(name, "") for name in ("authorization", "proxy-authorization")))


@lru_cache(maxsize=100)
def _secrets(*values: str) -> tuple[str, ...]:
    secrets: list[str] = []
    for value in values:
        scheme, _, token = value.strip().partition(" ")
        secrets += [f"{scheme} {token}", token.strip()] if token else [scheme]
        if scheme.lower() == "basic":
            user, _, password = _decoded(token).partition(":")
            secrets += [f"{user}:{password}", password] if password else [user]
    distinctive = [secret for secret in secrets if _is_distinctive(secret)]
    forms = [form for secret in distinctive for form in (secret, quote(secret, safe=""), _base64(secret))]
    return tuple(dict.fromkeys(forms))


def _decoded(token: str) -> str:
    with contextlib.suppress(binascii.Error, ValueError):
        return base64.b64decode(token.strip() + "==").decode("utf-8", "replace")
    return ""


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()


def _is_distinctive(secret: str) -> bool:
    return len(secret) >= SHORTEST and not WORDS.fullmatch(re.sub("[ -]", "_", secret.lower()))
