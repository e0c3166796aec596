"""`doctor`, as it is called: which checks, in which order, and how it ends."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping

from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.credentials import SHORTEST
from pytest_customerio.process import guard
from pytest_customerio.tools.doctor import diagnosis, packages, people, variables, workspace
from pytest_customerio.tools.doctor.asking import asking
from pytest_customerio.tools.doctor.diagnosis import Finding
from pytest_customerio.tools.doctor.history import App, Sandbox
from pytest_customerio.tools.sending import UnreachableError
from pytest_customerio.tools.target import (
    APP,
    PIPELINES,
    REGION,
    SANDBOX_APP,
    SANDBOX_PIPELINES,
    SITE_ID,
    TRACK,
    Keys,
    Target,
    TargetError,
    opened,
)

WELL, WRONG, CANNOT = 0, 1, 2


def run(asked: argparse.Namespace, environ: Mapping[str, str]) -> tuple[str, int]:
    """What is printed, and how the command ends."""
    catalog = Catalog.load()
    found: list[Finding] = [*packages.look()]
    name, code = "nobody", WELL
    disarm = guard.arm(catalog, lambda address: TargetError(f"{address}: refused, it is not the target"))
    try:
        with opened(environ, catalog, asked.target) as target:
            name = f"{target.environment} ({target.region})"
            found.extend(_checks(asked, environ, target, catalog))  # one by one: what is found before an error stays
    except TargetError as error:
        found, code = [*packages.look(), *variables.look(environ), Finding("target", "problem", str(error))], CANNOT
    except UnreachableError as error:
        told = Finding("connection", "problem", str(error), "python -m pytest_customerio explain network")
        found, code = [*found, told], CANNOT
    finally:
        disarm()
    form = diagnosis.as_json if asked.json else diagnosis.text
    ends = code or (WRONG if any(one.state == "problem" for one in found) else WELL)
    return _without(form(found, name), environ), ends


def _without(text: str, environ: Mapping[str, str]) -> str:
    """The text without any key, wherever it may have come from: an address that was given, an error's text."""
    names = [name for names in (*variables.KEYS, (SANDBOX_APP, SANDBOX_PIPELINES)) for name in names]
    held = (environ.get(name, "").strip() for name in names)
    for secret in sorted({one for one in held if len(one) >= SHORTEST}, key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def _checks(
    asked: argparse.Namespace, environ: Mapping[str, str], target: Target, catalog: Catalog
) -> Iterator[Finding]:
    ask = asking(target, catalog)
    if target.kind == "own":
        yield Finding("variables", "skipped", "this sandbox has keys of its own")
    else:
        yield from variables.look(environ)
    if target.kind == "sandbox":
        yield from _same(environ, target.keys)
    yield from workspace.look(ask, environ if target.kind != "own" else {REGION: target.region})
    if asked.write:
        yield from workspace.write(ask)
    else:
        yield Finding("a test person", "skipped", "nothing is written without --write")
    history = App(ask) if target.kind == "workspace" else Sandbox(ask)
    whom = people.Asked(asked.person or "", asked.email or "", asked.event or "", asked.needs)
    yield from people.look(ask, history, whom)


def _same(environ: Mapping[str, str], keys: Keys) -> Iterator[Finding]:
    """Whether the application would have this sandbox's keys: compared here, for its own may be real ones."""
    pairs = ((SITE_ID, keys.site_id), (TRACK, keys.track), (APP, keys.app), (PIPELINES, keys.pipelines))
    for names, expected in pairs:
        given = variables.value(environ, names)
        if given and given != expected:
            todo = "set the variables that the sandbox prints when it starts"
            yield Finding(names[0], "problem", "is no key of this sandbox", todo)
