"""What the fixtures give, and to whom."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pytest_customerio.running.run import fixtures

TESTS = """
import pytest

@pytest.mark.cio_contract
def test_marked(): pass

def test_fixture(cio): pass

@pytest.mark.cio_errors("401-unauthorized")
def test_errors(): pass

@pytest.mark.cio_contract
def test_scenario(): pass
test_scenario.__scenario__ = "as pytest-bdd marks it"
"""


def test_the_fixture_belongs_to_a_test_that_asks_for_it(planned) -> None:
    """`cio` obtained in any other way fails, and the text says what to do. While an error is replayed, and in a scenario,
    whose steps ask for their fixtures when they run, it may be asked for later.
    """
    run, items = planned(TESTS)
    with pytest.raises(pytest.fail.Exception, match="name it in the arguments of the test or of a fixture"):
        fixtures.cio(run)
    run.open()
    try:
        for item, cio in zip(items, (False, True, True, True), strict=True):
            drive = run.phases.pytest_runtest_setup(item)
            next(drive)
            if cio:
                assert fixtures.cio(run).sent == ()
            else:
                with pytest.raises(pytest.fail.Exception):
                    fixtures.cio(run)
            run.phases.session.end()
    finally:
        run.close()


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ('"500-server-error-persists"', ("500-server-error-persists", "track")),
        ('"500-server-error-persists", operations=["app.send_email"]', ("500-server-error-persists", "app")),
    ],
)
def test_the_case_of_the_running_test(planned, mark: str, expected: tuple[str, str]) -> None:
    """`cio_error` has the surface of the operations that the mark names, else Track. Without a case it is None."""
    run, (bare, item) = planned(
        f"import pytest\ndef test_a(): pass\n@pytest.mark.cio_errors({mark})\ndef test_b(): pass"
    )
    assert fixtures.cio_error(run) is None
    run.open()
    try:
        next(run.phases.pytest_runtest_setup(bare))
        assert fixtures.cio_error(run) is None
        run.phases.session.end()
        next(run.phases.pytest_runtest_setup(item))
        case = fixtures.cio_error(run)
        assert (case.id, case.surface) == expected
        run.phases.session.end()
    finally:
        run.close()


def test_a_case_that_no_named_operation_has(run) -> None:
    """Where no named operation has the case, `cio_error` is None."""
    one = run()
    errors = SimpleNamespace(operations=("pipelines.track",))
    one.phases = SimpleNamespace(test=SimpleNamespace(plan=SimpleNamespace(case="429-daily-quota", errors=errors)))
    assert fixtures.cio_error(one) is None
    one.phases.test.plan.errors = None
    assert fixtures.cio_error(one).surface == "app"
    one.phases = None


def test_responses_know_the_documented_answers(run) -> None:
    """The fixture is a mock of the library `responses`."""
    responses = pytest.importorskip("responses")
    with fixtures.cio_responses(run()) as mock:
        assert isinstance(mock, responses.RequestsMock)
