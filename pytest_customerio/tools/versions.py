"""The versions of installed packages."""

from __future__ import annotations

UNKNOWN = "unknown"


def installed_version(package: str) -> str:
    """The version of an installed package; `unknown` where it is not installed, as in a bare checkout."""
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return UNKNOWN
