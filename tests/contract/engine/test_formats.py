"""Each format accepts what the service accepts."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from for_each import for_each
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.contract.engine.formats import FORMATS, addresses, liquid

GOOD = {
    "email": [
        "ada@example.com",
        "a.b+c@sub.example.co.uk",
        "josé@exämple.com",
        '"ada lovelace"@example.com',
        "o'neil@x.io",
        "x@1.2.3.io",
        "ada@نامه\u200cای.com",
        "{{customer.email}}",
        "",
    ],
    "emails": [
        "ada@example.com",
        "Ada <ada@example.com>, b@x.co",
        '"Lovelace, Ada" <ada@example.com>',
        "a@b.co,",
        "{{ customer.email }}",
        "{% if x %}a@b.co{% endif %}",
        "",
        "<a@b.co>",
    ],
    "phone": ["+15551234567", "+4712345678", "{{customer.phone}}", ""],
    "ulid": ["01BX5ZZKBKACTAV9WEVGEMMVRZ", "01bx5zzkbkactav9wevgemmvrz", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"],
    "iso8601": [
        "2024-01-02T03:04:05Z",
        "2024-01-02T03:04:05.123456+00:00",
        "2024-01-02T03:04:05",
        "2024-01-02 03:04:05+00:00",
        "2024-01-02",
        "20240102T030405Z",
        "2024-01-02T03:04Z",
        "2024-12-31T23:59:60Z",
        "2024-01-02T03:04:05+01",
        "2024-01-02t03:04:05z",
    ],
    "base64": ["", "aGVsbG8=", "aGVs\nbG8=\n", "QUJD", "+/+/"],
    "json": ["", " ", "{}", '[{"name": "X-Tag", "value": "v"}]', "{{ headers }}", {"X-Tag": "v"}, None],
    "unix-seconds": [0, -86400, 1764000000, 99_999_999_999, None, "", "{{ now }}"],
}
BAD = {
    "email": [
        "ada",
        "a@b",
        "a@@b.co",
        "a b@c.co",
        "a@b..co",
        "a@.co",
        "a@b.co.",
        " a@b.co",
        "a@b.co,c@d.co",
        "@b.co",
        "a@b.co\u200b",
        "\ufeffa@b.co",
        "a\x00@b.co",
    ],
    "emails": ["ada", "a@b.co; c@d.co", "Lovelace, Ada <a@b.co>", "a@b.co c@d.co", "Ada <>", "a@b.co, x"],
    "phone": ["555-1234", "15551234567", "+1 555 123 4567", "+05551234567", "+1555123456789012", "+١٢٣٤٥٦٧٨"],
    "ulid": ["", "01BX5ZZKBKACTAV9WEVGEMMVR", "01BX5ZZKBKACTAV9WEVGEMMVRU", "81BX5ZZKBKACTAV9WEVGEMMVRZ", "1" * 27],
    "iso8601": [
        "",
        "yesterday",
        "1704164645",
        "2024-13-01",
        "2024-01-32",
        "02/01/2024",
        "2024-01-02T25:00:00Z",
        "2024",
    ],
    "base64": ["aGVsbG8", "not base64!", "b'aGVsbG8='", "data:text/plain;base64,QUJD", "-_-_", "===="],
    "json": ["X-Tag: v", "{'X-Tag': 'v'}", "5", '"text"', "[" * 100_000],
}


@for_each(("name", "text"), [(name, text) for name, texts in GOOD.items() for text in texts])
def test_good_ones_pass(name: str, text: object) -> None:
    """Valid text is accepted."""
    assert FORMATS[name](text) is None


@for_each(("name", "text"), [(name, text) for name, texts in BAD.items() for text in texts])
def test_bad_ones_are_refused(name: str, text: str) -> None:
    """Malformed text is refused."""
    assert FORMATS[name](text) == "malformed"


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        (1764000000000, "milliseconds"),
        (-1764000000000, "milliseconds"),
        (1764000000123.4, "milliseconds"),
        (float("inf"), "milliseconds"),
        (10**400, "milliseconds"),
        (1764000000.5, "float"),
        (1764000000.0, "float"),
        (True, "boolean"),
        ("1764000000", "digits"),
        (" 1764000000.5 ", "digits"),
        ("1764000000000", "digits-milliseconds"),
        ("2024-01-02T03:04:05Z", "text"),
        ("soon", "text"),
        ([], "other"),
        ({}, "other"),
    ],
)
def test_ways_of_not_being_unix_seconds(value: object, tag: str) -> None:
    """Each mistake has its own word, because each has its own hint."""
    assert FORMATS["unix-seconds"](value) == tag


@for_each("name", [name for name in FORMATS if name not in {"unix-seconds", "flag"}])
@for_each("value", [None, 5, 1.5, True, [], {}])
def test_only_text_has_a_format(name: str, value: object) -> None:
    """A value that is no text is accepted: the type is another constraint."""
    assert FORMATS[name](value) is None


@pytest.mark.parametrize("value", [None, True, False, 1, 0, "", "true", "TRUE", " False ", "1", "0", "{{x}}"])
def test_forms_of_true_and_false(value: object) -> None:
    """The service reads these as true or false."""
    assert FORMATS["flag"](value) is None


@pytest.mark.parametrize(
    ("value", "tag"), [("yes", "word"), ("on", "word"), (2, "other"), (1.5, "other"), ([], "other"), ({}, "other")]
)
def test_what_is_read_as_false_without_a_word(value: object, tag: str) -> None:
    """Any other text is shown as the word that it is; a value of another type by its shape."""
    assert FORMATS["flag"](value) == tag


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("ada@example.com, ", None),
        (" , ", "nobody"),
        (",", "nobody"),
        ("", None),
        (" ", None),
        ("ada@", "malformed"),
    ],
)
def test_recipients(value: str, tag: str | None) -> None:
    """Commas alone name nobody; an empty text is another rule's business."""
    assert FORMATS["recipients"](value) == tag


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("42", None),
        ("ada@example.com", None),
        ("@ada", None),
        ("auth0|42@clients", None),
        ("tenant:ada@example.com", None),
        ("a/b?c@d e+f@x.com", None),
        ("ada@localhost", None),
        ("ada@@example.com", "malformed"),
        (" ada@example.com", "malformed"),
        ("Ada <ada@example.com>", "malformed"),
        ("ada@example..com", "malformed"),
        ("ada@.example.com", "malformed"),
        ("ada@example.com.", "malformed"),
        ("@" * 2000 + ".x", None),
        ("+15551234567", "phone"),
        ("+1 555", None),
    ],
)
def test_an_identifier_in_a_path(value: str, tag: str | None) -> None:
    """An address with a mistake, and a phone number, are told; an id that is composed of an address is not."""
    assert FORMATS["identifier"](value) == tag


@pytest.mark.parametrize("day", ["2024-02-29", "20240229", "2000-02-29", "0000-02-29", "2024-12-31T23:59:60Z"])
def test_days_that_exist(day: str) -> None:
    """A leap day exists in leap years, a leap second on any day."""
    assert FORMATS["iso8601"](day) is None


@pytest.mark.parametrize("day", ["2023-02-29", "1900-02-29", "2024-02-30T00:00:00Z", "2024-04-31", "20240631"])
def test_days_that_do_not_exist(day: str) -> None:
    """The month has no such day."""
    assert FORMATS["iso8601"](day) == "malformed"


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))])))
def test_whatever_isoformat_writes_is_iso8601(moment: datetime) -> None:
    """The ISO text of any Python datetime is accepted."""
    assert FORMATS["iso8601"](moment.isoformat()) is None
    assert FORMATS["iso8601"](moment.replace(tzinfo=None).isoformat()) is None


@given(st.binary())
def test_whatever_b64encode_writes_is_base64(content: bytes) -> None:
    """Base64 with and without line ends is accepted."""
    assert FORMATS["base64"](base64.b64encode(content).decode()) is None
    assert FORMATS["base64"](base64.encodebytes(content).decode()) is None


def test_a_list_of_addresses_keeps_quoted_commas_together() -> None:
    """A comma inside quotes belongs to the display name; empty parts are dropped."""
    assert addresses('"Lovelace, Ada" <a@b.co>, ,c@d.co') == ['"Lovelace, Ada" <a@b.co>', "c@d.co"]
    assert len(addresses(",".join(["a@b.co"] * 5000))) == 5000


def test_liquid_is_a_template() -> None:
    """Tags and outputs are Liquid, single braces are not."""
    assert [liquid(text) for text in ("{{x}}", "{% x %}", "{x}")] == [True, True, False]


@for_each("text", ['"\\' * 200_000, "a@" + "b." * 200_000, "a" * 400_000, "a@b.co," * 50_000, "<" * 400_000])
@for_each("name", ["email", "emails", "base64", "iso8601", "phone", "ulid", "unix-seconds"])
def test_no_pattern_runs_away(name: str, text: str) -> None:
    """The time for a long hostile text grows with its length, not with the square of it."""
    began = time.process_time()
    FORMATS[name](text)
    assert time.process_time() - began < 2
