"""Requested faults: what is possible, and the message where it is not."""

from __future__ import annotations

import pytest
from sandbox_client import SandboxClient

from pytest_customerio.tools.sandbox.answering.faults import FaultError, Faults, parse_fault
from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.settings import Settings


@pytest.fixture
def faults(ask: SandboxClient) -> Faults:
    """The faults of a sandbox without https."""
    return ask.service.faults


@pytest.mark.parametrize(
    ("spec", "case", "times", "operation"),
    [
        ("429-retry-after", "429-retry-after", 1, None),
        ("429-retry-after:3", "429-retry-after", 3, None),
        ("429-retry-after:forever@track", "429-retry-after", None, "track"),
        ("500-server-error-recovers", "500-server-error-recovers", 2, None),
        ("500-server-error-persists@app.send_email", "500-server-error-persists", None, "app.send_email"),
    ],
)
def test_parsing_a_specification(spec: str, case: str, times: int | None, operation: str | None) -> None:
    """A specification has a case, how often, and an operation or surface."""
    assert parse_fault(spec) == (case, times, operation)


def test_an_invalid_specification() -> None:
    """The message for an invalid specification contains an example."""
    with pytest.raises(CannotError, match=r"'a b' is not CASE\[:N\]\[@operation\], such as"):
        parse_fault("a b")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("429-retry-aftr",), "no such case: '429-retry-aftr'; did you mean 429-retry-after?"),
        (("xyzzy",), "no such case: 'xyzzy'; there are 200-dropped, "),
        (("429-x",), "no such case: '429-x'; there are 429-daily-quota, "),
        (("500-server-error", "2"), "times is 1 or more, or null for ever, not '2'"),
        (("500-server-error", 0), "times is 1 or more, or null for ever, not 0"),
        (("500-server-error", 1, "track.identfy"), "no such operation: 'track.identfy'; did you mean track.identify?"),
        (("500-server-error", 1, "xyzzy"), "no such operation: 'xyzzy'"),
        (("200-dropped", 1, "track.identify"), "200-dropped is nothing that track.identify draws; it is drawn by "),
        (("200-dropped", 1, "track"), "200-dropped is nothing that track draws"),
        (("connection-refused",), "connection-refused happens before a server is reached: stop the sandbox, or"),
        (("dns-failure",), "use a host that does not exist"),
        (("connect-timeout",), "use an address that does not answer"),
        (("tls-failure",), "tls-failure needs https: start the sandbox with --https"),
    ],
)
def test_faults_that_are_not_possible(faults: Faults, arguments: tuple[object, ...], message: str) -> None:
    """The message says why a fault is not possible, and what is."""
    with pytest.raises(FaultError) as caught:
        faults.add(*arguments)  # type: ignore[arg-type]
    assert message in str(caught.value)
    assert faults.all == ()


def test_a_mode_is_no_other_case(faults: Faults) -> None:
    """`-recovers` and `-persists` behind a case are not part of its name."""
    assert faults.add("500-server-error-persists", None).case == "500-server-error"


def test_ending_faults(faults: Faults) -> None:
    """One fault is ended, or all."""
    first, second = faults.add("500-server-error"), faults.add("502-html", 2)
    assert (first.id, second.id, faults.all) == (1, 2, (first, second))
    faults.clear(1)
    assert faults.all == (second,)
    faults.clear()
    assert faults.all == ()


def test_handshakes() -> None:
    """The requested number of handshakes fails; this fault takes no operation."""
    faults = SandboxClient(Settings(tls=True)).service.faults
    assert "tls-failure" in faults.known
    with pytest.raises(FaultError, match="happens before there is an operation"):
        faults.add("tls-failure", 1, "track.event")
    faults.add("500-server-error")
    faults.add("tls-failure", 2)
    assert [faults.take_handshake() for _ in range(3)] == [True, True, False]


def test_faults_that_are_possible(faults: Faults) -> None:
    """Without https every case but those before a connection and of TLS can be requested."""
    known = faults.known
    assert {"429-retry-after", "connection-reset", "read-timeout", "truncated-body"} <= set(known)
    assert not {"connection-refused", "connect-timeout", "dns-failure", "tls-failure"} & set(known)
    assert len(known) == len(set(known))
