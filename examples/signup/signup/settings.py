"""The settings of the service from its environment. It does not start if one of them is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

REQUIRED = {
    "CUSTOMERIO_SITE_ID": "site id, Settings > API Credentials > Tracking API",
    "CUSTOMERIO_TRACK_API_KEY": "Track API key, same page",
    "CUSTOMERIO_APP_API_KEY": "App API key, Settings > API Credentials > App API",
    "CUSTOMERIO_REGION": "us or eu",
    "CUSTOMERIO_RECEIPT_MESSAGE": "id or name of the transactional message for receipts",
    "SIGNUP_DATABASE": "path of the SQLite file",
}


class SettingsError(Exception):
    """The environment is not usable; the text says which variable, and where its value is found."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, checked. The repr contains no key."""

    site_id: str
    track_key: str = field(repr=False)
    app_key: str = field(repr=False)
    region: str
    receipt_message: str
    database: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read the environment. Raises SettingsError naming every variable that is unset, or a region that is none."""
        unset = [name for name in REQUIRED if not environ.get(name, "").strip()]
        if unset:
            raise SettingsError("not set:\n" + "\n".join(f"  {name}   {REQUIRED[name]}" for name in unset))
        values = [environ[name].strip() for name in REQUIRED]
        if environ["CUSTOMERIO_REGION"].strip() not in ("us", "eu"):
            raise SettingsError("CUSTOMERIO_REGION must be us or eu")
        return cls(*values)
