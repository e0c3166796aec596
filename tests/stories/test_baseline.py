"""`--cio-baseline`: an old suite stays green, and each new violation fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.stories.conftest import Story, closing, failure, short_summary, usage_error

BASELINE = "--cio-baseline=b.jsonl"
UPDATE = (BASELINE, "--cio-baseline-update")
TWO = ("-p", "xdist.plugin", "-n", "2")
APP = """
import crm

class Shop:
    def buy(self, who, **more):
        crm.requests.post(f"{crm.BASE}/customers/{who}/events", json={"name": "buy", **more}, auth=crm.AUTH, timeout=5)

def signup(who, **attributes):
    [crm.requests.put(f"{crm.BASE}/customers/{who}", json=attributes, auth=crm.AUTH, timeout=5) for _ in [1]]
"""
MODULE = """
import threading
import pytest
from app import Shop, signup

def test_buy():
    Shop().buy("42", timestamp=1764000000000)

@pytest.mark.parametrize("number", [1, 2])
def test_buy_more(number):
    Shop().buy("42", timestamp=1764000000000)

def test_signup():
    signup("42", email="ada")

def test_skipped():
    if SKIP:
        pytest.skip("not here")
    signup("42", created_at=1764000000000)

@pytest.mark.xfail(strict=True)
def test_expected():
    Shop().buy("42", name="x" * 134)

@pytest.mark.cio_errors("429-rate-limited-persists")
def test_limited():
    signup("42", plan="basic")
"""
OLD = [
    "app.py::Shop.buy track.event timestamp-milliseconds $.timestamp test_buy test_buy_more",
    "app.py::signup track.identify bad-email $.email test_signup",
    "app.py::signup track.identify outcome 429-rate-limited-persists test_limited",
    "app.py::signup track.identify timestamp-milliseconds $.created_at test_skipped",
]


def entries(path: Path) -> list[str]:
    """The entries of a baseline in short."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        row = json.loads(line)
        tests = [test.removeprefix("test_app.py::") for test in row["tests"]]
        place = row.get("where") or row["case"]
        found.append(
            " ".join([row["at"], *row.get("operation", "").split(), row["rule"], place, *tests, *row["reason"].split()])
        )
    return found


@pytest.fixture
def old(story: Story) -> Story:
    """A project with a baseline of its old violations."""
    story.file("app.py", APP)
    story.run(MODULE.replace("SKIP", "False"), *UPDATE, "--tb=no").assert_outcomes(passed=6, xfailed=1)
    return story


def test_an_old_suite_is_green_and_a_new_violation_is_not(old: Story) -> None:
    """One more violation at one more place turns one test red; the file is as it was. Lines may move."""
    file = old.path / "b.jsonl"
    assert entries(file) == OLD
    before = file.read_text(encoding="utf-8")
    old.file("app.py", "# one line more\n" + APP)
    more = "\ndef test_new():\n    Shop().buy('42', timestamp=1764000000000, data=[])\n"
    result = old.run(MODULE.replace("SKIP", "False") + more, BASELINE, "--cio-report=report.json")
    result.assert_outcomes(passed=6, failed=1, xfailed=1)
    assert failure(result, "test_new").startswith("track.event $.data: expected ")
    assert "timestamp" not in failure(result, "test_new")
    assert "baseline b.jsonl: 7 known violations, 4 of 4 entries\n" in closing(result)
    assert closing(result).endswith("next: pytest --cio-baseline=b.jsonl --lf\n")
    assert "known: broken, and in the baseline" in closing(result)
    assert file.read_text(encoding="utf-8") == before
    report = old.written()
    assert report["baseline"] == {"file": "b.jsonl", "entries": 4, "drawn": 4, "new": 1, "stale": []}
    violations = [each for row in report["tests"] for each in row["violations"]]
    assert [each["rule"] for each in violations if not each["known"]] == [
        "event-name-too-long",
        "event-data-not-object",
    ]


def test_the_first_update_says_what_to_commit(story: Story) -> None:
    """Its summary is about what was written. Inside of git, `.gitattributes` is written too."""
    (story.path / ".git").mkdir()
    result = story.run("import crm\ndef test_buy(): crm.event('42', 'x' * 134)\n", *UPDATE)
    result.assert_outcomes(passed=1)
    assert (
        closing(result)
        .partition("one call site\n")[0]
        .endswith(
            "baseline b.jsonl: written, 1 entry (1 added, 0 dropped)\n"
            "  commit it; from now on pytest --cio-baseline=b.jsonl fails on what is new\n"
            "  commit .gitattributes too: with merge=union git merges the lines of two branches\n"
            "\n"
            "next: no error was replayed to track.event: mark a test that sends it @pytest.mark.cio_errors\n"
        )
    )
    assert (story.path / ".gitattributes").read_text(encoding="utf-8") == "b.jsonl merge=union\n"


@pytest.mark.parametrize("args", [(), TWO], ids=["one process", "xdist"])
def test_what_is_mended_is_stale_and_then_dropped(old: Story, args: tuple[str, ...]) -> None:
    """A reason stays, and so does what a skipped test drew. Another test is remembered for what one draws no more."""
    pytest.importorskip("xdist")
    file = old.path / "b.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace('"reason": ""', '"reason": "in May"')
    file.write_text("\n".join([lines[0], *reversed(lines[1:])]), encoding="utf-8")
    mended = MODULE.replace("SKIP", "True").replace('email="ada"', 'email="ada@example.com"')
    mended = mended.replace(
        'def test_buy():\n    Shop().buy("42", timestamp=1764000000000)', "def test_buy():\n    pass"
    )
    result = old.run(mended, BASELINE, *args)
    result.assert_outcomes(passed=5, skipped=1, xfailed=1)
    assert (
        "baseline b.jsonl: 3 known violations, 2 of 4 entries\n"
        "stale in b.jsonl: 1 entry, which --cio-baseline-update drops\n"
        "  track.identify $.email [bad-email] at app.py::signup\n"
    ) in closing(result)
    result = old.again(*UPDATE, *args)
    assert "baseline b.jsonl: written, 3 entries (0 added, 1 dropped)\ndropped:\n" in closing(result)
    assert entries(file) == [OLD[0].replace("test_buy test_buy_more", "test_buy_more in May"), *OLD[2:]]


@pytest.mark.parametrize(
    ("args", "left"),
    [
        (("-k", "signup"), [OLD[0], *OLD[2:]]),
        (("test_app.py::test_buy_more[1]", "test_app.py::test_signup"), OLD),
        (("-x",), OLD),
        (("--lf",), OLD),
    ],
    ids=["-k", "one item", "-x", "--lf"],
)
def test_what_did_not_run_is_not_dropped(old: Story, args: tuple[str, ...], left: list[str]) -> None:
    """All is mended, and the run is of some tests: it says nothing of the others."""
    mended = MODULE.replace("SKIP", "True").replace("timestamp=1764000000000", "").replace('email="ada"', "")
    mended = mended.replace("def test_buy():", "def test_buy():\n    assert args not in '-x'").replace(
        "args", repr(args[0])
    )
    old.run(mended, *UPDATE, "-p", "cacheprovider", "-W", "ignore", *args)
    assert entries(old.path / "b.jsonl") == left


def test_late_requests_leaks_and_hidden_errors_are_violations_too(story: Story) -> None:
    """They stand in the baseline as others do; with --cio-strict so do warnings. The run is green from then on."""
    put = "crm.requests.put(crm.BASE + '/customers/42', json={'age': AGE}, auth=crm.AUTH, timeout=5)"
    story.file(
        "shop.py",
        "import logging, crm\n"
        "def log(): logging.getLogger('shop').error('sent %s', crm.AUTH[1])\n"
        f"class Shop:\n    def one(self): {put.replace('AGE', '42')}\n    def two(self): {put.replace('AGE', repr('42'))}\n",
    )
    story.run(
        """
        import threading
        from unittest.mock import patch
        import crm
        import shop
        from customerio import CustomerIO

        def later(event):
            event.wait(10)
            crm.event("42", "x" * 134)

        event = threading.Event()
        thread = threading.Thread(target=later, args=[event])

        def test_sends_later():
            thread.start()

        def test_leak():
            crm.identify("42", email="ada@example.com")
            shop.log()

        def test_mocked():
            with patch.object(CustomerIO, "track") as track:
                CustomerIO("site-1234", "track-key-1234").track("", "buy")

        def test_warning():
            crm.event("42", "buy", timestamp="1764000000")

        def test_one():
            shop.Shop().one()

        def test_two():
            shop.Shop().two()

        def test_last():
            event.set()
            thread.join()
        """,
        *UPDATE,
        "--cio-strict",
    ).assert_outcomes(passed=7)
    rules = [json.loads(line)["rule"] for line in (story.path / "b.jsonl").read_text(encoding="utf-8").splitlines()[1:]]
    assert sorted(rules) == [
        "event-name-too-long",
        "mock-hides-error",
        "secret-leak",
        "timestamp-not-integer",
        "type-conflict",
    ]
    assert "shop.py::log secret-leak log of shop test_leak" in entries(story.path / "b.jsonl")
    result = story.again(BASELINE, "--cio-strict")
    assert result.ret == 0
    assert "baseline b.jsonl: 5 known violations, 5 of 5 entries\n" in closing(result)
    result = story.again(BASELINE, "--cio-strict", "-k", "two")
    assert "baseline b.jsonl: 0 known violations, 0 of 5 entries\n\n" in closing(result)


def test_the_ini_names_the_file(story: Story) -> None:
    """From the folder of the ini, wherever pytest is called; an interrupted run writes nothing."""
    story.file("pytest.ini", "[pytest]\ncio_baseline = b.jsonl\ncio_contract = true\n")
    test = "import crm, pytest\ndef test_buy(): crm.event('42', 'x' * 134)\ndef test_stop(): STOP\n"
    assert usage_error(story.run(test)) == (
        "pytest.ini:2: cio_baseline: b.jsonl: there is no such file;"
        " the same command with --cio-baseline-update writes it"
    )
    result = story.run(test.replace("STOP", "pytest.exit('enough')"), "--cio-baseline-update", "--tb=no")
    assert "baseline b.jsonl: not written, because the run was interrupted\n" in closing(result)
    assert not (story.path / "b.jsonl").exists()
    result = story.run(test.replace("STOP", "pass"), "--cio-baseline-update")
    assert "  commit it; from now on pytest --cio-contract fails on what is new\n" in closing(result)
    assert story.again().ret == 0


@pytest.mark.parametrize(
    ("content", "args", "said"),
    [
        (None, (BASELINE,), "--cio-baseline=b.jsonl: there is no such file; the same command with "
         "--cio-baseline-update writes it"),
        (None, ("--cio-baseline=",), "--cio-baseline=: names no file; accepted: a file such as contract-baseline.jsonl"),
        (None, ("--cio-baseline-update",), "--cio-baseline-update: there is no file to update; accepted beside it: "
         "--cio-baseline=FILE, or the ini cio_baseline"),
        ("<<<<<<< HEAD\n", (BASELINE,), "{path}/b.jsonl:1: a conflict of git; keep the lines of both sides, remove "
         "the lines of the markers, and update the baseline"),
        ("no JSON\n", UPDATE, '{path}/b.jsonl:1: no entry of a baseline; accepted: {{"at": …, "operation": …, '
         '"rule": …, "where" or "case": …, "tests": […], "reason": …}}, one a line'),
    ],
    ids=["missing", "empty", "no file", "conflict", "broken"],
)  # fmt: skip
def test_a_baseline_that_cannot_be_used(story: Story, content: str | None, args: tuple[str, ...], said: str) -> None:
    """A usage error says what to do; the file stays as it is."""
    if content is not None:
        story.file("b.jsonl", content)
    assert usage_error(story.run("def test_a(): pass\n", *args)) == said.format(path=story.path)
    assert content is None or (story.path / "b.jsonl").read_text(encoding="utf-8") == content


def test_a_suite_of_many_tests_adopts_the_gate(story: Story) -> None:
    """Each of the later violations turns one test red, and nothing else. `benchmarks/adoption.py` is the same, larger."""
    sites = [f"def send_{n}(**more): crm.event('42', 'buy', **more)" for n in range(12)]
    story.file("shop.py", "import crm\n\n" + "\n".join(sites).replace("crm.event('42', 'buy', **more)", _POST))
    old = [f"def test_{n}(): shop.send_{n}({'timestamp=1764000000000' * (n < 4)})" for n in range(12)]
    story.run("import shop\n" + "\n".join(old), "--cio-contract", "--tb=no").assert_outcomes(passed=8, failed=4)
    story.again(*UPDATE).assert_outcomes(passed=12)
    story.again(BASELINE).assert_outcomes(passed=12)
    for n in (0, 7):
        later = [*old[:n], f"def test_{n}(): shop.send_{n}(timestamp=1764000000000, data=[])", *old[n + 1 :]]
        result = story.run("import shop\n" + "\n".join(later), BASELINE, "--tb=no")
        result.assert_outcomes(passed=11, failed=1)
        assert [line.partition(" - ")[0] for line in short_summary(result)] == [f"FAILED test_app.py::test_{n}"]


_POST = "crm.requests.post(crm.BASE + '/customers/42/events', json={'name': 'buy', **more}, auth=crm.AUTH, timeout=5)"
