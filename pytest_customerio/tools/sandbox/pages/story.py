"""The story of a person: events, messages with what became of them, and requests, in the order of time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.api.pipelines import SEMANTIC_EVENTS
from pytest_customerio.tools.sandbox.json_values import mapping, mappings
from pytest_customerio.tools.sandbox.pages.formatting import MAX_SHOWN, ShownTime, shorten, show_compact, show_time
from pytest_customerio.tools.sandbox.pages.frame import MESSAGES, REQUESTS
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.requests.entries import level, summarize, visited
from pytest_customerio.tools.sandbox.pages.requests.request_search import names_of_person, search_requests
from pytest_customerio.tools.sandbox.requests.request_log import LoggedRequest
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people.person import Event, Person

Kind = Literal["events", "messages", "requests"]
MOST_METRICS = 20  # of one message; its own page shows more
KINDS: Mapping[str, str] = {"": "Everything", "events": "Events", "messages": "Messages", "requests": "Requests"}
MOST_MESSAGES = 1000
_LONGEST = 160
# Calls whose effect is an event of the person, or stands in the life of a message.
_EVENTS = frozenset(
    {"track.event", "track.anonymous_event", "pipelines.track", "pipelines.page", "pipelines.screen"}
    | {f"track_v2.person_{name}" for name in ("event", "page", "screen", "viewed_content", "clicked_content")}
)
_METRICS = frozenset({"track.metrics", "track.push_metrics", "track_v2.delivery_event"})


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened.

    `word` says what kind of thing it is, as in `page` or `opened`; `mark` is the status of a request that went wrong,
    or of a requested fault. `detail` is the data; `link` is the address of the page with all of it.
    """

    at: float
    kind: Kind
    word: str
    title: str
    detail: str = ""
    link: str = ""
    mark: str = ""

    @property
    def shown_at(self) -> ShownTime:
        """The time as it is shown."""
        return show_time(self.at)


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to a person, newest first.

    `unsearched` is the number of older requests that were not searched for the person, because that took too long.
    """

    moments: list[Moment]
    unsearched: int = 0


def story(service: Service, person: Person, kind: str) -> Story:
    """The story of a person; of one kind only if it is given.

    A request whose effect stands among the events or messages is not repeated, unless it went wrong.
    """
    log = list(service.log)
    found = search_requests(reversed(log), Query.about(person.cio_id), names_of_person(person), len(log))
    requests = found.requests[::-1]
    clock = _Clock(requests)
    sources: Mapping[str, Iterable[Moment]] = {
        "events": (clock.timed(_of_event(each), "events") for each in person.events),
        "messages": chain.from_iterable(_of_message(each, clock) for each in _messages(service, person)),
        "requests": (_of_request(each) for each in requests if kind == "requests" or _is_new(each)),
    }
    chosen = [sources[kind]] if kind in sources else sources.values()
    moments = sorted(chain.from_iterable(chosen), key=lambda moment: moment.at)[::-1]
    return Story(moments, sum(each.number < found.next for each in log) if found.unfinished else 0)


def life(delivery: Delivery, most: int) -> list[Moment]:
    """What became of one message, in the order of time: that it was made, and at most so many later things."""
    link = f"{MESSAGES}/{delivery.id}"
    first = Moment(delivery.queued_at, "messages", delivery.state, delivery.subject, f"to {delivery.to}", link)
    later = (Moment(at, "messages", name, delivery.subject, link=link) for name, at in delivery.metrics[-most:])
    return sorted((first, *later), key=lambda moment: moment.at)


class _Clock:
    """Finds the fraction of the second of an event or a message, which have whole seconds, in the request that made it.

    Without it, what happens within one second would stand in the wrong order. `at` maps a kind and a second to the
    times of the requests that made something of this kind then.
    """

    def __init__(self, requests: Iterable[LoggedRequest]) -> None:
        self._at: dict[tuple[Kind, int], deque[float]] = {}
        for request in requests:
            made = 0 if _is_wrong(request) else _made(request)
            kind: Kind = "messages" if (request.operation or "").startswith("app.") else "events"
            self._at.setdefault((kind, int(request.at)), deque()).extend([request.at] * made)

    def timed(self, moment: Moment, kind: Kind) -> Moment:
        """The moment with the time of the next request that made something of this kind in its second."""
        times = self._at.get((kind, int(moment.at)))
        return replace(moment, at=times.popleft()) if times else moment


def _made(request: LoggedRequest) -> int:
    """How many events or messages a request made, at most."""
    operation = request.operation or ""
    if operation.endswith(".batch"):
        return len(mappings(mapping(request.payload).get("batch")))
    return int(operation in _EVENTS or operation.startswith("app.send_"))


def _messages(service: Service, person: Person) -> list[Delivery]:
    """The last messages of a person, oldest first."""
    return service.workspace.deliveries.of(person.cio_id)[:MOST_MESSAGES][::-1]


def _of_message(delivery: Delivery, clock: _Clock) -> Iterator[Moment]:
    """The moments of a message. What happened to it in the second in which it was made comes after that."""
    first, *later = life(delivery, MOST_METRICS)
    made = clock.timed(first, "messages")
    yield made
    yield from (replace(each, at=made.at) if int(each.at) == int(made.at) else each for each in later)


def _of_event(event: Event) -> Moment:
    detail, complete = show_compact(event.data, MAX_SHOWN)
    title = event.name or visited(event.data) or "(no name)"
    return Moment(event.timestamp, "events", event.type, title, detail if complete else f"{detail} …")


def _is_wrong(request: LoggedRequest) -> bool:
    return level(request) in ("error", "fault")


def _is_new(request: LoggedRequest) -> bool:
    """Whether a request says more than the events and messages do."""
    operation = request.operation or ""
    if operation == "pipelines.track" and not _is_wrong(request):
        return str(mapping(request.payload).get("event")).strip() in SEMANTIC_EVENTS
    return _is_wrong(request) or not (operation in _EVENTS | _METRICS or operation.startswith("app.send_"))


def _of_request(request: LoggedRequest) -> Moment:
    status = str(request.status) if request.status else (request.fault or "no answer")
    return Moment(
        at=request.at,
        kind="requests",
        word="request",
        title=request.operation or "unknown call",
        detail=shorten(summarize(request), _LONGEST),
        link=f"{REQUESTS}/{request.number}",
        mark=status if _is_wrong(request) else "",
    )
