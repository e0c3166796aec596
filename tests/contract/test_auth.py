"""Wrong credentials are found and never shown."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.contract.auth import from_url, judge_auth, service_account


def basic(text: str) -> str:
    """The header of a user and password."""
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("basic", basic("site:key")),
        ("basic", "BASIC " + base64.b64encode(b"site:k:e:y").decode()),
        ("bearer", "Bearer key"),
        ("bearer", "bearer  key "),
        ("bearer", "Bearer {a}{b}"),
        ("basic", basic("b'site:key")),
        ("write-key", basic("key:")),
        ("write-key", basic("key")),
        ("write-key", "Bearer sk_us_abc"),
        ("write-key", basic("pk_us_abc:")),
        ("basic", "Basic c2l0ZT8-aWQ6a2V5fsO_Pw=="),
        ("basic", "Bearer sk_us_abc"),
        ("basic", basic("sk_us_abc:")),
        ("basic", basic("site:sk_abc")),
        ("bearer", "Bearer sk_abc"),
        ("bearer", basic("sk_us_abc:")),
        ("write-key", "Bearer sk_abc"),
        ("none", None),
        ("none", "Bearer whatever"),
    ],
)
def test_right_credentials_pass(kind: str, header: str | None) -> None:
    """The scheme is compared without case; an operation without credentials accepts any."""
    assert judge_auth(kind, header, "us") == ()


@pytest.mark.parametrize(
    ("kind", "header", "rule"),
    [
        ("basic", None, "missing-auth"),
        ("basic", " ", "missing-auth"),
        ("basic", "Bearer app-key", "wrong-auth"),
        ("basic", "Basic ***", "wrong-auth"),
        ("basic", "Basic é", "wrong-auth"),
        ("basic", "Digest x", "wrong-auth"),
        ("basic", "justthekey", "wrong-auth"),
        ("basic", basic("None:None"), "placeholder-credentials"),
        ("basic", basic("site:"), "placeholder-credentials"),
        ("basic", basic(":key"), "placeholder-credentials"),
        ("basic", basic("site: NULL "), "placeholder-credentials"),
        ("basic", "Basic", "placeholder-credentials"),
        ("basic", basic("{site_id}:{api_key}"), "placeholder-credentials"),
        ("basic", basic("b'site':b'key'"), "wrong-auth"),
        ("bearer", "Bearer {api_key}", "placeholder-credentials"),
        ("bearer", "Bearer ${API_KEY}", "placeholder-credentials"),
        ("bearer", "Bearer b'key'", "wrong-auth"),
        ("bearer", "Bearer Bearer key", "wrong-auth"),
        ("bearer", "Bearer Basic a2V5", "wrong-auth"),
        ("bearer", None, "missing-auth"),
        ("bearer", basic("site:key"), "wrong-auth"),
        ("bearer", "Bearer", "placeholder-credentials"),
        ("bearer", "Bearer None", "placeholder-credentials"),
        ("bearer", "Bearer undefined", "placeholder-credentials"),
        ("write-key", None, "missing-auth"),
        ("write-key", basic("site:key"), "wrong-auth"),
        ("write-key", basic(":"), "placeholder-credentials"),
        ("write-key", basic("None:"), "placeholder-credentials"),
        ("write-key", "Bearer oldkey", "wrong-auth"),
        ("write-key", "Bearer sk_eu_abc", "wrong-region"),
        ("write-key", basic("sk_eu_abc:"), "wrong-region"),
    ],
)
def test_wrong_credentials_are_reported(kind: str, header: str | None, rule: str) -> None:
    """Each mistake has its rule."""
    assert [each.rule for each in judge_auth(kind, header, "us")] == [rule]


def test_the_region_of_a_key_needs_a_region() -> None:
    """Without a known region of the host, the region of a key is not judged."""
    assert judge_auth("write-key", "Bearer sk_eu_abc", None) == ()
    assert judge_auth("write-key", "Bearer sk_eu_abc", "eu") == ()


@given(st.sampled_from(["basic", "bearer", "write-key"]), st.text(), st.sampled_from(["Basic ", "Bearer ", "", "X "]))
def test_no_credential_is_ever_shown(kind: str, secret: str, scheme: str) -> None:
    """For any header, all texts are constants of the module."""
    for header in (scheme + secret, basic(secret)):
        for each in judge_auth(kind, header, "us"):
            plain = [*judge_auth(kind, "Bearer None"), *judge_auth(kind, "x"), *judge_auth(kind, "x y")]
            plain += [*judge_auth(kind, "Bearer q"), *judge_auth(kind, basic("a:b")), *judge_auth(kind, basic(":"))]
            plain += [*judge_auth(kind, "Basic *"), *judge_auth(kind, None)]
            assert each.rule == "wrong-region" or each in plain


def test_credentials_in_a_url_are_a_header() -> None:
    """Clients make a Basic header from user:password@ in a URL."""
    assert from_url("site:key") == basic("site:key")


def test_service_accounts_are_recognised() -> None:
    """A token of a service account begins with sa_live_."""
    assert [service_account(text) for text in ("Bearer sa_live_x", "bearer sa_live_", "Bearer key", None)] == [
        True,
        True,
        False,
        False,
    ]
