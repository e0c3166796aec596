"""Objects and who belongs to them."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.workspace.objects import WorkspaceObject, WorkspaceObjects, update_attributes
from pytest_customerio.tools.sandbox.workspace.people import People, Person

ACME = ("1", "acme")


def started() -> tuple[WorkspaceObjects, WorkspaceObject, Person]:
    """An object and a person."""
    people = People()
    ada, _ = people.identify(("id", "42"), {}, 1)
    objects = WorkspaceObjects(people)
    acme = objects.find_or_create(ACME)
    assert ada is not None
    assert acme is not None
    return objects, acme, ada


def test_an_object_is_found_by_both_names() -> None:
    """By type and id, and by cio_object_id; what nobody has is not made of the latter."""
    objects, acme, _ = started()
    assert objects.find_or_create(ACME) is objects.find(("", acme.cio_object_id)) is acme
    assert objects.find_or_create(("", "ob99")) is None
    assert objects.all == [acme]


def test_relationships() -> None:
    """Made, updated, ended; each side knows."""
    objects, acme, ada = started()
    objects.relate(ada, acme, {"role": "admin", "since": 2020})
    objects.relate(ada, acme, {"role": "owner", "since": None})
    assert ada.relationships == {acme.cio_object_id: {"role": "owner"}}
    assert list(acme.people) == [ada.cio_id]
    assert objects.unrelate(ada, acme) == ()
    assert (ada.relationships, acme.people) == ({}, {})
    assert objects.unrelate(ada, acme) == ("nothing to do: there is no such relationship",)


def test_a_deleted_object_leaves_nothing_behind() -> None:
    """Neither with people nor with visitors; a new one is another."""
    objects, acme, ada = started()
    objects.relate(ada, acme, {})
    acme.people["gone"] = None
    objects.relate_visitor("visitor-1", acme)
    objects.delete(acme)
    assert (ada.relationships, objects.all, objects.find(ACME)) == ({}, [], None)
    objects.identify_visitor(ada, "visitor-1")
    assert ada.relationships == {}
    made = objects.find_or_create(ACME)
    assert made is not None
    assert made.cio_object_id != acme.cio_object_id


def test_a_visitor_becomes_a_person() -> None:
    """And brings what it belonged to."""
    objects, acme, ada = started()
    objects.relate_visitor("visitor-1", acme)
    objects.identify_visitor(ada, "visitor-1")
    assert (list(ada.relationships), acme.visitors) == ([acme.cio_object_id], {})
    objects.identify_visitor(ada, "visitor-2")
    assert list(ada.relationships) == [acme.cio_object_id]


def test_a_person_that_is_gone() -> None:
    """Is in no object."""
    objects, acme, ada = started()
    objects.relate(ada, acme, {})
    objects.remove_person(ada)
    assert acme.people == {}


def test_merging_people() -> None:
    """The first keeps its own, and takes over what it lacks."""
    objects, acme, ada = started()
    second = Person("second", relationships={acme.cio_object_id: {"role": "guest", "since": 2020}})
    objects.relate(ada, acme, {"role": "admin"})
    objects.merge(ada, second)
    assert ada.relationships == {acme.cio_object_id: {"role": "admin", "since": 2020}}


def test_attributes() -> None:
    """Null and nothing take away."""
    known = {"a": 1, "b": 2, "c": 3}
    update_attributes(known, {"a": None, "b": "", "d": 0, "e": None})
    assert known == {"c": 3, "d": 0}
