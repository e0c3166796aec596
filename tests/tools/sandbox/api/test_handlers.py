"""The map of operations to handlers."""

from __future__ import annotations

from sandbox_client import SandboxClient

from pytest_customerio.contract.catalog.routes import read_routes
from pytest_customerio.core import data
from pytest_customerio.tools.sandbox.api.handlers import HANDLERS


def test_every_operation_is_handled(ask: SandboxClient) -> None:
    """Every operation with a schema of its own has a handler, but the two batches, which consist of other operations."""
    own_schema = set(ask.service.catalog.operations) - set(read_routes(data.schemas()).operations)
    assert own_schema - set(HANDLERS) == {"track_v2.batch", "pipelines.batch"}
    assert set(HANDLERS) <= set(ask.service.catalog.operations)
