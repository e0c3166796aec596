"""The data of `explain`: complete, connected, with sources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core import data
from pytest_customerio.core.data import DataError
from pytest_customerio.tools.explain.advice import Advice, Constraint

ADVICE = Advice()
CASSETTES = Cassettes(Catalog.load())


def test_every_case_has_an_example() -> None:
    """Each case has an example: its own, that of its family, or that of transient or permanent cases."""
    for case in CASSETTES.cases():
        assert ADVICE.for_case(case), case.id


def test_a_case_of_ones_own_has_one_too() -> None:
    """A case of the project has the example for transient or permanent cases."""
    case = CASSETTES.cases()[0]._replace(id="418-teapot", cassette="418-teapot", family="418")
    transient, permanent = (ADVICE.for_case(case._replace(retryable=flag)) for flag in (True, False))
    assert [one.name for one in transient] == ["retry"]
    assert [one.name for one in permanent] == ["put_aside"]


def test_names_lead_somewhere() -> None:
    """The cases, rules and examples that examples and topics name exist."""
    words = {"transient", "permanent"}
    words |= {word for case in CASSETTES.cases() for word in (case.cassette, case.family, str(case.answer.status))}
    for example in ADVICE.examples.values():
        assert set(example.cases) <= words, example.name
        assert set(example.rules) <= set(ADVICE.rules), example.name
    for topic in ADVICE.topics.values():
        assert set(topic.rules) <= set(ADVICE.rules), topic.name
        assert topic.example in ADVICE.examples


def test_every_example_is_shown_somewhere_and_fits() -> None:
    """Each example is shown on a page, and fits into 98 columns and 55 lines."""
    for name, example in ADVICE.examples.items():
        assert example.cases or example.rules or name in {topic.example for topic in ADVICE.topics.values()}
        assert max(map(len, example.code.splitlines())) <= 98, name
        assert len(example.code.splitlines()) <= 55, name
        assert example.title.count("\n") == 0, name
    assert {path.stem for path in (data.advice() / "examples").glob("*.py")} == set(ADVICE.examples)


def test_the_issues_of_the_mission_are_topics() -> None:
    """There are three delivery issues, three errors of the client and two diagnostics, each with its sources."""
    kinds = [topic.kind for topic in ADVICE.topics.values()]
    assert {kind: kinds.count(kind) for kind in kinds} == {"delivery issue": 3, "client error": 4, "diagnostic": 2}
    for topic in ADVICE.topics.values():
        assert topic.todo
        assert all(re.fullmatch(r"https://\S+", source) for source in topic.source)


def test_constraints_say_what_the_schemas_say() -> None:
    """Each constraint is listed once for each surface; one of `common.json` holds for all surfaces."""
    found = ADVICE.constraints["timestamp-milliseconds"]
    assert (
        Constraint(
            "timestamp-milliseconds",
            "",
            "unix seconds (10 digits)",
            "int(time.time()), never time.time() * 1000",
            "400 timestamp must be a valid unix timestamp",
            "documented",
            "https://docs.customer.io/journeys/faq-timestamps/",
        )
        in found
    )
    assert len(found) == len(set(found))
    assert set(ADVICE.constraints) <= set(ADVICE.rules)


def test_rules_without_an_example_have_none() -> None:
    """A rule that no example is about has none."""
    assert ADVICE.for_rule("unknown-metric") == ()


def test_broken_data_is_refused_with_its_line(tmp_path: Path) -> None:
    """A broken file is refused with its line; an example without a docstring has its name as title."""
    (tmp_path / "topics.json").write_text('{\n"a": }', encoding="utf-8")
    with pytest.raises(DataError, match=r"topics.json:2: not JSON"):
        assert Advice(tmp_path).topics
    (tmp_path / "examples.json").write_text('{"bare": {}}', encoding="utf-8")
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "bare.py").write_text("x = 1\n", encoding="utf-8")
    advice = Advice(tmp_path)
    assert advice.examples["bare"].title == "bare"
    assert advice.for_case(CASSETTES.cases()[0]) == ()
