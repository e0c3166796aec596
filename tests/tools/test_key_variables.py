"""The variables in which applications keep their credentials, under the names that public code uses."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.key_variables import (
    APP,
    KINDS,
    PIPELINES,
    SITE_ID,
    TRACK,
    KeyVariable,
    by_kind,
    empty,
    reads_like,
    region,
)

APP_KEY, TRACK_KEY = "e5" * 16, "b2" * 10


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("CUSTOMERIO_SITE_ID", SITE_ID),
        ("CUSTOMER_IO_SITE_ID", SITE_ID),
        ("CIO_SITE_ID", SITE_ID),
        ("NEXT_PUBLIC_CUSTOMER_IO_SITE_ID", SITE_ID),
        ("CUSTOMERIO_API_KEY", TRACK),
        ("CUSTOMERIO_TRACK_API_KEY", TRACK),
        ("CUSTOMER_IO_TRACKING_API_KEY", TRACK),
        ("CIO_TRACK_KEY", TRACK),
        ("CUSTOMERIO_APP_API_KEY", APP),
        ("CUSTOMERIO_APP_KEY", APP),
        ("CIO_APP_TOKEN", APP),
        ("CUSTOMERIO_WRITE_KEY", PIPELINES),
        ("CUSTOMERIO_CDP_WRITE_KEY", PIPELINES),
        ("CUSTOMERIO_CDP_API_KEY", PIPELINES),
        ("CIO_SANDBOX_APP_KEY", None),
        ("CIO_SANDBOX_WORKSPACE", None),
        ("STRIPE_API_KEY", None),
        ("API_KEY", None),
    ],
)
def test_names(name: str, kind: KeyVariable | None) -> None:
    """A variable belongs to the kind that its name says, and to that alone."""
    assert [one for one, names in by_kind({name: "x"}).items() if names] == ([kind] if kind else [])


def test_the_order() -> None:
    """Our own names come before other spellings, these before names with a prefix of the project."""
    environ = dict.fromkeys(("APP_CUSTOMERIO_SITE_ID", "CIO_SITE_ID", "CUSTOMER_IO_SITE_ID", "CUSTOMERIO_SITE_ID"), "x")
    assert by_kind(environ)[SITE_ID] == [
        "CUSTOMERIO_SITE_ID",
        "CUSTOMER_IO_SITE_ID",
        "CIO_SITE_ID",
        "APP_CUSTOMERIO_SITE_ID",
    ]
    assert [kind.name for kind in KINDS if kind.names([kind.name]) != [kind.name]] == ["CUSTOMERIO_API_KEY"]


def test_the_name_that_means_two_things() -> None:
    """CUSTOMERIO_API_KEY is the Track key, except for an App key beside a variable that is named after the Track key."""
    assert by_kind({"CUSTOMERIO_API_KEY": APP_KEY})[TRACK] == ["CUSTOMERIO_API_KEY"]
    both = {"CUSTOMERIO_API_KEY": APP_KEY, "CUSTOMERIO_TRACK_API_KEY": TRACK_KEY}
    assert by_kind(both)[TRACK] == ["CUSTOMERIO_TRACK_API_KEY"]
    assert by_kind(both)[APP] == ["CUSTOMERIO_API_KEY"]
    other = {**both, "CUSTOMERIO_API_KEY": "c3" * 10}
    assert by_kind(other)[TRACK] == ["CUSTOMERIO_TRACK_API_KEY", "CUSTOMERIO_API_KEY"]


def test_empty_variables() -> None:
    """A variable that is set to nothing holds no key; its name is known."""
    environ = {"CIO_API_KEY": "", "CIO_APP_KEY": ""}
    assert not any(by_kind(environ).values())
    assert [empty(environ, kind) for kind in KINDS] == ["", "CIO_API_KEY", "CIO_APP_KEY", ""]


def test_the_form_of_a_key() -> None:
    """Keys of Track and of the App API differ in length; other keys have no form of their own."""
    assert [reads_like(one) for one in (TRACK_KEY, APP_KEY, "sk_" + APP_KEY, "")] == [TRACK, APP, None, None]


def test_regions() -> None:
    """The first variable that is set has the region, in lower case; without one our own name is given."""
    assert region({"CUSTOMERIO_REGION": " ", "CIO_REGION": "EU"}) == ("CIO_REGION", "eu")
    assert region({}) == ("CUSTOMERIO_REGION", "")
