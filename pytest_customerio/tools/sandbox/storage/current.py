"""The workspace that a sandbox uses, and what changes it besides requests; each change is noted in the data file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.contract.webhook_events import event_names
from pytest_customerio.tools.sandbox.api.execution import Executor
from pytest_customerio.tools.sandbox.requests.request import ApiRequest, read_request
from pytest_customerio.tools.sandbox.settings import Settings
from pytest_customerio.tools.sandbox.storage.encoding import restore, snapshot
from pytest_customerio.tools.sandbox.storage.entries import Entry, http_request, request_entry
from pytest_customerio.tools.sandbox.storage.persistence import open_persistence
from pytest_customerio.tools.sandbox.storage.snapshots import Snapshots
from pytest_customerio.tools.sandbox.user_files.inventory_file import fill, read_inventory
from pytest_customerio.tools.sandbox.user_files.seed import checked_seed, load, read_seed
from pytest_customerio.tools.sandbox.user_files.templates import TemplateFolder
from pytest_customerio.tools.sandbox.webhooks.simulation import simulate
from pytest_customerio.tools.sandbox.webhooks.targets import doubt, parse_target
from pytest_customerio.tools.sandbox.workspace.inventory import Inventory
from pytest_customerio.tools.sandbox.workspace.memory import Memory
from pytest_customerio.tools.sandbox.workspace.messages.reporting_webhooks import Report, ReportingWebhook
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

# Calls that read, and count how often: the downloads of an export.
_COUNTED = ("app.download_export",)


class CurrentWorkspace:
    """A new workspace, that of the data file, or that of a snapshot. Raises `CannotError` for files of the settings.

    `use` is called with each workspace from which on it is the current one. `revision` grows with each change that no
    request made.
    """

    def __init__(self, settings: Settings, now: Callable[[], float], use: Callable[[Workspace], None]) -> None:
        self._settings = settings
        self._now = now
        self._use = use
        self._inventory = read_inventory(settings.inventory)
        self._seeds = [read_seed(path) for path in settings.load]
        self._templates = None if settings.templates is None else TemplateFolder(settings.templates)
        self.revision = 0
        self.persistence = open_persistence(settings.data)
        self.snapshots = Snapshots(self.persistence.file)

    def resume(self, again: Callable[[Entry], None]) -> None:
        """Begin with what the data file has, or with a new workspace. `again` carries out an entry of the file."""
        stored = self.persistence.workspace()
        self._begin(stored or self._new())
        with self.persistence.intact():
            for entry in self.persistence.entries():
                again(entry)
        if stored is None:
            self.persistence.save(self.workspace)

    def record(self, request: ApiRequest, skip: Collection[int | None]) -> None:
        """Note a request that was carried out, unless it only reads."""
        if request.operation.method != "GET" or request.operation.id in _COUNTED:
            self.persistence.note(lambda: request_entry(request, skip))

    def reset(self) -> None:
        """Begin anew."""
        self._begin(self._new())
        self.persistence.replace(self.workspace, forget=True)

    def snapshot(self) -> bytes:
        """The workspace as it is now."""
        return snapshot(self.workspace)

    def restore(self, data: bytes) -> None:
        """Use the workspace of a snapshot. Raises `SnapshotError`, and then everything stays as it is."""
        self._begin(restore(data))
        self.persistence.replace(self.workspace)

    def load(self, seed: Any) -> None:
        """Add the people, objects and segments of a seed. Raises `SeedError`, and then everything stays as it is."""
        checked, at = checked_seed(seed), self._now()
        load(self.workspace, checked, int(at))
        self.workspace.reports.clear()
        self._note("load", at, checked)

    def describe(self, path: Path) -> None:
        """Replace the inventory by what a file describes. Raises `InventoryError`."""
        described = read_inventory(path)
        self.workspace.inventory = Inventory()
        fill(self.workspace, described)
        self.revision += 1
        self.persistence.replace(self.workspace)

    def add_webhook(self, url: str, events: Iterable[str] | None, members: Mapping[str, Any]) -> ReportingWebhook:
        """Add a reporting webhook, for all events unless some are named. Raises `TargetError` for an invalid URL."""
        parse_target(url)
        names = tuple(event_names() if events is None else events)
        webhook = self.workspace.add_webhook(url, names, members)
        self._note("webhook", self._now(), {"url": url, "events": names, "members": members})
        return webhook

    def deliver(self, metric: str, delivery: str | None, members: Mapping[str, Any]) -> Report:
        """Let something happen to a message, the last one unless another is named. Raises `MetricError`."""
        at, given = self._now(), dict(members)
        report = simulate(self.workspace, metric, delivery, int(at), given)
        self.workspace.reports.clear()
        self._note("deliver", at, {"metric": metric, "delivery": report.message, "members": given})
        return report

    def close(self) -> None:
        """Close the data file."""
        self.persistence.close(self.workspace)

    def _new(self) -> Workspace:
        workspace = Workspace()
        fill(workspace, self._inventory, own=self._settings.inventory is not None)
        for seed in self._seeds:
            load(workspace, seed, int(self._now()))
        return workspace

    def _begin(self, workspace: Workspace) -> None:
        """Use a workspace from now on, with the settings of today."""
        workspace.region, workspace.at_once = self._settings.region, self._settings.at_once
        workspace.doubt = partial(doubt, allowed=self._settings.webhook_hosts)
        if self._templates is not None:
            workspace.templates = self._templates
        known = {each.endpoint for each in workspace.reporting_webhooks.values()}
        for url in self._settings.webhooks:
            if url not in known:
                workspace.add_webhook(url, event_names(), {})
        self.revision += 1
        self.workspace = workspace
        self._use(workspace)

    def _note(self, kind: str, at: float, values: Mapping[str, Any]) -> None:
        self.revision += 1
        self.persistence.note(lambda: Entry(kind, at, values))
        self.persistence.commit(self.workspace)


def carry_out(entry: Entry, catalog: Catalog, contract: Contract, workspace: Workspace, memory: Memory) -> None:
    """Carry out an entry of the data file again; nothing is posted to webhooks."""
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
