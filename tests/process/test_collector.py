"""The garbage collector, which looks at nothing that a run loads at its start."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest

from pytest_customerio.process.collector import set_aside


@pytest.fixture(params=[True, False], ids=["enabled", "disabled"])
def enabled(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether garbage is collected before; afterwards it is as it was."""
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if before else gc.disable)()


def test_what_is_loaded_is_set_aside_until_the_run_ends(enabled: bool) -> None:
    """Within nothing is collected; then the collector does what it did before, for all that is made later."""
    at_end: list[Callable[[], None]] = []
    with set_aside(at_end.append):
        assert not gc.isenabled()
        loaded = [object()]
    assert gc.isenabled() is enabled
    assert all(one is not loaded for one in gc.get_objects())
    (give_back,) = at_end
    give_back()
    assert any(one is loaded for one in gc.get_objects())


def test_a_mistake_sets_nothing_aside(enabled: bool) -> None:
    """Where the run does not start, everything is as before."""
    at_end: list[Callable[[], None]] = []
    before = gc.get_freeze_count()
    with pytest.raises(pytest.UsageError), set_aside(at_end.append):
        raise pytest.UsageError
    assert (gc.isenabled(), gc.get_freeze_count(), at_end) == (enabled, before, [])
