"""What the plugin answered is said in a test that fails for a reason of its own."""

from __future__ import annotations

from pytest_customerio.core.model import Answer
from pytest_customerio.reporting.sentences.answered import MOST, Answered, answered_text


def test_nothing_was_answered() -> None:
    """Then nothing is said."""
    assert answered_text([]) == ""


def test_the_whole_text() -> None:
    """Each answer with its operation, where it comes from, and which line asked for it."""
    answers = [
        Answered.of("track.identify", Answer(200, "OK"), "the success on file", "crm.py:3 in put"),
        Answered.of("track.event", Answer(fault="read-timeout"), "read-timeout-persists", None),
    ]
    assert answered_text(answers) == (
        "pytest-customerio answered in this test, because no mock of its own did:\n"
        "\n"
        "  operation        answer         from                    sent from\n"
        "  track.identify   200 OK         the success on file     crm.py:3 in put\n"
        "  track.event      read-timeout   read-timeout-persists"
    )


def test_answers_while_an_error_is_replayed() -> None:
    """The error case comes before the mocks of the test, and a fake of its own may have noted nothing."""
    answers = [Answered("track.event", "500", "500-server-error-persists", None)]
    head = "pytest-customerio answered in this test, because an error case comes before its mocks:\n"
    through = "where a class or a function of the suite's own stands for an SDK or a client, it has noted none of these calls\n"
    assert answered_text(answers, replayed=True).startswith(f"{head}\n")
    assert answered_text(answers, replayed=True, past_fakes=True).startswith(f"{head}{through}\n")


def test_many_answers_are_counted() -> None:
    """The first few are shown."""
    answers = [Answered("track.event", "200", "", f"crm.py:{at} in f") for at in range(MOST + 2)]
    assert answered_text(answers).endswith("(and 2 more)")
