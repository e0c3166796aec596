"""The messages of a workspace: what an application asked to send, to whom, and with which text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_LIQUID = re.compile(r"\{\{-?\s*([A-Za-z_][\w.]*)\s*-?\}\}")


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


@dataclass(frozen=True, slots=True)
class BroadcastTrigger:
    """One trigger of a broadcast, its time, and its errors in the form `line <n>: <text>`."""

    id: int
    broadcast: int
    errors: tuple[str, ...] = ()
    created: int = 0


def render(text: str, data: Mapping[str, Any]) -> str:
    """The text with Liquid values such as `{{ customer.name }}` filled in. Liquid filters and tags stay as they are."""
    return _LIQUID.sub(lambda match: _lookup(match[1], data, match[0]), text)


def describe_template(template: str, data: Mapping[str, Any]) -> str:
    """The text in place of a template that is stored in Customer.io: its name, and the data to fill it with."""
    shown = json.dumps(data, indent=2, ensure_ascii=False, default=str)
    return f"The template {template} lies in Customer.io. It would be filled with this message_data:\n\n{shown}"


def _lookup(path: str, data: Mapping[str, Any], unknown: str) -> str:
    """The value at a dotted path; `unknown` if its first name is not known, nothing if a later one is not."""
    value: Any = data
    for depth, part in enumerate(path.split(".")):
        if not isinstance(value, Mapping) or part not in value:
            return "" if depth else unknown
        value = value[part]
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
