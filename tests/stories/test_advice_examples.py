"""Each example that `explain` shows runs under every case that it is shown for, and loses no payload."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.tools.explain.advice import Advice
from tests.stories.conftest import Story

ADVICE = Advice()
LIBRARY = Cassettes(Catalog.load())
CASSETTES = tuple(dict.fromkeys(case.cassette for case in LIBRARY.cases()))
# For each operation, how an application calls the example: the exception of an error that lasts, and the statements.
CALLS = {
    "retry": {"track.identify": ("NotDeliveredError", 'retry.identify("42", {"plan": "pro"})')},
    "send_once": {"app.send_email": ("UncertainError", 'send_once.send_receipt("42", "ada@example.com", "23.45")')},
    "keep": {
        "track.identify": (
            "",
            'outbox = sqlite3.connect(":memory:")\n'
            "    request.addfinalizer(outbox.close)\n"
            '    outbox.execute("create table outbox (id integer primary key, person text, attributes text)")\n'
            '    outbox.execute("insert into outbox (person, attributes) values (?, ?)", ("42", \'{"plan": "pro"}\'))\n'
            "    keep.deliver(outbox)\n"
            "    cio.pending(lambda: keep.owed(outbox))",
        )
    },
    "quota": {"app.find_by_email": ("QuotaUsedUpError", 'quota.find("ada@example.com")')},
    "identifier": {"track.identify": ("RefusedError", 'identifier.identify("42", {"plan": "pro"})')},
    "timestamps": {"track.event": ("RefusedError", 'timestamps.track("42", "purchase", datetime.now(UTC))')},
    "addresses": {"track.identify": ("RefusedError", 'addresses.sign_up("42", "ada@example.com")')},
    "limits": {
        "track.identify": ("RefusedError", 'limits.describe("42", "x" * 2000)'),
        "track.event": ("RefusedError", 'limits.view("42", "https://example.com/" + "x" * 200)'),
    },
    "size": {"track.event": ("TooLargeError", 'size.track("42", "purchase", {"item": "socks"})')},
    "put_aside": {
        operation: (
            "",
            f'crm = requests.Session()\n    crm.headers["Authorization"] = "{credentials}"\n    aside = []\n'
            f"    assert not put_aside.deliver(crm, {url!r}, {payload!r}, lambda *it: aside.append(it))\n"
            "    cio.reported(aside)",
        )
        for operation, credentials, url, payload in (
            (
                "app.send_email",
                "Bearer app-key-1234",
                "https://api.customer.io/v1/send/email",
                {"transactional_message_id": "3", "to": "ada@example.com", "identifiers": {"id": "42"}},
            ),
            (
                "app.trigger_broadcast",
                "Bearer app-key-1234",
                "https://api.customer.io/v1/campaigns/12/triggers",
                {"recipients": {"segment": {"id": 7}}},
            ),
            (
                "track.event",
                "Basic c2l0ZS0xMjM0OnRyYWNrLWtleS0xMjM0",
                "https://track.customer.io/api/v1/customers/42/events",
                {"name": "purchase", "data": {"item": "socks"}},
            ),
            (
                "track.merge",
                "Basic c2l0ZS0xMjM0OnRyYWNrLWtleS0xMjM0",
                "https://track.customer.io/api/v1/merge_customers",
                {"primary": {"id": "42"}, "secondary": {"id": "43"}},
            ),
        )
    },
    "partial": {
        "track_v2.batch": (
            "PartlyRefusedError",
            "partial.send([{'type': 'person', 'action': 'event', 'identifiers': {'id': str(number)}, 'name': 'bought'}"
            " for number in range(5)])",
        )
    },
    "strict": {"pipelines.track": ("RefusedError", 'strict.track("42", "purchase", {"item": "socks"})')},
    "answers": {
        "app.find_by_email": ("UselessAnswerError", 'answers.find("ada@example.com")'),
        "app.send_email": (
            "UselessAnswerError",
            'answers.send({"transactional_message_id": "3", "to": "ada@example.com", "identifiers": {"id": "42"}})',
        ),
    },
    "redirects": {"track.identify": ("WrongRegionError", 'redirects.identify("42", {"plan": "pro"})')},
}
# A 2xx whose body has all that the example needs is a success, even if something else in it is unusual.
TAKEN = {"200-empty-lookup", "200-wrong-content-type", "207-empty-errors"}
# What the examples send cannot draw these: in strict mode Pipelines drops nothing, the id stands in the path alone, and the
# key is no service account's. Another error of the surface is tried.
INSTEAD = {
    "200-dropped": "400-malformed",
    "400-id-mismatch": "400-invalid-id",
    "400-workspace-id-required": "400-malformed",
}


@pytest.fixture
def examples(monkeypatch: pytest.MonkeyPatch, story: Story) -> Story:
    """The examples as modules of a project, with the environment that they read."""
    for name, value in {
        "CUSTOMERIO_SITE_ID": "site-1234",
        "CUSTOMERIO_API_KEY": "track-key-1234",
        "CUSTOMERIO_APP_API_KEY": "app-key-1234",
        "CUSTOMERIO_WRITE_KEY": "write-key-1234",
    }.items():
        monkeypatch.setenv(name, value)
    for example in ADVICE.examples.values():
        (story.path / f"{example.name}.py").write_text(example.code, encoding="utf-8")
    return story


def shown_for(name: str) -> list[str]:
    """The cassettes whose page shows this example."""
    first = {case.cassette: case for case in LIBRARY.cases()}
    return [one for one, case in first.items() if name in [example.name for example in ADVICE.for_case(case)]]


def written() -> Iterator[str]:
    """One test for each example and operation, with every case that the example is shown for and the operation can
    draw."""
    yield "import sqlite3\nfrom datetime import UTC, datetime\n\nimport pytest\nimport requests\n"
    yield f"import {', '.join(CALLS)}\n"
    for name, calls in CALLS.items():
        for operation, (raises, statements) in calls.items():
            can = {case.cassette for case in LIBRARY.cases() if operation in case.operations}
            cases = [INSTEAD.get(one, one) for one in shown_for(name) if one in can]
            mark = ", ".join(repr(one) for one in cases) + (f", raises={name}.{raises}" if raises else "")
            test = f"{name}__{operation.replace('.', '__')}"
            yield f"\n\n@pytest.mark.cio_errors({mark})\ndef test_{test}(cio, request):\n    {statements}\n"


def test_each_example_handles_every_case_that_it_is_shown_for(examples: Story) -> None:
    """A transient case recovers, or ends in an exception of the application. A permanent case is reported. No payload
    is lost."""
    (examples.path / "test_shown.py").write_text("".join(written()), encoding="utf-8")
    result = examples.again("--cio-strict", "--cio-report=report.json", "test_shown.py")
    assert result.ret == 0, result.stdout.str()
    rows = [row for row in examples.rows() if row["case"]]
    assert [row["nodeid"] for row in rows if row["outcome"] in (None, "lost")] == []
    waiting = ("test_send_once", "test_keep")
    passing = [
        row for row in rows if row["case"].endswith("-recovers") and not any(one in row["nodeid"] for one in waiting)
    ]
    assert {row["outcome"] for row in passing} == {"recovered"}
    lasting = [row for row in rows if not row["case"].endswith("-recovers") and row["case"] not in TAKEN]
    assert {row["outcome"] for row in lasting} == {"raised", "deferred", "reported"}
    tried = {case.cassette for case in LIBRARY.cases() if case.id in {row["case"] for row in rows}}
    assert tried | set(INSTEAD) == set(CASSETTES)


def test_every_example_is_tried() -> None:
    """Examples of cases are in the first list above, all others in the second below. Neither list names an example that
    does not exist."""
    assert set(CALLS) | DIRECT == set(ADVICE.examples)


# Examples that no error case is about, and the payloads that the checking ones among them refuse.
DIRECT = {"credentials", "check_connection", "check_event", "check_person", "check_sdk", "names", "types_of_attributes"}

CHECKS = """
import sys
import types
import pytest
import addresses, check_connection, check_event, check_person, check_sdk, credentials, identifier, limits, names, size
import timestamps, types_of_attributes
from datetime import UTC, datetime


def test_nothing_is_sent_for_what_would_be_refused(cio):
    for person in (None, "", "  ", "None", "null", "x" * 151):
        with pytest.raises(ValueError):
            identifier.identify(person, {})
    for address in ("", "ada", "ada@localhost", "ada@example.com,bob@example.com", "ada example.com"):
        with pytest.raises(ValueError):
            addresses.sign_up("42", address)
    with pytest.raises(ValueError):
        timestamps.track("42", "purchase", datetime(2026, 1, 1))
    with pytest.raises(size.TooLargeError):
        size.track("42", "purchase", {"note": "x" * 100_000})
    assert list(cio.sent) == []


def test_what_is_sent_keeps_its_contract(cio):
    identifier.identify("a/b ü", {"id": "43", "plan": "pro"})
    addresses.sign_up("42", " ada@example.com ")
    timestamps.track("42", "purchase", datetime(2026, 1, 1, tzinfo=UTC))
    limits.describe("42", "é" * 2000)
    limits.view("42", "é" * 200)
    size.track("42", "purchase", {"note": "x"})
    names.track("42", names.Event.PURCHASE, {"price": 23.45})
    person = types_of_attributes.Person.read({"orders": "3", "premium": "true", "created_at": "1764000000"})
    assert (person.orders, person.premium) == (3, True)
    types_of_attributes.identify("42", person)
    assert len(cio.sent) == 8


def test_diagnostics(cio, capsys):
    assert check_connection.main() == 0
    assert check_event.main() == 0
    assert check_person.main("ada@example.com") == 0
    assert "200 OK" in capsys.readouterr().out


def test_an_sdk_that_is_whole_and_one_that_is_not(capsys, monkeypatch):
    assert check_sdk.main() == 0
    monkeypatch.setitem(sys.modules, "customerio", types.ModuleType("customerio"))
    assert check_sdk.main() == 1
    assert "is broken: cannot import name 'CustomerIO'" in capsys.readouterr().out


@pytest.mark.cio_errors("401-unauthorized", "read-timeout", operations=("track.identify", "track.event"))
@pytest.mark.parametrize("script", [check_connection, check_event])
def test_diagnostics_say_what_is_wrong(cio, cio_error, script, capsys):
    assert script.main() == 1
    told = capsys.readouterr().out
    assert told.startswith(str(cio_error.answer.status or "not reached: "))
    cio.reported(told)


def test_unset_credentials():
    with pytest.raises(credentials.NotConfiguredError, match="CUSTOMERIO_API_KEY is not set"):
        credentials.keys({"CUSTOMERIO_SITE_ID": "site"})
    assert credentials.keys({"CUSTOMERIO_SITE_ID": "site", "CUSTOMERIO_API_KEY": "key "}) == ("site", "key")
"""


def test_examples_that_check_and_look(examples: Story) -> None:
    """A payload that an example refuses is not sent, one that it sends satisfies its contract, and the diagnostics run."""
    (examples.path / "test_checks.py").write_text(CHECKS, encoding="utf-8")
    result = examples.again("--cio-contract", "--cio-strict", "test_checks.py")
    assert result.ret == 0, result.stdout.str()
    assert result.parseoutcomes()["passed"] == 11
