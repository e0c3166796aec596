"""The map of operations to handlers."""

from __future__ import annotations

from sandbox_client import SandboxClient

from pytest_customerio.tools.sandbox.api.handlers import HANDLERS


def test_every_operation_is_handled(ask: SandboxClient) -> None:
    """Every operation but the two batches, which consist of other operations, has a handler."""
    assert set(ask.service.catalog.operations) - set(HANDLERS) == {"track_v2.batch", "pipelines.batch"}
