"""The tracking plan: written from a run, broken by the next, and call sites that disagree without any plan."""

from __future__ import annotations

import json

import pytest

from pytest_customerio.__main__ import main
from tests.stories.conftest import Story, closing, failure, usage_error

SHOP = """
import crm

def signup(user_id, seats):
    crm.identify(user_id, seats=seats, email="ada@example.com")
    crm.event(user_id, "signed_up", {"seats": seats, "coupon": None})

def buy(user_id, total):
    crm.event(user_id, "purchase", {"total": total})

def refund(user_id, total):
    crm.event(user_id, "purchase", {"total": str(total)})
"""
MODULE = """
from unittest import mock
import shop

def test_signup():
    shop.signup("42", 5)

def test_buy():
    with mock.patch("crm.requests.post") as post:
        shop.buy("42", 12.5)
"""
BROKEN = """
import pytest
import shop

def test_signup():
    shop.crm.event("42", "Signed up", {"seats": 5, "coupon": None})

def test_buy():
    shop.crm.event("42", "purchase", {"Total": 5})

@pytest.mark.cio_allow("attribute-type", "$.seats", reason="until the migration")
def test_seats():
    shop.crm.identify("42", seats="5", emial="ada@example.com")

@pytest.mark.cio_allow("event-contract", reason="an old call")
def test_old():
    shop.crm.event("42", "purchase", {"total": "12"})
"""


def planned(story: Story, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command `plan` prints."""
    capsys.readouterr()
    main(["plan", *arguments])
    return capsys.readouterr().out


def test_a_plan_is_written_from_a_run_and_broken_by_the_next(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    """What was sent, through a mock too, makes the plan. What breaks it fails, unless it is allowed."""
    story.file("shop.py", SHOP)
    story.file("pytest.ini", "[pytest]\ncio_plan = contracts\n")
    first = story.run(MODULE, "--cio-contract", "-p", "cacheprovider")
    first.assert_outcomes(passed=2)
    note = "ini cio_plan: no plan in contracts (fails with --cio-strict): python -m pytest_customerio plan --update writes one"
    assert note in closing(first)
    assert "ada@example.com" not in (story.path / ".pytest_cache/v/customerio/shapes").read_text(encoding="utf-8")
    assert planned(story, capsys, "--update") == (
        "contracts: 3 changes\n"
        "  + attributes.json        email: string, seats: number\n"
        "  + events/purchase.json   total: number\n"
        "  + events/signed_up.json  coupon: anything, seats: number\n"
        "\n"
        "written: 3 files in contracts; read the difference, and commit it\n"
    )
    again = story.again("--cio-contract")
    again.assert_outcomes(passed=2)
    assert note not in closing(again)
    broken = story.run(BROKEN, "--cio-contract", "-p", "cacheprovider")
    broken.assert_outcomes(passed=1, failed=3)
    assert failure(broken, "test_signup") == (
        'track.event $.name: expected "signed_up", got "Signed up", which differs only in capitals, spaces and signs\n'
        "\n"
        "  where    expected      got\n"
        '  $.name   "signed_up"   "Signed up", which differs only in capitals, spaces and signs\n'
        "\n"
        "request      POST https://track.customer.io/api/v1/customers/…/events\n"
        "sent from    crm.py:18 in event\n"
        "contract     python -m pytest_customerio explain unknown-event\n"
        "docs         https://docs.customer.io/integrations/api/track/tag/track-events/track/\n"
        "what to do   send an event of the plan, or: python -m pytest_customerio plan --update\n"
        'on purpose?  @pytest.mark.cio_allow("unknown-event", reason="…")\n'
    )
    assert failure(broken, "test_buy").startswith(
        'track.event $.data.total: expected total, got nothing, but "Total"\n'
    )
    assert failure(broken, "test_seats").startswith(
        "track.identify $.emial: expected email, got a name that is not in the plan\n"
    )
    assert planned(story, capsys, "--check").splitlines()[1:7] == [
        "  ~ attributes.json $.seats       number → number or string",
        "  + attributes.json $.emial       string   is it email? That was not sent",
        "  + events/Signed up.json         coupon: anything, seats: number   is it signed_up? It differs in capitals, "
        "spaces and signs only",
        "  ~ events/purchase.json $.total  required → optional",
        "  + events/purchase.json $.Total  number   is it total? It differs in capitals only",
        "  ~ events/purchase.json $.total  number → number or string",
    ]


def test_call_sites_that_disagree(story: Story) -> None:
    """Both are named, also where two workers ran them. With --cio-strict the run fails, unless it is allowed."""
    story.file("shop.py", SHOP)
    story.file("crm2.py", (story.path / "crm.py").read_text(encoding="utf-8"))
    module = """
        import crm
        import crm2
        import pytest

        def test_buy():
            crm.event("42", "purchase", {"total": 5, "at": None})

        def test_refund():
            crm2.event("42", "purchase", {"total": "5", "at": 1764000000})
        """
    text = (
        '  track.event $.data.total: expected integer in "purchase", as sent from crm.py:18 in event, got string '
        "[type-conflict] at crm2.py:18 in event\n"
    )
    calm = story.run(module, "--cio-contract", "--cio-report=report.json", "-p", "xdist", "-n", "2")
    calm.assert_outcomes(passed=2)
    assert f"warnings (they fail with --cio-strict):\n{text}" in closing(calm)
    (found,) = [one for row in story.rows() for one in row["violations"] if one["severity"] != "info"]
    assert (found["rule"], found["sent_from"]) == ("type-conflict", "crm2.py:18 in event")
    strict = story.again("--cio-strict")
    strict.assert_outcomes(passed=2)
    assert strict.ret == 1
    assert f"these fail the run (--cio-strict):\n{text}" in closing(strict)
    mark = '@pytest.mark.cio_allow("type-conflict", "$.data.total", reason="until 2.0")\n        def test_refund'
    allowed = story.run(module.replace("def test_refund", mark), "--cio-strict")
    assert allowed.ret == 0
    assert "type-conflict" not in closing(allowed)
    unneeded = story.again("--cio-strict", "-k", "refund")
    assert 'allowed, but not needed: test_app.py::test_refund: cio_allow("type-conflict"' not in closing(unneeded)


def test_a_mistake_in_a_plan_is_a_usage_error(story: Story) -> None:
    """With the file, the line, and what was probably meant; so is a second folder, and a file in its place."""
    story.file("contracts/events/buy.json", '{\n "requird": ["total"]}\n')
    story.file("test_app.py", "def test(): pass\n")
    assert usage_error(story.again("--cio-contract", "-o", "cio_plan=contracts")) == (
        f"{story.path / 'contracts/events/buy.json'}:2: 'requird' is no keyword of JSON Schema, and would constrain "
        "nothing; did you mean required?"
    )


def test_without_the_gate_nothing_is_kept(story: Story) -> None:
    """A run that checks only what is marked keeps no shapes."""
    story.run(
        "import crm, pytest\n@pytest.mark.cio_contract\ndef test(): crm.event('42', 'buy')\n", "-p", "cacheprovider"
    ).assert_outcomes(passed=1)
    assert not (story.path / ".pytest_cache/v/customerio/shapes").exists()
    story.again("--cio-contract", "-p", "cacheprovider")
    kept = json.loads((story.path / ".pytest_cache/v/customerio/shapes").read_text(encoding="utf-8"))
    assert [one["name"] for one in kept["contents"]] == ["buy"]
