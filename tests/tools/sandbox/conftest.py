"""Fixtures that all tests of the sandbox share."""

from __future__ import annotations

import pytest
from sandbox_client import SandboxClient


@pytest.fixture
def ask() -> SandboxClient:
    """An empty sandbox with its default settings, called without a network."""
    return SandboxClient()
