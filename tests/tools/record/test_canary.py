"""The canary, and the search for credentials in every form."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.cassettes.recording.fakes import Fakes
from pytest_customerio.cassettes.recording.scrub import Exchange, Scrubber
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.tools.record.canary import LeakError, Planting, left

CATALOG = Catalog.load()
URL = "https://track.customer.io/api/v1/customers/42"
SECRETS = st.text(min_size=8, max_size=30).filter(lambda text: text.isprintable() and text.strip() == text)


def exchange(body: bytes = b'{"plan":"gold"}', said: bytes = b"{}\n", **headers: str) -> Exchange:
    return Exchange(WireRequest("PUT", URL, headers, body), Answer(200, "OK", (), said))


def planting(scrubber: Scrubber | None = None) -> Planting:
    fakes = Fakes()
    return Planting(scrubber or Scrubber(CATALOG, fakes), fakes)


class Lazy(Scrubber):
    """A scrubber that scrubs nothing, or not everything."""

    def __init__(self, *, answers: bool) -> None:
        super().__init__(CATALOG, Fakes())
        self.answers = answers

    def exchange(self, given: Exchange) -> Exchange:
        return Exchange(given.request, self.answer(given.answer) if self.answers else given.answer)


def test_the_canary_leaves_no_trace() -> None:
    """The canary is not in the result, and the fakes have the numbers that they have without it."""
    once = planting()
    first, second = (once.scrubbed(exchange(json.dumps({"plan": plan}).encode())) for plan in ("gold", "silver"))
    assert (first.request.body, second.request.body) == (b'{"plan":"text-1"}', b'{"plan":"text-2"}')
    assert first.answer == Answer(200, "OK", (), b"{}\n")
    assert once.scrubbed(exchange(b"[1]", b"no json")).request.body == b"[1]"


@pytest.mark.parametrize("answers", [True, False])
def test_a_scrubber_that_did_not_run_is_found(answers: bool) -> None:
    """A canary that is left in any part of an exchange is an error."""
    with pytest.raises(LeakError, match="the scrubber did not run: the canary is still there. Nothing was written"):
        planting(Lazy(answers=answers)).scrubbed(exchange())


def test_the_canary_in_a_text() -> None:
    """A text that contains the canary is an error."""
    one = planting()
    with pytest.raises(LeakError, match="the canary is still in it"):
        one.check(f"a: {one.canary}")
    one.check("a: b")


def test_credentials_of_requests_are_looked_for() -> None:
    """A credential that a request carried is found in the text, in each form."""
    one = planting()
    token = base64.b64encode(b"site-4711:secret-4711").decode()
    one.scrubbed(exchange(authorization=f"Basic {token}"))
    for form in (token, "secret-4711", "site-4711:secret-4711", base64.b64encode(b"x:secret-4711").decode()):
        with pytest.raises(LeakError, match="a credential is still in it"):
            one.check(f'"body": "{form}"')
    one.check("site and secret")


@given(secret=SECRETS, before=st.text(max_size=5), after=st.text(max_size=5))
def test_no_form_is_overlooked(secret: str, before: str, after: str) -> None:
    """A value is found as it is, quoted, in JSON, in JSON within JSON, and in Basic auth after any user's name."""
    whole = f"{before}{secret}{after}"
    forms = [whole, quote(before + secret, safe=""), quote_plus(secret), quote(secret)]
    forms += [json.dumps(whole), json.dumps(json.dumps(whole)), json.dumps(whole, ensure_ascii=False)]
    forms += [json.dumps(json.dumps(whole, ensure_ascii=False), ensure_ascii=False)]
    coded = base64.b64encode(whole.encode("utf-8", "surrogatepass")).decode()
    forms += [coded, base64.urlsafe_b64encode(whole.encode("utf-8", "surrogatepass")).decode()]
    assert [form for form in forms if not left([form], [secret])] == []


def test_what_is_not_there_is_not_found() -> None:
    """A value that is not in the text is not found, nor is an empty value."""
    assert not left(["all is well", ""], ["", "secret-4711"])
    assert left(["an xy"], ["xy"])
    assert not left(["an eHk"], ["xy"])  # too short to tell
