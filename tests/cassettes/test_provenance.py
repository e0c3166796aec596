"""The metadata of a cassette is read as facts; a mistake in it is an error with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.cassettes.document import Document
from pytest_customerio.cassettes.provenance import About, check_known, read
from pytest_customerio.core.data import DataError
from pytest_customerio.core.model import Accepted, Answer, Kind, Provenance
from pytest_customerio.core.nearest import nearest

NAMES = ("identify", "event", "delete")
LIMITED = Answer(429, "Too Many Requests")
BODY = """\
interactions:
  - request: {method: PUT, uri: "https://track.customer.io/api/v1/customers/42", headers: {}, body: null}
    response: {status: {code: 429, message: Too Many Requests}, headers: {}, body: {string: ''}}
"""


def document(folder: Path, metadata: str) -> Document:
    path = folder / "case.yaml"
    path.write_text(metadata + BODY)
    return Document(path)


def test_all_that_can_be_said(tmp_path: Path) -> None:
    """Every key is read; dates and numbers need no quotes, and one text stands for a list of one."""
    given_text = """\
metadata:
  source: observed
  evidence: https://example.com/issue
  date: 2026-11-23
  environment: live, EU
  note: seen twice
  family: 429
  retryable: false
  operations: [identify, event]
  cause: too fast
  todo: slow down
  rules: [bad-email]
  kind: dropped
  accepted: partly
  when: {email: "https://example.com/conditions"}
"""
    about = read(document(tmp_path, given_text), LIMITED, NAMES)
    assert about == About(
        Provenance("observed", ("https://example.com/issue",), "2026-11-23", "live, EU", "seen twice"),
        operations=("identify", "event"),
        retryable=False,
        family="429",
        cause="too fast",
        todo="slow down",
        rules=("bad-email",),
        kind="dropped",
        accepted="partly",
        when={"email": "https://example.com/conditions"},
    )


@pytest.mark.parametrize(
    ("answer", "family", "retryable", "cause", "kind", "accepted"),
    [
        (LIMITED, "429", True, "Too Many Requests", "status", "never"),
        (Answer(502, "Bad Gateway"), "5xx", True, "Bad Gateway", "status", "perhaps"),
        (Answer(418, "Teapot"), "418", False, "Teapot", "status", "never"),
        (Answer(302, "Found"), "3xx", False, "Found", "redirect", "never"),
        (Answer(207, "Multi-Status"), "207", False, "Multi-Status", "partial", "partly"),
        (Answer(200, "OK"), "2xx", False, "OK", "malformed", "surely"),
        (Answer(fault="read-timeout", reason="x"), "network", True, "read-timeout", "fault", "perhaps"),
        (Answer(fault="dns-failure"), "network", True, "dns-failure", "fault", "never"),
        (Answer(fault="truncated-body"), "network", True, "truncated-body", "fault", "surely"),
    ],
)
def test_what_is_left_out_comes_from_the_answer(
    tmp_path: Path, answer: Answer, family: str, retryable: bool, cause: str, kind: Kind, accepted: Accepted
) -> None:
    """A bare recording needs its source only: the rest follows from the status."""
    about = read(document(tmp_path, "metadata: {source: recorded}\n"), answer, NAMES)
    assert about == About(Provenance("recorded"), NAMES, retryable, family, cause, kind=kind, accepted=accepted)


def test_what_is_left_out_comes_from_the_cassette_that_is_replaced(tmp_path: Path) -> None:
    """A cassette that replaces another inherits its facts, but not its provenance. Members of the project's stay unread."""
    ours = About(Provenance("synthetic", note="made up"), ("event",), True, "429", "cause", "todo", ("bad-email",))
    about = read(document(tmp_path, "metadata: {source: recorded, cause: mine, ticket: 7}\n"), LIMITED, NAMES, ours)
    assert about == ours._replace(provenance=Provenance("recorded"), cause="mine")


def test_an_operation_may_differ(tmp_path: Path) -> None:
    """What `differs` says of an operation holds for it, the rest stays; other operations have the common facts."""
    text = """\
metadata:
  source: synthetic
  note: all
  todo: wait
  operations: all
  differs:
    event: {source: documented, note: this one, cause: other, rules: [bad-email]}
"""
    about = read(document(tmp_path, text), LIMITED, NAMES)
    assert about.of("identify") is about
    event = about.of("event")
    assert event.provenance == Provenance("documented", note="this one")
    assert (event.cause, event.todo, event.rules, event.operations) == ("other", "wait", ("bad-email",), NAMES)


@pytest.mark.parametrize(
    ("metadata", "line", "cause"),
    [
        ("", 1, "metadata.source is missing: say recorded, documented, observed or synthetic"),
        ("metadata:\n", 1, "metadata.source is missing: say"),
        ("version: 1\nmetadata:\n  sorce: recorded\n", 3, "metadata.source is missing (found `sorce`): say"),
        ("metadata: [a]\n", 1, "metadata is a mapping"),
        ("metadata:\n  source: documentd\n", 2, "no such source: 'documentd'; did you mean documented? There are rec"),
        ("metadata:\n  source: ~\n", 2, "metadata.source is text"),
        ("metadata:\n  source: recorded\n  date: [1]\n", 3, "metadata.date is text"),
        ("metadata:\n  source: recorded\n  todo: true\n", 3, "metadata.todo is text"),
        ("metadata:\n  source: recorded\n  evidence: 5\n", 3, "metadata.evidence is a list of texts"),
        ("metadata:\n  source: recorded\n  rules: [1]\n", 3, "metadata.rules is a list of texts"),
        ("metadata:\n  source: recorded\n  retryable: maybe\n", 3, "metadata.retryable is true or false"),
        ("metadata:\n  source: recorded\n  kind: fualt\n", 3, "no such kind: 'fualt'; did you mean fault? There are"),
        ("metadata:\n  source: recorded\n  accepted: no\n", 3, "metadata.accepted is text"),
        (
            "metadata:\n  source: recorded\n  operations: [identfy]\n",
            3,
            "no such operation of this surface: 'identfy'; did you mean identify? There are identify, event, delete",
        ),
        ("metadata:\n  source: recorded\n  operations: [zzz]\n", 3, "no such operation of this surface: 'zzz'. There"),
        (
            "metadata:\n  source: recorded\n  famly: '400'\n",
            3,
            "no such member of metadata: 'famly'; did you mean family?",
        ),
        (
            "metadata:\n  source: recorded\n  family: netwrok\n",
            3,
            "metadata.family: 'netwrok' is not known; did you mean network?",
        ),
        (
            "metadata:\n  source: recorded\n  rules: [our-own, bad-emial]\n",
            3,
            "metadata.rules: 'bad-emial' is not known; did you mean bad-email?",
        ),
        ("metadata:\n  source: recorded\n  differs: [event]\n", 3, "metadata.differs is a mapping of operations"),
        ("metadata:\n  source: recorded\n  differs:\n    evnt: {}\n", 4, "no such operation of this surface: 'evnt'"),
        ("metadata:\n  source: recorded\n  differs:\n    event: 5\n", 4, "metadata.differs.event is a mapping"),
        (
            "metadata:\n  source: recorded\n  differs:\n    event:\n      note: []\n",
            5,
            "metadata.differs.event.note is",
        ),
        ("metadata:\n  source: recorded\n  differs:\n    event:\n      source: me\n", 5, "no such source: 'me'"),
    ],
)
def test_a_mistake_has_its_line(tmp_path: Path, metadata: str, line: int, cause: str) -> None:
    """The error says which key, in which line, and what is accepted."""
    with pytest.raises(DataError) as met:
        read(document(tmp_path, metadata), LIMITED, NAMES)
    assert met.value.cause.startswith(cause)
    assert met.value.line == line


def test_the_nearest_word() -> None:
    """A typing error finds its word; something else finds none."""
    assert nearest("identfy", NAMES) == "identify"
    assert nearest("zzz", NAMES) is None


def test_a_known_word_passes() -> None:
    """Only a word that is not known raises, with the error that the caller makes of the text."""
    check_known("event", NAMES, "operation", ValueError)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"no such operation: 'x'\. There are identify, event, delete"):
        check_known("x", NAMES, "operation", ValueError)  # type: ignore[arg-type]


KEYS = ["source", "evidence", "date", "environment", "note", "family", "retryable", "operations", "cause", "todo"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text("abc ,.:-#\n", max_size=8)
    | st.sampled_from(["all", "recorded", "event"]) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*KEYS, *NAMES]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([*KEYS, "rules", "differs", "other"]), VALUES))
def test_any_metadata_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, metadata: dict[str, object]) -> None:
    """Random metadata becomes facts of the right types, or a DataError with a line of the file."""
    found = document(tmp_path_factory.mktemp("any"), yaml.safe_dump({"metadata": metadata}))
    about = facts(found)
    if isinstance(about, DataError):
        assert about.line
    else:
        assert about.provenance.source in ("recorded", "documented", "observed", "synthetic")
        assert set(about.operations) <= set(NAMES)


def facts(found: Document) -> About | DataError:
    """The facts of a cassette, or why they cannot be read."""
    try:
        return read(found, LIMITED, NAMES)
    except DataError as error:
        return error


@pytest.mark.parametrize(
    ("given_text", "cause"),
    [
        ("when: [email]", "metadata.when is a mapping of conditions to their sources"),
        ("when: {email: 1}", "metadata.when is a mapping of conditions to their sources"),
        ("when: {e-mail: x}", "no such condition: 'e-mail'; did you mean email? There are strict-mode, "),
        ("differs: {event: {when: 5}}", "metadata.differs.event.when is a mapping of conditions to their sources"),
    ],
)
def test_conditions_that_cannot_be_used(tmp_path: Path, given_text: str, cause: str) -> None:
    """A condition that does not exist, or has no source, is a mistake in its line."""
    with pytest.raises(DataError) as caught:
        read(document(tmp_path, f"metadata:\n  source: observed\n  {given_text}\n"), LIMITED, NAMES)
    assert caught.value.cause.startswith(cause)
    assert caught.value.line == 3


def test_an_operation_with_conditions_of_its_own(tmp_path: Path) -> None:
    """The conditions of one operation stand under `differs`; all other operations have those of the case."""
    metadata = "metadata:\n  source: observed\n  when: {email: a}\n  differs: {event: {when: {time: b}}}\n"
    about = read(document(tmp_path, metadata), LIMITED, NAMES)
    assert (about.of("identify").when, about.of("event").when) == ({"email": "a"}, {"time": "b"})
