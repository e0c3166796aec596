"""An application that sends requests to one replay, for the tests of replays."""

from __future__ import annotations

import json
from typing import Any

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.marks import ErrorsMark
from pytest_customerio.core.model import Answer, ErrorCase, Provenance, WireRequest
from pytest_customerio.judging.judgement import CaseJudge, Judgement
from pytest_customerio.judging.outcome import all_delivered
from pytest_customerio.replay.replay import Replay, Service

CATALOG = Catalog.load()
OK = Answer(200, "OK", (), b"{}")
PEOPLE = "https://track.customer.io/api/v1/customers/"
BATCH = "https://track.customer.io/api/v2/batch"
ENTITY = "https://track.customer.io/api/v2/entity"
PIPELINES = "https://cdp.customer.io/v1/track"


def case(
    answer: Answer,
    *operations: str,
    kind: Any = "status",
    mode: Any = "once",
    family: str | None = None,
    cassette: str = "case",
    **more: Any,
) -> ErrorCase:
    """An error case of these operations."""
    return ErrorCase(
        cassette if mode == "once" else f"{cassette}-{mode}",
        cassette,
        operations[0].partition(".")[0],
        mode,
        answer,
        mode != "once",
        operations,
        family or str(answer.status),
        "",
        "",
        Provenance("synthetic"),
        kind=kind,
        **more,
    )


RATE = case(Answer(429), "track.identify", "track.event", mode="persists", family="429")
RECOVERS = case(Answer(429), "track.identify", "track.event", mode="recovers", family="429")
BAD = case(Answer(400), "track.identify", "track.event", family="400")
LATE = case(Answer(400), "track.event", family="400", cassette="400-invalid-timestamp")
DROPPED = case(Answer(200), "pipelines.track", kind="dropped", family="2xx")
REDIRECT = case(
    Answer(301, headers=(("Location", "https://track-eu.customer.io/"),)), "track.identify", kind="redirect"
)
SPLIT = case(
    Answer(207, body=json.dumps({"errors": [{"batch_index": 1, "reason": "invalid", "field": "name"}]}).encode()),
    "track_v2.batch",
    kind="partial",
)


def mark(**asked: Any) -> ErrorsMark:
    """A `cio_errors` mark."""
    return ErrorsMark(**{"cases": (), **asked})


class Sender:
    """Sends requests to one replay, and judges what became of them."""

    def __init__(
        self,
        error: ErrorCase,
        times: int | None = None,
        asked: ErrorsMark | None = None,
        service: Service | None = None,
    ) -> None:
        self.replay = Replay(
            {error.surface: error},
            asked or mark(),
            variant=lambda found, operation: found,
            times=times,
            service=service,
        )
        self.judge = CaseJudge()
        self.given = 0

    def success(self) -> Answer:
        self.given += 1
        return OK

    def send(
        self, operation: str, url: str, payload: Any, headers: Any = None, call: Any = None, method: str = "POST"
    ) -> Answer:
        request = WireRequest(method, url, headers or {}, json.dumps(payload).encode())
        return self.replay.answer(CATALOG.operations[operation], request, self.success, call)

    def identify(
        self, name: str = "42", call: Any = None, headers: Any = None, host: str = PEOPLE, **attributes: Any
    ) -> Answer:
        return self.send("track.identify", f"{host}{name}", attributes, headers, call, "PUT")

    def event(self, name: str = "42", **body: Any) -> Answer:
        return self.send("track.event", f"{PEOPLE}{name}/events", {"name": "buy", **body})

    def batch(self, *names: str) -> Answer:
        items = [{"type": "person", "action": "event", "identifiers": {"id": one[0]}, "name": one} for one in names]
        return self.send("track_v2.batch", BATCH, {"batch": items})

    def judgements(self, raised: BaseException | None = None) -> tuple[Judgement, ...]:
        return self.judge.judgements(self.replay.observations(raised))

    def outcomes(self, raised: BaseException | None = None) -> list[tuple[str | None, int]]:
        return [(one.outcome, one.attempts) for one in self.judgements(raised)]

    def delivered(self) -> bool:
        return all_delivered(self.replay.observations(None))
