"""Describes the parts of other libraries that we replace or recognise: one `Part` each, listed in `docs/patched.md`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from pytest_customerio.process.recognition import is_defined_in


class Library(NamedTuple):
    """A library, and the oldest and the newest of its versions that were tried: by the test suite, or by hand."""

    name: str
    tried: str


PYTHON = Library("Python", "3.11 to 3.13")
AIOHTTP = Library("aiohttp", "3.8.6 to 3.14.5")
ANALYTICS = Library("customerio-cdp-analytics", "1.1")
ANYIO = Library("anyio", "4.16")
ARQ = Library("arq", "0.28")
ASYNC_CUSTOMERIO = Library("async-customerio", "0.1 to 2.18")
BACKOFF = Library("backoff", "2.2.1")
CELERY = Library("celery", "5.5 to 5.7")
CUSTOMERIO = Library("customerio", "0.1.11 to 3.2")
CURL_CFFI = Library("curl_cffi", "0.17")
DNSPYTHON = Library("dnspython", "2.7 to 2.9.2")
DRAMATIQ = Library("dramatiq", "2.2.1")
FREEZEGUN = Library("freezegun", "1.5.1 to 1.5.5")
GEVENT = Library("gevent", "26.9")
HTTPCORE = Library("httpcore", "0.14.7 to 1.0.9")
HTTPCORE2 = Library("httpcore2", "2.0 to 2.16")
HTTPLIB2 = Library("httplib2", "0.22 to 0.32.1")
HTTPX = Library("httpx", "0.22 to 0.28.1")
HUEY = Library("huey", "3.5.4")
LOGURU = Library("loguru", "0.7.2 to 0.7.3")
MOCK = Library("mock", "5.2")
HTTPX2 = Library("httpx2", "2.0 to 2.16")
OPENTELEMETRY = Library("opentelemetry", "1.45")
PRIMP = Library("primp", "2.0.1")
PROCRASTINATE = Library("procrastinate", "3.10")
PYCARES = Library("pycares", "5.2.1")
PYCURL = Library("pycurl", "7.49")
PYREQWEST = Library("pyreqwest", "0.15.1")
PYSOCKS = Library("PySocks", "1.7.1")
PYTEST = Library("pytest", "8.4 to 9.2")
PYTEST_HTTPX = Library("pytest-httpx", "0.36.2")
PYTHON_SOCKS = Library("python-socks", "3.2 to 3.2.1")
REQUESTS = Library("requests", "2.32.4 to 2.34.2")
REQUESTS_MOCK = Library("requests-mock", "1.12.1")
RESPONSES = Library("responses", "0.26.3")
RESPX = Library("respx", "0.23.1")
RNET = Library("rnet", "2.4.2")
RQ = Library("rq", "3.0")
SENTRY = Library("sentry-sdk", "2.75")
STAMINA = Library("stamina", "24.3 to 26.1")
TASKIQ = Library("taskiq", "0.13")
TENACITY = Library("tenacity", "9.0 to 9.2.1")
TLS_CLIENT = Library("tls_client", "2.0")
TRIO = Library("trio", "0.27 to 0.35")
URLLIB3 = Library("urllib3", "2.0 to 2.8")
UVLOOP = Library("uvloop", "0.21 to 0.23")
VCRPY = Library("vcrpy", "8.2.1 to 9.4.2")
WEBSOCKET_CLIENT = Library("websocket-client", "1.9 to 1.9.2")
WEBSOCKETS = Library("websockets", "17.0 to 17.4")
WREQ = Library("wreq", "0.13")


class Part(NamedTuple):
    """One attribute of a library: what it is needed for, and what is done `without` it.

    `path` leads to the attribute from the module, such as `Session.send`. `recognised` means that the attribute is not
    replaced: it is compared with what a thread runs, or read. `needs` is the module after whose import the part must be
    there: the part's own module unless given. An `optional` part is absent in some supported installations. A `genuine`
    part must be defined in `module` itself: gevent puts other classes in the place of some. `owner` gives the class or
    object that has the attribute, where it is not the one that `path` names.
    """

    library: Library
    module: str
    path: str
    why: str
    without: str
    recognised: bool = False
    optional: bool = False
    genuine: bool = False
    needs: str = ""
    owner: Callable[[Any], Any] | None = None

    @property
    def private(self) -> bool:
        """Whether the library may change this part without notice: a name on the way to it has an underscore."""
        names = (*self.module.split("."), *self.path.split("."))
        return any(name.startswith("_") and not name.endswith("__") for name in names)

    @property
    def missing(self) -> bool:
        """Whether the library was imported and does not have this part, though it should."""
        return not self.optional and (self.needs or self.module) in sys.modules and self.find() is None

    def find(self) -> tuple[Any, str] | None:
        """The object that has the attribute, and the attribute's name; None where there is no such thing."""
        owner: Any = sys.modules.get(self.module)
        *path, name = self.path.split(".")
        try:
            for step in path:
                owner = getattr(owner, step)
            owner = self.owner(owner) if self.owner else owner
            getattr(owner, name)
        except AttributeError:
            return None
        if self.genuine and not is_defined_in(vars(owner).get(name), sys.modules[self.module]):
            return None
        return owner, name


def markdown(parts: Iterable[Part]) -> str:
    """The parts as rows of a table, sorted by library."""
    return "".join(sorted({_row(part) for part in parts}, key=str.lower))


def _row(part: Part) -> str:
    use = "recognised" if part.recognised else "replaced"
    kind = "private" if part.private else "public"
    cells = (part.library.name, part.library.tried, f"`{part.module}.{part.path}`", f"{kind}, {use}")
    return f"| {' | '.join((*cells, part.why, part.without))} |\n"
