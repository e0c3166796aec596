"""Paths that no operation has: mistakes, and calls that the App API may have."""

from __future__ import annotations

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.unknown_paths import may_exist, misspelt, split_identifier

APP = Catalog.load().of("app")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/customers/42/devices"),
        ("GET", "/v1/campaigns/1/drafts/metrics"),
        ("GET", "/v1/live_notifications"),
        ("PUT", "/v1/newsletters/3/drafts"),
        ("GET", "/v1/cdp_subscriptions"),
    ],
)
def test_calls_that_may_exist(method: str, path: str) -> None:
    """The family of the path is published, and no mistake explains it."""
    assert may_exist(APP, method, path.split("/")[1:])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/v1"),
        ("GET", "/v2/campaigns"),
        ("GET", "/v1/spaceships"),
        ("GET", "/v1/campaigns" + "/a" * 30),
        ("GET", "/v1/send/email"),
        ("POST", "/v1/exports"),
        ("PUT", "/v1/transactional/7/content"),
        ("GET", "/v1/campaigns/12/triggers"),
        ("DELETE", "/v1/esp/suppression/bounces"),
        ("GET", "/v1/campaigns/1/metric"),
        ("GET", "/v1/customers/a/b/attributes"),
    ],
)
def test_mistakes(method: str, path: str) -> None:
    """Another family, another method, a missing identifier, a misspelt word, an identifier with a slash."""
    assert not may_exist(APP, method, path.split("/")[1:])


def test_a_misspelt_word() -> None:
    """One word differs by a letter or two."""
    assert misspelt(APP, ["v1", "segmnts"])
    assert not misspelt(APP, ["v1", "people"])


def test_the_parameter_that_contained_a_slash() -> None:
    """Only identifiers and names can contain one; numbers cannot."""
    assert split_identifier(APP, ["v1", "customers", "a", "b", "attributes"]) == "customer_id"
    assert split_identifier(APP, ["v1", "segments", "7", "8", "used_by"]) is None
