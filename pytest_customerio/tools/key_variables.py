"""The environment variables in which an application keeps its credentials, under the names that public code uses.

Most code reads CUSTOMERIO_SITE_ID and CUSTOMERIO_API_KEY; CUSTOMER_IO_… and CIO_… are usual too, and so is a prefix of
the project or its framework (NEXT_PUBLIC_…). CUSTOMERIO_API_KEY holds the Track key in some projects, the App key in
others: where another variable is named after the Track key, a key that reads like one of the App API is taken as that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_PREFIXES = ("CUSTOMERIO_", "CUSTOMER_IO_", "CIO_")
# Keys of the App API have 32 hexadecimal digits, keys of Track have 20. Nothing else tells them apart.
_APP_LIKE, _TRACK_LIKE = re.compile("[0-9a-f]{32}"), re.compile("[0-9a-f]{20}")


@dataclass(frozen=True, slots=True)
class KeyVariable:
    """One kind of credential: the variable that our own tools name, what the kind is called, and what it is for."""

    name: str
    label: str
    use: str
    endings: str

    def names(self, environ: Iterable[str]) -> list[str]:
        """The variables of this kind, by their names; those that our own tools name come first."""
        return _named(environ, self.endings)


SITE_ID = KeyVariable("CUSTOMERIO_SITE_ID", "Site ID", "Track", "SITE_ID")
TRACK = KeyVariable("CUSTOMERIO_API_KEY", "Track API key", "Track", "TRACK(ING)?_(API_)?(KEY|TOKEN)")
APP = KeyVariable("CUSTOMERIO_APP_API_KEY", "App API key", "sends and look-ups", "APP_(API_)?(KEY|TOKEN)")
PIPELINES = KeyVariable(
    "CUSTOMERIO_WRITE_KEY",
    "Pipelines write key",
    "Pipelines",
    "((CDP|PIPELINES)_)?WRITE_KEY|(CDP|PIPELINES)_(API_)?KEY",
)
KINDS = (SITE_ID, TRACK, APP, PIPELINES)
REGION = "CUSTOMERIO_REGION"


def by_kind(environ: Mapping[str, str]) -> Mapping[KeyVariable, list[str]]:
    """The variables of each kind that are set to something, the most explicit name first."""
    found = {kind: [name for name in kind.names(environ) if environ[name]] for kind in KINDS}
    for name in _named(environ, "API_KEY"):
        if environ[name]:
            found[APP if found[TRACK] and reads_like(environ[name]) == APP else TRACK].append(name)
    return found


def empty(environ: Mapping[str, str], kind: KeyVariable) -> str:
    """The first variable of this kind that is set to nothing, where none is set to something."""
    endings = f"{kind.endings}|API_KEY" if kind == TRACK else kind.endings
    return next((name for name in _named(environ, endings) if not environ[name]), "")


def reads_like(value: str) -> KeyVariable | None:
    """The kind that a key has by its form; None where the form is that of several kinds, or of none."""
    return APP if _APP_LIKE.fullmatch(value) else TRACK if _TRACK_LIKE.fullmatch(value) else None


def region(environ: Mapping[str, str]) -> tuple[str, str]:
    """The variable with the region, and its value in lower case; empty where none is set."""
    name = next((name for name in _named(environ, "REGION") if environ[name].strip()), REGION)
    return name, environ.get(name, "").strip().lower()


def _named(environ: Iterable[str], endings: str) -> list[str]:
    pattern = re.compile(rf"(?P<project>\w+_)??({'|'.join(_PREFIXES)})({endings})")
    matches = [match for name in environ if (match := pattern.fullmatch(name))]
    return [one[0] for one in sorted(matches, key=lambda one: (one["project"] or "", _PREFIXES.index(one[2]), one[0]))]
