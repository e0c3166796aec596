"""The garbage collector, which does not look at what is being loaded."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from pytest_customerio.process.collector import paused


@pytest.fixture
def collector() -> Iterator[None]:
    """Afterwards garbage is collected as before. The tests of this project freeze what exists when they begin."""
    before = gc.isenabled()
    gc.unfreeze()
    yield
    (gc.enable if before else gc.disable)()
    gc.freeze()


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("fails", [True, False])
def test_what_is_loaded_counts_as_old(*, enabled: bool, fails: bool) -> None:
    """Within nothing is collected. Then garbage is collected as before, and everything is known to the collector."""
    (gc.enable if enabled else gc.disable)()
    loaded: list[object] = []
    try:
        with paused():
            assert not gc.isenabled()
            loaded.append([])
            if fails:
                raise pytest.UsageError
    except pytest.UsageError:
        assert fails
    assert (gc.isenabled(), gc.get_freeze_count()) == (enabled, 0)
    assert any(one is loaded for one in gc.get_objects(generation=2))


@pytest.mark.usefixtures("collector")
def test_what_others_froze_stays_frozen() -> None:
    """Before they fork, servers freeze what their processes share."""
    gc.freeze()
    with paused():
        pass
    assert gc.get_freeze_count() > 0
