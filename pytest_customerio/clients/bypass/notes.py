"""What a mock would have noted of a request that was led past it, so that its call list holds the request all the same.

Each function returns what notes one attempt in the mock that it is given, or None for a mock that keeps no such list.
No answer of the mock is used up. Private names used here: `_match` and `_add_to_history` of requests-mock 1.12,
`_requests` of pytest-httpx 0.30 to 0.36, `_increment_mock_call` of `unittest.mock` in CPython 3.11 to 3.14, and what
the functions that these libraries put in place close over. Without one of them an attempt is not noted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from pytest_customerio.process.recognition import is_mock

# Notes one attempt: the request as the client has it, the other arguments of the call, and what the call gave.
Noting = Callable[[Any, tuple[Any, ...], Mapping[str, Any], Any], None]


def of_adapter(mock: Any) -> Noting | None:
    """In the place of `HTTPAdapter.send`: responses, a mock of `unittest.mock`; or an adapter of requests-mock."""
    library = sys.modules.get("responses")
    if library is not None:
        for one in closed_over(mock):
            if isinstance(one, library.RequestsMock):
                return partial(_responses, library, one)
    adapters = sys.modules.get("requests_mock.adapter")
    if adapters is not None and isinstance(mock, adapters.Adapter):
        return partial(_requests_mock, adapters, mock)
    return of_mock(mock)


def counts_attempts(note: Noting | None) -> bool:
    """Whether the mock retries by itself, as the client would: responses, and so counts each attempt."""
    return isinstance(note, partial) and note.func is _responses


def of_mocker(adapter: Any) -> Noting:
    """The adapter of a mocker of requests-mock."""
    return partial(_requests_mock, sys.modules["requests_mock.adapter"], adapter)


def of_transport(mock: Any, transport: Any = None) -> Noting | None:
    """In the place of a transport of httpx: pytest-httpx, respx, a mock of `unittest.mock`."""
    if is_mock(mock):
        return of_mock(mock)
    library = sys.modules.get("pytest_httpx")
    if library is not None:
        for one in closed_over(mock):
            if isinstance(one, library.HTTPXMock):
                return partial(_pytest_httpx, one, transport)
    for each in (mock, *getattr(mock, "transports", ())):
        routers = _routers(getattr(each, "handler", None))
        if routers:
            return partial(_respx, routers)
    return None


def of_core(mock: Any) -> Noting | None:
    """In the place of a pool of httpcore: respx, a mock of `unittest.mock`."""
    library = sys.modules.get("respx.mocks")
    if library is not None:
        for one in closed_over(mock):
            if isinstance(one, type) and issubclass(one, library.Mocker):
                return partial(_respx_core, one)
    return of_mock(mock)


def of_session(mock: Any) -> Noting | None:
    """In the place of `ClientSession._request`: aioresponses, a mock of `unittest.mock`."""
    library = sys.modules.get("aioresponses.core")
    mocked = mock if is_mock(mock) else getattr(mock, "mock", None)  # an autospecced function has its mock
    if library is not None and mocked is not None and is_mock(mocked):
        owner = getattr(mocked.side_effect, "__self__", None)
        if isinstance(owner, library.aioresponses):
            return partial(_aioresponses, owner)
    note = of_mock(mocked)
    if note is None:
        return None
    # An autospecced function is called with the session, a plain mock in its place is not.
    first = 0 if mocked is not mock else 1
    return lambda url, args, kwargs, got: note(None, args[first:], kwargs, got)


def of_mock(mock: Any) -> Noting | None:
    """A mock of `unittest.mock`."""
    return partial(_unittest, mock) if is_mock(mock) and hasattr(mock, "_increment_mock_call") else None


def _unittest(mock: Any, request: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], got: Any) -> None:
    given = args if request is None else (request, *args)
    mock._increment_mock_call(*given, **kwargs)


def _responses(
    library: Any, mock: Any, request: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], got: Any
) -> None:
    request.params, request.req_kwargs = mock._parse_request_params(request.path_url), dict(kwargs)
    match = next((one for one in mock.registered() if one.matches(request)[0]), None)
    match = match or mock._find_match(request)[0]  # a registry of its own may know more than is registered
    if match is not None:
        call = library.Call(request, got)
        mock.calls.add_call(call)
        match.calls.add_call(call)


def _requests_mock(
    library: Any, adapter: Any, request: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], got: Any
) -> None:
    noted = library._RequestObjectProxy(request, case_sensitive=adapter._case_sensitive, **kwargs)
    adapter._add_to_history(noted)
    for matcher in reversed(adapter._matchers):
        if matcher._match(noted):
            matcher._add_to_history(noted)
            break


def _pytest_httpx(
    mock: Any, transport: Any, request: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], got: Any
) -> None:
    if mock._options.should_mock(request):
        mock._requests.append((transport, request))


def _respx(routers: list[Any], request: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], got: Any) -> None:
    import httpx

    for router in routers:
        route = next((one for one in router.routes if one.pattern is None or one.pattern.match(request)), None)
        router.record(request, response=got if isinstance(got, httpx.Response) else None, route=route)
        if route is not None:
            break


def _respx_core(mocker: Any, request: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], got: Any) -> None:
    made = mocker.to_httpx_request(request=request)
    made.read()
    _respx(mocker.routers, made, args, kwargs, got)


def _aioresponses(mock: Any, url: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], got: Any) -> None:
    from aioresponses.compat import merge_params, normalize_url

    key = (args[1], normalize_url(merge_params(url, kwargs.get("params"))))
    mock.requests.setdefault(key, []).append(mock._build_request_call(args[1], *args[3:], **kwargs))


def _routers(handler: Any) -> list[Any]:
    """The routers of respx behind the handler of a `MockTransport`."""
    library = sys.modules.get("respx.router")
    owner = getattr(handler, "__self__", None)
    if library is None or owner is None:
        return []
    return [owner] if isinstance(owner, library.Router) else list(getattr(owner, "routers", ()))


def closed_over(function: Any) -> Iterator[Any]:
    """The values that a function closes over."""
    for cell in getattr(function, "__closure__", None) or ():
        try:
            yield cell.cell_contents
        except ValueError:  # a cell that was not filled
            continue
