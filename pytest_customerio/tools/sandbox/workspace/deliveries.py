"""The messages of a workspace: what was to be sent, to whom, and what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_LIQUID = re.compile(r"\{\{-?\s*([A-Za-z_][\w.]*)\s*-?\}\}")


@dataclass(slots=True)
class Delivery:
    """One message. `state` is queued, scheduled, draft or skipped; `metrics` is what was reported of it later.

    `subject` and `body` are rendered; `made_here` says that the template lies in Customer.io and the text is ours.
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


def render(text: str, data: Mapping[str, Any]) -> str:
    """The text with its plain Liquid values filled in: `{{ customer.name }}`. Filters and tags stay as they are."""
    return _LIQUID.sub(lambda found: _value(found[1], data, found[0]), text)


def placeholder(template: str, data: Mapping[str, Any]) -> str:
    """What stands for a template that lies in Customer.io: its name, and the data it would be filled with."""
    shown = json.dumps(data, indent=2, ensure_ascii=False, default=str)
    return f"The template {template} lies in Customer.io. It would be filled with this message_data:\n\n{shown}"


def _value(path: str, data: Mapping[str, Any], whole: str) -> str:
    value: Any = data
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return whole if part == path.split(".", maxsplit=1)[0] else ""
        value = value[part]
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
