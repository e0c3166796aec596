"""The operation that a wrong address was meant for, by the words of its path."""

from __future__ import annotations

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.nearest_operation import Likeness, nearest_operation

CATALOG = Catalog.load()


def near(asked: str) -> Likeness | None:
    """The nearest operation to a method, host and path."""
    method, _, address = asked.partition(" ")
    host, _, path = address.partition("/")
    return nearest_operation(CATALOG.operations.values(), method, host, f"/{path}")


@pytest.mark.parametrize(
    ("asked", "operation"),
    [
        ("POST api.customer.io/v1/merge_customers", "track.merge"),
        ("POST track.customer.io/api/v1/campaigns/12/triggers", "app.trigger_broadcast"),
        ("PUT track.customer.io/api/v1/customer/42", "track.identify"),
        ("PUT track.customer.io/v1/customers/42", "track.identify"),
        ("DELETE track.customer.io/customers/42", "track.delete"),
        ("post track.customer.io/api/v1/send/email", "app.send_email"),
        ("POST api.customer.io/v1/send_email", "app.send_email"),
        ("POST api.customer.io/v1/email/send", "app.send_email"),
        ("POST api.customer.io/sendEmail", "app.send_email"),
        ("POST track.customer.io/api/v1/customers/5/event", "track.event"),
        ("POST track.customer.io/api/v1/customers/5/supress", "track.suppress"),
        ("PUT track.customer.io/api/v1/customers/5/devise", "track.add_device"),
        ("POST cdp.customer.io/tracks", "pipelines.track"),
        ("POST api.customer.io/v2/batch", "track_v2.batch"),
        ("POST cdp-eu.customer.io/batches", "pipelines.batch"),
        ("POST track.customer.io/api/v1/segment/7/add_customer", "track.add_to_segment"),
    ],
)
def test_what_was_meant(asked: str, operation: str) -> None:
    """The words of the path decide, whatever the host, the version, the plural, and a letter or two."""
    found = near(asked)
    assert found is not None
    assert found.operation.id == operation


@pytest.mark.parametrize(
    "asked",
    [
        "GET docs.customer.io/",
        "GET docs.customer.io/files/x.json",
        "GET api.customer.io/v1",
        "GET api.customer.io/v1/xyzzies/5",
        "POST api.customer.io/v1/notify/sms",
        "PUT api.customer.io/" + "a/" * 1000,
    ],
)
def test_nothing_is_like_it(asked: str) -> None:
    """Where hardly a word is the same, there is no suggestion."""
    assert near(asked) is None


def test_reading_is_no_writing() -> None:
    """For a call that reads, an operation that writes is named last: DELETE is no cure for GET."""
    found = near("GET api.customer.io/v1/customers/42")
    assert found is not None
    assert found.operation.method == "GET"


def test_certain() -> None:
    """A suggestion is certain where all words and the method are the same."""
    same, other, misspelt = (
        near(f"{one} track.customer.io/v1/{path}")
        for one, path in (("PUT", "customers/42"), ("POST", "customers/42"), ("PUT", "custmers/42"))
    )
    assert same is not None
    assert other is not None
    assert misspelt is not None
    assert (same.certain, other.certain, misspelt.certain) == (True, False, False)
