"""The operations whose payloads can be judged by themselves."""

from __future__ import annotations

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.tools.check.operations import names_of, refuse_unknown
from pytest_customerio.tools.commands import CommandError


@pytest.mark.parametrize("name", ["track.event", "track_v2.person_identify", "track_v2.batch", "app.send_email"])
def test_known_names(name: str) -> None:
    """An operation with a payload is not refused."""
    refuse_unknown(name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "pipelines.trck",
            "no operation is named 'pipelines.trck'; did you mean pipelines.track?\nWith a payload there are ",
        ),
        ("pipelines", "no operation is named 'pipelines'\nWith a payload there are "),
        (
            "track.region",
            "nothing is known of a payload of track.region: it has none, or none is published\nWith a payload",
        ),
        ("xyzzy", "no operation is named 'xyzzy'\nSurfaces are app, pipelines, track, track_v2"),
    ],
)
def test_other_names(name: str, said: str) -> None:
    """The message has the nearest name, and all names of the surface."""
    with pytest.raises(CommandError) as error:
        refuse_unknown(name)
    assert str(error.value).startswith(said)
    if name.startswith("pipelines"):
        calls = ("alias", "batch", "group", "identify", "page", "screen", "track")
        assert str(error.value).endswith(" there are " + ", ".join(f"pipelines.{one}" for one in calls))


def test_look_ups_have_no_payload() -> None:
    """Only operations that send something are named."""
    names = names_of(Catalog.load())
    assert "track.event" in names
    assert not {"track.region", "app.list_segments", "track.delete"} & set(names)
