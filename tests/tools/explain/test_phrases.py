"""The words for facts about cases and rules."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Accepted, Answer, Provenance, Severity, Source
from pytest_customerio.tools.explain.advice import Advice
from pytest_customerio.tools.explain.page import as_text
from pytest_customerio.tools.explain.phrases import (
    ACCEPTED,
    PROVENANCE,
    SESSION_RULES,
    SEVERITY,
    answer_text,
    counterexample,
    error_texts,
    examples,
    mode_text,
    provenance_texts,
    retry_text,
    shared,
    unique,
)


def test_every_word_has_its_phrase() -> None:
    """Each provenance, severity and way of being accepted has a phrase."""
    assert set(PROVENANCE) == set(get_args(Source))
    assert set(SEVERITY) == set(get_args(Severity))
    assert set(ACCEPTED) == set(get_args(Accepted))


def test_an_answer_is_shown_as_it_is_sent() -> None:
    """An answer has status, headers and body; JSON is indented, any other body unchanged."""
    answer = Answer(429, "Too Many Requests", (("Retry-After", "2"),), '{"a":["é"]}'.encode())
    assert answer_text(answer) == 'HTTP/1.1 429 Too Many Requests\nRetry-After: 2\n\n{\n  "a": [\n    "é"\n  ]\n}'
    assert answer_text(replace(answer, body=b"<html>")).endswith("\n\n<html>")
    assert answer_text(Answer(403, "Forbidden")) == "HTTP/1.1 403 Forbidden"
    assert answer_text(Answer(fault="dns-failure")) == "no response: dns-failure"


def test_errors_are_listed_once_with_their_sources() -> None:
    """An error with two sources is listed once; an empty error is left out."""
    assert error_texts([("400", "documented"), ("", "inferred"), ("400", "inferred"), ("413", "documented")]) == [
        "400 (documented, inferred)",
        "413 (documented)",
    ]


def test_provenance_in_a_line_and_its_note() -> None:
    """Source and date are one text, the note another; an unknown environment is left out."""
    assert provenance_texts(Provenance("observed", date="2023-03-30", note="Verbatim.")) == [
        "observed live, in public, 2023-03-30",
        "Verbatim.",
    ]


def test_modes() -> None:
    """A case that recovers says how often it is answered; one that persists, for ever."""
    case = Cassettes(Catalog.load()).case("429-rate-limited-recovers", "track")
    assert case is not None
    assert mode_text(case) == "429-rate-limited-recovers: the error 2 times, then success"
    assert mode_text(case._replace(mode="persists")) == "429-rate-limited-recovers: the error for ever"


def test_another_try() -> None:
    """The text says whether a retry can succeed: for a transient case, a refusal, and a useless 2xx."""
    case = Cassettes(Catalog.load()).case("429-rate-limited-recovers", "track")
    assert case is not None
    assert retry_text(case) == "yes, with growing waits"
    assert retry_text(case._replace(retryable=False)) == "no: the same request draws the same answer"
    assert retry_text(case._replace(retryable=False, kind="malformed")) == "no, not as it is"


def test_examples_whole_or_linked() -> None:
    """Examples are shown as code, or as links with their title."""
    example = Advice().examples["names"]
    code = as_text(examples([example]))
    assert code.startswith('In Python: names\n\n  """Keep event names in one place')
    assert as_text(examples([example], linked=True)) == (
        "in Python  [names](examples.md#names): Keep event names in one place, because campaigns compare them\n"
        "           exactly, capitals too.\n"
    )
    assert as_text(examples([], linked=True)) == "\n"


def test_rules_that_cannot_be_allowed_show_what_they_say() -> None:
    """Rules about the session show their message. A rule without a counterexample shows nothing."""
    assert as_text(counterexample("refused", None)).startswith("What it says\n\n  PUT https://track.customer.io/")
    assert set(SESSION_RULES) == {"nothing-sent", "refused"}
    assert list(counterexample("nobody-knows", None)) == []


def test_what_all_say_and_what_some_say() -> None:
    """Texts that are all the same are one; of others each is listed once, in order."""
    assert shared(["a", "a"]) == "a"
    assert shared(["a", "b"]) == ""
    assert unique(["a", "", "b", "a"]) == ["a", "b"]
