"""The Customer.io that a command asks: a sandbox, or a workspace that its owner has declared to be no production."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.credentials import SHORTEST, WORDS
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.core.operation import Operation
from pytest_customerio.tools.key_variables import (
    KINDS,
    REGION,
    SITE_ID,
    TRACK,
    KeyVariable,
    by_kind,
    region,
)
from pytest_customerio.tools.sending import UnreachableError, send

URL = "CIO_SANDBOX_URL"
WORKSPACE = "CIO_SANDBOX_WORKSPACE"
OWN = "sandbox"
# The keys of a workspace that may be recorded against, besides those of Track.
SANDBOX_APP, SANDBOX_PIPELINES = "CIO_SANDBOX_APP_KEY", "CIO_SANDBOX_WRITE_KEY"
_REGION_OF = "/api/v1/accounts/region"
_ABOUT = "/_sandbox/"
_FORWARDED = ("accept", "content-type", "content-encoding", "x-strict-mode")
_UNKNOWN = "0" * 20


class TargetError(Exception):
    """This target may not be asked, or there is none. The text says why, and what can be done."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The credentials of a target; each is empty where there is none."""

    site_id: str = ""
    track: str = ""
    app: str = ""
    pipelines: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        """All secrets: each credential that is set, and its encoded form in the Authorization header."""
        headers = [self.authorization(auth) or "" for auth in ("basic", "write-key", "bearer")]
        values = (self.site_id, self.track, self.app, self.pipelines, *(one.partition(" ")[2] for one in headers))
        return tuple(one for one in values if one)

    def authorization(self, auth: str) -> str | None:
        """The Authorization header for this kind of auth; None without the key for it."""
        if auth == "basic":
            return _basic(self.site_id, self.track) if self.site_id and self.track else None
        if auth == "write-key":
            return _basic(self.pipelines, "") if self.pipelines else None
        return f"Bearer {self.app}" if auth == "bearer" and self.app else None


@dataclass(frozen=True, slots=True)
class Target:
    """A Customer.io that may be asked. Its base is `url`; without `url`, Customer.io's own hosts of the region."""

    kind: Literal["own", "sandbox", "workspace"]
    environment: str
    region: str
    keys: Keys
    url: str = ""
    reset: Callable[[], None] = lambda: None

    def base(self, operation: Operation) -> str:
        """The base of the addresses of this operation."""
        return self.url or f"https://{operation.hosts[self.region]}"

    def missing(self, operation: Operation) -> str:
        """Why this operation cannot be called: which key is missing; empty where it can."""
        if operation.auth == "none" or self.keys.authorization(operation.auth):
            return ""
        name = {"basic": TRACK.name, "bearer": SANDBOX_APP, "write-key": SANDBOX_PIPELINES}[operation.auth]
        return f"no key for it: set {name}" + ("" if operation.auth == "basic" else " to the one of this workspace")

    def ask(self, request: WireRequest, place: str, operation: Operation, authorization: str | None) -> Answer:
        """The target's answer. `place` is path and query. Only headers that Customer.io reads are sent.

        Raises `UnreachableError`.
        """
        headers = {name: value for name, value in request.headers.items() if name in _FORWARDED}
        headers["user-agent"] = "pytest-customerio"
        if authorization is not None:
            headers["authorization"] = authorization
        answer = send(request.method, self.base(operation) + place, headers, request.body)
        return self._public(answer, operation) if self.url else answer

    def _public(self, answer: Answer, operation: Operation) -> Answer:
        """The answer with Customer.io's address in the place of the sandbox's, as an application would get it."""
        public = f"https://{operation.hosts[self.region]}"
        headers = tuple((name, value.replace(self.url, public)) for name, value in answer.headers)
        return replace(answer, headers=headers, body=answer.body.replace(self.url.encode(), public.encode()))


@contextmanager
def open_target(
    environ: Mapping[str, str], catalog: Catalog, given: str | None = None, *, home: str = ""
) -> Iterator[Target]:
    """The target that is named, or a sandbox that runs as long as the context. Raises `TargetError`."""
    target = find_target(environ, catalog, given, home=home)
    if target is not None:
        yield target
        return
    with own_sandbox(environ) as target:
        yield target


def find_target(
    environ: Mapping[str, str], catalog: Catalog, given: str | None = None, *, home: str = ""
) -> Target | None:
    """The target that `--target` (`given`) or the environment names; None where that is a sandbox of our own.

    Raises `TargetError`. Until the target is known to be no production, one request is sent: it asks which workspace
    the keys belong to. Tests give a `home` in the place of Customer.io's hosts.
    """
    url = given or environ.get(URL, "")
    if url and url != OWN:
        return _running("--target" if given else URL, url, catalog)
    variables, workspace = credentials(environ), environ.get(WORKSPACE, "").strip()
    if not url and (workspace or variables):
        return _workspace(environ, variables, workspace, catalog, home)
    try:
        from pytest_customerio.tools.sandbox.server import sandbox_server  # noqa: F401
    except ModuleNotFoundError as error:
        text = "the sandbox to record against needs more packages: pip install 'pytest-customerio[sandbox]'"
        raise TargetError(f"{text} ({error.name} is missing)") from None
    return None


@contextmanager
def own_sandbox(environ: Mapping[str, str]) -> Iterator[Target]:
    """A sandbox in this process, which ends with the context."""
    from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
    from pytest_customerio.tools.sandbox.settings import Settings

    with SandboxServer(Settings(region="eu" if region(environ)[1] == "eu" else "us")) as running:
        environment = "a sandbox of pytest-customerio's own"
        yield _sandbox("own", environment, running.url, running.environ, running.service.reset)


def _running(name: str, url: str, catalog: Catalog) -> Target:
    """A sandbox that runs already. It has to answer that it is one before it gets a key or a payload."""
    if not re.fullmatch(r"https?://[^\s/?#@]+/?", url):
        raise TargetError(
            f"{name}={url!r} is no address; accepted: http[s]://host[:port], or {OWN!r} for one of our own"
        )
    base = url.rstrip("/")
    if catalog.concerns(urlsplit(base).hostname or ""):
        accepted = f"a sandbox; for a workspace of Customer.io leave it out and set {WORKSPACE}"
        raise TargetError(f"{name}={url!r} is Customer.io itself, and nothing was sent to it; accepted: {accepted}")
    try:
        about = read(send("GET", base + _ABOUT, {}))
    except UnreachableError as error:
        raise TargetError(f"{name}={url!r}: {error}") from None
    environ = about.get("environ")
    if not isinstance(environ, dict) or not about.get("region"):
        raise TargetError(f"{name}={url!r} does not say that it is a sandbox (GET {_ABOUT}), and nothing else was sent")
    return _sandbox("sandbox", f"a sandbox at {base}", base, environ, lambda: None)


def _sandbox(
    kind: Literal["own", "sandbox"], environment: str, url: str, environ: Mapping[str, str], reset: Callable[[], None]
) -> Target:
    values = {name: str(value) for name, value in environ.items()}
    keys = (values.get(one.name, "") for one in KINDS)
    return Target(kind, environment, values.get(REGION, "us"), Keys(*keys), url, reset)


def _workspace(environ: Mapping[str, str], variables: list[str], workspace: str, catalog: Catalog, home: str) -> Target:
    """The workspace of the Track key, if it is the one that `CIO_SANDBOX_WORKSPACE` names."""
    if not workspace:
        shown = f"{', '.join(variables)} {'is' if len(variables) == 1 else 'are'} set, but not {WORKSPACE}"
        way = f"set {WORKSPACE} to the id of a workspace that is no production, or --target {OWN} ({URL}={OWN})"
        raise TargetError(f"{shown}: nothing says that these keys are not of production, and nothing was sent; {way}")
    site_id, track = _first(environ, SITE_ID), _first(environ, TRACK)
    if not (site_id and track):
        wanted = f"{SITE_ID.name} and {TRACK.name} of that workspace"
        raise TargetError(f"{WORKSPACE}={workspace}, but without {wanted} it cannot be checked; nothing was sent")
    keys = Keys(site_id, track, environ.get(SANDBOX_APP, ""), environ.get(SANDBOX_PIPELINES, ""))
    given = "eu" if region(environ)[1] == "eu" else "us"
    host = home or f"https://{catalog.operations['track.region'].hosts[given]}"
    account = _account(host, keys, workspace)
    actual = "eu" if account.get("region") == "eu" else "us"
    return Target("workspace", f"workspace {workspace} of Customer.io", actual, keys, home)


def _account(host: str, keys: Keys, workspace: str) -> Mapping[str, Any]:
    """What the service answers about these keys. Raises `TargetError` unless they are of this workspace."""
    nothing = "nothing else was sent"
    header = keys.authorization("basic") or ""
    try:
        answer = send("GET", host + _REGION_OF, {"authorization": header, "accept": "application/json"})
    except UnreachableError as error:
        raise TargetError(f"which workspace these keys are of cannot be asked: {error}; {nothing}") from None
    account = read(answer)
    found = account.get("environment_id")
    if answer.status != 200 or type(found) not in (int, str):
        text = f"which workspace these keys are of was answered {answer.status}, without an environment_id; {nothing}"
        raise TargetError(text)
    if str(found) != workspace:
        raise TargetError(f"these keys are of workspace {found}, and {WORKSPACE} is {workspace}; {nothing}")
    return account


def made_up(auth: str) -> str:
    """An Authorization header of the right kind with a key that no workspace has."""
    return f"Bearer {_UNKNOWN}" if auth == "bearer" else _basic(_UNKNOWN, "" if auth == "write-key" else _UNKNOWN)


def credentials(environ: Mapping[str, str]) -> list[str]:
    """The variables that contain a credential. A placeholder is no credential."""
    return [name for names in by_kind(environ).values() for name in names if _is_credential(environ[name])]


def used(environ: Mapping[str, str], kind: KeyVariable) -> str:
    """The variable whose credential of this kind a workspace is asked with; empty where there is none."""
    return next((name for name in by_kind(environ)[kind] if _is_credential(environ[name])), "")


def _first(environ: Mapping[str, str], kind: KeyVariable) -> str:
    return environ.get(used(environ, kind), "").strip()


def _is_credential(value: str) -> bool:
    return len(value.strip()) >= SHORTEST and not WORDS.fullmatch(value.strip().lower())


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def read(answer: Answer) -> dict[str, Any]:
    """The JSON of an answer; an empty object where it is none."""
    found = answer.payload.value
    return found if isinstance(found, dict) else {}
