"""urllib3: leads past mocks in the place of the functions of its managers and pools."""

from __future__ import annotations

from functools import partial
from typing import Any

from pytest_customerio.clients.bypass import notes
from pytest_customerio.clients.bypass.leading import bound, lead, wanted
from pytest_customerio.clients.bypass.places import Places
from pytest_customerio.clients.transport.wire import destination
from pytest_customerio.process.patching import Wrapper


def _urlopen(real: Wrapper, mock: Any, places: Places) -> Wrapper:
    def urlopen(owner: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        theirs = partial(bound(mock, owner), *args, **kwargs)
        if not (wanted() and places.concerns(*_host(owner, args, kwargs))):
            return theirs()
        note = notes.of_mock(mock)
        return lead(partial(real, owner, *args, **kwargs), theirs, note and partial(note, None, args, kwargs))

    return urlopen


def _host(owner: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """The host of a request: that of the absolute URL among the arguments, else that of the pool."""
    for one in (*args, kwargs.get("url")):
        if isinstance(one, str) and "://" in one[:8]:
            return destination(one)
    return getattr(owner, "host", ""), getattr(owner, "port", None)


MADE: dict[str, Any] = {}
WHERE_MOCKED = _urlopen
