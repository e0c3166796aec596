"""aiohttp: leads past what stands in the place of `ClientSession._request`, such as aioresponses and vcrpy."""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial
from typing import Any

from pytest_customerio.clients.bypass import cassettes, notes
from pytest_customerio.clients.bypass.leading import alead, bound, unread, wanted
from pytest_customerio.clients.bypass.places import Places
from pytest_customerio.process.patching import Wrapper


def _request(real: Wrapper, mock: Any, places: Places) -> Wrapper:
    def request(session: Any, method: Any, url: Any, **kwargs: Any) -> Coroutine[Any, Any, Any]:
        return _sent(partial(real, session), bound(mock, session), mock, places, session, (method, url), kwargs)

    return request


async def _sent(
    real: Wrapper,
    theirs: Wrapper,
    mock: Any,
    places: Places,
    session: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    __tracebackhide__ = True
    target = session._build_url(args[1])
    if not (wanted() and places.concerns(target.host, target.port)):
        return await theirs(*args, **kwargs)
    note = notes.of_session(mock)

    def answer() -> Any:
        return theirs(*args, **({**kwargs, "data": unread(kwargs["data"])} if "data" in kwargs else kwargs))

    return await alead(
        partial(real, *args, **kwargs),
        answer,
        None if note is None else partial(note, target, (session, *args), kwargs),
        cassettes.of_session(mock, args[0], target, kwargs),
    )


MADE: dict[str, Any] = {}
WHERE_MOCKED = _request
