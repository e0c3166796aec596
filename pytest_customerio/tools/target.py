"""Which Customer.io is recorded against: a sandbox, or a real workspace that is known to be no production."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from json import loads
from typing import Any, Literal
from urllib.parse import urlsplit

from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.credentials import SHORTEST, WORDS
from pytest_customerio.core.model import Answer, Operation, WireRequest
from pytest_customerio.tools.sending import UnreachableError, send

URL = "CIO_SANDBOX_URL"
WORKSPACE = "CIO_SANDBOX_WORKSPACE"
OWN = "sandbox"
# The variables that name a credential, and those that name one of a workspace that is meant to be recorded against.
SITE_ID, TRACK = ("CUSTOMERIO_SITE_ID",), ("CUSTOMERIO_API_KEY", "CUSTOMERIO_TRACK_API_KEY")
APP = ("CUSTOMERIO_APP_API_KEY", "CUSTOMERIO_APP_KEY")
PIPELINES = ("CUSTOMERIO_WRITE_KEY", "CUSTOMERIO_CDP_WRITE_KEY")
SANDBOX_APP, SANDBOX_PIPELINES = "CIO_SANDBOX_APP_KEY", "CIO_SANDBOX_WRITE_KEY"
REGION = "CUSTOMERIO_REGION"
_REGION_OF = "/api/v1/accounts/region"
_ABOUT = "/_sandbox/"
_FORWARDED = ("accept", "content-type", "content-encoding", "x-strict-mode")
_UNKNOWN = "0" * 20


class TargetError(Exception):
    """Nothing may be recorded there; its text says why, and what can be done."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """Credentials; empty where there is none."""

    site_id: str = ""
    track: str = ""
    app: str = ""
    pipelines: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        """Those that there are, and the headers that they make."""
        headers = [self.authorization(auth) or "" for auth in ("basic", "write-key", "bearer")]
        found = (self.site_id, self.track, self.app, self.pipelines, *(one.partition(" ")[2] for one in headers))
        return tuple(one for one in found if one)

    def authorization(self, auth: str) -> str | None:
        """The header that opens what this kind of auth protects; None without the key for it."""
        if auth == "basic":
            return _basic(self.site_id, self.track) if self.site_id and self.track else None
        if auth == "write-key":
            return _basic(self.pipelines, "") if self.pipelines else None
        return f"Bearer {self.app}" if auth == "bearer" and self.app else None


@dataclass(frozen=True, slots=True)
class Target:
    """A Customer.io that may be asked. `url` is its base; without one, Customer.io's own hosts of `region` are."""

    kind: Literal["own", "sandbox", "workspace"]
    environment: str
    region: str
    keys: Keys
    url: str = ""
    reset: Callable[[], None] = lambda: None

    def base(self, operation: Operation) -> str:
        """Where the calls of an operation's surface go."""
        return self.url or f"https://{operation.hosts[self.region]}"

    def missing(self, operation: Operation) -> str:
        """Why calls like this cannot be asked here; nothing where they can."""
        if operation.auth == "none" or self.keys.authorization(operation.auth):
            return ""
        name = {"basic": TRACK[0], "bearer": SANDBOX_APP, "write-key": SANDBOX_PIPELINES}[operation.auth]
        return f"no key for it: set {name}" + ("" if operation.auth == "basic" else " to the one of this workspace")

    def ask(self, request: WireRequest, place: str, operation: Operation, authorization: str | None) -> Answer:
        """What it answers. `place` is path and query; of the headers only those that Customer.io looks at go along.

        Raises `UnreachableError`.
        """
        headers = {name: value for name, value in request.headers.items() if name in _FORWARDED}
        headers["user-agent"] = "pytest-customerio"
        if authorization is not None:
            headers["authorization"] = authorization
        answer = send(request.method, self.base(operation) + place, headers, request.body)
        return self._public(answer, operation) if self.url else answer

    def _public(self, answer: Answer, operation: Operation) -> Answer:
        """A sandbox speaks of itself by its own address; an application knows Customer.io's."""
        public = f"https://{operation.hosts[self.region]}"
        headers = tuple((name, value.replace(self.url, public)) for name, value in answer.headers)
        return replace(answer, headers=headers, body=answer.body.replace(self.url.encode(), public.encode()))


@contextmanager
def opened(
    environ: Mapping[str, str], catalog: Catalog, given: str | None = None, *, home: str = ""
) -> Iterator[Target]:
    """The target that is chosen, or a sandbox of our own while it lasts. Raises `TargetError`."""
    found = chosen(environ, catalog, given, home=home)
    if found is not None:
        yield found
        return
    with own(environ) as target:
        yield target


def chosen(environ: Mapping[str, str], catalog: Catalog, given: str | None = None, *, home: str = "") -> Target | None:
    """The target that `--target` (`given`) or the environment names; None for a sandbox of our own.

    Raises `TargetError` before anything else is sent than the question which workspace this is. `home` takes the
    place of Customer.io's hosts.
    """
    url = given or environ.get(URL, "")
    if url and url != OWN:
        return _running("--target" if given else URL, url, catalog)
    keys, workspace = _named(environ), environ.get(WORKSPACE, "").strip()
    if not url and (workspace or keys):
        return _workspace(environ, keys, workspace, catalog, home)
    try:
        from pytest_customerio.tools.sandbox.server import sandbox_server  # noqa: F401
    except ModuleNotFoundError as error:
        text = "the sandbox to record against needs more packages: pip install 'pytest-customerio[sandbox]'"
        raise TargetError(f"{text} ({error.name} is missing)") from None
    return None


@contextmanager
def own(environ: Mapping[str, str]) -> Iterator[Target]:
    """A sandbox of our own."""
    from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
    from pytest_customerio.tools.sandbox.settings import Settings

    with SandboxServer(Settings(region="eu" if environ.get(REGION, "").lower() == "eu" else "us")) as running:
        environment = "a sandbox of pytest-customerio's own"
        yield _sandbox("own", environment, running.url, running.environ, running.service.reset)


def _running(name: str, url: str, catalog: Catalog) -> Target:
    """A sandbox that runs already. It has to say that it is one."""
    if not re.fullmatch(r"https?://[^\s/?#@]+/?", url):
        raise TargetError(
            f"{name}={url!r} is no address; accepted: http[s]://host[:port], or {OWN!r} for one of our own"
        )
    base = url.rstrip("/")
    if catalog.concerns(urlsplit(base).hostname or ""):
        accepted = f"a sandbox; for a workspace of Customer.io leave it out and set {WORKSPACE}"
        raise TargetError(f"{name}={url!r} is Customer.io itself, and nothing was sent to it; accepted: {accepted}")
    try:
        told = _object(send("GET", base + _ABOUT, {}))
    except UnreachableError as error:
        raise TargetError(f"{name}={url!r}: {error}") from None
    environ = told.get("environ")
    if not isinstance(environ, dict) or not told.get("region"):
        raise TargetError(f"{name}={url!r} does not say that it is a sandbox (GET {_ABOUT}), and nothing else was sent")
    return _sandbox("sandbox", f"a sandbox at {base}", base, environ, lambda: None)


def _sandbox(
    kind: Literal["own", "sandbox"], environment: str, url: str, environ: Mapping[str, str], reset: Callable[[], None]
) -> Target:
    named = {name: str(value) for name, value in environ.items()}
    found = (named.get(names[0], "") for names in (SITE_ID, TRACK, APP, PIPELINES))
    return Target(kind, environment, named.get(REGION, "us"), Keys(*found), url, reset)


def _workspace(environ: Mapping[str, str], keys: list[str], workspace: str, catalog: Catalog, home: str) -> Target:
    """The workspace of the Track key, if it is the one that is meant."""
    if not workspace:
        shown = f"{', '.join(keys)} {'is' if len(keys) == 1 else 'are'} set, but not {WORKSPACE}"
        way = f"set {WORKSPACE} to the id of a workspace that is no production, or --target {OWN} ({URL}={OWN})"
        raise TargetError(f"{shown}: nothing says that these keys are not of production, and nothing was sent; {way}")
    site_id, track = _first(environ, SITE_ID), _first(environ, TRACK)
    if not (site_id and track):
        wanted = f"{SITE_ID[0]} and {TRACK[0]} of that workspace"
        raise TargetError(f"{WORKSPACE}={workspace}, but without {wanted} nobody can tell; nothing was sent")
    mine = Keys(site_id, track, environ.get(SANDBOX_APP, ""), environ.get(SANDBOX_PIPELINES, ""))
    region = "eu" if environ.get(REGION, "").lower() == "eu" else "us"
    host = home or f"https://{catalog.operations['track.region'].hosts[region]}"
    told = _asked(host, mine, workspace)
    region = "eu" if told.get("region") == "eu" else "us"
    return Target("workspace", f"workspace {workspace} of Customer.io", region, mine, home)


def _asked(host: str, keys: Keys, workspace: str) -> Mapping[str, Any]:
    """What the service says of these keys; `TargetError` unless they are of that workspace."""
    nothing = "nothing else was sent"
    header = keys.authorization("basic") or ""
    try:
        answer = send("GET", host + _REGION_OF, {"authorization": header, "accept": "application/json"})
    except UnreachableError as error:
        raise TargetError(f"which workspace these keys are of cannot be asked: {error}; {nothing}") from None
    told = _object(answer)
    found = told.get("environment_id")
    if answer.status != 200 or type(found) not in (int, str):
        text = f"which workspace these keys are of was answered {answer.status}, without an environment_id; {nothing}"
        raise TargetError(text)
    if str(found) != workspace:
        raise TargetError(f"these keys are of workspace {found}, and {WORKSPACE} is {workspace}; {nothing}")
    return told


def made_up(auth: str) -> str:
    """An Authorization header of the right kind that opens nothing."""
    return f"Bearer {_UNKNOWN}" if auth == "bearer" else _basic(_UNKNOWN, "" if auth == "write-key" else _UNKNOWN)


def _named(environ: Mapping[str, str]) -> list[str]:
    """The variables that hold a credential; a placeholder is none."""
    return [name for names in (SITE_ID, TRACK, APP, PIPELINES) for name in names if _first(environ, (name,))]


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    values = (environ.get(name, "").strip() for name in names)
    return next((one for one in values if len(one) >= SHORTEST and not WORDS.fullmatch(one.lower())), "")


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _object(answer: Answer) -> dict[str, Any]:
    try:
        found = loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
