"""The SDKs: correct use is green without a word, and what they are known to get wrong is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sdks import ASYNC, OFFICIAL, PIPELINES

if TYPE_CHECKING:
    from tests.plugin.conftest import Story

STRICT = ("--cio-contract", "--cio-strict", "--cio-report=report.json")


def _rules(story: Story) -> dict[str, list[str]]:
    """The rules that each test broke, but for those that are only told in reports."""
    report: dict[str, Any] = json.loads((story.path / "report.json").read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {}
    for one in report["tests"]:
        rules = [v["rule"] for v in one["violations"] if v["severity"] != "info"]
        found.setdefault(one["nodeid"].partition("::")[2], []).extend(rules)
    return found


@pytest.mark.parametrize(
    ("text", "count"), [(OFFICIAL, 26), (ASYNC, 42), (PIPELINES, 40)], ids=["customerio", "async", "pipelines"]
)
def test_correct_use_is_green(story: Story, text: str, count: int) -> None:
    """Each call is its operation, once, and draws neither error nor warning."""
    story.file("sdk.py", text)
    result = story.run(
        """
        import pytest
        import sdk

        @pytest.mark.parametrize("name", sdk.CALLS)
        def test_call(name, cio):
            sdk.CALLS[name]()
            (one,) = cio.sent
            assert one.operation.id == getattr(sdk, "OPERATION", name.partition("-")[0])
            assert (one.attempts, one.status // 100) == (1, 2)
            assert one.timeout_set
            if "background" not in name:
                assert one.sent_from.startswith("sdk.py:")
        """,
        *STRICT,
    )
    assert {name: rules for name, rules in _rules(story).items() if rules} == {}
    result.assert_outcomes(passed=count)


def test_what_the_sdks_let_through_is_found(story: Story) -> None:
    """None of these is refused by its SDK, and each is answered with a success or a late error in production."""
    story.file("official.py", OFFICIAL)
    story.file("asynchronous.py", ASYNC)
    story.file("pipelines.py", PIPELINES)
    story.run(
        """
        import asyncio
        import async_customerio
        import asynchronous
        import customerio
        import pytest
        from asynchronous import PERSON
        from official import MESSAGE, app, track
        from pipelines import clients

        WITHOUT_TO = {"transactional_message_id": 3, "identifiers": {"id": "42"}}

        def sync(call):
            call(clients["sync"])

        def v1(call):
            asyncio.run(asynchronous.track(call))

        SENT = {
            "milliseconds": lambda: track.track("42", "purchase", timestamp=1764000000000),
            "blank-name": lambda: track.track("42", "   "),
            "long-name": lambda: track.track("42", "é" * 51),
            "long-value": lambda: track.identify("42", bio="x" * 1001),
            "many-attributes": lambda: track.identify("42", **{f"a{n}": 1 for n in range(301)}),
            "bad-email": lambda: track.identify("42", email="jane.example.com"),
            "none-id": lambda: track.identify("None"),
            "no-recipient": lambda: app.send_email(customerio.SendEmailRequest(**WITHOUT_TO)),
            "no-template": lambda: app.send_email(customerio.SendEmailRequest(
                to="a@example.com", identifiers={"id": "1"})),
            "v1-in-v2": lambda: track.batch([{"type": "person", "action": "event", "identifiers": {"id": "1"}}]),
            "slash": lambda: v1(lambda c: c.identify("a/b")),
            "slash-event": lambda: v1(lambda c: c.track("a/b", "purchase")),
            "twice-encoded": lambda: v1(lambda c: c.delete_device("42", "abc:APA91b")),
            "nan": lambda: sync(lambda c: c.track("42", "purchase", {"total": float("nan")})),
            "no-event": lambda: sync(lambda c: c.track("42", "")),
            "no-key": lambda: customerio.CustomerIO("", "").identify("42"),
            "background": lambda: (clients["background"].track("42", ""), clients["background"].flush()),
        }

        @pytest.mark.parametrize("name", SENT)
        def test_sent(name):
            SENT[name]()
        """,
        *STRICT,
    )
    found = {name[len("test_sent[") : -1]: rules for name, rules in _rules(story).items()}
    assert found == {
        "milliseconds": ["timestamp-milliseconds"],
        "blank-name": ["event-name-missing"],
        "long-name": ["event-name-too-long"],
        "long-value": ["attr-value-too-long"],
        "many-attributes": ["too-many-attributes"],
        "bad-email": ["bad-email"],
        "none-id": ["placeholder-identifier"],
        "no-recipient": ["recipient-missing"],
        "no-template": ["content-missing"],
        "v1-in-v2": ["event-name-missing"],
        "slash": ["unescaped-path-segment"],
        "slash-event": ["unescaped-path-segment"],
        "twice-encoded": ["double-encoded-path-segment"],
        "nan": ["body-not-json"],
        "no-event": ["event-name-missing"],
        "no-key": ["placeholder-credentials"],
        "background": ["event-name-missing"],
    }


def test_a_permanent_error_that_an_sdk_repeats_is_found(story: Story) -> None:
    """The Pipelines SDK cannot read Customer.io's errors (KeyError), and so repeats a 400 in the background."""
    story.file("pipelines.py", PIPELINES)
    result = story.run(
        """
        import pytest
        from pipelines import clients, errors

        @pytest.mark.cio_errors("400-malformed")
        def test_background(cio):
            clients["background"].track("42", "purchase")
            clients["background"].flush()
            assert cio.reported(errors)
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*blind-retry*"])
