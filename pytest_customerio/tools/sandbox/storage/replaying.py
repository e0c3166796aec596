"""Carries out the entries of a data file again, so that a workspace is as it was when they were written."""

from __future__ import annotations

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.tools.sandbox.api.execution import Executor
from pytest_customerio.tools.sandbox.requests.request import read_request
from pytest_customerio.tools.sandbox.storage.entries import Entry, http_request
from pytest_customerio.tools.sandbox.user_files.seed import load
from pytest_customerio.tools.sandbox.webhooks.simulation import simulate
from pytest_customerio.tools.sandbox.workspace.memory import Memory
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


def carry_out(entry: Entry, catalog: Catalog, contract: Contract, workspace: Workspace, memory: Memory) -> None:
    """Carry out one entry; nothing is posted to webhooks."""
    values = entry.values
    if entry.kind == "request":
        request = read_request(catalog, contract, http_request(entry), entry.at)
        Executor(catalog, workspace).execute(request, values["skip"])
        memory.receive(request.weight)
    elif entry.kind == "deliver":
        simulate(workspace, values["metric"], values["delivery"], int(entry.at), values["members"])
    elif entry.kind == "webhook":
        workspace.add_webhook(values["url"], values["events"], values["members"])
    else:
        load(workspace, values, int(entry.at))
    workspace.reports.clear()
