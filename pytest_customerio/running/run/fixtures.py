"""What the fixtures `cio`, `cio_error` and `cio_responses` give to a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import responses

    from pytest_customerio.core.model import ErrorCase
    from pytest_customerio.running.checked.cio import Cio
    from pytest_customerio.running.run.run import Run


def cio(run: Run) -> Cio:
    """The fixture `cio`. It belongs to the test that asks for it."""
    from pytest_customerio.running.checked.cio import Cio

    test = run.phases.test if run.phases is not None else None
    if test is None or not test.plan.keep:
        pytest.fail("cio: name it in the arguments of the test or of a fixture, or in usefixtures", pytrace=False)
    return Cio(test, run.mistakes.fail, run.warn)


def cio_error(run: Run) -> ErrorCase | None:
    """The fixture `cio_error`: the case of the running test on the surface that it will send to."""
    test = run.phases.test if run.phases is not None else None
    if test is None or test.plan.case is None:
        return None
    wanted = {name.partition(".")[0] for name in (test.plan.errors.operations if test.plan.errors else ())}
    found = run.session.selection.cases(test.plan.case)
    fitting = [surface for surface in found if not wanted or surface in wanted]
    # What the test will send is not known yet; most tests send to Track.
    return found[min(fitting, key=lambda surface: not surface.startswith("track"))] if fitting else None


def cio_responses(run: Run) -> responses.RequestsMock:
    """The fixture `cio_responses`: a mock of the library `responses` with the documented success answers."""
    from pytest_customerio.clients.responses import requests_mock

    return requests_mock(run.session.catalog)
