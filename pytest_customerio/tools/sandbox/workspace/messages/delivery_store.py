"""The messages of a workspace by id, oldest first, and those of each person."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.workspace.messages.deliveries import Delivery


class DeliveryStore(dict[str, Delivery]):
    """A dictionary that also finds the messages of a person without looking at all others."""

    def __init__(self) -> None:
        super().__init__()
        self._of_person: dict[str, dict[str, None]] = {}

    def __setitem__(self, delivery_id: str, delivery: Delivery) -> None:
        if delivery_id in self:
            del self[delivery_id]
        super().__setitem__(delivery_id, delivery)
        self._of_person.setdefault(delivery.person, {})[delivery_id] = None

    def __delitem__(self, delivery_id: str) -> None:
        person = self[delivery_id].person
        super().__delitem__(delivery_id)
        listed = self._of_person[person]
        del listed[delivery_id]
        if not listed:
            del self._of_person[person]

    def of(self, cio_id: str) -> list[Delivery]:
        """The messages of a person, newest first."""
        return [self[each] for each in reversed(self._of_person.get(cio_id, {}))]

    def give(self, former: str, cio_id: str) -> None:
        """Give the messages of one person to another."""
        listed = self._of_person.pop(former, {})
        for each in listed:
            self[each].person = cio_id
        if listed:
            together = {**self._of_person.get(cio_id, {}), **listed}
            self._of_person[cio_id] = {each: None for each in self if each in together}
