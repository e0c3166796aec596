"""The official SDK for Node.js against a sandbox."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_customerio import sign_webhook, webhook_event
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.core.model import Interaction
from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.settings import Settings

NODE = shutil.which("node")
SCRIPT = """
const { APIClient, SendEmailRequest, TrackClient, verifyRequestSignature } = require("customerio-node");
const event = JSON.parse(process.env.EVENT);
const genuine = (body) => verifyRequestSignature ? verifyRequestSignature({ ...event, body }) : body === event.body;
const signed = [genuine(event.body), genuine(event.body + " ")];
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
  console.log(JSON.stringify({ sent, found, exports: exports_, total: again.export.total, file, refused, signed }));
})();
"""


# Every method of the App client, each with all its options. A name says which value its parameter takes.
WHOLE_APP_CLIENT = """
const sdk = require("customerio-node");
const at = new URL(process.env.CUSTOMERIO_TRACK_URL);
const app = new sdk.APIClient(process.env.CUSTOMERIO_APP_API_KEY, { url: `https://${at.hostname}:${at.port}/v1` });
const to = { transactional_message_id: "1", to: "ada@example.com", identifiers: { id: "42" } };
const text = { ...to, to: "+12025550123" };
const requests = {
  sendEmail: new sdk.SendEmailRequest(to), sendPush: new sdk.SendPushRequest(to), sendSMS: new sdk.SendSMSRequest(text),
  sendWhatsApp: new sdk.SendWhatsAppRequest(text), sendInApp: new sdk.SendInAppRequest(to),
  sendInboxMessage: new sdk.SendInboxMessageRequest(to),
};
const segment = { segment: { id: 1 } };
const object = { object_attribute: { field: "name", operator: "eq", value: "Acme", type_id: 1 } };
const page = { start: "", limit: 10, page: 1 };
const time = { start_ts: 1, end_ts: 2, createdBefore: 1, createdAfter: 1, updatedBefore: 1, updatedAfter: 1 };
const all = {
  ...page, ...time, type: "email", metric: "sent", period: "days", steps: 2, unique: true, version: "2", tz: "UTC",
  sort: "asc", sortBy: "name", sortOrder: "asc", parentFolderId: 1, directDescendantsOnly: true, isTemplate: "any",
  hasTranslations: "any", isLinked: "any", tag: "a", drafts: true, associations: true, get_tracked_responses: true,
  archived_message: true, hidden: false, email: "a@example.com", domain: "example.com", offset: 1, deleted: false,
  name: "bought", language: "en", campaign_id: 1, res: "days",
};
const window = { start: 1, end: 2, res: "days" };
const values = {
  email: "ada@example.com", data: { name: "a" }, recipients: segment, filters: segment, filter: segment, ids: ["42"],
  segment: { name: "VIPs", description: "by hand" }, folder: { name: "a", parent_folder_id: null }, language: "en",
  component: { name: "a", tag: "b", content: "<p>" }, file: { data: Buffer.from("a"), filename: "a.png", parentFolderId: 1 },
  collection: { name: "a", data: [{ city: "Oslo" }] }, content: [{ city: "Oslo" }], suppressionType: "bounces",
  domainName: "example.com", webhook: { endpoint: "https://example.com/hook", events: ["email_sent"], disabled: true },
  snippet: { name: "a", value: "b" }, name: "a",
  importData: { data_file_url: "https://example.com/a.csv", type: "people", identifier: "id" },
  attributes: [{ name: "plan", description: "a" }], events: [{ name: "bought" }], translation: { language: "de" },
  newsletterId: 1, messageId: "delivery-1", emailId: "5f7b1b1e", updates: { name: "a" }, idType: undefined,
};
const own = {
  "createDesignStudioEmail.email": { name: "a", is_template: true, content: { subject: "b" }, envelope: { from_id: 1 } },
  "findObjects.filter": object, "getCampaignMetrics.options": { ...all, ...window },
  "createDeliveriesExport.options": { start: 1, end: 2, attributes: ["id"], metric: "sent", drafts: true },
  "getCampaignActionMetrics.options": { ...all, ...window }, "getCampaignJourneyMetrics.options": window,
  "listActivities.options": { ...page, type: "event", name: "bought", deleted: true, customerId: "42", idType: "id" },
  "getCustomerActivities.options": { ...page, type: "event", name: "bought", idType: "id" },
  "getCustomerMessages.options": { ...page, ...time, idType: "id" },
  "getCustomerSubscriptionPreferences.options": { idType: "id", language: "en" },
  "getObjectRelationships.options": { ...page, idType: "object_id" }, "getObjectAttributes.idType": "object_id",
  "getCustomerSegments.idType": "id", "getAttributes.idType": "id",
  "createNewsletter.data": { name: "a", type: "email", recipients: segment }, "sendNewsletter.data": {},
  "scheduleNewsletter.data": { scheduled_at: 4102444800, timezone: "UTC" },
  "updateReportingWebhook.updates": { disabled: true }, "updateDesignStudioEmailLanguage.updates": { content: {} },
};

(async () => {
  const place = { url: `https://${at.hostname}:${at.port}/api/v1` };
  const track = new sdk.TrackClient(process.env.CUSTOMERIO_SITE_ID, process.env.CUSTOMERIO_API_KEY, place);
  for (const id of ["1", "42"]) await track.identify(id, { plan: "pro" });
  const acme = { object_type_id: "1", object_id: "1" };
  await track.batch([{ type: "object", action: "identify", identifiers: acme, attributes: { name: "Acme" } }]);
  await app.createSegment(values.segment);
  await app.createCustomersExport(segment);
  const failed = [];
  const names = Object.getOwnPropertyNames(sdk.APIClient.prototype).filter((one) => !/constructor|resourceBase/.test(one));
  for (const name of names.sort((a, b) => /^delete/.test(a) - /^delete/.test(b))) {
    const code = sdk.APIClient.prototype[name].toString();
    const known = (one) => own[`${name}.${one}`] ?? (one === "options" ? all : one in values ? values[one] : "1");
    const parameters = code.slice(code.indexOf("(") + 1, code.indexOf(") {")).split(",");
    const given = parameters.map((one) => one.trim().split(" ")[0]).filter(Boolean);
    const call = requests[name] ? [requests[name]] : given.map(known);
    try { await app[name](...call); } catch (error) { failed.push(`${name}: ${error.message}`); }
  }
  console.log(JSON.stringify({ count: names.length, failed }));
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
    """The SDK needs only host, port and certificate authority of the sandbox. It accepts what signs a webhook."""
    (modules / "calls.js").write_text(SCRIPT, encoding="utf-8")
    webhook = sign_webhook(webhook_event("bounced"), "secret")
    event = {"signingSecret": "secret", "body": webhook.body.decode()}
    event |= {each: webhook.headers[f"X-CIO-{each.capitalize()}"] for each in ("signature", "timestamp")}
    with SandboxServer(Settings(tls=True)) as server:
        command = [NODE or "", "calls.js"]
        environment = {**os.environ, **server.environ, "EVENT": json.dumps(event)}
        done = subprocess.run(
            command, cwd=modules, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        output = json.loads(done.stdout)
        calls = [(one.operation, one.status) for one in server.service.log]
        violations = [each.rule for one in server.service.log for each in one.violations if each.severity != "info"]
        ada = server.service.workspace.people.find(("id", "42"))
    assert ada is not None
    assert output["signed"] == [True, False]
    assert [each.name for each in ada.events] == ["bought", "https://example.com/"]
    assert set(output["sent"]) == {"delivery_id", "queued_at"}
    assert [each["id"] for each in output["found"]["results"]] == ["42"]
    assert (output["exports"], output["total"], output["refused"]) == ({"exports": None}, 1, 400)
    assert output["file"]["url"].endswith("/_sandbox/exports/1")
    assert (len(calls), {status for _, status in calls[:-1]}) == (16, {200})
    assert violations == ["event-name-too-long"]


def test_the_whole_app_client(modules: Path) -> None:
    """Each method of the App client is answered with a success; no request draws an error or a warning."""
    package = json.loads((modules / "node_modules" / "customerio-node" / "package.json").read_text("utf-8"))
    if int(package["version"].partition(".")[0]) < 5:
        pytest.skip("customerio-node before 5 has few calls of the App API")
    (modules / "calls.js").write_text(WHOLE_APP_CLIENT, encoding="utf-8")
    with SandboxServer(Settings(tls=True)) as server:
        environment = {**os.environ, **server.environ}
        command = [NODE or "", "calls.js"]
        done = subprocess.run(
            command, cwd=modules, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        log = [one for one in server.service.log if str(one.operation).startswith("app.")]
        unknown = [one.path for one in server.service.log if one.operation is None]
    output = json.loads(done.stdout)
    assert output["count"] >= 159
    assert output["failed"] == []
    wrong = [
        (one.operation, each.rule, each.where) for one in log for each in one.violations if each.severity != "info"
    ]
    assert (wrong, unknown) == ([], [])
    assert len({one.operation for one in log}) >= 159
    contract = Contract(Catalog.load())
    headers = {"authorization": "Bearer 0123456789abcdef", "content-type": "application/json"}
    for one in log:
        body = None if one.payload is None or one.operation == "app.create_asset" else json.dumps(one.payload).encode()
        heard = Interaction("node", one.method, f"https://api.customer.io{one.path}", headers, body)
        judged = contract.judge(heard)
        assert judged.operation is not None
        assert (judged.operation.id, [each for each in judged.violations if each.severity != "info"]) == (
            one.operation,
            [],
        )
