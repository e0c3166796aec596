"""The messages of a workspace: what an application asked to send, to whom, and with which text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_customerio.contract.webhook_events import metrics as metrics_of_channels

_CHANNELS = {
    "app.trigger_broadcast": "email",
    "app.send_email": "email",
    "app.send_push": "push",
    "app.send_sms": "sms",
    "app.send_whatsapp": "whatsapp",
}
_FIRST_METRICS = {"draft": "drafted", "queued": "sent"}


@dataclass(slots=True)
class Delivery:
    """One message.

    `state` is queued, scheduled, draft or skipped. `metrics` are the names and times of what was reported later.
    `subject` and `body` are rendered. `made_here` says that the template is stored in Customer.io, so that the sandbox
    wrote the text. `broadcast` and `trigger` are the numbers of the broadcast and of its trigger, if it belongs to one.
    """

    id: str
    operation: str
    to: str
    subject: str
    body: str
    plain: str
    state: str
    queued_at: int
    send_at: int | None = None
    template: str = ""
    person: str = ""
    made_here: bool = False
    payload: Mapping[str, Any] = field(default_factory=dict)
    metrics: list[tuple[str, int]] = field(default_factory=list)
    broadcast: int | None = None
    trigger: int | None = None

    @property
    def channel(self) -> str:
        """The channel, as events name it: email, push, sms, whatsapp or in_app."""
        return _CHANNELS.get(self.operation, "in_app")

    @property
    def first_metric(self) -> str:
        """What happens to a message of its state as soon as it is accepted; empty for nothing."""
        return _FIRST_METRICS.get(self.state, "")

    @property
    def metric_names(self) -> tuple[str, ...]:
        """What happened to it, in order."""
        first = (self.first_metric,) if self.first_metric else ()
        return (*first, *(name for name, _ in self.metrics))

    @property
    def known_metrics(self) -> tuple[str, ...]:
        """What can become of a message of this channel."""
        return metrics_of_channels()[self.channel]


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


@dataclass(frozen=True, slots=True)
class Template:
    """The texts of a transactional message, with Liquid in them. `folder` has the templates that they may include.

    `problem` says why there are no texts.
    """

    subject: str = ""
    body: str = ""
    plain: str = ""
    folder: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class BroadcastTrigger:
    """One trigger of a broadcast, its time, and its errors in the form `line <n>: <text>`."""

    id: int
    broadcast: int
    errors: tuple[str, ...] = ()
    created: int = 0


def describe_template(template: str, data: Mapping[str, Any]) -> str:
    """The text in place of a template that is stored in Customer.io: its name, and the data to fill it with."""
    shown = json.dumps(data, indent=2, ensure_ascii=False, default=str)
    return f"The template {template} lies in Customer.io. It would be filled with this message_data:\n\n{shown}"
