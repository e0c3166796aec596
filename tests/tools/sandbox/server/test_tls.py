"""The certificate authority of a sandbox."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest
import trustme

from pytest_customerio.tools.sandbox.server.tls import Authority, AuthorityError


def trusts(authority: Authority, name: str) -> bool:
    """Whether a client that trusts the authority accepts its certificate for a name."""
    client = ssl.create_default_context(cafile=str(authority.ca))
    arriving, leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
    talking = client.wrap_bio(arriving, leaving, server_hostname=name)
    listening = authority.context().wrap_bio(leaving, arriving, server_side=True)
    for side in (talking, listening, talking):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return bool(talking.getpeercert())


def test_the_authority(tmp_path: Path) -> None:
    """The bundle contains the usual authorities too; the certificate is valid for this machine and Customer.io."""
    authority = Authority(tmp_path, ["sandbox.internal"])
    assert authority.bundle.read_bytes().endswith(authority.ca.read_bytes())
    assert authority.bundle.stat().st_size > 100_000
    for name in ("localhost", "127.0.0.1", "track-eu.customer.io", "host.docker.internal", "sandbox.internal"):
        assert trusts(authority, name)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ca-bundle.pem", "ca.pem"]


def test_the_name_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate is valid for it, and is made without it where a certificate cannot have it."""
    monkeypatch.setattr(socket, "gethostname", lambda: "4f1d2c")
    assert trusts(Authority(tmp_path), "4f1d2c")
    monkeypatch.setattr(socket, "gethostname", lambda: "my_machine")
    assert trusts(Authority(tmp_path), "localhost")


def test_an_authority_that_is_kept(tmp_path: Path) -> None:
    """The next run uses the same authority, with other names; only the user can read its key."""
    folder = tmp_path / "new" / "folder"
    first = Authority(folder, keep=True)
    certificate = first.ca.read_bytes()
    assert (folder / "ca-key.pem").stat().st_mode & 0o077 == 0
    second = Authority(folder, ["other.internal"], keep=True)
    assert second.ca.read_bytes() == certificate
    assert trusts(second, "other.internal")


def test_what_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each problem names the file and what to do; nothing is changed."""
    Authority(tmp_path, keep=True)
    ca, key = tmp_path / "ca.pem", tmp_path / "ca-key.pem"
    good = ca.read_bytes()
    ca.write_bytes(trustme.CA().cert_pem.bytes())
    with pytest.raises(
        AuthorityError, match="are no certificate authority: the key is of another certificate; remove both"
    ):
        Authority(tmp_path, keep=True)
    ca.write_bytes(b"nothing")
    with pytest.raises(AuthorityError, match="are no certificate authority"):
        Authority(tmp_path, keep=True)
    assert ca.read_bytes() == b"nothing"
    ca.write_bytes(good)
    key.rename(tmp_path / "away")
    with pytest.raises(AuthorityError, match=r"ca-key\.pem is missing, and the other file is there: remove both"):
        Authority(tmp_path, keep=True)
    assert not key.exists()
    with pytest.raises(AuthorityError, match="no certificate can be made for my_app"):
        Authority(tmp_path / "other", ["my_app"])
    (tmp_path / "file").write_text("")
    for path in ("file", "file/folder"):
        with pytest.raises(AuthorityError, match=f"{path} is no folder: --ca names one for the certificate authority"):
            Authority(tmp_path / path, keep=True)
    (tmp_path / "used" / "ca-bundle.pem").mkdir(parents=True)
    with pytest.raises(AuthorityError, match=r"ca-bundle\.pem cannot be used: Is a directory; name another folder"):
        Authority(tmp_path / "used", keep=True)


def test_an_authority_that_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An authority whose time is over is refused."""
    with monkeypatch.context() as patched:
        patched.setattr(trustme, "DEFAULT_EXPIRY", trustme.DEFAULT_NOT_BEFORE.replace(year=2001))
        Authority(tmp_path, keep=True)
    with pytest.raises(AuthorityError, match=r"ca\.pem was valid until 2001-01-01: remove both files"):
        Authority(tmp_path, keep=True)
