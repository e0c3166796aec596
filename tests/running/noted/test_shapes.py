"""What a test sends is noted once for each call site and shape."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.core.allowances import Allowance
from pytest_customerio.core.model import Interaction
from pytest_customerio.reporting.results import Results
from pytest_customerio.running.noted import shapes as module
from pytest_customerio.running.noted.shapes import Shapes, conclude
from pytest_customerio.running.planning.plan import Plan

CONTRACT = Contract(Catalog.load())
EVENT = "https://track.customer.io/api/v1/customers/42/events"
PERSON = "https://track.customer.io/api/v1/customers/42"
BATCH = "https://track.customer.io/api/v2/batch"
BASIC = {"authorization": "Basic c2l0ZS0xMjM0OnRyYWNrLWtleS0xMjM0"}
PLAN = Plan("test_app.py::test_buy")


def sent(payload: Any, url: str = EVENT, site: str | None = "crm.py:1 in buy", method: str = "POST") -> Interaction:
    """One request."""
    return Interaction("requests", method, url, BASIC, json.dumps(payload).encode(), sent_from=site)


def noted(*calls: Interaction, plan: Plan = PLAN, allow: Any = ()) -> list[dict[str, Any]]:
    """What is noted of these requests."""
    shapes = Shapes()
    judge = shapes.noting(CONTRACT.judge, plan, allow)
    for one in calls:
        judge(one)
    found = shapes.take()
    assert shapes.take() == []
    return found


def test_a_shape_is_noted_once() -> None:
    """The same shape from the same call site is noted once; the values are not noted."""
    first = sent({"name": "buy", "data": {"total": 5, "address": "Main Street 1"}})
    again = sent({"name": "buy", "data": {"total": 6, "address": "Side Street 2"}})
    elsewhere = sent({"name": "buy", "data": {"total": 5, "address": "Main Street 1"}}, site="crm.py:9 in pay")
    found = noted(first, again, elsewhere)
    assert [one["site"] for one in found] == ["crm.py:1 in buy", "crm.py:9 in pay"]
    assert found[0] == {
        "kind": "event",
        "name": "buy",
        "where": "$.data",
        "operation": "track.event",
        "site": "crm.py:1 in buy",
        "nodeid": "test_app.py::test_buy",
        "shape": {
            "type": ["object"],
            "properties": {"total": {"type": ["integer"]}, "address": {"type": ["string"]}},
            "required": ["address", "total"],
            "additionalProperties": False,
        },
        "types": [(".total", "integer"), (".address", "string")],
        "allow": {},
    }


def test_attributes_that_are_cleared_have_no_shape() -> None:
    """Null and empty text clear an attribute of any type."""
    (one,) = noted(sent({"plan": "pro", "seats": None, "note": ""}, PERSON, None, "PUT"))
    assert (list(one["shape"]["properties"]), one["site"], one["where"]) == (["plan"], "", "$")


def test_entries_of_a_batch() -> None:
    """The place of each is that of any entry."""
    entry = {"type": "person", "action": "event", "identifiers": {"id": "1"}, "name": "buy", "attributes": {"a": 1}}
    assert [one["where"] for one in noted(sent({"batch": [entry, entry]}, BATCH))] == ["$.batch[*].attributes"]


@pytest.mark.parametrize(
    "payload",
    [{"name": "buy", "timestamp": 1764000000000}, {"name": "order 12345678", "data": {}}, {"name": "x" * 200}],
    ids=["broken", "personal", "too long"],
)
def test_what_is_no_example(payload: Any) -> None:
    """A payload that breaks a rule of Customer.io's, and a name that may be about a person, are not noted."""
    assert noted(sent(payload)) == []


def test_what_breaks_the_plan_is_an_example(tmp_path: Any) -> None:
    """The plan may be what is to change."""
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "sell.json").write_text("{}", encoding="utf-8")
    shapes = Shapes()
    shapes.noting(Contract(Catalog.load(), plan=tmp_path).judge, PLAN, ())(sent({"name": "buy"}))
    assert [one["name"] for one in shapes.take()] == ["buy"]


@pytest.mark.parametrize("plan", [Plan("t", made_up=True), Plan("t", unreported=True)])
def test_tests_that_are_no_example(plan: Plan) -> None:
    """What Hypothesis makes up is not noted, nor a test that runs once more to find what it sends."""
    assert noted(sent({"name": "buy"}), plan=plan) == []


def test_allowances_of_the_test() -> None:
    """A place that a mark allows to conflict carries the reason."""
    allow = [
        Allowance("type-conflict", "$.data.total", "old", given="t: cio_allow"),
        Allowance("type-conflict", "$.data.zip", "old", operations=("track.identify",), given="t: other"),
        Allowance("stale-event"),
    ]
    (one,) = noted(sent({"name": "buy", "data": {"total": 5, "zip": 1}}), allow=allow)
    assert one["allow"] == {".total": ("old", "t: cio_allow")}


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """After very many shapes some are noted again."""
    monkeypatch.setattr(module, "_REMEMBERED", 1)
    calls = [sent({"name": name}) for name in ("a", "b", "a")]
    assert [one["name"] for one in noted(*calls)] == ["a", "b", "a"]


class Cache:
    """pytest's cache."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.set = self.values.__setitem__


@pytest.mark.parametrize(("keep", "whole", "names"), [(True, False, ["buy"]), (False, True, None)])
def test_the_end_of_a_run(keep: bool, whole: bool, names: list[str] | None) -> None:
    """The shapes are kept for the command `plan`, in a run that checks every test."""
    config: Any = type("Config", (), {"cache": Cache()})()
    results = Results()
    results.shapes.add(noted(sent({"name": "buy"})))
    assert conclude(config, results, keep=keep, whole=whole) == []
    found = config.cache.values.get("customerio/shapes")
    assert (found and [one["name"] for one in found["contents"]]) == names


def test_a_run_that_sent_nothing() -> None:
    """The shapes of an earlier run stay, unless this one was of the whole suite; without a cache nothing is kept."""
    config: Any = type("Config", (), {"cache": Cache()})()
    conclude(config, Results(), keep=True, whole=False)
    assert config.cache.values == {}
    conclude(config, Results(), keep=True, whole=True)
    assert config.cache.values["customerio/shapes"]["contents"] == []
    conclude(type("Config", (), {})(), Results(), keep=True, whole=True)  # type: ignore[arg-type]
