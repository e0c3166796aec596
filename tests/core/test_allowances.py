"""Allowances: what a mark or the ini may allow, where it holds, and mistakes in it."""

from __future__ import annotations

import pytest

from pytest_customerio.core import allowances
from pytest_customerio.core.allowances import Allowance
from pytest_customerio.core.model import Violation
from pytest_customerio.core.settings import SettingsError

RULES = ("timestamp-milliseconds", "bad-email")


def violation(rule: str = "bad-email", where: str = "$.email") -> Violation:
    """A violation of this rule at this place."""
    return Violation(rule, "error", where, "an e-mail address", "text of 3 characters")


@pytest.mark.parametrize(
    ("where", "place", "covered"),
    [
        (None, "$.email", True),
        ("$.email", "$.email", True),
        ("$.email", "$.emails", False),
        ("$.batch[*].timestamp", "$.batch[12].timestamp", True),
        ("$.batch[*]", "$.batch[3].attributes.email", True),
        ("$.batch[1]", "$.batch[1].timestamp", True),
        ("$.batch[1]", "$.batch[2].timestamp", False),
        ("$.traits", "$.traits.email", True),
        ("$.traits", '$.traits["odd key"]', True),
        ("$.traits", "$.traitsful", False),
    ],
)
def test_an_allowance_covers_a_place_and_all_below(where: str | None, place: str, covered: bool) -> None:
    """`where` is a JSON path; `[*]` is any index."""
    assert Allowance("bad-email", where).covers(violation(where=place)) is covered


def test_an_allowance_is_for_one_rule() -> None:
    """Another rule at the same place stays a violation."""
    assert not Allowance("timestamp-milliseconds").covers(violation())


def test_ini_lines_name_rule_place_and_reason() -> None:
    """Each line is RULE [WHERE] [case=CASE] [operation=OPERATION]: reason; empty lines are skipped."""
    lines = [
        "",
        "timestamp-milliseconds $.timestamp: legacy importer",
        "bad-email : a: b",
        'bad-email $["a: b"][*].x case=429 operation=track.event: odd',
        "bad-email header X-Cio case=429: odd",
        "bad-email operation=track.event:odd",
    ]
    found = allowances.allowances(lines, RULES)
    assert found == (
        Allowance("timestamp-milliseconds", "$.timestamp", "legacy importer"),
        Allowance("bad-email", None, "a: b"),
        Allowance("bad-email", '$["a: b"][*].x', "odd", ("429",), ("track.event",)),
        Allowance("bad-email", "header X-Cio", "odd", ("429",)),
        Allowance("bad-email", None, "odd", (), ("track.event",)),
    )
    assert found[1].given == "ini cio_allow: bad-email : a: b"


@pytest.mark.parametrize(
    ("operation", "case", "covered"),
    [
        ("track.event", "429-rate-limited", True),
        ("track.identify", "429-rate-limited", False),
        ("track.event", "500-server-error", False),
        ("track.event", None, False),
    ],
)
def test_an_allowance_may_be_for_a_case_and_an_operation(operation: str, case: str | None, *, covered: bool) -> None:
    """It does not cover another case or operation, or a test that runs in no case."""
    allowance = Allowance("bad-email", None, "x", ("429-rate-limited",), ("track.event",))
    assert allowance.covers(violation(), operation, case) is covered


@pytest.mark.parametrize(
    ("rule", "where"),
    [
        ("bad-email", "$"),
        ("bad-email", "$.batch[*].attributes.email"),
        ("bad-email", '$["a \\" b"][3].x'),
        ("bad-email", "$.data.*"),
        ("bad-email", "url"),
        ("bad-email", "path.identifier"),
        ("bad-email", "header Authorization"),
        ("call-not-sent", "customerio.CustomerIO.track"),
        ("pii-leak", "logs"),
    ],
)
def test_a_place_is_written_as_messages_print_it(rule: str, where: str) -> None:
    """A JSON path, another part of the request, or for a call that was not sent its name."""
    assert (
        allowances.mark_allowance("t", (rule, where), {"reason": "x"}, {*RULES, "call-not-sent", "pii-leak"}).where
        == where
    )


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: allowances.allowances(["bad-mail"], RULES),
            "ini cio_allow: 'bad-mail' is no rule (did you mean bad-email?); all rules: python -m pytest_customerio explain",
        ),
        (
            lambda: allowances.allowances(["bad-email a b c"], RULES),
            "ini cio_allow: 'bad-email a b c' cannot be read; accepted: RULE [WHERE] [case=CASE] [operation=OPERATION]: reason",
        ),
        (
            lambda: allowances.mark_allowance("t.py::t", (), {}, RULES),
            "t.py::t: cio_allow: names no rule; accepted: cio_allow(rule, where=None, case=None, operation=None, reason=…)",
        ),
        (
            lambda: allowances.mark_allowance("t.py::t", ("a", "b", "c"), {}, RULES),
            "t.py::t: cio_allow: too many arguments; accepted: cio_allow(rule, where=None, case=None, operation=None, reason=…)",
        ),
        (
            lambda: allowances.mark_allowance("t.py::t", ("bad-email",), {"rule": "x"}, RULES),
            "t.py::t: cio_allow: too many arguments; accepted: cio_allow(rule, where=None, case=None, operation=None, reason=…)",
        ),
        (
            lambda: allowances.mark_allowance("t.py::t", ("bad-email",), {"reson": "x"}, RULES),
            "t.py::t: cio_allow: unknown argument 'reson' (did you mean reason?); "
            "accepted: cio_allow(rule, where=None, case=None, operation=None, reason=…)",
        ),
        (
            lambda: allowances.mark_allowance("t.py::t", (3,), {}, RULES),
            "t.py::t: cio_allow: 3 is no rule; all rules: python -m pytest_customerio explain",
        ),
        (
            lambda: allowances.mark_allowance("t.py::t", ("bad-email", 3), {}, RULES),
            "t.py::t: cio_allow: where=3 is no JSON path such as '$.batch[*].timestamp'",
        ),
        (
            lambda: allowances.mark_allowance("t.py::t", ("bad-email", "data.email"), {"reason": "x"}, RULES),
            "t.py::t: cio_allow: where='data.email' is no JSON path such as '$.batch[*].timestamp'"
            " (did you mean $.data.email?)",
        ),
        (
            lambda: allowances.mark_allowance("t.py::t", ("bad-email", "the email"), {"reason": "x"}, RULES),
            "t.py::t: cio_allow: where='the email' is no JSON path such as '$.batch[*].timestamp'",
        ),
        (
            lambda: allowances.mark_allowance("t.py::t", ("bad-email", "the importer"), {}, RULES),
            "t.py::t: cio_allow: where='the importer' is no JSON path such as '$.batch[*].timestamp'"
            " (did you mean reason='the importer'?)",
        ),
        (
            lambda: allowances.mark_allowance("t.py::t", ("bad-email", "bad-email"), {"reason": "x"}, RULES),
            "t.py::t: cio_allow: where='bad-email' is no JSON path such as '$.batch[*].timestamp'"
            " (it is a rule: one cio_allow allows one rule)",
        ),
        (
            lambda: allowances.allowances(["bad-email bad-email: x"], RULES),
            "ini cio_allow: where='bad-email' is no JSON path such as '$.batch[*].timestamp'"
            " (it is a rule: one line allows one rule)",
        ),
        (
            lambda: allowances.allowances(["bad-email oper=track.event: x"], RULES),
            "ini cio_allow: where='oper=track.event' is no JSON path such as '$.batch[*].timestamp'"
            " (did you mean operation=track.event?)",
        ),
        (
            lambda: allowances.allowances(["bad-email importer"], RULES),
            "ini cio_allow: where='importer' is no JSON path such as '$.batch[*].timestamp' (did you mean : importer?)",
        ),
        (
            lambda: allowances.allowances(["bad-email $.a..b: x"], RULES),
            "ini cio_allow: where='$.a..b' is no JSON path such as '$.batch[*].timestamp'",
        ),
        (
            lambda: allowances.mark_allowance("t.py::t", ("bad-email",), {}, RULES),
            "t.py::t: cio_allow: no reason; accepted: cio_allow(rule, where=None, case=None, operation=None, reason=…)",
        ),
        (
            lambda: allowances.mark_allowance("t.py::t", ("bad-email",), {"reason": " "}, RULES),
            "t.py::t: cio_allow: no reason; accepted: cio_allow(rule, where=None, case=None, operation=None, reason=…)",
        ),
        (
            lambda: allowances.mark_allowance("t.py::t", ("bad-email",), {"reason": 3}, RULES),
            "t.py::t: cio_allow: reason=3 is no text; accepted: "
            "cio_allow(rule, where=None, case=None, operation=None, reason=…)",
        ),
        (
            lambda: allowances.allowances(["bad-email"], RULES),
            "ini cio_allow: no reason; accepted: RULE [WHERE] [case=CASE] [operation=OPERATION]: reason",
        ),
        (
            lambda: allowances.mark_allowance("t.py::t", ("bad-email",), {"reason": "x", "case": 4.5}, RULES),
            "t.py::t: cio_allow: case=4.5; accepted: a name, or several in a list",
        ),
        (
            lambda: allowances.mark_allowance("t.py::t", ("bad-email",), {"reason": "x", "operation": [4.5]}, RULES),
            "t.py::t: cio_allow: operation=[4.5]; accepted: a name, or several in a list",
        ),
    ],
)
def test_a_mistake_is_named_with_what_is_accepted(call: object, text: str) -> None:
    """The text says what was given, what is accepted, and the nearest name."""
    with pytest.raises(SettingsError) as caught:
        call()  # type: ignore[operator]
    assert str(caught.value) == text


def test_a_mark_allows_by_position_or_name() -> None:
    """`where` may be named; a case may be a number, and there may be several."""
    assert allowances.mark_allowance("t", ("bad-email", "$.email"), {"reason": "x"}, RULES) == Allowance(
        "bad-email", "$.email", "x"
    )
    more = {"rule": "bad-email", "case": 429, "operation": ["track.event", "track.identify"], "reason": "x"}
    named = allowances.mark_allowance("t[a]", (), more, RULES, "t")
    assert named == Allowance("bad-email", None, "x", ("429",), ("track.event", "track.identify"))
    assert named.given == "t: cio_allow('bad-email', case=429, operation=['track.event', 'track.identify'])"
