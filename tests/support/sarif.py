"""Whether a document is valid SARIF 2.1.0, by the schema in `tests/data/sarif`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

_SCHEMA = Path(__file__).resolve().parent.parent / "data" / "sarif" / "sarif-2.1.0-rtm.5.json"


def validate(log: Any) -> None:
    """Raise `ValidationError` where the document is not valid."""
    _validator().validate(log)


@cache
def _validator() -> Draft4Validator:
    return Draft4Validator(
        json.loads(_SCHEMA.read_text(encoding="utf-8")), format_checker=Draft4Validator.FORMAT_CHECKER
    )
