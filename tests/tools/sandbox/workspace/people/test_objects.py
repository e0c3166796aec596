"""Objects and their relationships."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.workspace.people.objects import (
    WorkspaceObject,
    WorkspaceObjects,
    update_attributes,
)
from pytest_customerio.tools.sandbox.workspace.people.people import People
from pytest_customerio.tools.sandbox.workspace.people.person import Person

ACME = ("1", "acme")


def started() -> tuple[WorkspaceObjects, WorkspaceObject, Person]:
    """All objects, one of them, and a person."""
    people = People()
    ada, _ = people.identify(("id", "42"), {}, 1)
    objects = WorkspaceObjects(people)
    acme = objects.find_or_create(ACME)
    assert ada is not None
    assert acme is not None
    return objects, acme, ada


def test_an_object_is_found_by_both_names() -> None:
    """An object is found by type and id and by cio_object_id; an unknown cio_object_id creates none."""
    objects, acme, _ = started()
    assert objects.find_or_create(ACME) is objects.find(("", acme.cio_object_id)) is acme
    assert objects.find_or_create(("", "ob99")) is None
    assert objects.all == [acme]


def test_relationships() -> None:
    """A relationship is created, updated and ended on both sides."""
    objects, acme, ada = started()
    objects.relate(ada, acme, {"role": "admin", "since": 2020})
    objects.relate(ada, acme, {"role": "owner", "since": None})
    assert ada.relationships == {acme.cio_object_id: {"role": "owner"}}
    assert list(acme.people) == [ada.cio_id]
    assert objects.unrelate(ada, acme) == ()
    assert (ada.relationships, acme.people) == ({}, {})
    assert objects.unrelate(ada, acme) == ("nothing to do: there is no such relationship",)


def test_a_deleted_object_leaves_nothing_behind() -> None:
    """Relationships with people and visitors end with the object; one with the same key is a new object."""
    objects, acme, ada = started()
    objects.relate(ada, acme, {})
    acme.people["gone"] = None
    objects.relate_visitor("visitor-1", acme)
    objects.delete(acme)
    assert (ada.relationships, objects.all, objects.find(ACME)) == ({}, [], None)
    objects.identify_visitor(ada, "visitor-1")
    assert ada.relationships == {}
    created = objects.find_or_create(ACME)
    assert created is not None
    assert created.cio_object_id != acme.cio_object_id


def test_a_visitor_becomes_a_person() -> None:
    """The person gets the relationships of the visitor."""
    objects, acme, ada = started()
    objects.relate_visitor("visitor-1", acme)
    objects.identify_visitor(ada, "visitor-1")
    assert (list(ada.relationships), acme.visitors) == ([acme.cio_object_id], {})
    objects.identify_visitor(ada, "visitor-2")
    assert list(ada.relationships) == [acme.cio_object_id]


def test_a_deleted_person() -> None:
    """A deleted person is removed from every object."""
    objects, acme, ada = started()
    objects.relate(ada, acme, {})
    objects.remove_person(ada)
    assert acme.people == {}


def test_merging_people() -> None:
    """The attributes of the primary person's relationship win."""
    objects, acme, ada = started()
    second = Person("second", relationships={acme.cio_object_id: {"role": "guest", "since": 2020}})
    objects.relate(ada, acme, {"role": "admin"})
    objects.merge(ada, second)
    assert ada.relationships == {acme.cio_object_id: {"role": "admin", "since": 2020}}


def test_attributes() -> None:
    """Null and empty text remove an attribute."""
    known = {"a": 1, "b": 2, "c": 3}
    update_attributes(known, {"a": None, "b": "", "d": 0, "e": None})
    assert known == {"c": 3, "d": 0}
