"""The messages: their text, and those of each person."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery, DeliveryStore, describe_template


def test_a_template_of_customer_io() -> None:
    """In place of an unknown template its name and its data are shown."""
    text = describe_template("order_receipt", {"total": "23 €"})
    assert text.startswith("The template order_receipt lies in Customer.io.")
    assert '"total": "23 €"' in text


def filled(*people: str) -> DeliveryStore:
    """A store with one message for each of these people."""
    store = DeliveryStore()
    for number, person in enumerate(people, 1):
        store[str(number)] = Delivery(str(number), "app.send_email", "", "", "", "", "queued", 0, person=person)
    return store


def of(store: DeliveryStore, person: str) -> list[str]:
    """The ids of the messages of a person."""
    return [each.id for each in store.of(person)]


def test_messages_of_a_person() -> None:
    """They are listed newest first; one that is removed or replaced is listed no more."""
    store = filled("a", "b", "a")
    assert (of(store, "a"), of(store, "b"), of(store, "c")) == (["3", "1"], ["2"], [])
    del store["3"], store["2"]
    assert (of(store, "a"), of(store, "b"), list(store)) == (["1"], [], ["1"])
    store["1"] = Delivery("1", "app.send_email", "", "", "", "", "queued", 0, person="b")
    assert (of(store, "a"), of(store, "b")) == ([], ["1"])


def test_the_messages_of_two_people_become_those_of_one() -> None:
    """They are listed in their common order."""
    store = filled("a", "b", "a", "b")
    store.give("b", "a")
    assert (of(store, "a"), of(store, "b")) == (["4", "3", "2", "1"], [])
    store.give("b", "a")
    assert store["2"].person == "a"
