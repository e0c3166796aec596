"""Checks the environment variables for keys: each is set, is no placeholder, and is of the kind that its name says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pytest_customerio.core.credentials import SHORTEST, WORDS
from pytest_customerio.tools.doctor.diagnosis import Diagnosis
from pytest_customerio.tools.target import APP, PIPELINES, REGION, SITE_ID, TRACK

# What each key is called in Customer.io and what it is for, by its variables. The keys of Track are required.
KEYS: Mapping[tuple[str, ...], tuple[str, str]] = {
    SITE_ID: ("Site ID", "Track"),
    TRACK: ("Track API key", "Track"),
    APP: ("App API key", "sends and look-ups"),
    PIPELINES: ("Pipelines write key", "Pipelines"),
}
# Placeholders that examples show in the place of a key, besides the words that `core/credentials.py` lists.
_PLACEHOLDER = re.compile(
    r"(your|my|insert|enter|paste|put|todo|change|replace|fake|dummy|sample)[_ -].*|<.*>|\$?\{.*\}|\$\w+|\*+|\.+|…+",
    re.IGNORECASE,
)
_WHERE = "Settings > Account settings > API credentials"
# Keys of the App API have 32 hexadecimal digits, keys of Track have 20. Nothing else tells them apart.
_APP_LIKE, _TRACK_LIKE = re.compile("[0-9a-f]{32}"), re.compile("[0-9a-f]{20}")


def check_variables(environ: Mapping[str, str]) -> list[Diagnosis]:
    """One result for each variable. The texts name variables and never repeat a value."""
    return [*(_key(environ, names) for names in KEYS), *_duplicates(environ), _region(environ)]


def value(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The value of the first of these variables that is set, unchanged; empty where none is."""
    return next((environ[name] for name in names if environ.get(name)), "")


def _key(environ: Mapping[str, str], names: tuple[str, ...]) -> Diagnosis:
    kind, use = KEYS[names]
    name = next((one for one in names if environ.get(one)), names[0])
    given = environ.get(name, "")
    if not given:
        needed = use == "Track"
        todo = f"set it to the {kind}: {_WHERE}" if needed else ""
        return Diagnosis(name, "problem" if needed else "note", f"not set; it is needed for {use}", todo)
    if given != given.strip().strip("\"'"):
        return Diagnosis(name, "problem", "begins or ends with a space or a quote", "set it without them")
    if _is_placeholder(given):
        return Diagnosis(name, "problem", "holds a placeholder", f"set it to the {kind}: {_WHERE}")
    other = _other(names, given)
    if other:
        return Diagnosis(name, "problem", f"reads like another key: {other}", f"set it to the {kind}: {_WHERE}")
    return Diagnosis(name, "ok", f"set; {kind}")


def _is_placeholder(given: str) -> bool:
    words = re.sub("[ -]", "_", given.lower())
    return len(given) < SHORTEST or bool(WORDS.fullmatch(words) or _PLACEHOLDER.fullmatch(given))


def _other(names: tuple[str, ...], given: str) -> str:
    if names in (SITE_ID, TRACK) and _APP_LIKE.fullmatch(given):
        return KEYS[APP][0]
    return KEYS[TRACK][0] if names == APP and _TRACK_LIKE.fullmatch(given) else ""


def _duplicates(environ: Mapping[str, str]) -> Iterator[Diagnosis]:
    """One value in two variables: each kind of key has a value of its own."""
    seen: dict[str, str] = {}
    for names in KEYS:
        given = value(environ, names)
        if given and given in seen:
            todo = "each of them has a key of its own"
            yield Diagnosis(names[0], "problem", f"holds the same as {seen[given]}", todo)
        seen.setdefault(given, names[0])


def _region(environ: Mapping[str, str]) -> Diagnosis:
    given = environ.get(REGION, "").strip().lower()
    if given in ("", "us", "eu"):
        return Diagnosis(REGION, "ok", given or "not set: us")
    return Diagnosis(REGION, "problem", "neither us nor eu", "set it to the region of your account")
