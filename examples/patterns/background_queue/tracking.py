"""Events through the background queue of customerio-cdp-analytics."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path

from customerio.analytics import Client, request

log = logging.getLogger("tracking")
# Without it Pipelines answers 200 to a wrong key and to payloads that it drops; the library has no option for it.
request._session.headers["X-Strict-Mode"] = "1"


class Tracking:
    """One instance for the whole application. Call `close` when the application ends."""

    def __init__(self, write_key: str, undelivered: Path, **options: object) -> None:
        self.undelivered = undelivered
        self._lock = threading.Lock()
        # The library would repeat a 401 eleven times, because it cannot read the answer.
        self._client = Client(write_key, on_error=self._keep, max_retries=0, timeout=5, **options)

    def purchase(self, person: str, item: str, cents: int) -> None:
        queued, message = self._client.track(person, "purchase", {"item": item, "cents": cents})
        if not queued:
            self._keep(BufferError("queue full"), [message])

    def _keep(self, error: Exception, batch: list[dict[str, object]]) -> None:
        """Called in the thread of the queue. The messages have ids, so that sending one again does no harm."""
        log.error("%d messages kept: %s", len(batch), type(error).__name__)
        with self._lock, self.undelivered.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(message) + "\n" for message in batch)

    def flush(self) -> None:
        self._client.flush()

    def close(self) -> None:
        self._client.shutdown()
