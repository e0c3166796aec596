"""The API keys of a sandbox. They are random, and no real service accepts them."""

from __future__ import annotations

import base64
import binascii
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Access = Literal["granted", "unknown", "wrong type", "no scope"]


@dataclass(frozen=True, slots=True)
class Keys:
    """The credentials that a sandbox accepts. `restricted` is an App API key without any scope.

    `webhook` is the key with which it signs what it posts to webhooks.
    """

    site_id: str
    track: str
    app: str
    pipelines: str
    restricted: str
    webhook: str

    @classmethod
    def create(cls, seed: str | None = None) -> Keys:
        """New keys; always the same ones for the same seed."""
        draw = random.Random(seed) if seed is not None else secrets.SystemRandom()  # noqa: S311 - they protect nothing
        return cls(*(f"{draw.getrandbits(4 * size):0{size}x}" for size in (20, 20, 32, 20, 32, 32)))

    def access(self, kind: str, header: str | None) -> Access:
        """What an Authorization header grants on an operation with this kind of authentication."""
        if kind == "none":
            return "granted"
        credentials = _credentials(header)
        if credentials == self._accepted(kind):
            return "granted"
        if credentials == ("", self.restricted) and kind == "bearer":
            return "no scope"
        ours = {self.track, self.app, self.pipelines, self.restricted}
        return "wrong type" if ours & set(credentials) else "unknown"

    def _accepted(self, kind: str) -> tuple[str, str]:
        """The user and the password that an API accepts; a Bearer token has no user."""
        if kind == "basic":
            return self.site_id, self.track
        return ("", self.app) if kind == "bearer" else (self.pipelines, "")

    def environ(self) -> Mapping[str, str]:
        """The keys as environment variables."""
        return {
            "CUSTOMERIO_SITE_ID": self.site_id,
            "CUSTOMERIO_API_KEY": self.track,
            "CUSTOMERIO_APP_API_KEY": self.app,
            "CUSTOMERIO_WRITE_KEY": self.pipelines,
            "CUSTOMERIO_RESTRICTED_APP_API_KEY": self.restricted,
            "CUSTOMERIO_WEBHOOK_SIGNING_KEY": self.webhook,
        }


@lru_cache(maxsize=64)
def _credentials(header: str | None) -> tuple[str, str]:
    """The user and the password in an Authorization header; both are empty if it cannot be read."""
    scheme, _, token = (header or "").strip().partition(" ")
    if scheme.lower() != "basic":
        return "", token.strip() if scheme.lower() == "bearer" else ""
    try:
        user, _, password = base64.b64decode(token.strip(), validate=True).decode("utf-8", "replace").partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return user, password
