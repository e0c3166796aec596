"""Checks the environment variables for keys: each is set, is no placeholder, and is of the kind that its name says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pytest_customerio.core.credentials import SHORTEST, WORDS
from pytest_customerio.tools.doctor.diagnosis import Diagnosis
from pytest_customerio.tools.key_variables import (
    APP,
    PIPELINES,
    SITE_ID,
    TRACK,
    KeyVariable,
    by_kind,
    empty,
    reads_like,
    region,
)

# Placeholders that examples show in the place of a key, besides the words that `core/credentials.py` lists.
_PLACEHOLDER = re.compile(
    r"(your|my|insert|enter|paste|put|todo|change|replace|fake|dummy|sample)[_ -].*|<.*>|\$?\{.*\}|\$\w+|\*+|\.+|…+",
    re.IGNORECASE,
)
_WHERE = "Settings > Account settings > API credentials"


def check_variables(environ: Mapping[str, str]) -> list[Diagnosis]:
    """The results for the variables of each kind. The texts name variables and never repeat a value."""
    found = by_kind(environ)
    # An application that only sends, or only uses Pipelines, needs no key of Track.
    without_track = not (found[SITE_ID] or found[TRACK]) and bool(found[APP] or found[PIPELINES])
    keys = [one for kind, names in found.items() for one in _kind(environ, kind, names, without_track=without_track)]
    return [*keys, *_duplicates(environ, found), _region(environ)]


def _kind(
    environ: Mapping[str, str], kind: KeyVariable, names: Sequence[str], *, without_track: bool
) -> Iterator[Diagnosis]:
    if not names:
        yield _missing(environ, kind, needed=kind.use == "Track" and not without_track)
        return
    yield _key(environ, kind, names[0])
    for other in names[1:]:
        if environ[other] != environ[names[0]]:
            text = f"set too, to another value than {names[0]}"
            yield Diagnosis(other, "note", text, "see which of the two the application reads")


def _missing(environ: Mapping[str, str], kind: KeyVariable, *, needed: bool) -> Diagnosis:
    name = empty(environ, kind)
    text = f"{'set, but empty' if name else 'not set'}; it is needed for {kind.use}"
    todo = f"set it to the {kind.label}: {_WHERE}" if needed else ""
    return Diagnosis(name or kind.name, "problem" if needed else "note", text, todo)


def _key(environ: Mapping[str, str], kind: KeyVariable, name: str) -> Diagnosis:
    given = environ[name]
    todo = f"set it to the {kind.label}: {_WHERE}"
    if given != given.strip().strip("\"'"):
        return Diagnosis(name, "problem", "begins or ends with a space or a quote", "set it without them")
    if _is_placeholder(given):
        return Diagnosis(name, "problem", "holds a placeholder", todo)
    other = _other(kind, given)
    if other == APP and kind == TRACK:
        todo += f"; where the application means the App API by it, name it {APP.name} for this command"
    if other is not None:
        return Diagnosis(name, "problem", f"reads like another key: {other.label}", todo)
    return Diagnosis(name, "ok", f"set; {kind.label}")


def _is_placeholder(given: str) -> bool:
    words = re.sub("[ -]", "_", given.lower())
    return len(given) < SHORTEST or bool(WORDS.fullmatch(words) or _PLACEHOLDER.fullmatch(given))


def _other(kind: KeyVariable, given: str) -> KeyVariable | None:
    """The kind that the key seems to be of, where its variable is named after another."""
    seems = reads_like(given)
    mixed = (kind in (SITE_ID, TRACK) and seems == APP) or (kind == APP and seems == TRACK)
    return seems if mixed else None


def _duplicates(environ: Mapping[str, str], found: Mapping[KeyVariable, Sequence[str]]) -> Iterator[Diagnosis]:
    """One value in variables of two kinds: each kind of key has a value of its own, but for a private key (`sk_…`)."""
    seen: dict[str, str] = {}
    for names in found.values():
        given = environ[names[0]] if names else ""
        if given and given in seen and not given.startswith("sk_"):
            todo = "each of them has a key of its own"
            yield Diagnosis(names[0], "problem", f"holds the same as {seen[given]}", todo)
        seen.setdefault(given, names[0] if names else "")


def _region(environ: Mapping[str, str]) -> Diagnosis:
    name, given = region(environ)
    if given in ("", "us", "eu"):
        return Diagnosis(name, "ok", given or "not set: us")
    return Diagnosis(name, "problem", "neither us nor eu", "set it to the region of your account")
