"""The Customer.io that is asked again: one that may be recorded against, by the same rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from pytest_customerio.cassettes.cases import SUCCESS
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import Answer
from pytest_customerio.process import guard
from pytest_customerio.tools.drift.arguments import CannotAskError
from pytest_customerio.tools.drift.asking import Send, SkipError
from pytest_customerio.tools.drift.recorded import Recording
from pytest_customerio.tools.record.retakes import ALONE, FAMILIES, authorization, furnish
from pytest_customerio.tools.sending import UnreachableError
from pytest_customerio.tools.target import Target, TargetError, opened


@contextmanager
def open_target(environ: Mapping[str, str], catalog: Catalog, given: str | None) -> Iterator[tuple[str, Send]]:
    """What the target is called, and how to ask it, while it lasts. Nothing else can be reached meanwhile.

    Raises `CannotAskError`.
    """
    disarm = guard.arm(catalog, lambda address: TargetError(f"{address}: refused, it is not the target"))
    try:
        with opened(environ, catalog, given) as target:
            yield target.environment, _Asker(target, catalog).ask
    except (TargetError, UnreachableError) as error:
        raise CannotAskError(str(error)) from error
    finally:
        disarm()


class _Asker:
    """Asks for one cassette after the other, each from the beginning, as they are recorded."""

    def __init__(self, target: Target, catalog: Catalog) -> None:
        self._target = target
        self._catalog = catalog
        self._path = Path()

    def ask(self, recording: Recording) -> Answer:
        """The target's answer."""
        operation, request = recording.operation, recording.request
        if why := (_hopeless(recording) or self._target.missing(operation)):
            raise SkipError(why)
        if recording.path != self._path:
            self._path = recording.path
            self._begin(recording.case)
        parts = urlsplit(request.url)
        place = parts.path + (f"?{parts.query}" if parts.query else "")
        key = authorization(_name(recording), self._target, operation)
        return self._target.ask(request, place, operation, key)

    def _begin(self, case: str) -> None:
        if case == SUCCESS:
            furnish(self._target, self._catalog)
        else:
            self._target.reset()


def _hopeless(recording: Recording) -> str:
    """Why nobody can be made to answer so; nothing where somebody was."""
    return "" if recording.recorded else ALONE.get(recording.case) or FAMILIES.get(recording.family, "")


def _name(recording: Recording) -> str:
    """The case that tells which key draws this. A test that met a 401 had none, or a wrong one."""
    if recording.answer.status == 401 and not recording.case.startswith("401-"):
        return "401-unauthorized"
    return recording.case
