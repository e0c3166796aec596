"""A workspace: people with their events, devices, segments and objects."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people.people import SUPPRESSED
from pytest_customerio.tools.sandbox.workspace.people.person import Event, Person
from pytest_customerio.tools.sandbox.workspace.people.visitors import LINK_WINDOW
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

ADA = ("id", "42")
BOUGHT = Event("bought", "event", 100, {"total": 1})


def person(workspace: Workspace, number: str = "42", **attributes: object) -> Person:
    """The person with this id, created if needed."""
    known, _ = workspace.identify(("id", number), attributes, 100)
    assert known is not None
    return known


def test_an_event_makes_a_person() -> None:
    """An event of an unknown person creates the person; a note says so."""
    workspace = Workspace()
    assert workspace.add_event(ADA, BOUGHT) == ("made a new person: nobody had this identifier",)
    assert workspace.add_event(ADA, BOUGHT) == ()
    assert list(person(workspace).events) == [BOUGHT, BOUGHT]
    assert workspace.add_event(("cio_id", "a3ff"), BOUGHT) == ("dropped: nobody has this cio_id",)


def test_an_event_with_an_id_happens_once() -> None:
    """A second event with the same id is ignored, for a person and for a visitor."""
    workspace, event = Workspace(), Event("bought", "event", 100, {}, "01HF")
    assert workspace.add_event(ADA, event)
    assert workspace.add_event(ADA, event) == ("ignored: an event with this id came before",)
    assert workspace.add_visitor_event("visitor-1", event) == ("ignored: an event with this id came before",)
    assert list(person(workspace).events) == [event]


def test_a_visitor_becomes_a_person() -> None:
    """The person gets the visitor's events of the last 30 days, once."""
    workspace = Workspace()
    old, new = Event("old", "page", 100, {}), Event("new", "page", 101, {})
    assert workspace.add_visitor_event("visitor-1", old) == workspace.add_visitor_event("visitor-1", new) == ()
    workspace.identify(ADA, {"anonymous_id": "visitor-1"}, 101 + LINK_WINDOW)
    assert list(person(workspace).events) == [new]
    assert workspace.visitors.events == {}


def test_an_event_without_identifier() -> None:
    """An event without any identifier is not stored."""
    workspace = Workspace()
    assert workspace.add_visitor_event("", BOUGHT) == (
        "belongs to nobody: without anonymous_id no person can ever get it",
    )
    assert workspace.visitors.events == {}


def test_merging() -> None:
    """The primary person gets attributes, events, devices, segments and objects that it lacks."""
    workspace = Workspace()
    first, second = person(workspace, plan="pro"), person(workspace, "43", plan="basic", age=36)
    workspace.add_event(("id", "43"), Event("early", "event", 50, {}))
    workspace.add_event(ADA, BOUGHT)
    workspace.add_device(("id", "43"), "device-1", {"platform": "ios"})
    workspace.segment(7).members[second.cio_id] = None
    workspace.segment(8)
    acme = workspace.objects.find_or_create(("1", "acme"))
    assert acme is not None
    workspace.objects.relate(second, acme, {})
    assert workspace.merge(ADA, ("id", "43")) == ()
    assert first.attributes == {"plan": "pro", "age": 36}
    assert [event.name for event in first.events] == ["early", "bought"]
    assert list(first.devices) == ["device-1"]
    assert list(workspace.segment(7).members) == list(acme.people) == [first.cio_id]
    assert workspace.people.find(("id", "43")) is None


def test_merging_needs_two() -> None:
    """A merge of one person, or with an unknown person, is dropped."""
    workspace = Workspace()
    person(workspace)
    dropped = ("dropped: both people must exist, and be two",)
    assert workspace.merge(ADA, ADA) == workspace.merge(ADA, ("id", "43")) == dropped
    assert workspace.merge(("id", "43"), ADA) == dropped


def test_deleting() -> None:
    """A deleted person is removed from segments; deleting an unknown person does nothing."""
    workspace = Workspace()
    ada = person(workspace)
    workspace.segment(7).members[ada.cio_id] = None
    assert workspace.delete(ADA) == ()
    assert workspace.segment(7).members == {}
    assert workspace.delete(ADA) == ("nothing to do: there is no such person",)


def test_suppressed_people() -> None:
    """Events and devices of a suppressed person are ignored."""
    workspace = Workspace()
    workspace.segment(7).members[person(workspace).cio_id] = None
    assert workspace.suppress(ADA) == workspace.suppress(("id", "43")) == ()
    assert workspace.segment(7).members == {}
    assert workspace.add_event(ADA, BOUGHT) == workspace.add_device(ADA, "device-1", {}) == (SUPPRESSED,)
    assert len(workspace.people) == 0


def test_devices() -> None:
    """Devices are added, updated and removed; removing an unknown one does nothing."""
    workspace = Workspace()
    assert workspace.add_device(ADA, "device-1", {"platform": "ios"}) != ()
    assert workspace.add_device(ADA, "device-1", {"last_used": 100}) == ()
    (known,) = person(workspace).devices.values()
    assert (known["id"], known["platform"], known["last_used"]) == ("device-1", "ios", 100)
    assert workspace.add_device(("cio_id", "a3ff"), "device-1", {}) == ("dropped: nobody has this cio_id",)
    assert workspace.delete_device(ADA, "device-1") == ()
    for identifier in (ADA, ("id", "43")):
        assert workspace.delete_device(identifier, "device-1") == ("nothing to do: there is no such device",)


def test_numbers_are_unique() -> None:
    """Each number is returned once."""
    workspace = Workspace()
    assert [workspace.next_number(), workspace.next_number()] == [1, 2]


def test_messages_are_bounded() -> None:
    """The oldest message is removed when there are too many."""
    workspace = Workspace()
    workspace.add_delivery(Delivery("delivery-1", "app.send_email", "ada@example.com", "", "", "", "queued", 100))
    assert list(workspace.deliveries) == ["delivery-1"]
    assert workspace.made_bytes > 0


def test_two_halves_become_one() -> None:
    """A person with only the id of a call and one with only its e-mail address are merged; the older one stays."""
    workspace = Workspace()
    lead, _ = workspace.identify(("email", "ada@example.com"), {"plan": "free", "source": "ad"}, 90)
    workspace.add_event(("email", "ada@example.com"), BOUGHT)
    ada = person(workspace, plan="pro")
    assert lead is not None
    workspace.add_delivery(Delivery("1", "app.send_email", "", "", "", "", "queued", 0, person=ada.cio_id))
    known, notes = workspace.identify(ADA, {"email": "Ada@example.com"}, 110)
    assert notes == ("merged: one person had only this id, another only this e-mail address",)
    assert known is lead
    assert lead.identifiers == {"email": "Ada@example.com", "id": "42"}
    assert lead.attributes == {"plan": "free", "source": "ad"}
    assert [each.id for each in workspace.deliveries.of(lead.cio_id)] == ["1"]
    assert len(workspace.people) == 1


def test_two_whole_people_stay_two() -> None:
    """People of whom one has both identifiers are not merged: the address is not set."""
    workspace = Workspace()
    person(workspace, email="ada@example.com")
    workspace.identify(("email", "bob@example.com"), {}, 100)
    _, notes = workspace.identify(ADA, {"email": "bob@example.com"}, 100)
    assert notes == ("email not set: another person has it (the service logs an Attribute Update Failure)",)
    person(workspace, "43", email="eve@example.com")
    workspace.identify(("id", "44"), {}, 100)
    workspace.identify(("id", "44"), {"email": "eve@example.com"}, 100)
    assert len(workspace.people) == 4


def test_a_merged_person_has_both_identifiers() -> None:
    """The primary person gets the identifiers that it lacks."""
    workspace = Workspace()
    ada = person(workspace)
    workspace.identify(("email", "ada@example.com"), {}, 90)
    assert workspace.merge(ADA, ("email", "ada@example.com")) == ()
    assert workspace.people.find(("email", "ada@example.com")) is ada
    assert ada.identified_at["email"] == 90


def test_events_of_a_visitor_who_is_known() -> None:
    """They are the person's at once, also after a merge; those of a deleted person are a visitor's again."""
    workspace = Workspace()
    person(workspace, anonymous_id="v")
    assert workspace.add_visitor_event("v", BOUGHT) == ()
    person(workspace, "43")
    workspace.merge(("id", "43"), ADA)
    workspace.add_visitor_event("v", BOUGHT)
    assert list(person(workspace, "43").events) == [BOUGHT, BOUGHT]
    workspace.delete(("id", "43"))
    workspace.add_visitor_event("v", BOUGHT)
    assert workspace.visitors.events == {"v": [BOUGHT]}
