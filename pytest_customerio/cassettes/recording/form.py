"""The form of recordings: its version, and the digest that shows whether a recording was edited."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_customerio.cassettes.document import Document

# Form 1 had no number and no digest. Form 2 replaces all own data, and has faults.
FORM = 2
# The members of the metadata that hold the number of the form, and the digest.
NUMBER, DIGEST = "form", "digest"
# The member that lists the operations for which the target had no key: their requests are in no recording.
UNASKED = "unasked"
_PACKAGE = "pytest-customerio"


def sealed(metadata: Mapping[str, Any], interactions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The metadata of a recording with these interactions in today's form: with its number and its digest."""
    about = {**metadata, NUMBER: FORM}
    return {**about, DIGEST: _digest(about, interactions)}


def form_of(document: Document) -> int:
    """The number of a recording's form. Raises `DataError` for one that only a newer release reads."""
    version = document.data.get("version")
    if version != 1:
        raise document.error(f"version {version!r} of cassettes is not known; accepted: 1", "version")
    number = _metadata(document).get(NUMBER, 1)
    if type(number) is not int or not 1 <= number <= FORM:
        cause = f"form {number!r} of recordings is not known; accepted: 1 to {FORM}. A newer {_PACKAGE} may read it"
        raise document.error(cause, "metadata", NUMBER)
    return number


def is_edited(document: Document) -> bool:
    """Whether a recording has another digest than it had when it was written; one without a digest is not."""
    about = _metadata(document)
    return DIGEST in about and about[DIGEST] != _digest(about, document.data["interactions"])


def has_todays_marks(document: Document) -> bool:
    """Whether the marks in a recording are those that this release would make: another one has other schemas."""
    about = _metadata(document)
    versions = about.get("versions")
    made_by = versions.get(_PACKAGE) if isinstance(versions, Mapping) else None
    return about.get(NUMBER) == FORM and made_by == _installed()


def _metadata(document: Document) -> Mapping[str, Any]:
    return document.metadata if isinstance(document.metadata, Mapping) else {}


def _digest(metadata: Mapping[str, Any], interactions: Sequence[Mapping[str, Any]]) -> str:
    """Does not depend on how the file is written, such as the order of members and the style of YAML."""
    about = {name: value for name, value in metadata.items() if name != DIGEST}
    text = json.dumps([about, list(interactions)], sort_keys=True, default=repr)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _installed() -> str:
    try:
        return version(_PACKAGE)
    except PackageNotFoundError:  # in a bare checkout
        return "unknown"
