"""The variables that hold keys: set, no placeholders, and each of the kind that its name says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pytest_customerio.core.credentials import SHORTEST, WORDS
from pytest_customerio.tools.doctor.diagnosis import Finding
from pytest_customerio.tools.target import APP, PIPELINES, REGION, SITE_ID, TRACK

# What each key is called where it is made, and what it is for. The first two have to be there.
KEYS: Mapping[tuple[str, ...], tuple[str, str]] = {
    SITE_ID: ("Site ID", "Track"),
    TRACK: ("Track API key", "Track"),
    APP: ("App API key", "sends and look-ups"),
    PIPELINES: ("Pipelines write key", "Pipelines"),
}
# What stands in examples in the place of a key, beside the words that `credentials` knows.
_PLACEHOLDER = re.compile(
    r"(your|my|insert|enter|paste|put|todo|change|replace|fake|dummy|sample)[_ -].*|<.*>|\$?\{.*\}|\$\w+|\*+|\.+|…+",
    re.IGNORECASE,
)
_WHERE = "Settings > Account settings > API credentials"
# App API keys are longer than those of Track; seen from outside nothing else tells them apart.
_APP_LIKE, _TRACK_LIKE = re.compile("[0-9a-f]{32}"), re.compile("[0-9a-f]{20}")


def look(environ: Mapping[str, str]) -> list[Finding]:
    """What is wrong with each; names only, never a value."""
    return [*(_key(environ, names) for names in KEYS), *_twins(environ), _region(environ)]


def value(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The first of these variables that is set, as it stands."""
    return next((environ[name] for name in names if environ.get(name)), "")


def _key(environ: Mapping[str, str], names: tuple[str, ...]) -> Finding:
    kind, use = KEYS[names]
    name = next((one for one in names if environ.get(one)), names[0])
    given = environ.get(name, "")
    if not given:
        needed = use == "Track"
        todo = f"set it to the {kind}: {_WHERE}" if needed else ""
        return Finding(name, "problem" if needed else "note", f"not set; it is needed for {use}", todo)
    if given != given.strip().strip("\"'"):
        return Finding(name, "problem", "begins or ends with a space or a quote", "set it without them")
    if _is_placeholder(given):
        return Finding(name, "problem", "holds a placeholder", f"set it to the {kind}: {_WHERE}")
    other = _other(names, given)
    if other:
        return Finding(name, "problem", f"reads like another key: {other}", f"set it to the {kind}: {_WHERE}")
    return Finding(name, "ok", f"set; {kind}")


def _is_placeholder(given: str) -> bool:
    words = re.sub("[ -]", "_", given.lower())
    return len(given) < SHORTEST or bool(WORDS.fullmatch(words) or _PLACEHOLDER.fullmatch(given))


def _other(names: tuple[str, ...], given: str) -> str:
    if names in (SITE_ID, TRACK) and _APP_LIKE.fullmatch(given):
        return KEYS[APP][0]
    return KEYS[TRACK][0] if names == APP and _TRACK_LIKE.fullmatch(given) else ""


def _twins(environ: Mapping[str, str]) -> Iterator[Finding]:
    """One key under two names is one too few."""
    seen: dict[str, str] = {}
    for names in KEYS:
        given = value(environ, names)
        if given and given in seen:
            yield Finding(names[0], "problem", f"holds the same as {seen[given]}", "each of them has a key of its own")
        seen.setdefault(given, names[0])


def _region(environ: Mapping[str, str]) -> Finding:
    given = environ.get(REGION, "").strip().lower()
    if given in ("", "us", "eu"):
        return Finding(REGION, "ok", given or "not set: us")
    return Finding(REGION, "problem", "neither us nor eu", "set it to the region of your account")
