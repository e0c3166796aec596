"""Runs the checks of `doctor` in their order: variables, keys, region and connection, a test person, a person."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping

from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.credentials import SHORTEST
from pytest_customerio.tools.asking import caller, open_guarded
from pytest_customerio.tools.commands import CANNOT, DONE
from pytest_customerio.tools.doctor import diagnosis, packages, people, variables, workspace
from pytest_customerio.tools.doctor.diagnosis import Diagnosis
from pytest_customerio.tools.doctor.history import AppApiHistory, SandboxHistory
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
)

PROBLEM = 1


def examine(arguments: argparse.Namespace, environ: Mapping[str, str]) -> tuple[str, int]:
    """The text to print, and the exit code: `DONE`, `PROBLEM` where a check found one, `CANNOT` without a target."""
    catalog = Catalog.load()
    found: list[Diagnosis] = [*packages.check_packages()]
    target_name, code = "nobody", DONE
    try:
        with open_guarded(environ, catalog, arguments.target) as target:
            target_name = f"{target.environment} ({target.region})"
            # `extend` takes the results one by one: those before an error stay in the list.
            found.extend(_checks(arguments, environ, target, catalog))
    except TargetError as error:
        found += [*variables.check_variables(environ), Diagnosis("target", "problem", str(error))]
        code = CANNOT
    except UnreachableError as error:
        found.append(Diagnosis("connection", "problem", str(error), "python -m pytest_customerio explain network"))
        code = CANNOT
    if code == DONE and any(one.state == "problem" for one in found):
        code = PROBLEM
    text = (diagnosis.as_json if arguments.json else diagnosis.as_text)(found, target_name)
    return _without_keys(text, environ), code


def _without_keys(text: str, environ: Mapping[str, str]) -> str:
    """The text without the value of any key variable: an error or an address that was given may contain one."""
    names = [name for names in (*variables.KEYS, (SANDBOX_APP, SANDBOX_PIPELINES)) for name in names]
    values = {environ.get(name, "").strip() for name in names}
    for secret in sorted((one for one in values if len(one) >= SHORTEST), key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def _checks(
    arguments: argparse.Namespace, environ: Mapping[str, str], target: Target, catalog: Catalog
) -> Iterator[Diagnosis]:
    call = caller(target, catalog)
    if target.kind == "own":
        yield Diagnosis("variables", "skipped", "this sandbox has keys of its own")
    else:
        yield from variables.check_variables(environ)
    if target.kind == "sandbox":
        yield from _check_keys(environ, target.keys)
    yield from workspace.check_workspace(call, environ if target.kind != "own" else {REGION: target.region})
    if arguments.write:
        yield from workspace.write_test_person(call)
    else:
        yield Diagnosis("a test person", "skipped", "nothing is written without --write")
    history = AppApiHistory(call) if target.kind == "workspace" else SandboxHistory(call)
    query = people.PersonQuery(arguments.person or "", arguments.email or "", arguments.event or "", arguments.needs)
    yield from people.check_person(call, history, query)


def _check_keys(environ: Mapping[str, str], keys: Keys) -> Iterator[Diagnosis]:
    """Whether the application has the keys of this sandbox. Its keys are compared, never sent: they may be real."""
    pairs = ((SITE_ID, keys.site_id), (TRACK, keys.track), (APP, keys.app), (PIPELINES, keys.pipelines))
    for names, expected in pairs:
        given = variables.value(environ, names)
        if given and given != expected:
            todo = "set the variables that the sandbox prints when it starts"
            yield Diagnosis(names[0], "problem", "is no key of this sandbox", todo)
