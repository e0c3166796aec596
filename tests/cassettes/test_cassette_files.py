"""The cassettes that we ship: their provenance, their bodies, their links to the rules."""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
import vcr
import yaml
from for_each import for_each

from pytest_customerio.cassettes.cases import NOT_FOUND, Cassettes
from pytest_customerio.cassettes.document import FAULTS
from pytest_customerio.cassettes.successes import SUCCESS
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.routes import document_of, read_routes
from pytest_customerio.contract.contract import Contract
from pytest_customerio.core import data
from pytest_customerio.core.model import Interaction
from pytest_customerio.reporting.matrix import family

FILES = sorted(data.cassettes().glob("*/*.yaml"))
MISSION = json.loads((Path(__file__).parents[1] / "data" / "mission-errors.json").read_text())
RULES = json.loads((data.schemas() / "rules.json").read_text())
CATALOG = Catalog.load()
CASSETTES = Cassettes(CATALOG)
CONTRACT = Contract(CATALOG)
# Errors that a payload draws: a recorded request breaks a rule that the case names.
DRAWN = ("400-", "422-", "200-dropped", "207-partial", "207-several")
# Answers whose body is not what it should be: that is what they are about.
ODD = ("200-truncated-json", "200-not-json", "truncated-body")
ODD += ("404-not-found-html", "502-html", "522-connection-timeout", "524-timeout")
ANYWHERE = [NOT_FOUND, "401-unauthorized", "401-wrong-key-type", "401-wrong-region", "429-rate-limited"]
ANYWHERE += ["429-retry-after", "500-server-error", "502-html", "503-unavailable", "504-timeout", "200-not-json"]
ANYWHERE += ["404-not-found-html", "408-request-timeout", "429-retry-after-date", "429-retry-after-hour"]
ANYWHERE += ["522-connection-timeout", "524-timeout"]
ANYWHERE += ["200-empty", "200-truncated-json", "200-not-object", "200-wrong-content-type", *FAULTS]
EVERY_FILE = for_each("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")


def is_json(text: str) -> bool:
    try:
        return not text or json.loads(text) is not None
    except ValueError:
        return False


@cache
def parsed(path: Path) -> Any:
    return yaml.load(path.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def address(path: Path) -> tuple[str, str]:
    return path.parent.name, path.stem


def authorized(surface: str, name: str) -> str:
    if surface == "app":
        return "Bearer sa_live_1" if name == "400-workspace-id-required" else "Bearer key1"
    pair = "key1:" if surface == "pipelines" else "site1:key1"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def broken_rules(surface: str, name: str, request: Any) -> set[str]:
    """The rules of error or warning severity that a recorded request breaks once it carries credentials."""
    body = request["body"] and request["body"].encode()
    headers = {name.lower(): values[0] for name, values in request["headers"].items()}
    operation = CATALOG.match(request["method"], request["uri"], body and json.loads(body)).operation
    if operation is not None and operation.auth != "none":
        headers["authorization"] = authorized(surface, name)
    heard = Interaction("requests", request["method"], request["uri"], headers, body, at=1_764_000_000.0)
    return {found.rule for found in CONTRACT.judge(heard).violations if found.severity != "info"}


@EVERY_FILE
def test_says_where_it_comes_from(path: Path) -> None:
    """Every cassette begins with a line for people and has full provenance."""
    metadata = parsed(path)["metadata"]
    assert path.read_text().startswith("# ")
    assert metadata["source"] in ("recorded", "documented", "observed", "synthetic")
    assert all(url.startswith("https://") for url in metadata["evidence"])
    assert metadata["evidence"]
    assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", metadata["date"])
    assert metadata["environment"]
    assert metadata["note"]


@EVERY_FILE
def test_an_error_says_what_to_do(path: Path) -> None:
    """An error cassette that we ship states all of its metadata: nothing is left to defaults."""
    if path.stem == SUCCESS:
        return
    metadata = parsed(path)["metadata"]
    assert {"family", "retryable", "operations", "cause", "todo", "rules"} <= set(metadata)
    assert metadata["cause"]
    assert metadata["todo"]
    assert metadata["retryable"] == (
        metadata["family"] in ("408", "429", "5xx", "network") and path.stem != "429-daily-quota"
    )
    assert metadata["family"] == family(path.stem)


@EVERY_FILE
def test_what_is_made_up_is_not_called_documented(path: Path) -> None:
    """A source other than synthetic has evidence older than the file; a synthetic one was written by hand."""
    metadata = parsed(path)["metadata"]
    for about in (metadata, *metadata.get("differs", {}).values()):
        told = {**metadata, **about}
        assert (told["environment"] == "written by hand") == (told["source"] == "synthetic")


@EVERY_FILE
def test_holds_no_secret_and_no_personal_address(path: Path) -> None:
    """No credential, nothing that looks like one, no e-mail outside example.com but Customer.io's own."""
    interactions = parsed(path)["interactions"]
    said = json.dumps(interactions)
    assert not re.search(r"authori[sz]ation\b|bearer |basic [a-z0-9+/=]{8}|set-cookie|api[_-]?key", said, re.IGNORECASE)
    assert not re.search(r"[A-Za-z0-9+/=]{32,}", said.replace("/", " ").replace("_", " ").replace("x" * 90, ""))
    assert set(re.findall(r"[\w.+-]+@([\w.-]+\w)", said)) <= {"example.com", "customer.io"}
    assert set(re.findall(r"[\w.+-]+@customer\.io", said)) <= {"win@customer.io"}


@EVERY_FILE
def test_plain_vcrpy_replays_it(path: Path) -> None:
    """Without us, vcrpy gives requests the recorded status, headers and body for the recorded request."""
    player = vcr.VCR(record_mode="none", match_on=["method", "uri", "body"])
    for interaction in parsed(path)["interactions"]:
        sent, answer = interaction["request"], interaction["response"]
        headers = {name: values[0] for name, values in sent["headers"].items()}
        with player.use_cassette(str(path)) as cassette:
            got = requests.request(
                sent["method"], sent["uri"], data=sent["body"], headers=headers, timeout=5, allow_redirects=False
            )
        assert cassette.play_count == 1
        assert (got.status_code, got.reason) == (answer["status"]["code"], answer["status"]["message"])
        assert got.text == answer["body"]["string"]
        assert {name: [value] for name, value in got.headers.items()} == answer["headers"]


@EVERY_FILE
def test_every_request_is_an_operation_that_the_answer_is_for(path: Path) -> None:
    """Each recorded request is an operation of its surface, recorded once, and one that the case applies to."""
    surface, name = address(path)
    found = []
    for interaction in parsed(path)["interactions"]:
        sent = interaction["request"]
        match = CATALOG.match(sent["method"], sent["uri"], sent["body"] and json.loads(sent["body"]))
        assert match.operation is not None
        assert match.operation.surface == surface
        found.append(match.operation.id)
    assert len(found) == len(set(found))
    cases = [case for case in CASSETTES.cases() if (case.surface, case.cassette) == (surface, name)]
    assert all(set(found) <= set(case.operations) for case in cases)


@EVERY_FILE
def test_an_answer_is_well_formed(path: Path) -> None:
    """A body has its content type and is JSON; nothing without a body claims one; a fault is what the case is."""
    for interaction in parsed(path)["interactions"]:
        answer = interaction["response"]
        text, headers = answer["body"]["string"], answer["headers"]
        assert bool(text) == ("Content-Type" in headers) or path.stem == "200-empty"
        assert is_json(text) == (path.stem not in ODD)
        assert answer.get("fault") == (path.stem if path.stem in FAULTS else None)


@EVERY_FILE
def test_the_request_draws_the_answer(path: Path) -> None:
    """A request that draws a 400 breaks a rule that the case names; any other recorded request breaks none."""
    surface, name = address(path)
    for interaction in parsed(path)["interactions"]:
        broken = broken_rules(surface, name, interaction["request"])
        if name.startswith(DRAWN):
            assert broken & set(parsed(path)["metadata"]["rules"])
        elif name != "403-forbidden":
            assert broken == set()


@for_each("operation", CATALOG.operations.values(), ids=lambda each: each.id)
def test_every_operation_has_its_success(operation: Any) -> None:
    """Every operation of the catalogue has a success answer of its own, with the status that its schema names."""
    answer = CASSETTES.success(operation.id)
    about = document_of(operation.id)["x-cio"]
    assert answer.status == about.get("success", 200)
    is_list = operation.id == "app.get_collection_content"
    assert not answer.body or isinstance(json.loads(answer.body), list if is_list else dict)


def test_there_are_61_operations_with_a_success() -> None:
    """No success answer is for an operation that the catalogue lacks, and all are there."""
    held = [len(parsed(path)["interactions"]) for path in FILES if path.stem == SUCCESS]
    by_type = read_routes(data.schemas()).operations
    assert sum(held) == len(CATALOG.operations) - len(by_type) == 61


@pytest.mark.parametrize(
    ("operation", "status", "body"),
    [
        ("track.identify", 200, b"{}\n"),
        ("track.submit_form", 204, b""),
        ("track_v2.batch", 200, b"{}\n"),
        ("app.send_email", 200, b'{"delivery_id":"delivery-1","queued_at":1764000000}'),
        ("app.list_exports", 200, b'{"exports":null}'),
        ("pipelines.track", 200, b"{}"),
    ],
)
def test_success_as_the_service_gives_it(operation: str, status: int, body: bytes) -> None:
    """Success bodies on which applications often fail are exact to the byte."""
    answer = CASSETTES.success(operation)
    assert (answer.status, answer.body) == (status, body)


def test_no_list_leads_on_for_ever() -> None:
    """A success answer has no next page, or a loop over the pages would not end."""
    for operation in CATALOG.operations:
        body = json.loads(CASSETTES.success(operation).body or b"{}")
        assert not (isinstance(body, dict) and body.get("next"))


@pytest.mark.parametrize("error", MISSION, ids=lambda error: error["case"])
def test_mission_error_is_there_verbatim(error: Any) -> None:
    """Each error of the mission is a case of each of its surfaces, with its rules; on Track exactly its body."""
    cases = [case for case in CASSETTES.cases() if case.cassette == error["case"]]
    assert sorted({case.surface for case in cases}) == error["surfaces"]
    assert {case.answer.status for case in cases} == {error["status"]}
    assert all(set(error["rules"]) <= set(case.rules) for case in cases)
    track = next(case for case in cases if case.surface == "track")
    assert error["body"] in (None, json.loads(track.answer.body or b"null"))
    assert all(words in track.todo for words in error["todo"])


def test_mission_bodies_on_the_other_surfaces() -> None:
    """Where a surface has the same envelope, the mission's body is the same; where it has another one, that holds."""

    def body(case_id: str, operation: str) -> Any:
        case = CASSETTES.case(case_id, operation.partition(".")[0])
        assert case is not None
        return json.loads(CASSETTES.variant(case, operation).answer.body)

    for operation in ("track_v2.person_event", "app.send_sms", "pipelines.track"):
        assert body("401-unauthorized", operation) == {"meta": {"error": "Unauthorized"}}
        assert body("429-rate-limited-persists", operation) == {"meta": {"error": "Rate limit exceeded"}}
    assert body("401-unauthorized", "app.get_segment") == {"errors": [{"detail": "unauthorized", "status": "401"}]}
    for case_id in ("400-identifier-required", "400-invalid-timestamp"):
        assert list(body(case_id, "track_v2.person_event")["errors"][0]) == ["reason", "field", "message"]
        assert list(body(case_id, "app.send_push")["meta"]) == ["error"]


@pytest.mark.parametrize("surface", CATALOG.surfaces)
def test_the_kinds_of_429(surface: str) -> None:
    """A bare 429 has no Retry-After; the other has whole seconds, one or more, for every operation."""
    bare, timed = (
        CASSETTES.case("429-rate-limited-persists", surface),
        CASSETTES.case("429-retry-after-persists", surface),
    )
    assert bare is not None
    assert timed is not None
    for operation in timed.operations:
        assert CASSETTES.variant(bare, operation).retry_after is None
        assert (CASSETTES.variant(timed, operation).retry_after or 0) >= 1


@for_each("surface", CATALOG.surfaces)
@for_each("name", ANYWHERE)
def test_every_surface_has_what_any_surface_can_draw(surface: str, name: str) -> None:
    """The errors that do not depend on a payload exist on all four surfaces."""
    assert (data.cassettes() / surface / f"{name}.yaml").is_file()


@pytest.mark.parametrize("channel", ["email", "push", "sms", "in_app", "inbox_message", "whatsapp"])
def test_a_403_of_each_channel_is_the_documented_one(channel: str) -> None:
    """Sends have documented 403 bodies per channel; that of an e-mail is about the attachment."""
    case = CASSETTES.case("403-forbidden", "app")
    assert case is not None
    variant = CASSETTES.variant(case, f"app.send_{channel}")
    assert variant.provenance.source == "documented"
    assert json.loads(variant.answer.body)["meta"]["error"]
    assert (variant.rules == ("attachment-no-extension",)) == (channel == "email")
    assert variant.cause != case.cause


def test_every_rule_of_a_case_names_the_case() -> None:
    """The rules that a cassette names exist and say that they prevent it."""
    for path in FILES:
        for rule in parsed(path)["metadata"].get("rules", ()):
            assert path.stem in RULES[rule]["prevents"], (path, rule)


def test_every_case_that_a_rule_prevents_names_the_rule() -> None:
    """What a rule prevents is a case that names it on some surface."""
    named: dict[str, set[str]] = {}
    for path in FILES:
        metadata = parsed(path)["metadata"]
        for about in (metadata, *metadata.get("differs", {}).values()):
            named.setdefault(path.stem, set()).update(about.get("rules", ()))
    for rule, about in RULES.items():
        for case in about["prevents"]:
            assert rule in named[case], (rule, case)
