"""urllib3: heard at `urlopen` of managers and of pools; answered beneath its retries, by `urllib3_answers`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_customerio.clients.hearing import begin, send_heard
from pytest_customerio.clients.http import urllib3_answers
from pytest_customerio.clients.http.urllib3_answers import absolute, concerned
from pytest_customerio.clients.http.urllib3_faults import limits_of
from pytest_customerio.clients.traffic import Traffic, heard_above
from pytest_customerio.clients.transport.wire import destination
from pytest_customerio.process.output import warned
from pytest_customerio.process.parts import URLLIB3, Part
from pytest_customerio.process.patching import Patches, Wrapper


def _part(module: str, path: str) -> Part:
    return Part(URLLIB3, module, path, "requests of managers and pools", "such requests are not heard", needs="urllib3")


MANAGER = _part("urllib3.poolmanager", "PoolManager.urlopen")
POOL = _part("urllib3.connectionpool", "HTTPConnectionPool.urlopen")
WARNINGS = warned.counting(URLLIB3, "urllib3.poolmanager")
PARTS = (MANAGER, POOL, WARNINGS, *urllib3_answers.PARTS)


def install(traffic: Traffic, patches: Patches) -> None:
    """Hear managers and pools, and answer for their connections."""
    patches.patch(MANAGER, lambda original: _manager_urlopen(traffic, original))
    patches.patch(POOL, lambda original: _pool_urlopen(traffic, original))
    urllib3_answers.install(traffic, patches)
    warned.correct(patches, WARNINGS)


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
    """Note the timeout for what a client above hears: an adapter may have set one that the caller left out."""
    hearing = heard_above()
    if hearing is not None:
        hearing.interaction.timeout_set = timeout_set


def _timeout_set(timeout: Any, pool: Any = None) -> bool:
    from urllib3.util.timeout import Timeout

    if pool is not None and not isinstance(timeout, Timeout):
        try:
            timeout = limits_of(pool, timeout)
        except (TypeError, ValueError):  # the pool raises the same error when it uses the timeout
            return True
    if not isinstance(timeout, Timeout):
        return timeout is not None
    if Timeout.resolve_default_timeout(timeout.total) is not None:
        return True
    limits = (timeout.connect_timeout, timeout.read_timeout)
    return all(Timeout.resolve_default_timeout(limit) is not None for limit in limits)
