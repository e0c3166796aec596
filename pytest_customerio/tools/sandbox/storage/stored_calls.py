"""Keeps the calls to webhooks in the data file, so that an event that waits for its next attempt survives a restart."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from contextlib import AbstractContextManager

from pytest_customerio.tools.sandbox.storage.data_file import DataFileError
from pytest_customerio.tools.sandbox.storage.encoding import decode, encode
from pytest_customerio.tools.sandbox.storage.persistence import Persistence
from pytest_customerio.tools.sandbox.webhooks.calls import MAX_WEIGHT, WebhookCall
from pytest_customerio.tools.sandbox.webhooks.sender import MAX_WAITING


class StoredCalls:
    """Writes each call when it is made, and after each attempt; nowhere if there is no data file.

    Attempts come from the threads that post, so the file is used with `lock` only. A call that the file has no space
    for is posted all the same.
    """

    def __init__(self, persistence: Persistence, lock: AbstractContextManager[object]) -> None:
        self._persistence = persistence
        self._lock = lock

    def load(self) -> Sequence[WebhookCall]:
        """The calls in the file, oldest first. Raises `DataFileError`."""
        file = self._persistence.file
        if file is None:
            return ()
        with self._persistence.intact():
            return [decode(each) for each in file.calls()]

    def add(self, call: WebhookCall) -> None:
        """Add a call."""
        if self._persistence.file is not None:
            with self._lock, contextlib.suppress(DataFileError):
                self._persistence.file.add_call(call.number, encode(call), MAX_WAITING, MAX_WEIGHT)

    def change(self, call: WebhookCall) -> None:
        """Write a call again, after an attempt."""
        if self._persistence.file is not None:
            with self._lock, contextlib.suppress(DataFileError):
                if self._persistence.file is not None:  # the sandbox may have stopped meanwhile
                    self._persistence.file.change_call(call.number, encode(call))

    def clear(self) -> None:
        """Remove all calls."""
        if self._persistence.file is not None:
            with contextlib.suppress(DataFileError):
                self._persistence.file.clear_calls()
