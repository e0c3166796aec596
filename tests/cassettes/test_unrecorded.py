"""Answers that no cassette has."""

from __future__ import annotations

import json
from pathlib import Path

from for_each import for_each

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.cassettes.unrecorded import not_published, success_by_type
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.routes import read_routes
from pytest_customerio.core import data

CATALOG = Catalog.load()
CASSETTES = Cassettes(CATALOG)
PUBLISHED = read_routes(data.schemas()).operations
OWN = """\
metadata: {source: recorded}
interactions:
  - request: {method: GET, uri: "https://api.customer.io/v1/campaigns", headers: {}, body: null}
    response: {status: {code: 200, message: OK}, headers: {}, body: {string: '{"campaigns":[]}'}}
"""


@for_each("operation", PUBLISHED)
def test_every_published_call_is_answered(operation: str) -> None:
    """The success of each call of the table is JSON, or a 204 without a body."""
    answer = CASSETTES.success(operation)
    assert answer == success_by_type(operation)
    assert (answer.status, answer.reason) in {(200, "OK"), (204, "No Content")}
    assert answer.status == 204 or answer.payload.kind == "json"


def test_an_operation_with_a_recorded_success() -> None:
    """It is answered from its cassette."""
    assert success_by_type("app.send_email") is None


def test_a_success_of_the_project_comes_first(tmp_path: Path) -> None:
    """A cassette of the project's own replaces the answer by type; all other calls keep theirs."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "200-ok.yaml").write_text(OWN, encoding="utf-8")
    cassettes = Cassettes(CATALOG, [tmp_path])
    assert cassettes.success("app.list_campaigns").body == b'{"campaigns":[]}'
    assert cassettes.success("app.list_broadcasts") == success_by_type("app.list_broadcasts")


def test_a_call_that_is_not_published() -> None:
    """It is answered 501, and says who does not know it; another unknown call is answered 404."""
    cassettes = Cassettes(CATALOG)
    answer = cassettes.answer(CATALOG.match("GET", "https://api.customer.io/v1/customers/42/devices"))
    detail = "pytest-customerio does not know this call; Customer.io may"
    assert answer == not_published("pytest-customerio")
    assert (answer.status, json.loads(answer.body)) == (501, {"errors": [{"detail": detail, "status": "501"}]})
    assert cassettes.answer(CATALOG.match("GET", "https://api.customer.io/v1/spaceships")).status == 404


@for_each("case", CASSETTES.case_ids)
def test_every_case_of_the_surface_can_meet_a_published_call(case: str) -> None:
    """A case of the App API that applies to a look-up applies to each call of the table."""
    found = CASSETTES.case(case, "app")
    if found is not None and "app.person_attributes" in found.operations:
        assert {each for each in PUBLISHED if each.startswith("app.")} <= set(found.operations)
