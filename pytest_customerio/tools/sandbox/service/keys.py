"""The keys of a sandbox: made up, and good for nothing else."""

from __future__ import annotations

import base64
import binascii
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Access = Literal["granted", "unknown", "wrong type", "no scope"]


@dataclass(frozen=True, slots=True)
class Keys:
    """What an application needs to speak with this sandbox. `restricted` is an App API key that may do nothing."""

    site_id: str
    track: str
    app: str
    pipelines: str
    restricted: str

    @classmethod
    def make(cls, seed: str | None = None) -> Keys:
        """New keys; with a seed the same ones each time."""
        draw = random.Random(seed) if seed is not None else secrets.SystemRandom()  # noqa: S311 - they open nothing
        return cls(*(f"{draw.getrandbits(4 * size):0{size}x}" for size in (20, 20, 32, 20, 32)))

    def access(self, kind: str, header: str | None) -> Access:
        """Whether an Authorization header opens what this kind of auth protects."""
        if kind == "none":
            return "granted"
        given = _given(header)
        if given == ("", self.restricted) and kind == "bearer":
            return "no scope"
        if given in self._opening(kind):
            return "granted"
        ours = {self.track, self.app, self.pipelines, self.restricted}
        return "wrong type" if ours & set(given) else "unknown"

    def _opening(self, kind: str) -> set[tuple[str, str]]:
        """The pairs of user and password that open an API; a Bearer token has no user."""
        pairs = {
            "basic": {(self.site_id, self.track)},
            "bearer": {("", self.app)},
            "write-key": {(self.pipelines, "")},
        }
        return pairs[kind]

    def environ(self) -> Mapping[str, str]:
        """As environment variables."""
        return {
            "CUSTOMERIO_SITE_ID": self.site_id,
            "CUSTOMERIO_API_KEY": self.track,
            "CUSTOMERIO_APP_API_KEY": self.app,
            "CUSTOMERIO_WRITE_KEY": self.pipelines,
            "CUSTOMERIO_RESTRICTED_APP_API_KEY": self.restricted,
        }


def _given(header: str | None) -> tuple[str, str]:
    scheme, _, token = (header or "").strip().partition(" ")
    if scheme.lower() != "basic":
        return "", token.strip() if scheme.lower() == "bearer" else ""
    try:
        user, _, password = base64.b64decode(token.strip(), validate=True).decode("utf-8", "replace").partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return user, password
