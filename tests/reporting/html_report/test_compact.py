"""The verdicts as compact JSON: what the script of the page reads, read in Python."""

from __future__ import annotations

import json
from typing import Any

from resulting import BAD, CASES, LOST, results, seen, verdict

from pytest_customerio.reporting.html_report.compact import data
from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.rows import part

NAMES = (
    ("name", True), ("operation", True), ("case", True), ("state", False), ("outcome", False), ("attempts", False),
    ("waits", True), ("violations", True), ("call_sites", True), ("met_at", True), ("requests", True),
    ("answers", True), ("replayed", True), ("did", True), ("said", True), ("status", True),
)  # fmt: skip


def read(run: Results) -> dict[str, list[dict[str, Any]]]:
    """The rows of each test function, with the values that their numbers stand for."""
    document = json.loads(data(run))
    pool = document["pool"]

    def row(numbers: list[int]) -> dict[str, Any]:
        found = {name: pool[at] if pooled else at for (name, pooled), at in zip(NAMES, numbers, strict=True)}
        found["state"], found["outcome"] = document["words"][found["state"]], document["outcomes"][found["outcome"]]
        found["violations"] = [
            [document["words"][state], *(pool[at] for at in members)] for state, *members in found["violations"]
        ]
        return found

    return {name: [row(one) for one in rows] for name, rows in document["functions"]}


def test_a_row_is_what_it_was() -> None:
    """Every member of a row and of its details comes back."""
    nodeid = "t.py::t[401-unauthorized]"
    one = verdict("track.event", "401-unauthorized", "lost", BAD, LOST, test=nodeid, sites=["a.py:1 in f"])
    run = Results()
    details = {"rows": [['[{"payload":"{}"}]', "[]", '[[0,"401",1]]', '{"raised":""}']], "answers": {}}
    run.add(part([one], {"track.event": CASES}, {nodeid: seen()}, details=details))
    run.add_outcome(nodeid, "failed")
    run.headlines[nodeid] = "track.event 401-unauthorized: lost"
    (row,) = read(run)["t.py::t"]
    assert row == {
        "name": "401-unauthorized",
        "operation": "track.event",
        "case": "401-unauthorized",
        "state": "fail",
        "outcome": "lost",
        "attempts": 2,
        "waits": [1.0, 2.0],
        "violations": [
            ["fail", "bad-email", "error", "$.email", "an e-mail address", "text of 3 characters", None, "app.py:1 in f",
             None, None, None, None],
            ["fail", "outcome", "error", None, "recovered", "lost", None, None, None, None, None, None],
        ],
        "call_sites": ["a.py:1 in f"],
        "met_at": [],
        "requests": [{"payload": "{}"}],
        "answers": [],
        "replayed": [[0, "401", 1]],
        "did": {"raised": ""},
        "said": "track.event 401-unauthorized: lost",
        "status": "failed",
    }  # fmt: skip


def test_the_state_of_a_row_is_its_worst() -> None:
    """A row without violations is ok, skipped, or failed for a reason that it says."""
    run = results(
        verdict("track.event", None, None, BAD._replace(allowed="old"), BAD._replace(where="$.b"), test="t.py::a"),
        verdict("track.event", None, None, BAD._replace(allowed="old"), test="t.py::b"),
        verdict("track.event", None, None, BAD._replace(severity="info"), test="t.py::c"),
        verdict("track.event", test="t.py::d[413-too-large-1]"),
    )
    run.skipped["t.py::d[413-too-large-1]"] = {"reason": "takes a body", "case": "413-too-large", "impossible": []}
    run.headlines["t.py::e[x-401-unauthorized]"] = "nothing was sent"
    found = {
        name: [(row["state"], row["case"], row["name"], row["said"]) for row in rows]
        for name, rows in read(run).items()
    }
    assert found == {
        "t.py::a": [("fail", None, None, None)],
        "t.py::b": [("allowed", None, None, None)],
        "t.py::c": [("ok", None, None, None)],
        "t.py::d": [("skipped", "413-too-large", "413-too-large-1", "not replayed: takes a body")],
        "t.py::e": [("fail", None, "x-401-unauthorized", "nothing was sent")],
    }


def test_nothing_ends_the_element_early() -> None:
    """A name may hold a closing tag, which HTML would read inside of a script too."""
    run = results(verdict("track.event", test="t.py::t[</script><!--]"))
    run.answers = {"track.event": {"": {"note": "</script>"}}}
    text = data(run)
    assert "<" not in text
    assert json.loads(text)["answers"] == {"track.event": {"": {"note": "</script>"}}}
    assert read(run)["t.py::t"][0]["name"] == "</script><!--"


def test_what_repeats_takes_no_place() -> None:
    """Forty cases of a test that fares alike in each take less than 100 bytes each."""
    verdicts = [
        verdict("track.event", f"{status}-case", "raised", LOST, test=f"t.py::t[{status}-case]", sites=["a.py:1 in f"])
        for status in range(400, 440)
    ]
    run = Results()
    details = {"rows": [["[" + "1," * 500 + "1]", "[]", "null", "null"]] * 40, "answers": {}}
    run.add(part(verdicts, {}, {one.nodeid: seen() for one in verdicts}, details=details))
    (_, rows) = json.loads(data(run))["functions"][0]
    assert max(len(json.dumps(row)) for row in rows) < 100
    assert len(data(run)) < 9000
