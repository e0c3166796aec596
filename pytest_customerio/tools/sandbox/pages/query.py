"""Which requests, people or messages the page shows. The query is in the address, so that it can be bookmarked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from pytest_customerio.tools.sandbox.json_values import parse_number

MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Query:
    """What the page shows.

    `operation` is an operation or a surface, `person` any identifier, `words` the text that must occur. A page of
    requests begins below the request number `before`, a page of everything else at the row `start`. `kind` selects a
    part of a person's story.
    """

    operation: str = ""
    person: str = ""
    words: str = ""
    problems_only: bool = False
    before: int = 0
    start: int = 0
    kind: str = ""

    @classmethod
    def parse(cls, params: Mapping[str, str]) -> Self:
        """The query in the parameters of an address; invalid values are ignored."""
        operation, person, words = (params.get(name, "").strip()[:MAX_LENGTH] for name in ("operation", "person", "q"))
        before, start = (parse_number(params.get(name, "")) for name in ("before", "start"))
        kind = params.get("kind", "")[:MAX_LENGTH]
        return cls(operation, person, words, params.get("broken") == "1", before, start, kind)

    @classmethod
    def about(cls, person: str) -> Self:
        """The query for all requests about a person."""
        return cls(person=person)

    @property
    def narrow(self) -> bool:
        """Whether the query leaves anything out."""
        return bool(self.operation or self.person or self.words or self.problems_only)

    def address(self, path: str = "/", **changes: Any) -> str:
        """The address of this query with some changes."""
        changed = replace(self, **changes)
        params = {
            "operation": changed.operation,
            "person": changed.person,
            "q": changed.words,
            "broken": "1" if changed.problems_only else "",
            "before": str(changed.before or ""),
            "start": str(changed.start or ""),
            "kind": changed.kind,
        }
        text = urlencode({name: value for name, value in params.items() if value}, errors="replace")
        return f"{path}?{text}" if text else path
