"""The success of each operation: from a cassette, or by its published type."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from for_each import for_each
from own_cassettes import IDENTIFY, write

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.cassettes.successes import SUCCESS, not_published, success_by_type
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.routes import read_routes
from pytest_customerio.core import data
from pytest_customerio.core.data import DataError, UnknownNameError

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


def test_success_of_an_operation_that_is_none() -> None:
    """The error names the nearest operation of the surface; an unknown surface has none."""
    with pytest.raises(UnknownNameError) as met:
        CASSETTES.success("track.identfy")
    assert met.value.nearest == "track.identify"
    with pytest.raises(UnknownNameError) as met:
        CASSETTES.success("nothing.identify")
    assert met.value.nearest is None


def test_where_a_success_comes_from(tmp_path: Path) -> None:
    """What the file says of the operation; one of the table of routes is made from its type; the user's own wins."""
    assert CASSETTES.success_provenance("track.identify").source == "observed"
    assert CASSETTES.success_provenance("track.region").source == "documented"
    assert CASSETTES.success_provenance("app.list_campaigns").source == "synthetic"
    write(tmp_path, f"track/{SUCCESS}.yaml", (IDENTIFY, 200))
    cassettes = Cassettes(CATALOG, [tmp_path])
    assert cassettes.success_provenance("track.identify").source == "recorded"
    assert cassettes.success_provenance("track.region").source == "documented"


def test_a_success_of_one_s_own_replaces_that_of_its_operation(tmp_path: Path) -> None:
    """An operation in the user's success cassette is answered from it, any other from the shipped one."""
    write(tmp_path, f"track/{SUCCESS}.yaml", (IDENTIFY, 202))
    cassettes = Cassettes(CATALOG, [tmp_path])
    assert cassettes.success("track.identify").status == 202
    assert cassettes.success("track.event") == CASSETTES.success("track.event")


def test_a_success_without_a_source_is_an_error(tmp_path: Path) -> None:
    """A success cassette without `source` in its metadata is an error."""
    write(tmp_path, f"track/{SUCCESS}.yaml", (IDENTIFY, 200), metadata="{note: mine}")
    with pytest.raises(DataError, match=r"metadata\.source is missing"):
        Cassettes(CATALOG, [tmp_path]).success("track.identify")


def test_nothing_is_read_before_it_is_needed(tmp_path: Path) -> None:
    """A corrupt cassette of a surface is an error only when that surface is asked for."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / f"{SUCCESS}.yaml").write_text("a: [")
    cassettes = Cassettes(CATALOG, [tmp_path])
    assert cassettes.success("track.identify").status == 200
    with pytest.raises(DataError, match=r"200-ok\.yaml:1: not YAML"):
        cassettes.success("app.send_email")
