"""Do not start without a credential: raise an error that names each variable that is not set."""

import os
from collections.abc import Mapping

REQUIRED = {
    "CUSTOMERIO_SITE_ID": "site id, Settings > API Credentials > Track API",
    "CUSTOMERIO_API_KEY": "Track API key, same page",
}


class NotConfiguredError(Exception):
    """Names every variable that is missing, and where its value is found."""


def keys(environ: Mapping[str, str] = os.environ) -> tuple[str, str]:
    """Site id and Track API key. Call it once, when the application starts."""
    unset = [name for name in REQUIRED if environ.get(name, "").strip() in ("", "None", "null")]
    if unset:
        raise NotConfiguredError(
            "; ".join(f"{name} is not set: {REQUIRED[name]}" for name in unset)
        )
    return environ["CUSTOMERIO_SITE_ID"].strip(), environ["CUSTOMERIO_API_KEY"].strip()
