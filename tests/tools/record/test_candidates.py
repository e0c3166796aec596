"""The cassettes that can be recorded again, and their selection by words."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.data import UnknownNameError
from pytest_customerio.tools.record.candidates import Candidate, candidates, select

EVERY = candidates(Cassettes(Catalog.load()))


def test_each_cassette_is_a_candidate() -> None:
    """A candidate has its file, its provenance, and the reason where no target can be made to give its answer."""
    by_id = {one.id: one for one in EVERY}
    assert len(by_id) == len(EVERY)
    success, forbidden = by_id["track/200-ok"], by_id["track/403-forbidden"]
    assert (success.source, success.obstacle, success.path.name) == ("documented", "", "200-ok.yaml")
    assert success.names == ("track", "200-ok", "track/200-ok")
    assert (forbidden.source, forbidden.obstacle) == ("synthetic", "depends on the rights of a key")
    assert forbidden.names == ("track", "403-forbidden", "track/403-forbidden", "403")


def test_select() -> None:
    """Words select by any name, in the order of the candidates and whatever their case; no word selects all."""
    one, other = (Candidate("track", name, Path(), (name, "track"), "documented") for name in ("a", "b"))
    assert select([one, other], []) == [one, other]
    assert select([one, other], ["B", "a"]) == [one, other]
    assert select([one, other], ["b"]) == [other]
    with pytest.raises(UnknownNameError) as error:
        select([one, other], ["a", "trak"])
    assert (error.value.name, error.value.nearest) == ("trak", "track")
