"""One request is judged: its operation, its violations, and what is not judged."""

from __future__ import annotations

import base64
import gzip
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.core.data import DataError
from pytest_customerio.core.model import Interaction, Violation
from pytest_customerio.core.payload import decode

CATALOG = Catalog.load()
CONTRACT = Contract(CATALOG)
BASIC = "Basic " + base64.b64encode(b"site:secret-key").decode()
EVENT = "https://track.customer.io/api/v1/customers/42/events"
ENTITY = "https://track.customer.io/api/v2/entity"
BATCH = "https://track.customer.io/api/v2/batch"
SEND = "https://api.customer.io/v1/send/email"


def heard(url: str, payload: Any = None, method: str = "POST", **more: Any) -> Interaction:
    """A request with the right credentials, unless the test gives others."""
    headers = {"authorization": "Bearer key" if "//api" in url else BASIC, **more.pop("headers", {})}
    body = more.pop("body", None if payload is None else json.dumps(payload).encode())
    return Interaction(client="requests", method=method, url=url, headers=headers, body=body, **more)


def loud(violations: Iterable[Violation]) -> list[tuple[str, str]]:
    """Rule and place of errors and warnings."""
    return [(each.rule, each.where) for each in violations if each.severity != "info"]


def judged(url: str, payload: Any = None, method: str = "POST", **more: Any) -> list[tuple[str, str]]:
    """What is wrong with a request."""
    return loud(CONTRACT.judge(heard(url, payload, method, **more)).violations)


def test_a_violation_says_everything() -> None:
    """A violation has place, expectation, value, hint, error, source and call site."""
    interaction = heard(EVENT, {"name": "x" * 134, "timestamp": 1764000000000}, sent_from="app/crm.py:16 in purchase")
    judged = CONTRACT.judge(interaction)
    assert judged.operation == CATALOG.operations["track.event"]
    assert list(judged.violations) == [
        Violation(
            rule="event-name-too-long",
            severity="error",
            where="$.name",
            expected="1 to 100 bytes",
            got="134 bytes",
            hint="cut by UTF-8 bytes, not characters",
            sent_from="app/crm.py:16 in purchase",
            source="observed",
            error="400 event name cannot be longer than 100 bytes",
        ),
        Violation(
            rule="timestamp-milliseconds",
            severity="error",
            where="$.timestamp",
            expected="unix seconds (10 digits)",
            got="1764000000000, milliseconds: divide by 1000",
            hint="int(time.time()), never time.time() * 1000",
            sent_from="app/crm.py:16 in purchase",
            source="documented",
            error="400 timestamp must be a valid unix timestamp",
        ),
    ]


def test_all_violations_come_at_once_and_sorted() -> None:
    """Errors, then warnings, then infos; by place, with numbers in their order, then by rule."""
    items = [{"type": "person", "action": "event", "identifiers": {"id": "None"}}] * 11
    found = CONTRACT.judge(
        heard(BATCH.replace("https", "http"), {"batch": items}, headers={"authorization": "x"})
    ).violations
    assert [(each.severity, each.where) for each in found] == [
        *(("error", f"$.batch[{index}].name") for index in range(11)),
        ("error", "header Authorization"),
        ("error", "url"),
        *(("warning", f"$.batch[{index}].identifiers.id") for index in range(11)),
    ]


def test_one_place_breaks_a_rule_once_and_at_its_worst() -> None:
    """If one rule is broken at one place as an error and as a warning, only the error is reported."""
    payload = {
        "type": "person",
        "action": "event",
        "identifiers": {"id": "1"},
        "name": "x",
        "attributes": {"a": "x" * 33000},
    }
    found = CONTRACT.judge(heard(ENTITY, payload)).violations
    assert [(each.rule, each.severity) for each in found] == [("entity-too-large", "error")]


def test_batches_are_judged_item_by_item() -> None:
    """Each item is judged by its own type and action; the index is part of the place."""
    items = [
        {"type": "person", "action": "event", "identifiers": {"id": "1"}, "name": "x", "timestamp": 1764000000000},
        {"type": "object", "action": "event", "identifiers": {"object_type_id": "1", "object_id": "a"}},
        {"action": "event"},
        "text",
        {"type": "person", "action": "delete", "identifiers": {"id": "1"}},
    ]
    assert judged(BATCH, {"batch": items}) == [
        ("timestamp-milliseconds", "$.batch[0].timestamp"),
        ("action-not-for-type", "$.batch[1].action"),
        ("unknown-type", "$.batch[2].type"),
        ("body-not-object", "$.batch[3]"),
    ]


def test_pipelines_batches_are_distinguished_by_type() -> None:
    """Unknown and missing types draw their rule, with the types that exist."""
    url = "https://cdp.customer.io/v1/batch"
    key = {"authorization": "Basic " + base64.b64encode(b"key:").decode()}
    items = [{"type": "track", "userId": "1"}, {"type": "event"}, {"type": ["track"]}, {}, {"type": "batch"}]
    found = [
        each
        for each in CONTRACT.judge(heard(url, {"batch": items}, headers=key)).violations
        if each.severity == "error"
    ]
    assert [(each.rule, each.where, each.got) for each in found] == [
        ("event-name-missing", "$.batch[0].event", "nothing"),
        ("unknown-type", "$.batch[1].type", '"event"'),
        ("unknown-type", "$.batch[2].type", "list of 1 item"),
        ("unknown-type", "$.batch[3].type", "nothing"),
        ("unknown-type", "$.batch[4].type", '"batch"'),
    ]
    assert found[1].expected == "alias, group, identify, page, screen, track"


def test_the_payload_decides_on_the_operation_where_several_share_an_address() -> None:
    """The operation stays open where the payload is broken. An operation that is known already stays."""
    event = heard(ENTITY, {"type": "person", "action": "event", "name": "x", "identifiers": {"id": "1"}})
    operation = CATALOG.operations["track_v2.person_event"]
    assert (CONTRACT.judge(event).operation, CONTRACT.judge(event).violations) == (operation, ())
    assert CONTRACT.operation(event) == operation
    broken = heard(ENTITY, {"type": "user"})
    assert loud(CONTRACT.judge(broken).violations) == [("unknown-type", "$.type")]
    assert CONTRACT.judge(broken).operation is None
    assert CONTRACT.operation(broken) is None
    known = heard(EVENT, {"name": "x"}, operation=CATALOG.operations["track.identify"])
    assert CONTRACT.judge(known).operation == CATALOG.operations["track.identify"]


@pytest.mark.parametrize("body", [b"{", b"[" * 1_000_000, b"\xff", None])
def test_the_operation_of_an_unreadable_entity_is_open(body: bytes | None) -> None:
    """No body raises an exception."""
    assert CONTRACT.operation(heard(ENTITY, body=body)) is None
    assert CONTRACT.operation(heard(EVENT, body=body)) == CATALOG.operations["track.event"]


def test_an_unknown_body_is_not_judged() -> None:
    """A body that the client did not read is not judged; the rest of the request is."""
    assert judged(EVENT, body=None, body_known=False) == []
    assert judged(EVENT, body=None, body_known=False, headers={"authorization": ""}) == [
        ("missing-auth", "header Authorization")
    ]


def test_compressed_bodies_are_judged() -> None:
    """A gzip body is unpacked and judged; a body that cannot be unpacked is not judged."""
    packed = {"content-encoding": "gzip"}
    assert judged(EVENT, body=gzip.compress(b'{"name": ""}'), headers=packed) == [("event-name-missing", "$.name")]
    assert judged(EVENT, body=b"\x1f\x8bbroken", headers=packed) == []
    assert judged(EVENT, body=b"???", headers={"content-encoding": "br"}) == []


def test_calls_without_a_body_may_send_anything() -> None:
    """A body of an operation that reads none is not judged."""
    assert judged("https://track.customer.io/api/v1/customers/5/suppress", body=b"a=b") == []
    assert judged("https://track.customer.io/api/v1/customers/5", body=b"a=b", method="DELETE") == []
    assert judged("https://api.customer.io/v1/segments", body=b"a=b", method="GET") == []


def test_path_and_query_are_judged() -> None:
    """Parameters are decoded once; their places are path.<name> and query.<name>."""
    url = "https://track.customer.io/api/v1/segments/None/add_customers?id_type=phone"
    assert judged(url, {"ids": ["1"]}) == [
        ("bad-id-type", "query.id_type"),
        ("placeholder-identifier", "path.segment_id"),
    ]
    assert judged("https://api.customer.io/v1/customers", method="GET") == [("missing-identifier", "query.email")]


def test_the_region_is_judged_where_it_is_declared() -> None:
    """Without a declared region, no region is expected."""
    request = heard(EVENT, {"name": "x"})
    assert loud(Contract(CATALOG, region="us").judge(request).violations) == []
    assert loud(Contract(CATALOG, region="eu").judge(request).violations) == [("wrong-region", "url")]


def test_credentials_in_the_url_count() -> None:
    """Credentials in the URL count as the Authorization header that a client makes from them."""
    bare = Interaction("requests", "POST", EVENT.replace("//", "//site:key@"), {}, b'{"name": "x"}')
    assert loud(CONTRACT.judge(bare).violations) == []
    assert loud(CONTRACT.judge(Interaction("requests", "POST", EVENT, {}, b'{"name": "x"}')).violations) == [
        ("missing-auth", "header Authorization")
    ]


def test_a_service_account_names_its_workspace() -> None:
    """A token of a service account is valid for several workspaces, so the request has to name one."""
    message = {"transactional_message_id": 1, "to": "ada@example.com", "identifiers": {"id": "1"}}
    token = {"authorization": "Bearer sa_live_x"}
    assert judged(SEND, message, headers=token) == [("missing-workspace-id", "header X-Workspace-Id")]
    assert judged(SEND, message, headers={**token, "x-workspace-id": "5"}) == []


def test_time_is_the_interactions_own() -> None:
    """send_at is compared with the time when the request was sent, which may be virtual."""
    message = {"transactional_message_id": 1, "to": "ada@example.com", "identifiers": {"id": "1"}}
    in_a_year = int(time.time()) + 365 * 86_400
    assert judged(SEND, message | {"send_at": in_a_year}) == [("send-at-too-far", "$.send_at")]
    assert judged(SEND, message | {"send_at": in_a_year}, at=in_a_year - 60.0) == []


def test_other_hosts_are_not_judged() -> None:
    """Hosts with a similar name, and other paths of a host of the ini cio_hosts, are not judged."""
    proxied = Contract(Catalog.load(hosts=["https://proxy.example/cio"]))
    assert proxied.judge(Interaction("requests", "POST", "https://proxy.example/health", {}, b"{")).violations == ()
    assert proxied.judge(Interaction("requests", "POST", "https://proxy.example/cio/health", {}, b"{")).violations != ()
    for host in ("customer.io.evil.com", "example.com", ""):
        assert (
            CONTRACT.judge(Interaction("requests", "POST", f"http://{host}/api/v1/events", {}, b"{")).violations == ()
        )


def test_no_value_and_no_credential_is_shown() -> None:
    """No text contains an e-mail address, a phone number, a name or a key, whatever is broken."""
    secret = "ada.lovelace@example.com"
    payloads: list[tuple[str, Any]] = [
        (EVENT, {"name": [secret], "timestamp": secret, "data": secret, "id": secret, "type": secret}),
        (ENTITY, {"type": secret, "action": secret}),
        (ENTITY, {"type": "person", "action": secret}),
        (ENTITY, {"type": "person", "action": "identify", "identifiers": {secret: 1}}),
        (SEND, {"to": secret + ",", "cc": secret + " x", "transactional_message_id": [secret], "message_data": secret}),
        (f"https://track.customer.io/api/v1/people/{secret}?email={secret}", {}),
    ]
    for url, payload in payloads:
        key = base64.b64encode(f"{secret}".encode()).decode()
        found = CONTRACT.judge(heard(url, payload, headers={"authorization": f"Basic {key}"})).violations
        assert found
        texts = " ".join(f"{each.where} {each.expected} {each.got} {each.hint} {each.error}" for each in found)
        assert secret not in texts
        assert "lovelace" not in texts
        assert key not in texts
        assert all(len(each.got) <= 80 for each in found)


def test_own_contracts_add_to_ours(tmp_path: Path) -> None:
    """A broken constraint of the project is own-contract, or has the rule, texts and severity of its x-cio."""
    (tmp_path / "track").mkdir()
    named = {
        "maximum": {"rule": "own-contract", "expected": "at most 1000", "hint": "ask sales", "severity": "warning"}
    }
    schema = {
        "required": ["data"],
        "properties": {"data": {"properties": {"total": {"maximum": 1000, "x-cio": named}}}},
    }
    (tmp_path / "track" / "event.json").write_text(json.dumps(schema))
    (tmp_path / "track" / "suppress.json").write_text('{"maxProperties": 0}')
    (tmp_path / "track" / "identify.json").write_text('{"required": ["x"], "x-cio": {"*": {"rule": "made-up"}}}')
    contract = Contract(CATALOG, own=[tmp_path])
    assert loud(contract.judge(heard(EVENT, {"name": "x"})).violations) == [("own-contract", "$.data")]
    warning = contract.judge(heard(EVENT, {"name": "x", "data": {"total": 1001}})).violations[0]
    assert (warning.rule, warning.severity, warning.expected, warning.hint) == (
        "own-contract",
        "warning",
        "at most 1000",
        "ask sales",
    )
    suppress = "https://track.customer.io/api/v1/customers/5/suppress"
    assert loud(contract.judge(heard(suppress, {"a": 1})).violations) == [("own-contract", "$")]
    identify = contract.judge(heard("https://track.customer.io/api/v1/customers/5", {}, "PUT")).violations[0]
    assert (identify.rule, identify.severity) == ("made-up", "error")


def test_a_broken_own_contract_is_refused_at_once(tmp_path: Path) -> None:
    """A broken schema is refused with file, line and cause when the contract is made."""
    (tmp_path / "track").mkdir()
    (tmp_path / "track" / "event.json").write_text('{\n"required": "name"}')
    with pytest.raises(DataError, match="no JSON Schema") as caught:
        Contract(CATALOG, own=[tmp_path])
    assert (caught.value.path.name, caught.value.line) == ("event.json", 2)


def test_a_prepared_contract_reads_no_more_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test may replace the function that opens files; the contract has read them before."""
    contract = Contract(CATALOG)
    contract.prepare()
    monkeypatch.setattr("pytest_customerio.core.data.read_json", None)
    monkeypatch.setattr("pathlib.Path.read_text", None)
    assert contract.judge(heard(EVENT, {"name": "x"})).operation == CATALOG.operations["track.event"]
    assert loud(contract.judge(heard(EVENT, {"name": "x"})).violations) == []


def test_a_payload_and_an_item_have_to_be_objects() -> None:
    """What is no JSON has a rule of its own; an item is named by its index."""
    assert judged(EVENT, body=b"name=x") == [("body-not-json", "$")]
    assert judged(EVENT, [1]) == [("body-not-object", "$")]
    assert judged(BATCH, {"batch": [5]}) == [("body-not-object", "$.batch[0]")]


@pytest.mark.parametrize(
    ("operation", "payload", "broken"),
    [
        ("track.event", {"name": "x", "timestamp": 1500000000}, []),
        ("track.event", {"name": "x", "timestamp": 1500000000000}, [("timestamp-milliseconds", "$.timestamp")]),
        ("track.event", [], [("body-not-object", "$")]),
        ("track.identify", {"id": "43"}, []),
        ("track_v2.person_event", {"identifiers": {"id": "1"}, "name": 1}, [("event-name-not-string", "$.name")]),
        ("pipelines.track", {"userId": "1", "event": "x"}, []),
        ("track_v2.batch", {"batch": [{"type": "persn"}]}, [("unknown-type", "$.batch[0].type")]),
        (
            "app.send_email",
            {"to": "a@b.c", "identifiers": {"id": "1"}, "transactional_message_id": 1, "send_at": 1},
            [],
        ),
    ],
)
def test_a_payload_by_itself(operation: str, payload: object, broken: list[tuple[str, str]]) -> None:
    """A payload of which only the operation is known breaks no rule about its address, its headers or its age."""
    head = CONTRACT.payload_head([CATALOG.operations[operation]])
    judged = CONTRACT.judge_payload(head, decode({}, json.dumps(payload).encode()))
    assert (judged.operation, head.has_payload) == (CATALOG.operations[operation], True)
    assert [(each.rule, each.where) for each in judged.violations] == broken


def test_a_payload_of_one_of_several_operations() -> None:
    """Type and action tell the operation of a payload of Track v2; with a wrong one none is known."""
    head = CONTRACT.payload_head(CATALOG.entities)
    entity = {"type": "person", "action": "identify", "identifiers": {"id": "1"}}
    found = CONTRACT.judge_payload(head, decode({}, json.dumps(entity).encode()))
    assert (found.operation, found.violations) == (CATALOG.operations["track_v2.person_identify"], ())
    found = CONTRACT.judge_payload(head, decode({}, json.dumps({**entity, "action": "x"}).encode()))
    assert (found.operation, loud(found.violations)) == (None, [("unknown-action", "$.action")])


def test_operations_without_a_payload() -> None:
    """Nothing is known of the payload of a look-up."""
    assert not CONTRACT.payload_head([CATALOG.operations["track.region"]]).has_payload


def test_the_tracking_plan_is_judged_too(tmp_path: Path) -> None:
    """What a request carries is judged by the plan of the project, where its payload could be read."""
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "buy.json").write_text('{"required": ["total"]}', encoding="utf-8")
    contract = Contract(CATALOG, plan=tmp_path)
    batch = [{"type": "person", "action": "event", "identifiers": {"id": "1"}, "name": "buy"}]
    found = contract.judge(heard(BATCH, {"batch": batch}))
    assert loud(found.violations) == [("event-contract", "$.batch[0].attributes.total")]
    assert loud(contract.judge(heard(EVENT, {"name": "sell"})).violations) == [("unknown-event", "$.name")]
    assert loud(contract.judge(heard(EVENT, {"name": "sell"}, body_known=False)).violations) == []
    assert loud(CONTRACT.judge(heard(EVENT, {"name": "sell"})).violations) == []
    assert contract.judge(heard(EVENT, {"name": "sell"})).params == {"identifier": "42"}


def test_a_call_with_the_payload_of_another(tmp_path: Path) -> None:
    """What a browser sends is judged as the published call, by the tracking plan too, with or without its address."""
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "bought.json").write_text('{"required": ["total"]}', "utf-8")
    contract, catalog = Contract(Catalog.load(), plan=tmp_path), Catalog.load()
    body = b'{"batch": [{"type": "track", "userId": "42", "event": "bought"}, {"type": "track", "userId": "42"}]}'
    sent = Interaction("browser", "POST", "https://cdp.customer.io/v1/b", {"content-type": "text/plain"}, body)
    found = contract.judge(sent)
    alone = contract.judge_payload(contract.payload_head([catalog.operations["pipelines.browser_batch"]]), sent.payload)
    assert found.operation == alone.operation == catalog.operations["pipelines.browser_batch"]
    for each in (found, alone):
        assert [(one.rule, one.where) for one in each.violations if one.severity == "error"] == [
            ("event-contract", "$.batch[0].properties.total"),
            ("event-name-missing", "$.batch[1].event"),
        ]
