"""Writes a workspace as bytes, and reads it again. Bytes that name anything but classes of a workspace are refused."""

from __future__ import annotations

import io
import pickle
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import fields
from importlib import import_module
from operator import attrgetter
from typing import Any

from pytest_customerio.tools.sandbox import workspace
from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.storage.layout import layout, version
from pytest_customerio.tools.sandbox.webhooks.calls import WebhookAttempt, WebhookCall
from pytest_customerio.tools.sandbox.webhooks.posting import Result
from pytest_customerio.tools.sandbox.workspace.people.activities import Activity
from pytest_customerio.tools.sandbox.workspace.people.person import Event

_MAGIC = b"customerio-sandbox\n"
_CALLS = (WebhookCall, WebhookAttempt, Result)
_OTHERS = {(each.__module__, each.__name__): each for each in (deque, *_CALLS)}
# What the class of a value takes, in order.
_BY_INIT: Mapping[type, Callable[[Any], Any]] = {
    Event: attrgetter(*(field.name for field in fields(Event))),
    Activity: tuple,
}


class SnapshotError(CannotError):
    """These bytes are no snapshot that this version can read. The text says why, and what to do."""


def snapshot(value: Any) -> bytes:
    """A value with what is needed to recognise it: version, layout, checksum."""
    body = encode(value)
    return _MAGIC + f"{version()} {layout()} {zlib.crc32(body)}\n".encode() + body


def restore(data: bytes) -> Any:
    """The value in a snapshot. Raises `SnapshotError`."""
    head, _, body = data.removeprefix(_MAGIC).partition(b"\n")
    parts = head.decode("latin-1").split(" ")
    if not data.startswith(_MAGIC) or len(parts) != 3:
        raise SnapshotError("this is no snapshot of a sandbox")
    check_layout("the snapshot", parts[0], parts[1])
    if parts[2] != str(zlib.crc32(body)):
        raise SnapshotError("the snapshot is damaged: its checksum differs")
    return decode(body)


def check_layout(what: str, made_by: str, known: str) -> None:
    """Raises `SnapshotError` for what a version with another layout has written."""
    if known != layout():
        raise SnapshotError(
            f"{what} was written by pytest-customerio {made_by}, and this is {version()}, which stores other fields. "
            "Nothing was changed. Start the other version with it, save `GET /_sandbox/seed` as people.json, and start "
            "this version with --load people.json and another file"
        )


def encode(value: Any) -> bytes:
    """The value as bytes."""
    written = io.BytesIO()
    _Pickler(written, pickle.HIGHEST_PROTOCOL).dump(value)
    return written.getvalue()


def decode(data: bytes) -> Any:
    """The value in bytes. Raises `SnapshotError` where they name anything that a workspace does not consist of."""
    try:
        return _Unpickler(io.BytesIO(data)).load()
    except SnapshotError:
        raise
    except Exception as error:  # what damaged bytes raise is any exception
        raise SnapshotError(f"the stored data is damaged: {error}") from None


class _Pickler(pickle.Pickler):
    """A dictionary of a class of its own is made anew, and filled: pickle would fill it before it is complete.

    Values of which there are thousands are made by their class: `dataclasses` has a slow function for frozen ones.
    """

    def reducer_override(self, value: Any) -> Any:
        """How to write one value; NotImplemented stands for the usual way."""
        kind = type(value)
        if kind in _BY_INIT:
            return kind, _BY_INIT[kind](value)
        if isinstance(value, dict) and kind is not dict:
            return kind, (), None, None, iter(value.items())
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """The class of this name. Raises `SnapshotError` for everything else."""
        if (module, name) in _OTHERS:
            return _OTHERS[module, name]
        if module.startswith(f"{workspace.__name__}."):
            found = getattr(import_module(module), name, None)
            if isinstance(found, type):
                return found
        raise SnapshotError(f"the stored data names {module}.{name}, which is nothing that a sandbox stores")
