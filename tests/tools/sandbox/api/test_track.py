"""Track v1: each call, and what it does to the workspace."""

from __future__ import annotations

import json

import pytest
from sandbox_client import NOW, SandboxClient

NEW_PERSON = ("made a new person: nobody had this identifier",)
CUSTOMER = "/api/v1/customers/42"


def test_the_answer_of_identify(ask: SandboxClient) -> None:
    """The body is an empty object and a newline, as observed at the service."""
    reply = ask("PUT", CUSTOMER, {"email": "ada@example.com"})
    assert (reply.answer.status, reply.answer.body, reply.source) == (200, b"{}\n", "observed")


def test_identify_by_id_address_and_cio_id(ask: SandboxClient) -> None:
    """The shape of the identifier in the path says its kind; percent-encoding is decoded once."""
    ask.identify("42", email="ada@example.com", plan="basic")
    ask.identify("ada%40example.com", plan="pro")
    ada = ask.person("id", "42")
    ask.identify(f"cio_{ada.cio_id}", id="43")
    ask.identify("a%2Fb")
    assert (ada.attributes, ada.identifiers) == ({"plan": "pro"}, {"id": "43", "email": "ada@example.com"})
    assert ask.person("id", "a/b") is not ada


def test_update_only_and_times(ask: SandboxClient) -> None:
    """`_update` creates no person; an update with an older `_timestamp` changes nothing."""
    assert ask.identify("42", _update=True) == ("dropped: _update is set and this person does not exist",)
    ask.identify("42", plan="pro", _timestamp=NOW)
    assert ask.identify("42", plan="basic", _timestamp=NOW - 1) == ("plan not set: a later update came first",)


def test_relationships(ask: SandboxClient) -> None:
    """Identify creates and ends relationships; an unknown cio_object_id is dropped."""
    acme = {"identifiers": {"object_type_id": "1", "object_id": "acme"}, "relationship_attributes": {"role": "admin"}}
    ask.identify("42", cio_relationships={"action": "add_relationships", "relationships": [acme]})
    ada = ask.person("id", "42")
    assert list(ada.relationships.values()) == [{"role": "admin"}]
    gone = {"action": "delete_relationships", "relationships": [acme]}
    assert ask.identify("42", cio_relationships=gone) == ()
    assert ada.relationships == {}
    assert ask.identify("42", cio_relationships=gone) == ("nothing to do: there is no such relationship",)
    unknown = {"relationships": [{"identifiers": {"cio_object_id": "ob99"}}]}
    assert ask.identify("42", cio_relationships=unknown) == ("dropped: no object has this cio_object_id",)


def test_events(ask: SandboxClient) -> None:
    """Events of people and of visitors; white space around a name is removed."""
    event = {"name": " bought ", "data": {"total": 1}, "timestamp": NOW - 5, "type": "page"}
    assert ask.notes("POST", f"{CUSTOMER}/events", event) == NEW_PERSON
    assert ask.notes("POST", "/api/v1/events", {"name": "seen", "anonymous_id": "visitor-1"}) == ()
    ask.identify("42", anonymous_id="visitor-1")
    bought, seen = ask.person("id", "42").events
    assert (bought.name, bought.type, bought.timestamp, bought.data) == ("bought", "page", NOW - 5, {"total": 1})
    assert (seen.name, seen.type, seen.timestamp) == ("seen", "event", NOW)
    assert ask.notes("POST", "/api/v1/events", {"name": "seen"})[0].startswith("belongs to nobody")


def test_devices(ask: SandboxClient) -> None:
    """A device is added and removed; its token in the path is decoded once."""
    device = {"device": {"id": "abc:1", "platform": "ios"}}
    assert ask.notes("PUT", f"{CUSTOMER}/devices", device) == NEW_PERSON
    (known,) = ask.person("id", "42").devices.items()
    assert (known[0], known[1]["id"], known[1]["platform"]) == ("abc:1", "abc:1", "ios")
    assert ask.notes("DELETE", f"{CUSTOMER}/devices/abc%253A1") == ("nothing to do: there is no such device",)
    assert ask.notes("DELETE", f"{CUSTOMER}/devices/abc%3A1") == ()


def test_delete_suppress_and_unsuppress(ask: SandboxClient) -> None:
    """Calls about a suppressed person are accepted and ignored."""
    ask.identify("42")
    assert ask.notes("DELETE", CUSTOMER) == ()
    assert ask.notes("DELETE", CUSTOMER) == ("nothing to do: there is no such person",)
    assert ask.notes("POST", f"{CUSTOMER}/suppress") == ()
    assert ask.identify("42", plan="pro") == ("ignored: this person is suppressed",)
    assert ask.notes("POST", f"{CUSTOMER}/unsuppress") == ()
    assert ask.identify("42", plan="pro") == ()


def test_forms(ask: SandboxClient) -> None:
    """A form draws 204; its fields become attributes, except the reserved ones."""
    form = {"data": {"email": "ada@example.com", "name": "Ada", "form_name": "Newsletter"}}
    reply = ask("POST", "/api/v1/forms/newsletter/submit", form)
    assert (reply.answer.status, reply.answer.body) == (204, b"")
    assert ask.person("email", "ada@example.com").attributes == {"name": "Ada"}
    assert ask.service.workspace.forms == {"newsletter": [form["data"]]}


def test_merge(ask: SandboxClient) -> None:
    """The secondary person is merged into the primary."""
    ask.identify("42")
    ask.identify("43", age=36)
    assert ask.notes("POST", "/api/v1/merge_customers", {"primary": {"id": "42"}, "secondary": {"id": "43"}}) == ()
    assert ask.person("id", "42").attributes == {"age": 36}


def test_metrics_and_unsubscribing(ask: SandboxClient) -> None:
    """Metrics need no key; those of an unknown delivery are dropped."""
    open_to_all = {"headers": {"authorization": ""}}
    sent = ask.body(
        "POST", "/v1/send/email", {"transactional_message_id": 1, "to": "a@b.co", "identifiers": {"id": "42"}}
    )
    delivery = sent["delivery_id"]
    metric = {"delivery_id": delivery, "metric": "opened", "timestamp": NOW}
    assert ask.notes("POST", "/api/v1/metrics", metric, **open_to_all) == ()
    push = {"delivery_id": delivery, "event": "converted", "device_id": "device-1"}
    assert ask.notes("POST", "/api/v1/push/events", push, **open_to_all) == ()
    assert ask.service.workspace.deliveries[delivery].metrics == [("opened", NOW), ("converted", NOW)]
    assert ask.notes("POST", "/api/v1/metrics", {**metric, "delivery_id": "other"}, **open_to_all) == (
        "dropped: there is no such delivery",
    )
    assert ask.notes("POST", f"/unsubscribe/{delivery}", {"unsubscribe": True}, **open_to_all) == ()
    assert ask.person("id", "42").unsubscribed
    assert [event.name for event in ask.person("id", "42").events] == ["email_unsubscribed"]
    assert ask.notes("POST", "/unsubscribe/other", {"unsubscribe": True}, **open_to_all) == (
        "dropped: nobody got such a delivery",
    )


def test_segments(ask: SandboxClient) -> None:
    """People are added and removed by id, e-mail or cio_id; notes name unknown ids and a segment that no call created."""
    ask.identify("42", email="ada@example.com")
    ada = ask.person("id", "42")
    add, remove = "/api/v1/segments/7/add_customers", "/api/v1/segments/7/remove_customers"
    assert ask.notes("POST", add, {"ids": ["42", "43"]}) == (
        "made here: the segment was only named",
        "ignored: 1 of 2 are nobody's id",
    )
    members = ask.service.workspace.segments[7].members
    assert list(members) == [ada.cio_id]
    assert ask.notes("POST", f"{remove}?id_type=email", {"ids": ["ada@example.com"]}) == ()
    assert list(members) == []
    assert ask.notes("POST", f"{add}?id_type=cio_id", {"ids": [f"cio_{ada.cio_id}"]})[1:] == (
        "ignored: 1 of 1 are nobody's cio_id",
        "the contract warns (cio-id-prefix): $.ids[0]: expected the cio_id without cio_",
    )
    ask("POST", f"{add}?id_type=cio_id", {"ids": [ada.cio_id]})
    assert list(members) == [ada.cio_id]


@pytest.mark.parametrize(
    ("target", "url"), [("", "http://localhost:1"), ("track-eu.customer.io", "https://track-eu.customer.io")]
)
def test_the_region(ask: SandboxClient, target: str, url: str) -> None:
    """The URL in the answer is the sandbox's own, or the host of Customer.io that the client used."""
    reply = ask("GET", "/api/v1/accounts/region", headers={"host": target}, base="http://localhost:1")
    assert json.loads(reply.answer.body) == {"url": url, "region": "us", "environment_id": 1}
