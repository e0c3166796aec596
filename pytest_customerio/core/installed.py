"""Whether the SDK `customerio` is whole on disk.

`customerio` and `customerio-cdp-analytics` both install `customerio/__init__.py`, and that of the second is empty. The
one that is installed last replaces the file of the other, and `from customerio import CustomerIO` fails afterwards.
Nothing is imported here: the file in place is compared with what the distributions recorded of theirs.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import NamedTuple

SDK = "customerio"
ANALYTICS = "customerio-cdp-analytics"
MODULE = "customerio/__init__.py"
TOPIC = "sdk-overwritten"


class Overwritten(NamedTuple):
    """The SDK of this version lacks its module: another distribution replaced it, or nothing is there."""

    version: str
    by: str = ""

    @property
    def problem(self) -> str:
        """What is wrong, in one sentence."""
        is_now = f"is the one of {self.by}" if self.by else "is missing or empty"
        return f"{MODULE} {is_now}: `from customerio import CustomerIO` fails"

    @property
    def cure(self) -> str:
        """What to do about it: the SDK is installed last."""
        return f"install customerio last: pip install --force-reinstall --no-deps {SDK}=={self.version}"


def overwritten(path: Iterable[str] | None = None) -> Overwritten | None:
    """What is wrong with the SDK in these folders, by default those of `sys.path`; None where nothing is.

    A module that was edited by hand is not reported, nor a distribution that did not record its files.
    """
    folders = list(sys.path if path is None else path)
    sdk = next(iter(distributions(name=SDK, path=folders)), None)
    recorded = _recorded(sdk) if sdk is not None else ""
    if sdk is None or not recorded:
        return None
    place = sdk.locate_file(MODULE)
    in_place = _digest(place)
    if in_place == recorded:
        return None
    for other in distributions(name=ANALYTICS, path=folders):
        if other.locate_file(MODULE) == place and _recorded(other) == in_place:
            return Overwritten(sdk.version, by=f"{ANALYTICS} {other.version}")
    return Overwritten(sdk.version) if in_place in ("", EMPTY) else None


def _recorded(distribution: Distribution) -> str:
    """The digest of the module that a distribution recorded when it was installed; empty where it recorded none.

    RECORD is read here, because `Distribution.files` leaves out files that are missing since Python 3.12.
    """
    rows = csv.reader((distribution.read_text("RECORD") or "").splitlines())
    return next((row[1].removeprefix("sha256=") for row in rows if row[0] == MODULE), "")


def _digest(place: object) -> str:
    """The digest of the file in place, as RECORD writes it; empty where there is no file."""
    try:
        return _hashed(Path(str(place)).read_bytes())
    except OSError:
        return ""


def _hashed(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


EMPTY = _hashed(b"")
