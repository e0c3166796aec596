"""The report in Markdown."""

from __future__ import annotations

import pytest
from resulting import BAD, LOST, WARNING, results, seen, verdict

from pytest_customerio.reporting.formats import markdown
from pytest_customerio.reporting.formats.markdown import code, prose, text
from pytest_customerio.reporting.results import Results


def test_the_whole_report() -> None:
    """The sentence, figures, matrix, problems by cause, what to do, warnings folded, and the call sites to reach."""
    broken = BAD._replace(hint="check it: `a@b`")
    lost = LOST._replace(hint="retry_after or [raise]", sent_from="a.py:1 in f")
    run = results(
        verdict("track.event", "401-unauthorized", "lost", broken, lost, sites=["a.py:1 in f"], met_at=["a.py:1 in f"]),
        verdict("track.batch", None, None, WARNING, test="t.py::u", sites=["b.py:2 in g"]),
        t=seen(),
        u=seen(),
    )
    run.headlines["t.py::v[x]"] = "nothing was sent"
    run.skipped["t.py::w[413]"] = {"reason": "413 takes a body", "case": "413", "impossible": []}
    assert text(run) == (
        "## ❌ Customer.io contract: 2 problems in 1 test, 1 test could not be judged\n"
        "\n"
        "2 requests in 2 tests · 12.5 % of the error cases tried · 1 of 2 call sites met an error · 1 warning\n"
        "\n"
        "| operation | contract | 401 | 429 | network |\n"
        "|---|---|---|---|---|\n"
        "| `track.batch` | ✅ ok | – | – | – |\n"
        "| `track.event` | ❌ FAIL | ❌ FAIL | – | – |\n"
        "\n"
        "### Problems\n"
        "\n"
        "| rule | where | expected | got | sent from | seen in |\n"
        "|---|---|---|---|---|---|\n"
        "| `bad-email` | `track.event` `$.email` | `an e-mail address` | `text of 3 characters` | `app.py:1 in f` | 1 test |\n"
        "| `outcome` | `track.event` | `recovered` | `lost` | `a.py:1 in f` | 1 test, `401-unauthorized` |\n"
        "\n"
        "What to do:\n"
        "\n"
        "- `bad-email`: `` check it: `a@b` ``\n"
        "- `outcome`: retry\\_after or \\[raise\\]\n"
        "\n"
        "<details><summary>1 cause: warnings (they fail with --cio-strict)</summary>\n"
        "\n"
        "| rule | where | expected | got | sent from | seen in |\n"
        "|---|---|---|---|---|---|\n"
        "| `batch-empty` | `track.batch` `$.batch` | `at least 1 operation` | `empty list` | `app.py:2 in g` | 1 test |\n"
        "\n"
        "</details>\n"
        "\n"
        "### Tests that could not be judged\n"
        "\n"
        "| test | because | times |\n"
        "|---|---|---|\n"
        "| `t.py::v` | `nothing was sent` | 1 |\n"
        "\n"
        "<details><summary>1 call site met no error</summary>\n"
        "\n"
        "| operation | call site | what would reach it | in the test |\n"
        "|---|---|---|---|\n"
        "| `track.batch` | `b.py:2 in g` | `@pytest.mark.cio_errors` | `t.py::u` |\n"
        "\n"
        "No error was replayed to these tests:\n"
        "\n"
        "- `t.py::w`: `413 takes a body`\n"
        "\n"
        "</details>\n"
    )


def test_a_run_that_looked_at_nothing_is_not_green() -> None:
    """It has no matrix and no figures."""
    assert text(Results()) == "## ❌ Customer.io contract: nothing was checked\n"


def test_a_good_run() -> None:
    """No section says that there is nothing."""
    run = results(verdict("track.event", "401-unauthorized", "raised", sites=["a.py:1 in f"], met_at=["a.py:1 in f"]))
    assert text(run).startswith("## ✅ Customer.io contract: no problem found\n")
    assert "###" not in text(run)
    assert "<details>" not in text(run)


def test_the_text_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub cuts a long comment; the rest is counted."""
    monkeypatch.setattr(markdown, "PROBLEMS", 2)
    monkeypatch.setattr(markdown, "SITES", 1)
    found = [BAD._replace(where=f"$.{name}") for name in "abcde"]
    run = results(verdict("track.event", None, None, *found, sites=[f"a.py:{number} in f" for number in range(4)]))
    run.headlines.update({f"t.py::{name}": "nothing was sent" for name in "uvwx"})
    assert [row for row in text(run).splitlines() if row.startswith("…")] == [
        "… and 3 more",
        "… and 2 more",
        "… and 3 more",
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        ("a", "`a`"),
        ("a|b\nc", "`a\\|b c`"),
        ("`a``b", "``` `a``b ```"),
        ("x" * 300, f"`{'x' * 199}…`"),
    ],
)
def test_code(value: str, shown: str) -> None:
    """What comes from the application can neither end its code nor its cell."""
    assert code(value) == shown


def test_prose() -> None:
    """No character of a sentence is markup; what could mention somebody is code."""
    assert prose("a*b <c> #1") == "a\\*b \\<c\\> \\#1"
    assert prose("@pytest.mark.x") == "`@pytest.mark.x`"
