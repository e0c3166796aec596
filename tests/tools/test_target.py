"""Finds the target of a command, and refuses everything that may be production."""

from __future__ import annotations

import base64
import builtins
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.process import guard
from pytest_customerio.tools import target
from pytest_customerio.tools.sending import UnreachableError, send
from pytest_customerio.tools.target import Keys, TargetError, find_target, made_up, open_target, read

if TYPE_CHECKING:
    from tests.tools.conftest import Stand

CATALOG = Catalog.load()
REGION = "/api/v1/accounts/region"
KEYS = {"CUSTOMERIO_SITE_ID": "5f2a9c81d37be604", "CUSTOMERIO_API_KEY": "9d1c7e5b3a2f4860"}
BASIC = "Basic " + base64.b64encode(b"5f2a9c81d37be604:9d1c7e5b3a2f4860").decode()


def refused(environ: dict[str, str], given: str | None = None, home: str = "") -> str:
    with pytest.raises(TargetError) as caught, open_target(environ, CATALOG, given, home=home):
        pytest.fail("may be asked")
    return str(caught.value)


@pytest.fixture
def nothing_leaves(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Refuses every look-up and connection; lists their arguments."""
    calls: list[Any] = []

    def never(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    monkeypatch.setattr(socket.socket, "connect", never)
    return calls


@pytest.mark.parametrize(
    ("environ", "given", "text"),
    [
        (
            KEYS,
            None,
            "CUSTOMERIO_SITE_ID, CUSTOMERIO_API_KEY are set, but not CIO_SANDBOX_WORKSPACE: nothing says that these keys "
            "are not of production, and nothing was sent; set CIO_SANDBOX_WORKSPACE to the id of a workspace that is no "
            "production, or --target sandbox (CIO_SANDBOX_URL=sandbox)",
        ),
        (
            {"CUSTOMERIO_APP_KEY": "0123456789abcdef"},
            None,
            "CUSTOMERIO_APP_KEY is set, but not CIO_SANDBOX_WORKSPACE: nothing says that these keys are not of production, "
            "and nothing was sent; set CIO_SANDBOX_WORKSPACE to the id of a workspace that is no production, or --target "
            "sandbox (CIO_SANDBOX_URL=sandbox)",
        ),
        (
            {"CIO_SANDBOX_WORKSPACE": "7", "CUSTOMERIO_SITE_ID": "5f2a9c81d37be604", "CUSTOMERIO_API_KEY": "changeme"},
            None,
            "CIO_SANDBOX_WORKSPACE=7, but without CUSTOMERIO_SITE_ID and CUSTOMERIO_API_KEY of that workspace it cannot "
            "be checked; nothing was sent",
        ),
        (
            {**KEYS, "CIO_SANDBOX_WORKSPACE": "7", "CIO_SANDBOX_URL": "https://track-eu.customer.io/"},
            None,
            "CIO_SANDBOX_URL='https://track-eu.customer.io/' is Customer.io itself, and nothing was sent to it; accepted: a "
            "sandbox; for a workspace of Customer.io leave it out and set CIO_SANDBOX_WORKSPACE",
        ),
        (
            {},
            "https://CUSTOMER.io.",
            "--target='https://CUSTOMER.io.' is Customer.io itself, and nothing was sent to it; accepted: a sandbox; for a "
            "workspace of Customer.io leave it out and set CIO_SANDBOX_WORKSPACE",
        ),
        (
            {},
            "localhost:8025",
            "--target='localhost:8025' is no address; accepted: http[s]://host[:port], or 'sandbox' for one of our own",
        ),
        (
            {},
            "http://user@track.customer.io",
            "--target='http://user@track.customer.io' is no address; accepted: http[s]://host[:port], or 'sandbox' for one "
            "of our own",
        ),
    ],
)
def test_refused_before_anything_is_sent(
    environ: dict[str, str], given: str | None, text: str, nothing_leaves: list[Any]
) -> None:
    """A target that is refused opens no connection; the text says what was given and what is accepted."""
    assert (refused(environ, given), nothing_leaves) == (text, [])


@pytest.mark.parametrize("environ", [{}, {"CUSTOMERIO_API_KEY": "test", "CUSTOMERIO_SITE_ID": "none"}])
def test_a_sandbox_of_our_own_where_nothing_else_is_named(environ: dict[str, str]) -> None:
    """Without credentials, with placeholders, or with `sandbox` as target there is no other target."""
    assert find_target(environ, CATALOG) is None
    assert find_target({**KEYS, "CIO_SANDBOX_URL": "sandbox"}, CATALOG) is None
    assert find_target(KEYS, CATALOG, "sandbox") is None


def test_a_workspace_that_says_it_is_the_one(stand: Stand) -> None:
    """The service is asked once, with the Track key, which workspace the keys belong to. Resetting it sends nothing."""
    stand.says(REGION, {"url": "https://track-eu.customer.io", "region": "eu", "environment_id": 7})
    environ = {**KEYS, "CIO_SANDBOX_WORKSPACE": " 7 ", "CUSTOMERIO_APP_API_KEY": "ffffffffffffffff"}
    found = find_target(environ, CATALOG, home=stand.url)
    assert found is not None
    assert (found.kind, found.environment, found.region) == ("workspace", "workspace 7 of Customer.io", "eu")
    ((method, path, headers, body),) = stand.requests
    assert (method, path, headers["authorization"], body) == ("GET", REGION, BASIC, b"")
    found.reset()
    assert len(stand.requests) == 1


def test_keys_that_cannot_be_proven_have_variables_of_their_own(stand: Stand) -> None:
    """The answer proves the Track key only: App and Pipelines keys come from variables for this workspace alone."""
    stand.says(REGION, {"region": "us", "environment_id": "7"})
    environ = {
        **KEYS,
        "CIO_SANDBOX_WORKSPACE": "7",
        "CUSTOMERIO_APP_API_KEY": "f" * 16,
        "CUSTOMERIO_WRITE_KEY": "e" * 16,
    }
    found = find_target(environ, CATALOG, home=stand.url)
    assert found is not None
    of = CATALOG.operations
    assert found.missing(of["track.event"]) == found.missing(of["track.unsubscribe"]) == ""
    assert found.missing(of["app.send_email"]) == "no key for it: set CIO_SANDBOX_APP_KEY to the one of this workspace"
    assert (
        found.missing(of["pipelines.track"]) == "no key for it: set CIO_SANDBOX_WRITE_KEY to the one of this workspace"
    )
    named = {**environ, "CIO_SANDBOX_APP_KEY": "d" * 16, "CIO_SANDBOX_WRITE_KEY": "c" * 16}
    proven = find_target(named, CATALOG, home=stand.url)
    assert proven is not None
    assert (proven.keys.app, proven.keys.pipelines) == ("d" * 16, "c" * 16)
    assert proven.missing(of["app.send_email"]) == ""


@pytest.mark.parametrize(
    ("status", "payload", "text"),
    [
        (
            200,
            {"environment_id": 8},
            "these keys are of workspace 8, and CIO_SANDBOX_WORKSPACE is 7; nothing else was sent",
        ),
        (200, {"environment_id": True}, "was answered 200, without an environment_id; nothing else was sent"),
        (200, {"region": "us"}, "was answered 200, without an environment_id; nothing else was sent"),
        (200, b"[7]", "was answered 200, without an environment_id; nothing else was sent"),
        (200, b"7{", "was answered 200, without an environment_id; nothing else was sent"),
        (401, {"environment_id": 7}, "was answered 401, without an environment_id; nothing else was sent"),
        (301, {"environment_id": 7}, "was answered 301, without an environment_id; nothing else was sent"),
    ],
)
def test_any_other_workspace_is_refused(stand: Stand, status: int, payload: object, text: str) -> None:
    """Keys of another workspace, or an answer without its id, are refused after one request."""
    stand.says(REGION, payload, status)
    found = refused({**KEYS, "CIO_SANDBOX_WORKSPACE": "7"}, home=stand.url)
    assert found.removeprefix("which workspace these keys are of ") == text
    assert stand.paths == [REGION]


def test_the_real_hosts_are_asked_by_their_names(nothing_leaves: list[Any]) -> None:
    """Customer.io's own host of the region is looked up, and no other host."""
    environ = {**KEYS, "CIO_SANDBOX_WORKSPACE": "7"}
    assert "track.customer.io gives no answer" in refused(environ)
    assert "track-eu.customer.io gives no answer" in refused({**environ, "CUSTOMERIO_REGION": "EU"})
    assert [args[0] for args in nothing_leaves] == ["track.customer.io", "track-eu.customer.io"]


def test_the_guard_lets_nothing_else_through(nothing_leaves: list[Any]) -> None:
    """While the guard is armed, only the host that this thread has been let through to can be reached."""
    met: list[str] = []

    def refuse(address: str) -> BaseException:
        met.append(address)
        return PermissionError(address)

    disarm = guard.arm(CATALOG, refuse)
    try:
        with guard.allowing("track.customer.io"):
            guard.GUARD.check("track.customer.io", 443)
            with pytest.raises(PermissionError):
                guard.GUARD.check("api.customer.io", 443)
            with guard.allowing("api.customer.io"):
                guard.GUARD.check("api.customer.io", 443)
            guard.GUARD.check("track.customer.io", 443)
        with pytest.raises(PermissionError):
            guard.GUARD.check("track.customer.io", 443)
        with pytest.raises(UnreachableError):
            send("GET", "https://track.customer.io/", {})
    finally:
        disarm()
    assert met == ["api.customer.io:443", "track.customer.io:443"]


def test_a_sandbox_that_runs(stand: Stand) -> None:
    """A running sandbox is asked about itself, without a key, and answers its keys and region."""
    keys = {
        "CUSTOMERIO_SITE_ID": "s1",
        "CUSTOMERIO_API_KEY": "t1",
        "CUSTOMERIO_APP_API_KEY": "a1",
        "CUSTOMERIO_WRITE_KEY": "w1",
    }
    stand.says("/_sandbox/", {"region": "eu", "environ": {**keys, "CUSTOMERIO_REGION": "eu"}})
    with open_target(KEYS, CATALOG, stand.url + "/") as found:
        assert (found.kind, found.environment, found.region) == ("sandbox", f"a sandbox at {stand.url}", "eu")
        assert found.keys == Keys("s1", "t1", "a1", "w1")
        assert found.keys.all == ("s1", "t1", "a1", "w1", "czE6dDE=", "dzE6", "a1")
    ((_, path, headers, _),) = stand.requests
    assert (path, "authorization" in headers) == ("/_sandbox/", False)


@pytest.mark.parametrize("answer", [{}, {"environ": {}}, {"region": "us", "environ": []}, b"Customer.io"])
def test_what_does_not_say_that_it_is_a_sandbox_is_sent_nothing(stand: Stand, answer: object) -> None:
    """A server that is no sandbox gets no key and no payload: a proxy may lead to production."""
    stand.says("/_sandbox/", answer)
    text = f"--target={stand.url!r} does not say that it is a sandbox (GET /_sandbox/), and nothing else was sent"
    assert refused(KEYS, stand.url) == text
    assert [(path, "authorization" in headers) for _, path, headers, _ in stand.requests] == [("/_sandbox/", False)]


def test_what_is_not_there() -> None:
    """A port without a server is refused with its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert refused({}, url).startswith(f"--target={url!r}: {url} gives no answer: ")


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the packages of the sandbox, the text says how to install them."""
    real: Callable[..., Any] = builtins.__import__

    def missing(name: str, *args: Any) -> Any:
        if name.startswith("pytest_customerio.tools.sandbox"):
            raise ModuleNotFoundError("no", name="uvicorn")
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", missing)
    assert refused({}) == (
        "the sandbox to record against needs more packages: pip install 'pytest-customerio[sandbox]' (uvicorn is missing)"
    )


def test_what_goes_along(stand: Stand) -> None:
    """A request is sent with the target's key and the headers that Customer.io reads. Its own address is replaced in the answer."""
    stand.says("/_sandbox/", {"region": "us", "environ": {"CUSTOMERIO_SITE_ID": "s1", "CUSTOMERIO_API_KEY": "t1"}})
    stand.says("/api/v1/customers/42?x=1", f'{{"url": "{stand.url}/a"}}'.encode())
    operation = CATALOG.operations["track.identify"]
    headers = {
        "authorization": "Basic theirs",
        "content-type": "application/json",
        "x-workspace-id": "1",
        "cookie": "a=b",
    }
    with open_target({}, CATALOG, stand.url) as found:
        own = found.keys.authorization(operation.auth)
        answer = found.ask(WireRequest("PUT", "", headers, b"{}"), "/api/v1/customers/42?x=1", operation, own)
        assert answer.body == b'{"url": "https://track.customer.io/a"}'
        found.ask(WireRequest("PUT", "", {}, b""), "/elsewhere", operation, None)
        assert found.base(operation) == stand.url
    _, (_, _, sent, body), (_, _, bare, _) = stand.requests
    assert body == b"{}"
    assert (sent["authorization"], sent["content-type"], sent["user-agent"]) == (
        own,
        "application/json",
        "pytest-customerio",
    )
    assert not {"x-workspace-id", "cookie"} & set(sent)
    assert "authorization" not in bare


def test_keys() -> None:
    """Keys give a header for each kind of auth that they have a key for, and none is shown in the repr."""
    none, all_ = Keys(), Keys("s", "t", "a", "w")
    assert [none.authorization(auth) for auth in ("none", "basic", "bearer", "write-key")] == [None] * 4
    assert [all_.authorization(auth) for auth in ("none", "basic", "bearer", "write-key")] == [
        None, "Basic czp0", "Bearer a", "Basic dzo=",
    ]  # fmt: skip
    assert none.all == ()
    assert "4321" not in repr(Keys("s4321", "t4321", "a4321", "w4321"))
    assert len({made_up(auth) for auth in ("basic", "bearer", "write-key")}) == 3


def test_customer_ios_own_hosts() -> None:
    """Without a URL, the base is Customer.io's host of the region; a missing key is named."""
    found = target.Target("workspace", "", "eu", Keys("s", "t"))
    assert found.base(CATALOG.operations["app.send_email"]) == "https://api-eu.customer.io"
    assert found.missing(CATALOG.operations["track.event"]) == ""
    without = target.Target("workspace", "", "eu", Keys())
    assert without.missing(CATALOG.operations["track.event"]) == "no key for it: set CUSTOMERIO_API_KEY"


def test_one_of_our_own_is_opened_and_closed() -> None:
    """A sandbox of our own answers until the context ends, in the region that the environment names."""
    with open_target({"CUSTOMERIO_REGION": "eu"}, CATALOG) as found:
        assert (found.kind, found.region) == ("own", "eu")
        assert send("GET", found.url + "/_sandbox/", {}).status == 200
    with pytest.raises(UnreachableError):
        send("GET", found.url + "/_sandbox/", {})


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"[" * 100_000, b"\xff"])
def test_answers_that_are_no_object(body: bytes) -> None:
    """A body that is no JSON object is read as an empty one."""
    assert read(Answer(200, "OK", (), body)) == {}
    assert read(Answer(200, "OK", (), b'{"a": 1}')) == {"a": 1}
