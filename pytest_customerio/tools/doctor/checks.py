"""Runs the checks of `doctor` in their order: variables, keys, region and connection, a test person, a person."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.credentials import SHORTEST
from pytest_customerio.tools.asking import caller, open_guarded
from pytest_customerio.tools.commands import CANNOT, DONE
from pytest_customerio.tools.doctor import diagnosis, packages, people, variables, whose_keys, workspace
from pytest_customerio.tools.doctor.diagnosis import Diagnosis
from pytest_customerio.tools.doctor.history import AppApiHistory, SandboxHistory
from pytest_customerio.tools.key_variables import REGION, by_kind
from pytest_customerio.tools.sending import UnreachableError
from pytest_customerio.tools.target import (
    OWN,
    SANDBOX_APP,
    SANDBOX_PIPELINES,
    URL,
    WORKSPACE,
    Target,
    TargetError,
    credentials,
)

PROBLEM = 1
_NOBODY = "nobody was asked: no variable holds a key, and no target is named"
_NOT_TRIED = "not tried: a sandbox has keys of its own, so nothing here says that Customer.io accepts yours"


def examine(arguments: argparse.Namespace, environ: Mapping[str, str]) -> tuple[str, int]:
    """The text to print, and the exit code: `DONE`, `PROBLEM` where a check found one, `CANNOT` without a target."""
    found: list[Diagnosis] = [*packages.check_packages(), *variables.check_variables(environ)]
    code = PROBLEM if any(one.state == "problem" for one in found) else DONE
    name, keys = "nobody", diagnosis.NO_KEYS
    catalog = Catalog.load()
    try:
        if not _has_target(arguments.target, environ):
            raise TargetError(_NOBODY)
        with open_guarded(environ, catalog, arguments.target) as target:
            name, keys = f"{target.environment} ({target.region})", whose_keys.by_api(target, environ)
            # `extend` takes the results one by one: those before an error stay in the list.
            found.extend(_checks(arguments, environ, target, catalog))
            code = PROBLEM if any(one.state == "problem" for one in found) else DONE
    except TargetError as error:
        found.append(_no_target(str(error)))
        code = code or CANNOT
    except UnreachableError as error:
        found.append(Diagnosis("connection", "problem", str(error), "python -m pytest_customerio explain network"))
        code = code or CANNOT
    text = (diagnosis.as_json if arguments.json else diagnosis.as_text)(found, name, keys)
    return _without_keys(text, environ), code


def _has_target(given: str | None, environ: Mapping[str, str]) -> bool:
    """Whether anything names a target. Where nothing does, no sandbox of our own is asked: it would say nothing."""
    return bool(given or environ.get(URL) or environ.get(WORKSPACE, "").strip() or credentials(environ))


def _no_target(why: str) -> Diagnosis:
    if why != _NOBODY:
        return Diagnosis("target", "problem", why)
    todo = f"set the variables of the application; to try a sandbox: python -m pytest_customerio doctor --target {OWN}"
    return Diagnosis("target", "skipped", why, todo)


def _without_keys(text: str, environ: Mapping[str, str]) -> str:
    """The text without the value of any key variable: an error or an address that was given may contain one."""
    names = [SANDBOX_APP, SANDBOX_PIPELINES, *(name for names in by_kind(environ).values() for name in names)]
    values = {environ.get(name, "").strip() for name in names}
    for secret in sorted((one for one in values if len(one) >= SHORTEST), key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def _checks(
    arguments: argparse.Namespace, environ: Mapping[str, str], target: Target, catalog: Catalog
) -> Iterator[Diagnosis]:
    call = caller(target, catalog)
    if target.kind == "sandbox":
        yield from whose_keys.of_another_sandbox(environ, target.keys)
    yield from workspace.check_workspace(call, environ if target.kind != "own" else {REGION: target.region})
    if arguments.write:
        yield from workspace.write_test_person(call)
    else:
        yield Diagnosis("a test person", "skipped", "nothing is written without --write")
    history = AppApiHistory(call) if target.kind == "workspace" else SandboxHistory(call)
    query = people.PersonQuery(arguments.person or "", arguments.email or "", arguments.event or "", arguments.needs)
    for one in people.check_person(call, history, query):
        yield one if one.state == "skipped" else replace(one, api="app")
    if target.kind != "workspace":
        yield Diagnosis("your keys", "skipped", _NOT_TRIED, f"to try them: set {WORKSPACE}, see docs/record.md")
