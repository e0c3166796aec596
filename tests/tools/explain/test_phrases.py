"""Facts put into words."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import Accepted, Answer, Provenance, Severity, Source
from pytest_customerio.tools.explain.advice import Advice
from pytest_customerio.tools.explain.page import plain
from pytest_customerio.tools.explain.phrases import (
    SAID,
    SEVERITY,
    SURE,
    TAKEN,
    again,
    answered,
    broken,
    common,
    drawn,
    examples,
    how_sure,
    mode,
    unique,
)


def test_every_word_has_its_phrase() -> None:
    """A new source, severity or way of being taken needs one."""
    assert set(SURE) == set(get_args(Source))
    assert set(SEVERITY) == set(get_args(Severity))
    assert set(TAKEN) == set(get_args(Accepted))


def test_an_answer_is_shown_as_it_is_sent() -> None:
    """Status, headers, and the body: JSON indented, anything else as it is."""
    answer = Answer(429, "Too Many Requests", (("Retry-After", "2"),), '{"a":["é"]}'.encode())
    assert answered(answer) == 'HTTP/1.1 429 Too Many Requests\nRetry-After: 2\n\n{\n  "a": [\n    "é"\n  ]\n}'
    assert answered(replace(answer, body=b"<html>")).endswith("\n\n<html>")
    assert answered(Answer(403, "Forbidden")) == "HTTP/1.1 403 Forbidden"
    assert answered(Answer(fault="dns-failure")) == "no response: dns-failure"


def test_errors_are_told_once_with_how_sure_they_are() -> None:
    """Documented in one place, inferred in another."""
    assert drawn([("400", "documented"), ("", "inferred"), ("400", "inferred"), ("413", "documented")]) == [
        "400 (documented, inferred)",
        "413 (documented)",
    ]


def test_provenance_in_a_line_and_its_note() -> None:
    """What is unknown is left out."""
    assert how_sure(Provenance("observed", date="2023-03-30", note="Verbatim.")) == [
        "observed live, in public, 2023-03-30",
        "Verbatim.",
    ]


def test_modes() -> None:
    """Of a case that may pass."""
    case = Cassettes(Catalog.load()).case("429-rate-limited-recovers", "track")
    assert case is not None
    assert mode(case) == "429-rate-limited-recovers: the error 2 times, then success"
    assert mode(replace(case, mode="persists")) == "429-rate-limited-recovers: the error for ever"


def test_another_try() -> None:
    """Of what may pass; what is refused draws the same answer again, a useless 2xx perhaps not."""
    case = Cassettes(Catalog.load()).case("429-rate-limited-recovers", "track")
    assert case is not None
    assert again(case) == "yes, with growing waits"
    assert again(replace(case, retryable=False)) == "no: the same request draws the same answer"
    assert again(replace(case, retryable=False, kind="malformed")) == "no, not as it is"


def test_examples_whole_or_linked() -> None:
    """Code on a page of its own, a link on one of many."""
    example = Advice().examples["names"]
    whole = plain(examples([example]))
    assert whole.startswith('In Python: names\n\n  """Event names stand in one place')
    assert plain(examples([example], linked=True)) == (
        "in Python  [names](examples.md#names): Event names stand in one place: a campaign compares them\n"
        "           exactly, capitals too.\n"
    )
    assert plain(examples([], linked=True)) == "\n"


def test_rules_that_cannot_be_allowed_show_what_they_say() -> None:
    """They are about the session, not about a payload."""
    assert plain(broken("refused", None)).startswith("What it says\n\n  PUT https://track.customer.io/")
    assert set(SAID) == {"nothing-sent", "refused"}
    assert list(broken("nobody-knows", None)) == []


def test_what_all_say_and_what_some_say() -> None:
    """Once each, in order."""
    assert common(["a", "a"]) == "a"
    assert common(["a", "b"]) == ""
    assert unique(["a", "", "b", "a"]) == ["a", "b"]
