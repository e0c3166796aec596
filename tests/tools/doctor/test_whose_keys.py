"""Whose keys a target was asked with."""

from __future__ import annotations

from typing import Literal

from pytest_customerio.tools.doctor.whose_keys import by_api, of_another_sandbox
from pytest_customerio.tools.target import Keys, Target

KEYS = Keys("site-id", "track-key", "app-api-key", "write-key")


def target(kind: Literal["own", "sandbox", "workspace"]) -> Target:
    return Target(kind, "one", "us", KEYS)


def test_keys_of_a_workspace() -> None:
    """A workspace is asked with the application's Track keys, and with keys of their own for the other APIs."""
    environ = {"CIO_SITE_ID": "site-id", "CIO_TRACK_KEY": "track-key"}
    assert by_api(target("workspace"), environ) == {
        "track": "your CIO_SITE_ID and CIO_TRACK_KEY",
        "app": "your CIO_SANDBOX_APP_KEY",
        "pipelines": "your CIO_SANDBOX_WRITE_KEY",
    }


def test_keys_of_a_sandbox() -> None:
    """A sandbox is asked with its own keys; where the application has the same, its variables are named."""
    assert by_api(target("own"), {}) == {
        "track": "the sandbox's own Site ID and Track API key",
        "app": "the sandbox's own App API key",
        "pipelines": "the sandbox's own Pipelines write key",
    }
    found = by_api(target("sandbox"), {"CIO_APP_KEY": "app-api-key", "CIO_WRITE_KEY": "another"})
    assert found["app"] == "your CIO_APP_KEY, made by this sandbox"
    assert found["pipelines"] == "the sandbox's own Pipelines write key"


def test_keys_of_another_sandbox() -> None:
    """A key that is not this sandbox's is a problem; a variable that is not set is none."""
    environ = {"CIO_SITE_ID": "site-id", "CIO_APP_KEY": "another"}
    assert [(one.check, one.state) for one in of_another_sandbox(environ, KEYS)] == [("CIO_APP_KEY", "problem")]
