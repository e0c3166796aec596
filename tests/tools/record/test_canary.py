"""The canary, and the search for secrets in each encoding."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.cassettes.recording.fakes import Fakes
from pytest_customerio.cassettes.recording.scrub import Exchange, Scrubber
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.tools.record.canary import CanaryScrubber, LeakError, contains_any

CATALOG = Catalog.load()
URL = "https://track.customer.io/api/v1/customers/42"
SECRETS = st.text(min_size=8, max_size=30).filter(lambda text: text.isprintable() and text.strip() == text)


def exchange(body: bytes = b'{"plan":"gold"}', answer: bytes = b"{}\n", **headers: str) -> Exchange:
    return Exchange(WireRequest("PUT", URL, headers, body), Answer(200, "OK", (), answer))


def canary_scrubber(given: Scrubber | None = None) -> CanaryScrubber:
    fakes = Fakes()
    return CanaryScrubber(given or Scrubber(CATALOG, fakes), fakes)


class Lazy(Scrubber):
    """A scrubber that scrubs nothing, or answers only."""

    def __init__(self, *, answers: bool) -> None:
        super().__init__(CATALOG, Fakes())
        self.answers = answers

    def exchange(self, given: Exchange) -> Exchange:
        return Exchange(given.request, self.answer(given.answer) if self.answers else given.answer)


def test_the_canary_leaves_no_trace() -> None:
    """The scrubbed exchange contains no canary, and made-up values are numbered as without it."""
    scrubber = canary_scrubber()
    first, second = (scrubber.scrubbed(exchange(json.dumps({"plan": plan}).encode())) for plan in ("gold", "silver"))
    assert (first.request.body, second.request.body) == (b'{"plan":"text-1"}', b'{"plan":"text-2"}')
    assert first.answer == Answer(200, "OK", (), b"{}\n")
    assert scrubber.scrubbed(exchange(b"[1]", b"no json")).request.body == b"[1]"


@pytest.mark.parametrize("answers", [True, False])
def test_a_scrubber_that_did_not_run_is_found(answers: bool) -> None:
    """Where the scrubber leaves the canary in request or answer, an error is raised."""
    with pytest.raises(LeakError, match="the scrubber did not run: the canary is still there. Nothing was written"):
        canary_scrubber(Lazy(answers=answers)).scrubbed(exchange())


def test_the_canary_in_a_text() -> None:
    """A text with the canary is refused."""
    scrubber = canary_scrubber()
    with pytest.raises(LeakError, match="the canary is still in it"):
        scrubber.check(f"a: {scrubber.canary}")
    scrubber.check("a: b")


def test_credentials_of_requests_are_looked_for() -> None:
    """Credentials of the scrubbed requests are found, also inside of a Basic header."""
    scrubber = canary_scrubber()
    token = base64.b64encode(b"site-4711:secret-4711").decode()
    scrubber.scrubbed(exchange(authorization=f"Basic {token}"))
    for form in (token, "secret-4711", "site-4711:secret-4711", base64.b64encode(b"x:secret-4711").decode()):
        with pytest.raises(LeakError, match="a credential is still in it"):
            scrubber.check(f'"body": "{form}"')
    scrubber.check("site and secret")


@given(secret=SECRETS, before=st.text(max_size=5), after=st.text(max_size=5))
def test_each_encoding_is_found(secret: str, before: str, after: str) -> None:
    """A secret is found as it is, URL-quoted, in JSON, in JSON inside JSON, and in base64 at any offset."""
    whole = f"{before}{secret}{after}"
    forms = [whole, quote(before + secret, safe=""), quote_plus(secret), quote(secret)]
    forms += [json.dumps(whole), json.dumps(json.dumps(whole)), json.dumps(whole, ensure_ascii=False)]
    forms += [json.dumps(json.dumps(whole, ensure_ascii=False), ensure_ascii=False)]
    coded = base64.b64encode(whole.encode("utf-8", "surrogatepass")).decode()
    forms += [coded, base64.urlsafe_b64encode(whole.encode("utf-8", "surrogatepass")).decode()]
    assert [form for form in forms if not contains_any([form], [secret])] == []


def test_what_is_not_there_is_not_found() -> None:
    """Other texts, the empty value, and encodings that are too short are not found."""
    assert not contains_any(["all is well", ""], ["", "secret-4711"])
    assert contains_any(["an xy"], ["xy"])
    assert not contains_any(["an eHk"], ["xy"])  # too short to tell
