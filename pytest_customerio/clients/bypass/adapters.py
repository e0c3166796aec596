"""requests: leads past what stands in the place of `HTTPAdapter.send`, and past adapters that are mocks themselves."""

from __future__ import annotations

from functools import partial
from typing import Any

from pytest_customerio.clients.bypass import fakes, notes
from pytest_customerio.clients.bypass.leading import bound, lead, note_engine, unread, wanted
from pytest_customerio.clients.bypass.places import Places
from pytest_customerio.clients.transport.wire import destination
from pytest_customerio.process.patching import Wrapper

# What an adapter that sends by itself calls, beside `super()`.
SENDING = frozenset({"send", "urlopen", "get_connection", "get_connection_with_tls_context"})


def _send(real: Wrapper, mock: Any, places: Places) -> Wrapper:
    def send(adapter: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        theirs = bound(mock, adapter)
        if not (wanted() and places.concerns(*destination(request.url))):
            return theirs(request, *args, **kwargs)
        return _led(partial(real, adapter), theirs, notes.of_adapter(mock), request, args, kwargs)

    return send


def _get_adapter(real: Wrapper, mock: Any, places: Places) -> Wrapper:
    def get_adapter(session: Any, url: Any) -> Any:
        adapter = bound(mock, session)(url=url)
        if not (wanted() and places.concerns(*destination(url))):
            return adapter
        if adapter is not _mounted(real, session, url):
            return Led(adapter)
        if not _sends(adapter):
            return Led(adapter)
        note_engine(adapter)
        _lead_within(adapter, places)
        return adapter

    return get_adapter


def _mounted(real: Wrapper, session: Any, url: Any) -> Any:
    from requests.exceptions import InvalidSchema

    try:
        return real(session, url=url)
    except InvalidSchema:
        return None


def _lead_within(adapter: Any, places: Places) -> None:
    """Lead past the mocks that an adapter of the application's holds, such as one that retries."""
    from requests.adapters import BaseAdapter

    for one in fakes.held(adapter, BaseAdapter):
        if not _sends(one):
            places.add(type(one), "send", lambda before: _own_answer(before, places))


def _own_answer(mock: Any, places: Places) -> Wrapper:
    def send(adapter: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        theirs = bound(mock, adapter)
        if not (wanted() and places.concerns(*destination(request.url))):
            return theirs(request, *args, **kwargs)
        return Led(adapter, theirs).send(request, *args, **kwargs)

    return send


def _sends(adapter: Any) -> bool:
    """Whether an adapter sends with requests' own `HTTPAdapter`, perhaps after work of its own."""
    from requests.adapters import BaseAdapter, HTTPAdapter

    if not isinstance(adapter, HTTPAdapter):
        return bool(fakes.held(adapter, BaseAdapter))
    return "send" not in vars(adapter) and not fakes.answers_itself(adapter, HTTPAdapter, "send", SENDING)


class Led:
    """Takes the place of an adapter that is a mock."""

    def __init__(self, adapter: Any, answer: Wrapper | None = None) -> None:
        self._adapter = adapter
        self._answer = answer or adapter.send

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Send with an adapter of requests' own; where the case does not answer, the mock does."""
        __tracebackhide__ = True
        from requests.adapters import HTTPAdapter

        note = notes.of_adapter(self._adapter) or notes.of_mock(self._answer)
        engine = HTTPAdapter()
        engine.max_retries = getattr(self._adapter, "max_retries", engine.max_retries)
        return _led(engine.send, self._answer, note, request, args, kwargs)


def _led(
    real: Wrapper, mock: Wrapper, note: notes.Noting | None, request: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    __tracebackhide__ = True

    def answer() -> Any:
        __tracebackhide__ = True
        own, request.body = request.body, unread(request.body)
        try:
            return mock(request, *args, **kwargs)
        finally:
            request.body = own

    noting = None if note is None else partial(note, request, args, kwargs)
    return lead(partial(real, request, *args, **kwargs), answer, noting, each=notes.counts_attempts(note))


MADE = {"Session.get_adapter": _get_adapter}
WHERE_MOCKED = _send
