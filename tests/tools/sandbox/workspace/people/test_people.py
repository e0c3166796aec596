"""People: identifiers, attributes, and suppression."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_customerio.tools.sandbox.workspace.people.people import SUPPRESSED, People
from pytest_customerio.tools.sandbox.workspace.people.person import Person

ADA = ("id", "42")


def added(people: People, *, at: int = 1, **attributes: Any) -> Person:
    """The person with id 42, added or updated."""
    person, notes = people.identify(ADA, attributes, at)
    assert person is not None
    assert notes == ()
    return person


def test_a_person_is_found_by_every_identifier() -> None:
    """A person is found by each identifier; e-mail addresses are compared without regard to case."""
    people = People()
    ada = added(people, email="Ada@Example.com")
    assert people.find(ADA) is people.find(("email", "ada@EXAMPLE.com")) is people.find(("cio_id", ada.cio_id)) is ada
    assert people.find(("email", "other@example.com")) is None
    assert (len(people), list(people), list(reversed(people))) == (1, [ada], [ada])


def test_attributes_are_merged() -> None:
    """Attributes that are not named stay; null and empty text remove one; identifiers are not attributes."""
    people = People()
    added(people, plan="basic", age=36, nick="Countess", email="ada@example.com")
    ada = added(people, at=2, plan="pro", nick=None, age="", missing=None, _update=True, _timestamp=5)
    assert ada.attributes == {"plan": "pro"}
    assert ada.timestamps == {"plan": 2}
    assert ada.identifiers == {"id": "42", "email": "ada@example.com"}


def test_an_older_update_that_comes_later_changes_nothing() -> None:
    """An attribute is not replaced by an update with an older time."""
    people = People()
    added(people, at=10, plan="pro")
    _, notes = people.identify(ADA, {"plan": "basic", "age": 36}, 5)
    assert notes == ("plan not set: a later update came first",)
    assert added(people, at=10).attributes == {"plan": "pro", "age": 36}


@pytest.mark.parametrize(("value", "meant"), [(True, True), ("TRUE", True), (1, True), ("1", True), ("yes", False)])
def test_unsubscribed(value: object, meant: bool) -> None:
    """True in any spelling and 1 mean unsubscribed, everything else does not."""
    assert added(People(), unsubscribed=value).unsubscribed is meant
    assert added(People()).unsubscribed is False


def test_subscription_preferences() -> None:
    """A name with dots changes one topic; the whole attribute replaces all topics."""
    people = People()
    added(people, cio_subscription_preferences={"topics": {"topic_1": True, "topic_2": True}})
    ada = added(people, **{"cio_subscription_preferences.topics.topic_1": False})
    assert ada.attributes["cio_subscription_preferences"] == {"topics": {"topic_1": False, "topic_2": True}}
    added(people, cio_subscription_preferences={"topics": {"topic_3": True}})
    assert ada.attributes["cio_subscription_preferences"] == {"topics": {"topic_3": True}}
    added(people, cio_subscription_preferences="all")
    assert added(people, **{"cio_subscription_preferences.topics.topic_1": False}).attributes == {
        "cio_subscription_preferences": "all"
    }


def test_a_new_id_with_an_address_that_is_known() -> None:
    """The person with the known address gets the new id."""
    people = People()
    visitor, _ = people.identify(("email", "ada@example.com"), {"plan": "basic"}, 1)
    assert added(people, email="ada@example.com") is visitor
    assert people.find(ADA) is visitor


def test_an_address_of_another_person() -> None:
    """The address of another person is not set; the other attributes are."""
    people = People()
    added(people, email="ada@example.com")
    other, notes = people.identify(("id", "43"), {"email": "ada@example.com", "plan": "pro"}, 1)
    assert other is not None
    assert (other.identifiers, other.attributes) == ({"id": "43"}, {"plan": "pro"})
    assert notes == ("email not set: another person has it (the service logs an Attribute Update Failure)",)


def test_changing_identifiers() -> None:
    """An e-mail address can be changed by id; an id only by cio_id."""
    people = People()
    ada = added(people, email="ada@example.com")
    added(people, email="lovelace@example.com")
    assert people.find(("email", "ada@example.com")) is None
    _, notes = people.identify(("email", "lovelace@example.com"), {"id": "43"}, 1)
    assert notes == ("id not changed: address the person by cio_<cio_id> to change it",)
    assert people.identify(("cio_id", ada.cio_id), {"id": "43"}, 1) == (ada, ())
    assert (people.find(("id", "43")), people.find(ADA)) == (ada, None)


def test_a_cio_id_that_nobody_has() -> None:
    """An update by an unknown cio_id is dropped."""
    assert People().identify(("cio_id", "a3ff"), {}, 1) == (None, ("dropped: nobody has this cio_id",))


def test_update_only() -> None:
    """Without `create` an unknown person is not added."""
    people = People()
    person, notes = people.identify(ADA, {"plan": "basic"}, 1, create=False)
    assert (person, notes) == (None, ("dropped: _update is set and this person does not exist",))
    added(people)
    assert people.identify(ADA, {"plan": "basic"}, 1, create=False)[0] is people.find(ADA)


def test_finding_or_creating_a_person() -> None:
    """An unknown person is created, except for a cio_id."""
    people = People()
    person, notes = people.find_or_create(ADA)
    assert (person, notes) == (people.find(ADA), ("made a new person: nobody had this identifier",))
    assert people.find_or_create(ADA) == (person, ())
    assert people.find_or_create(("cio_id", "a3ff")) == (None, ("dropped: nobody has this cio_id",))


def test_deleted_people_can_come_back() -> None:
    """The same identifiers belong to a new person after a deletion."""
    people = People()
    ada = added(people, email="ada@example.com")
    people.delete(ada)
    assert len(people) == 0
    assert added(people, email="ada@example.com").cio_id != ada.cio_id


def test_suppression() -> None:
    """All identifiers of a person are suppressed, until one of them is unsuppressed."""
    people = People()
    ada = added(people, email="ada@example.com")
    assert people.suppress(ADA) is ada
    assert people.is_suppressed(("email", "ADA@example.com"))
    assert people.identify(("email", "ada@example.com"), {}, 1) == (None, (SUPPRESSED,))
    assert people.identify(("id", "43"), {"email": "ada@example.com"}, 1) == (None, (SUPPRESSED,))
    assert people.unsuppress(("email", "ada@example.com")) == ()
    assert people.unsuppress(ADA) == ("nothing to do: this identifier is not suppressed",)
    assert added(people).cio_id != ada.cio_id


def test_suppressing_an_unknown_identifier() -> None:
    """An identifier that nobody has can be suppressed."""
    people = People()
    assert people.suppress(ADA) is None
    assert people.identify(ADA, {}, 1) == (None, (SUPPRESSED,))


def test_display_names() -> None:
    """The display name is the id, else the phone number, else the cio_id."""
    people = People()
    assert added(people, email="ada@example.com").display_name == "42"
    phone, _ = people.find_or_create(("phone", "+15551234567"))
    assert phone is not None
    assert phone.display_name == "+15551234567"
    assert Person("a3ff").display_name == "cio_a3ff"


def test_the_time_of_each_identifier() -> None:
    """Each identifier has the time at which it was set; the same value again changes nothing."""
    people = People()
    people.now = 7
    ada = added(people, at=1, email="ada@example.com")
    added(people, at=2, email="Ada@example.com")
    added(people, at=3, email="Ada@example.com")
    assert ada.identified_at == {"cio_id": 1, "id": 1, "email": 2}
    bob, _ = people.find_or_create(("email", "bob@example.com"))
    assert bob is not None
    assert bob.identified_at == {"cio_id": 7, "email": 7}


def test_people_after_another() -> None:
    """The people who were created later, also than one who is gone; everybody after what is no cio_id."""
    people = People()
    known = [people.find_or_create(("id", str(number)))[0] for number in range(4)]
    first, second, *rest = [each for each in known if each is not None]
    people.delete(second)
    assert list(people.after(first.cio_id)) == list(people.after(second.cio_id)) == rest
    for name in ("", "nobody", "a3-ffffffffffffff"):
        assert list(people.after(name)) == [first, *rest]


def test_inherited_identifiers() -> None:
    """A person gets those that this person lacks, and that nobody else has."""
    people = People()
    ada = added(people)
    deleted = Person("a3ff", {"id": "43", "email": "ada@example.com", "phone": "+1"}, identified_at={"email": 5})
    people.find_or_create(("phone", "+1"))
    people.inherit(ada, deleted)
    assert ada.identifiers == {"id": "42", "email": "ada@example.com"}
    assert ada.identified_at["email"] == 5
