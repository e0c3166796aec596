"""Schemas of the project are loaded; broken ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.engine.own_schemas import load_own
from pytest_customerio.core.data import DataError

COMMON = {"$defs": {"name": {"type": "string"}}}
KNOWN = [Catalog.load().operations[name] for name in ("track.event", "track.identify", "track.push_events")]


def written(folder: Path, text: str, name: str = "track/event.json") -> Path:
    """A folder with one schema."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8-sig")  # a byte order mark does no harm
    return path


def refused(folder: Path) -> DataError:
    """The error with which the folder is refused."""
    with pytest.raises(DataError) as caught:
        load_own([folder], KNOWN, COMMON)
    return caught.value


def test_own_schemas_are_read_by_operation(tmp_path: Path) -> None:
    """The schemas of several folders are all used, and may refer to common.json."""
    written(tmp_path / "a", '{"required": ["data"]}')
    written(tmp_path / "b", '{"properties": {"name": {"$ref": "../common.json#/$defs/name"}}}')
    found = load_own([tmp_path / "a", tmp_path / "b"], KNOWN, COMMON)
    assert [each.rule for schema in found["track.event"] for each in schema.violations({"name": 5})] == [
        "own-contract"
    ] * 2


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ('{\n  "type": }', 2, "not JSON: Expecting value"),
        ("[]", 1, "a schema is an object"),
        (
            '{\n "properties": {\n  "a": {"type": "strng"}}}',
            3,
            "no JSON Schema: 'strng' is no type (did you mean string?)",
        ),
        ('{\n\n "items": {"$ref": "https://x.example/y"}}', 3, "refers to https://x.example/y"),
        ('{"$ref": "#/$defs/nowhere"}', 1, "no JSON Schema: Pointer '/$defs/nowhere' does not exist"),
        ('{\n "requierd": ["a"]}', 2, "'requierd' is no keyword, and constrains nothing; did you mean required?"),
        ('{"type": "object", "type": "array"}', None, "'type' stands twice in one object"),
    ],
)
def test_a_broken_schema_is_refused_with_file_line_and_cause(
    tmp_path: Path, text: str, line: int | None, cause: str
) -> None:
    """A broken schema is refused with its line and cause."""
    path = written(tmp_path, text)
    error = refused(tmp_path)
    assert (error.path, error.line) == (path, line)
    assert error.cause.startswith(cause)


def test_an_unknown_operation_is_refused_with_the_nearest(tmp_path: Path) -> None:
    """A file whose name is no operation is refused with the nearest name."""
    path = written(tmp_path, "{}", "track/evnt.json")
    error = refused(tmp_path)
    assert (error.path, error.cause) == (path, "no operation track.evnt; did you mean track.event?")
    path.unlink()
    written(tmp_path, "{}", "zzz/qqqqqq.json")
    assert refused(tmp_path).cause == "no operation zzz.qqqqqq"


def test_a_call_with_the_payload_of_another_has_no_schema_of_its_own(tmp_path: Path) -> None:
    """Nothing would be judged by it: the payload is judged as that of the other one."""
    written(tmp_path, "{}", "track/push_events.json")
    assert refused(tmp_path).cause == "track.push_events has the payload of track.push_metrics: write its schema"


def test_an_empty_or_missing_folder_is_refused(tmp_path: Path) -> None:
    """A folder that does not exist or has no schema is refused."""
    assert refused(tmp_path / "nowhere").cause == "no such folder"
    assert refused(tmp_path).cause.startswith("no schema in it")
