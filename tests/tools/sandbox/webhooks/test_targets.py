"""Where a webhook may go."""

from __future__ import annotations

import socket

import pytest

from pytest_customerio.tools.sandbox.webhooks.targets import TargetError, addresses, check_target, doubt, parse_target


def resolves(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    """Let every name have these addresses."""
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 80)) for each in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **more: entries)


def test_the_parts_of_a_url() -> None:
    """The port is that of the scheme unless given; credentials are no part of the header Host."""
    target = parse_target("https://user:secret@[::1]/a/b?c=1#d")
    assert (target.scheme, target.host, target.port, target.authority, target.path) == (
        "https",
        "::1",
        443,
        "[::1]",
        "/a/b?c=1",
    )
    assert parse_target("http://localhost:5000").path == "/"


@pytest.mark.parametrize(
    "url",
    ["", "ftp://localhost/", "http://", "localhost:5000", "http://[::1", "http://a:b/", "http://a/ b", "http://ä/"],
)
def test_no_url(url: str) -> None:
    """Anything but an http or https address in ASCII is refused, with an example."""
    with pytest.raises(TargetError, match="is no address of a webhook, such as http://127.0.0.1:5000/"):
        parse_target(url)


def test_this_machine() -> None:
    """A loopback address is accepted."""
    assert addresses(parse_target("http://127.0.0.1:5000/"), ()) == ["127.0.0.1"]
    check_target("http://127.0.0.1:1/", ())


def test_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another machine has to be allowed by its name; one address of several that is elsewhere is enough."""
    resolves(monkeypatch, "127.0.0.1", "192.0.2.7")
    with pytest.raises(
        TargetError, match="not sent: app.test is another machine; allow it with --allow-webhook-host app"
    ):
        addresses(parse_target("http://app.test/"), ["other.test"])
    assert addresses(parse_target("http://app.test/"), ["APP.test"]) == ["127.0.0.1", "192.0.2.7"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:5000/", ""),
        ("http://localhost/", ""),
        ("http://[::1]:5000/", ""),
        ("http://shop:5000/", ""),
        ("https://crm.test/", "never posted unless crm.test is a name of this machine; allow it with {} crm.test"),
        ("http://192.0.2.7/", "never posted: 192.0.2.7 is another machine; allow it with {} 192.0.2.7"),
        ("crm", "never posted: 'crm' is no address of a webhook, such as http://127.0.0.1:5000/webhooks/customerio"),
    ],
)
def test_a_doubtful_address(url: str, said: str) -> None:
    """What a URL itself says is known at once: nothing is posted to another machine that was not allowed."""
    assert doubt(url, ["shop"]) == said.format("--allow-webhook-host")


def test_a_name_without_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that has no address yet is accepted where it is allowed: its container may start later."""

    def unknown(*arguments: object, **more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    check_target("http://app.test/", ["app.test"])
    with pytest.raises(TargetError, match="app.test has no address; allow it with --allow-webhook-host app.test"):
        check_target("http://app.test/", ())
