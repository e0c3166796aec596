"""urllib3: heard at `urlopen`, of managers and of pools; answered beneath its retries, in `urllib3_answers`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_customerio.clients.hearing import above, begin, send_heard
from pytest_customerio.clients.pools import absolute, concerned
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.clients.wire import destination
from pytest_customerio.process.patching import Patches, Wrapper


def install(traffic: Traffic, patches: Patches) -> None:
    """Hear managers and pools, and answer for their connections."""
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.poolmanager import PoolManager

    from pytest_customerio.clients import urllib3_answers

    patches.wrap(PoolManager, "urlopen", lambda original: _manager_urlopen(traffic, original))
    patches.wrap(HTTPConnectionPool, "urlopen", lambda original: _pool_urlopen(traffic, original))
    urllib3_answers.install(traffic, patches)


def _manager_urlopen(traffic: Traffic, original: Wrapper) -> Wrapper:
    def urlopen(manager: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        hearing = begin(traffic, "urllib3", method, url) if traffic.concerns(*destination(url)) else None
        if hearing is None:
            return original(manager, method, url, *args, **kwargs)
        timeout = kwargs.get("timeout", manager.connection_pool_kw.get("timeout"))
        hearing.interaction.timeout_set = _timeout_set(timeout)
        headers = kwargs.get("headers") or manager.headers
        send = _sender(original, manager, method, url, args, kwargs)
        return send_heard(hearing, headers, kwargs.get("body"), send, status="status")

    return urlopen


def _sender(
    original: Wrapper, manager: Any, method: str, url: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Callable[[Any], Any]:
    def send(body: Any) -> Any:
        __tracebackhide__ = True
        return original(manager, method, url, *args, **(kwargs if body is None else {**kwargs, "body": body}))

    return send


def _pool_urlopen(traffic: Traffic, original: Wrapper) -> Wrapper:
    def urlopen(pool: Any, method: str, url: str, body: Any = None, headers: Any = None, *args: Any, **kw: Any) -> Any:
        __tracebackhide__ = True
        if not concerned(traffic, pool, url):
            return original(pool, method, url, body, headers, *args, **kw)
        timeout_set = _timeout_set(kw.get("timeout", args[3] if len(args) > 3 else pool.timeout), pool)
        hearing = begin(traffic, "urllib3", method, absolute(pool, url))
        if hearing is None:
            _refine(timeout_set=timeout_set)
            return original(pool, method, url, body, headers, *args, **kw)

        def send(body: Any) -> Any:
            __tracebackhide__ = True
            return original(pool, method, url, body, headers, *args, **kw)

        hearing.interaction.timeout_set = timeout_set
        return send_heard(hearing, pool.headers if headers is None else headers, body, send, status="status")

    return urlopen


def _refine(*, timeout_set: bool) -> None:
    """An adapter may have set the timeout that the caller above left out."""
    interaction = above.get()
    if interaction is not None:
        interaction.timeout_set = timeout_set


def _timeout_set(timeout: Any, pool: Any = None) -> bool:
    from urllib3.util.timeout import Timeout

    if pool is not None and not isinstance(timeout, Timeout):
        timeout = pool._get_timeout(timeout)
    if not isinstance(timeout, Timeout):
        return timeout is not None
    if Timeout.resolve_default_timeout(timeout.total) is not None:
        return True
    limits = (timeout.connect_timeout, timeout.read_timeout)
    return all(Timeout.resolve_default_timeout(limit) is not None for limit in limits)
