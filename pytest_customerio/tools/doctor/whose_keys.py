"""Says whose keys a target was asked with, and whether the application has those of a sandbox that runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_customerio.tools.doctor.diagnosis import Diagnosis
from pytest_customerio.tools.key_variables import APP, KINDS, PIPELINES, SITE_ID, TRACK, KeyVariable, by_kind
from pytest_customerio.tools.target import SANDBOX_APP, SANDBOX_PIPELINES, Keys, Target, used

# The credentials that each API is asked with.
_APIS: Mapping[str, tuple[KeyVariable, ...]] = {"track": (SITE_ID, TRACK), "app": (APP,), "pipelines": (PIPELINES,)}


def by_api(target: Target, environ: Mapping[str, str]) -> Mapping[str, str]:
    """The credentials that a target is asked with, by API: the application's variables, or keys of the sandbox."""
    if target.kind == "workspace":
        track = " and ".join(used(environ, kind) for kind in _APIS["track"])
        return {"track": f"your {track}", "app": f"your {SANDBOX_APP}", "pipelines": f"your {SANDBOX_PIPELINES}"}
    own = _values(target.keys)
    return {api: _of_sandbox(kinds, own, environ) for api, kinds in _APIS.items()}


def of_another_sandbox(environ: Mapping[str, str], keys: Keys) -> Iterator[Diagnosis]:
    """The keys of the application that are not this sandbox's. They are compared, never sent: they may be real."""
    own = _values(keys)
    for kind, names in by_kind(environ).items():
        if names and environ[names[0]] != own[kind]:
            todo = "set the variables that the sandbox prints when it starts"
            yield Diagnosis(names[0], "problem", "is no key of this sandbox", todo)


def _of_sandbox(kinds: tuple[KeyVariable, ...], own: Mapping[KeyVariable, str], environ: Mapping[str, str]) -> str:
    names = [used(environ, kind) for kind in kinds]
    same = all(name and environ[name] == own[kind] for kind, name in zip(kinds, names, strict=True))
    if same:
        return f"your {' and '.join(names)}, made by this sandbox"
    return f"the sandbox's own {' and '.join(kind.label for kind in kinds)}"


def _values(keys: Keys) -> Mapping[KeyVariable, str]:
    return dict(zip(KINDS, (keys.site_id, keys.track, keys.app, keys.pipelines), strict=True))
