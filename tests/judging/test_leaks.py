"""Rules `secret-leak`, `pii-leak`, `leak-check-blind`: a leak is found, and reported without its text."""

from __future__ import annotations

import aiohttp
import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from observed import CrmError
from observed import seen as observed
from yarl import URL

from pytest_customerio.core.model import Answer, ErrorCase, Provenance
from pytest_customerio.core.observation import LogLine, Observation
from pytest_customerio.judging.judgement import judge
from pytest_customerio.judging.leaks import leaks, personal_leaks

CASE = ErrorCase(
    "401-unauthorized", "401", "track", "once", Answer(401), False, (), "401", "", "", Provenance("documented")
)
SECRET = "f00dcafe12345678"


class Unprintable(Exception):
    """An exception that cannot be printed."""

    def __str__(self):
        raise RuntimeError("no")

    __repr__ = __str__


def seen(**what):
    return leaks(Observation(CASE, secrets=(SECRET, "k3y-42"), **what))


def chained(cause, outer):
    outer.__cause__ = cause
    return outer


def in_context(inner, outer):
    outer.__context__ = inner
    return outer


def noted(error, note):
    error.add_note(note)
    return error


def instead_of(hidden, error):
    error.__context__, error.__suppress_context__ = hidden, True  # `raise … from None`
    return error


def looped():
    first, second = ValueError("a"), KeyError(SECRET)
    first.__context__, second.__context__ = second, first
    return first


def answered(headers):
    """The exception that aiohttp raises for a status."""
    url = URL("https://track.customer.io/")
    return aiohttp.ClientResponseError(aiohttp.RequestInfo(url, "PUT", CIMultiDictProxy(CIMultiDict(headers)), url), ())


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ({}, []),
        ({"logs": [LogLine("hello", "INFO", "app")], "output": "hello"}, []),
        ({"logs": [LogLine(f"key={SECRET}&x", "DEBUG", "app.crm")]}, [("logs", "app.crm at DEBUG")]),
        ({"logs": [LogLine(SECRET, "INFO", "a"), LogLine(SECRET, "INFO", "a")]}, [("logs", "a at INFO")]),
        (
            {"logs": [LogLine(SECRET, "INFO", "a"), LogLine(SECRET, "ERROR", "a")]},
            [("logs", "a at INFO"), ("logs", "a at ERROR")],
        ),
        ({"output": f"print({SECRET})"}, [("output", "stdout or stderr")]),
        ({"raised": ValueError(f"PUT / {SECRET}")}, [("exception text", "ValueError")]),
        ({"raised": chained(KeyError(SECRET), ValueError("x"))}, [("exception text", "KeyError")]),
        ({"raised": in_context(KeyError(SECRET), ValueError("x"))}, [("exception text", "KeyError")]),
        ({"raised": instead_of(KeyError(SECRET), ValueError("x"))}, []),
        (
            {"raised": ExceptionGroup("x", [KeyError(SECRET)])},
            [("exception text", "ExceptionGroup"), ("exception text", "KeyError")],
        ),
        ({"raised": noted(ValueError("x"), SECRET)}, [("exception text", "ValueError")]),
        ({"raised": Unprintable(SECRET)}, [("exception text", "Unprintable")]),
        ({"raised": Unprintable("x")}, []),
        ({"raised": answered({"Authorization": SECRET})}, []),  # in the request that a client's exception holds
        ({"raised": looped()}, [("exception text", "KeyError")]),
    ],
)
def test_every_place_is_searched(what, found):
    """Logs, output, the exception, its causes, the exceptions it groups, its notes; each place is reported once."""
    assert sorted(seen(**what)) == sorted(found)


@pytest.mark.parametrize(
    ("text", "leaking"),
    [
        ("key k3y-42.", True),
        ("k3y-42", True),
        ("(k3y-42)", True),
        ("k3y-421", False),
        ("monk3y-42", False),
        ("x-k3y-42", False),
        (f"x{SECRET}x", True),
    ],
)
def test_a_short_secret_counts_only_as_a_word(text, leaking):
    """Six characters may be part of another word by chance; sixteen may not."""
    assert bool(seen(output=text)) is leaking


# Personal data.

ADA = "ada@example.com"


class CustomerIOException(Exception):
    """An exception as the SDK raises it, with the whole payload in its text."""

    __module__ = "customerio.client_base"


def people(**what):
    return [leak[:3] for leak in personal_leaks(Observation(CASE, personal=(ADA, "Blue Socks"), **what))]


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ({}, []),
        ({"logs": [LogLine("could not sync 42: purchase", "ERROR", "app")], "output": "42"}, []),
        ({"logs": [LogLine(f"{{'email': '{ADA}'}}", "ERROR", "app.crm")]}, [("logs", "app.crm at ERROR", "error")]),
        ({"logs": [LogLine("sold Blue Socks", "INFO", "app")]}, [("logs", "app at INFO", "error")]),
        ({"logs": [LogLine("sold Blue Socksen", "INFO", "app")]}, []),
        ({"logs": [LogLine(ADA, "INFO", "httpx", own=False)]}, [("logs", "httpx at INFO", "warning")]),
        (
            {"logs": [LogLine(ADA, "WARNING", "urllib3.connectionpool", own=False)]},
            [("logs", "urllib3.connectionpool at WARNING", "warning")],
        ),
        ({"output": f"print {ADA}"}, [("output", "stdout or stderr", "error")]),
        ({"warned": f"no {ADA}"}, [("warnings", "warnings.warn", "error")]),
        ({"raised": ValueError(ADA)}, [("exception text", "ValueError", "error")]),
        ({"raised": CustomerIOException(ADA)}, [("exception text", "CustomerIOException", "warning")]),
        (
            {"raised": chained(CustomerIOException(ADA), ValueError("x"))},
            [("exception text", "CustomerIOException", "warning")],
        ),
        ({"raised": AssertionError(ADA)}, []),
    ],
)
def test_personal_data_is_found_wherever_it_shows(what, found):
    """In a text of the application it is an error, in a text of a library a warning."""
    assert people(**what) == found


def test_a_record_that_a_handler_printed_is_one_leak():
    """A log record that a handler writes to stderr is one leak; a print beside it is another one."""
    line = LogLine(f"lost: {ADA}", "WARNING", "urllib3", own=False)
    assert people(logs=[line], output=f"12:00 WARNING lost: {ADA}\n") == [("logs", "urllib3 at WARNING", "warning")]
    assert people(logs=[line], output=f"lost: {ADA}\nprint {ADA}\n") == [
        ("logs", "urllib3 at WARNING", "warning"),
        ("output", "stdout or stderr", "error"),
    ]
    assert people(warned=f"\nold: {ADA}", output=f"x.py:1: UserWarning: old: {ADA}\n") == [
        ("warnings", "warnings.warn", "error")
    ]


def test_warnings_are_searched_for_credentials():
    """The text of a warning may leak, too."""
    assert seen(warned=SECRET) == [("warnings", "warnings.warn")]


def test_leaks_are_reported_by_place_and_never_shown():
    """One violation per place, without the secret in any text."""
    secret = "c0ffee00c0ffee00"
    observation = observed(
        reported=True,
        logs=[LogLine(f"headers {secret}", "DEBUG", "app.log")],
        output=secret,
        raised=CrmError(secret),
        declared=True,
        secrets=(secret,),
    )
    violations = judge(observation)[1]
    assert [(violation.rule, violation.expected, violation.got) for violation in violations] == [
        ("secret-leak", "no credential in logs", "Authorization in app.log at DEBUG"),
        ("secret-leak", "no credential in output", "Authorization in stdout or stderr"),
        ("secret-leak", "no credential in exception text", "Authorization in CrmError"),
    ]
    assert secret not in repr(violations)


def test_a_leak_check_that_sees_nothing_is_an_error():
    """A check that cannot see a channel could never fail."""
    (violation,) = judge(observed(reported=True, blind=("logs",)))[1]
    assert (violation.rule, violation.severity, violation.got) == ("leak-check-blind", "error", "cannot see logs")


def test_personal_data_is_reported_by_place_and_never_shown():
    """Personal data in a log and in an exception is reported by place; the hints say what to write instead."""
    text = "ada@example.com"
    observation = observed(personal=(text,), logs=[LogLine(text, "ERROR", "app")], raised=CrmError(text), declared=True)
    violations = judge(observation)[1]
    assert [(one.rule, one.severity, one.expected, one.got) for one in violations] == [
        ("pii-leak", "error", "no personal data in logs", "e-mail, phone or payload value in app at ERROR"),
        ("pii-leak", "error", "no personal data in exception text", "e-mail, phone or payload value in CrmError"),
    ]
    assert "log.warning(" in violations[0].hint
    assert "from None" in violations[1].hint
    assert text not in repr(violations)


@pytest.mark.parametrize(
    ("logger", "advice"),
    [("celery.app.trace", "read the rest in the task"), ("django.request", "hand it your own id of the person")],
)
def test_a_library_s_record_names_the_attribute(logger, advice):
    """Where the text is clean, the attribute is named; it is a warning, with advice for this library."""
    record = LogLine(f"failed\ndata.args=({ADA!r},)", "ERROR", logger, own=False, extra=(("data.args", f"({ADA!r},)"),))
    ((kind, place, severity, hint),) = personal_leaks(Observation(CASE, personal=(ADA,), logs=[record]))
    assert (kind, place, severity) == ("logs", f"{logger} at ERROR, its data.args", "warning")
    assert advice in hint
    assert f"getLogger({logger!r})" in hint


@pytest.mark.parametrize(
    ("library", "advice"), [("stamina", "set_on_retry_hooks([])"), ("http", "hand it your own id")]
)
def test_what_a_library_prints_by_itself(library, advice):
    """Personal data is a warning, with advice for the library; a credential is an error."""
    seen = Observation(CASE, personal=(ADA,), secrets=(SECRET,), printed_by_libraries=((library, f"{ADA} {SECRET}"),))
    ((kind, place, severity, hint),) = personal_leaks(seen)
    assert (kind, place, severity) == ("output", f"what {library} prints", "warning")
    assert advice in hint
    assert leaks(seen) == [("output", f"what {library} prints")]


def test_an_attribute_is_not_named_where_the_text_leaks_too():
    """Then the text is what has to change."""
    record = LogLine(f"{ADA}\nwho={ADA!r}", "ERROR", "app.crm", extra=(("who", repr(ADA)),))
    assert people(logs=[record]) == [("logs", "app.crm at ERROR", "error")]


@pytest.mark.parametrize(
    ("what", "kind", "severity"),
    [
        (RuntimeError(f"lost {ADA}"), "RuntimeError for sentry_sdk", "error"),
        (f"lost {ADA}", "text for sentry_sdk", "error"),
        (
            type("HTTPError", (Exception,), {"__module__": "requests"})(f"lost {ADA}"),
            "HTTPError for sentry_sdk",
            "warning",
        ),
    ],
)
def test_what_an_operator_is_told(what, kind, severity):
    """Personal data in an exception or a message for Sentry: a warning where the text is a library's own."""
    seen = Observation(CASE, personal=(ADA,), secrets=(SECRET,), reports=(("sentry_sdk", what),))
    assert [(one[0], one[1], one[2]) for one in personal_leaks(seen)] == [("reports", kind, severity)]
    told = seen._replace(reports=(("sentry_sdk", f"{what} {SECRET}"),))
    assert leaks(told) == [("reports", "text for sentry_sdk")]
