"""The official SDK for Node.js against a sandbox."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.settings import Settings

NODE = shutil.which("node")
SCRIPT = """
const { APIClient, SendEmailRequest, TrackClient } = require("customerio-node");
const at = new URL(process.env.CUSTOMERIO_TRACK_URL);
const place = (path) => ({ url: `https://${at.hostname}:${at.port}${path}`, port: at.port });
const track = new TrackClient(process.env.CUSTOMERIO_SITE_ID, process.env.CUSTOMERIO_API_KEY, place("/api/v1"));
const app = new APIClient(process.env.CUSTOMERIO_APP_API_KEY, place("/v1"));

(async () => {
  await track.identify("42", { email: "ada@example.com", plan: "pro" });
  await track.track("42", { name: "bought", data: { total: 1 } });
  await track.trackAnonymous("visitor-1", { name: "seen" });
  await track.trackPageView("42", "https://example.com/");
  await track.addDevice("42", "device-1", "ios");
  await track.deleteDevice("42", "device-1");
  await track.suppress("43");
  await track.unsuppress("43");
  await track.destroy("43");
  const sent = await app.sendEmail(new SendEmailRequest({
    transactional_message_id: "1", to: "ada@example.com", identifiers: { id: "42" }, message_data: { total: "1" },
  }));
  const found = await app.getCustomersByEmail("ada@example.com");
  const exports_ = await app.listExports();
  const made = await app.createCustomersExport({ and: [{ attribute: { field: "plan", operator: "eq", value: "pro" } }] });
  const again = await app.getExport(made.export.id);
  const file = await app.downloadExport(made.export.id);
  let refused = 0;
  await track.track("42", { name: "x".repeat(101) }).catch((error) => { refused = error.statusCode; });
  console.log(JSON.stringify({ sent, found, exports: exports_, total: again.export.total, file, refused }));
})();
"""


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """A folder with customerio-node, which `make test` installs where npm is available."""
    installed = Path(sys.prefix) / "node" / "node_modules"
    if NODE is None or not (installed / "customerio-node").is_dir():
        pytest.skip("customerio-node is not here: `make test` installs it where node and npm are")
    (tmp_path / "node_modules").symlink_to(installed)
    return tmp_path


def test_its_normal_calls(modules: Path) -> None:
    """The SDK needs only host, port and certificate authority of the sandbox."""
    (modules / "calls.js").write_text(SCRIPT, encoding="utf-8")
    with SandboxServer(Settings(tls=True)) as server:
        command = [NODE or "", "calls.js"]
        environment = {**os.environ, **server.environ}
        done = subprocess.run(
            command, cwd=modules, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        output = json.loads(done.stdout)
        calls = [(one.operation, one.status) for one in server.service.log]
        violations = [each.rule for one in server.service.log for each in one.violations if each.severity != "info"]
        ada = server.service.workspace.people.find(("id", "42"))
    assert ada is not None
    assert [event.name for event in ada.events] == ["bought", "https://example.com/"]
    assert set(output["sent"]) == {"delivery_id", "queued_at"}
    assert [each["id"] for each in output["found"]["results"]] == ["42"]
    assert (output["exports"], output["total"], output["refused"]) == ({"exports": None}, 1, 400)
    assert output["file"]["url"].endswith("/_sandbox/exports/1")
    assert (len(calls), {status for _, status in calls[:-1]}) == (16, {200})
    assert violations == ["event-name-too-long"]
