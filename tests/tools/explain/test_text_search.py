"""Finds pages by text."""

from __future__ import annotations

import re

import pytest

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.tools.explain.advice import Advice
from pytest_customerio.tools.explain.explanation import Explain
from pytest_customerio.tools.explain.known_texts import KnownText, known_texts
from pytest_customerio.tools.explain.text_search import MOST, SURE, TextSearch, equally_near
from pytest_customerio.tools.explain.wording import words

CATALOG = Catalog.load()
EXPLAIN = Explain(CATALOG, Cassettes(CATALOG), Advice())
KNOWN = list(known_texts(EXPLAIN))
SEARCH = TextSearch(KNOWN, EXPLAIN.names)


def nearest(text: str) -> list[str]:
    """The pages that are equally near, where one is certain; else none."""
    found = SEARCH.find(text)
    return [one.page for one in equally_near(found)] if found and found[0].likeness >= SURE else []


TRACEBACK = """\
Traceback (most recent call last):
  File "/app/crm.py", line 12, in send
    cio.identify(id=user.id, bio=user.bio)
  File "/venv/customerio/client_base.py", line 90, in send_request
    raise CustomerIOException(message)
customerio.client_base.CustomerIOException: 400: https://track.customer.io/api/v1/customers/77 {"bio": "x"} %s
"""


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("value for attribute 'nick' cannot be longer than 1000 bytes", "400-attribute-value-too-long"),
        ("value for attribute … cannot be longer", "400-attribute-value-too-long"),
        ('{"meta": {"error": "Unauthorized request"}}', "401-wrong-key-type"),
        ("event data must be a hash", "400-event-data-not-object"),
        ("id must be a string or a number", "400-invalid-id-type"),
        ('{"errors":[{"detail":"wrong datacenter","status":"301"}]}', "301-region-redirect"),
        ("invalid_credentials", "401-unauthorized-with-code"),
        ("not found (reference 01C4)", "404-not-found"),
        ("Method Not Allowed", "unknown-endpoint"),
        ("timestamp must be a valid unix timestamp", "400-invalid-timestamp"),
        ("timestmap must be valid unix timestamp", "400-invalid-timestamp"),
        ("would draw   400 identifier is required   (documented)", "400-identifier-required"),
        ('b\'{"meta": {"error": "payload too large"}}\'', "413-too-large"),
        (
            TRACEBACK % '{"meta":{"error":"value for attribute \'bio\' cannot be longer than 1000 bytes"}}',
            "400-attribute-value-too-long",
        ),
        (
            "requests.exceptions.ConnectTimeout: HTTPSConnectionPool(host='track.customer.io', port=443)",
            "connect-timeout",
        ),
        ("socket.gaierror: [Errno -2] Name or service not known", "dns-failure"),
        ("SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self signed')", "tls-failure"),
        ("TypeError: CustomerIO.track() got an unexpected keyword argument 'foo'", "call-not-sent"),
        ("<html><title>502 Bad Gateway</title></html>", "502-html"),
        (
            'track.event $.timestamp: … @pytest.mark.cio_allow("timestamp-milliseconds", reason="…")',
            "timestamp-milliseconds",
        ),
    ],
)
def test_texts_that_people_have_in_hand(text: str, page: str) -> None:
    """A sentence, a body, a line of a log and a traceback lead to one page; misspelt words do not matter."""
    assert nearest(text) == [page]


@pytest.mark.parametrize("text", ["", "xyzzy plugh", "hello world, how are you", "{}", "12345", "the", "\n\n"])
def test_texts_of_nothing_that_is_known(text: str) -> None:
    """Other texts find nothing."""
    assert SEARCH.find(text) == []


def test_texts_of_several_pages() -> None:
    """Where the same text stands in several cases, they are equally near; at most three are found."""
    assert nearest("Unauthorized") == ["401-unauthorized", "401-wrong-key-type", "401-wrong-region"]


def test_a_status_in_the_text_decides() -> None:
    """Between equal words the status of the text decides."""
    known = [KnownText("400-a", "service is busy", 1.0, "400"), KnownText("503-b", "service is busy", 1.0, "503")]
    found = TextSearch(known, ()).find("HTTP/1.1 503\nservice is busy today")
    assert [one.page for one in found] == ["503-b", "400-a"]
    assert found[0].likeness > found[1].likeness


def test_names_in_the_text() -> None:
    """Names of pages in the text are found before anything else, the last first; a part of a longer name is none."""
    found = SEARCH.find("429-rate-limited-recovers failed before bad-email did, unlike xbad-phonex")
    assert [one.page for one in found] == ["bad-email", "429-rate-limited-recovers"]


def test_every_text_of_the_files_leads_to_its_page() -> None:
    """Each answer and each text of texts.json is found, also with other numbers and other quoted names. A text that a variant
    shares with its case leads to the case."""
    variants = {name for name, cases in EXPLAIN.cases.items() if cases[0].only_by_name}
    answers = [one for one in KNOWN if one.weight >= 0.95 and len(words(one.text)) > 1 and one.page not in variants]
    assert len(answers) > 100
    for one in answers:
        text = re.sub(r"'[^' ]+'", "'other'", re.sub(r"\d+", "77", one.text))
        found = SEARCH.find(text)
        assert one.page in [near.page for near in found] or len(equally_near(found)) == MOST, (one, found)


def test_the_texts_of_the_folder() -> None:
    """Each entry of texts.json names a page."""
    assert [name for name in EXPLAIN.advice.texts if not EXPLAIN.knows(name)] == []
    for page, texts in EXPLAIN.advice.texts.items():
        assert [text for text in texts if page not in nearest(text)] == []
