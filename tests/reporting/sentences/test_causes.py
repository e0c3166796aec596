"""Two failures have the same cause if they differ only in the error case, in numbers or in the payload."""

from __future__ import annotations

import pytest

from pytest_customerio.core.model import Violation
from pytest_customerio.reporting.sentences import causes


def broken(rule: str, got: str = "", where: str = "", sent_from: str = "app.py:3 in buy") -> Violation:
    return Violation(rule, "error", where, "x", got, sent_from=sent_from)


def handled(case: str, *violations: Violation, operation: str = "track.event") -> str:
    return causes.of_handling(operation, case, violations)


LOST_400 = handled("400-malformed", broken("outcome", "lost: nothing after the 400, not even logged"))


@pytest.mark.parametrize(
    ("case", "got"),
    [
        ("429-rate-limited-persists", "lost: nothing after the 429, not even logged"),
        ("read-timeout-recovers", "lost: nothing after the read-timeout, not even logged"),
        ("read-timeout-recovers", "lost: nothing after the read timeout, not even logged"),
        ("500-server-error-persists", "lost: nothing after 4 attempts, not even logged"),
        ("dns-failure-persists", "lost: nothing after 4 attempts, logged by a library only (WARNING urllib3)"),
    ],
)
def test_the_answer_and_the_attempts_are_no_part_of_the_cause(case: str, got: str) -> None:
    """A payload that is lost after any answer is lost for the same reason."""
    assert handled(case, broken("outcome", got)) == LOST_400


@pytest.mark.parametrize(
    "other",
    [
        handled("400-malformed", broken("outcome", "lost: nothing after the 400, only logged (WARNING app)")),
        handled(
            "400-malformed", broken("outcome", "lost: nothing after the 400, not even logged", "", "app.py:9 in f")
        ),
        handled("400-malformed", broken("outcome", "lost: nothing after the 400, not even logged"), operation="app.x"),
        handled("400-malformed", broken("blind-retry", "4 attempts")),
        handled("400-malformed", broken("outcome", "lost: nothing after the 400, not even logged"), broken("jitter")),
    ],
    ids=["logged", "call site", "operation", "rule", "one rule more"],
)
def test_what_tells_two_causes_apart(other: str) -> None:
    """What became of the payload, the call site, the operation, and the set of rules."""
    assert other != LOST_400


def test_what_counts_and_waits_found_is_no_part_of_the_cause() -> None:
    """Retries without a wait have one cause, however many there are, and in any order of the rules."""
    first = handled("429", broken("no-backoff", "no wait"), broken("blind-retry", "3 attempts"))
    again = handled("429", broken("blind-retry", "2 attempts"), broken("no-backoff", "no wait before any of 3 retries"))
    assert first == again


def test_the_value_and_the_index_are_no_part_of_a_broken_contract() -> None:
    """Rule, place and call site make the cause; the place in a batch varies."""
    first = causes.of_contract("track_v2.batch", broken("bad-email", "text of 3 characters", "$.batch[0].email"))
    again = causes.of_contract("track_v2.batch", broken("bad-email", "empty text", "$.batch[17].email"))
    other = causes.of_contract("track_v2.batch", broken("bad-email", "empty text", "$.batch[17].phone"))
    assert first == again != other


def test_a_text_without_its_case() -> None:
    """The case is named in some texts; it is replaced. A test without a case has nothing to replace."""
    assert causes.of_text("429-x: no error could be replayed", "429-x") == "#: no error could be replayed"
    assert causes.of_text("refused", None) == "refused"


def test_a_failure_of_the_test_s_own() -> None:
    """In an error case its place and class count, else its text, without addresses in memory."""
    first, again = "assert 503 == 200", "AssertionError: assert 404 == 200"
    assert causes.of_failure("t.py:3", first, "503", "x") == causes.of_failure("t.py:3", again, "404", "x")
    assert causes.of_failure("t.py:3", first, None, "x") != causes.of_failure("t.py:3", again, None, "x")
    assert causes.of_failure("t.py:3", first, "503", "x") != causes.of_failure("t.py:4", first, "503", "x")
    assert causes.of_failure("", "<f at 0x7f1>", None, "x") == causes.of_failure("", "<f at 0x8F2>", None, "x")


def test_an_undeclared_exception_is_the_cause_itself() -> None:
    """The test ends with the exception that we found; what it says of the answer does not count."""
    cause = handled("503", broken("undeclared-exception", "HTTPError"))
    assert causes.is_undeclared(cause)
    assert causes.of_failure("models.py:3", "HTTPError: 503 Server Error", None, cause) == cause


def test_several_causes_in_one() -> None:
    """Each stands once, in one order."""
    assert causes.together(["b", "a", "b"]) == "a; b"


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b", "c", "d"], "a, b and 2 more"),
        (["x" * 70], "x" * 59 + "…"),
    ],
)
def test_names_in_a_sentence(names: list[str], text: str) -> None:
    """Up to three names are written out; a long one is cut."""
    assert causes.named(names) == text
