"""The credentials of a request are found in each form in which they may leak."""

from __future__ import annotations

import base64

import pytest

from pytest_customerio.core.credentials import credentials

KEY = "track-key-1234"


def encoded(text: str) -> str:
    """As base64."""
    return base64.b64encode(text.encode()).decode()


def test_a_password_is_found_in_a_basic_header() -> None:
    """The header, the token, user and password together, and the password, also URL-quoted and as base64."""
    token = encoded(f"site-1234:{KEY}/+")
    found = credentials({"authorization": f"Basic {token}"})
    expected = {f"Basic {token}", token, f"site-1234:{KEY}/+", f"{KEY}/+", f"{KEY}%2F%2B", encoded(f"{KEY}/+")}
    assert expected <= set(found)
    assert "site-1234" not in found
    assert len(found) == len(set(found))


def test_a_user_without_a_password_is_the_secret() -> None:
    """Pipelines sends its write key as the user."""
    assert "write-key-12345" in credentials({"authorization": "Basic " + encoded("write-key-12345:")})


def test_a_bearer_token_is_found() -> None:
    """A bearer token is found in the header, in that for a proxy, and in a header without a scheme."""
    assert KEY in credentials({"authorization": f"Bearer {KEY}"})
    assert {f"Bearer {KEY}/+", f"{KEY}%2F%2B", encoded(f"{KEY}/+")} <= set(
        credentials({"authorization": f"Bearer {KEY}/+"})
    )
    assert KEY in credentials({"proxy-authorization": f"Bearer {KEY}"})
    assert KEY in credentials({"authorization": KEY})


@pytest.mark.parametrize("header", ["", "Bearer x", "Basic !!!", "changeme", "placeholder"])
def test_texts_that_leak_nothing_are_left_out(header: str) -> None:
    """Short texts, placeholders, and text that is no base64 are no credentials."""
    assert not {"x", "changeme", "placeholder", ""} & set(credentials({"authorization": header}))


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({}, ()),
        ({"authorization": "k3y"}, ()),
        ({"authorization": "Bearer"}, ()),
        ({"authorization": "n4ked-t0ken"}, ("n4ked-t0ken", encoded("n4ked-t0ken"))),
        ({"content-type": "application/json"}, ()),
    ],
)
def test_odd_headers(headers: dict[str, str], found: tuple[str, ...]) -> None:
    """Nothing, too little, or a token without a scheme."""
    assert credentials(headers) == found


@pytest.mark.parametrize("token", ["!!!!", "a", "/w==", "Ä"])
def test_a_basic_token_that_cannot_be_decoded(token: str) -> None:
    """A token that is no base64 raises nothing."""
    assert isinstance(credentials({"authorization": f"Basic {token}"}), tuple)


@pytest.mark.parametrize(
    "word", ["api_key", "api-key", "APIKEY", "test-key", "secret_key", "password", "None", "key1", "xxxxxxxx"]
)
def test_everyday_words_are_no_secrets(word: str) -> None:
    """The word alone is not searched for; the header that carries it is."""
    header = "Basic " + encoded(f"site_id:{word}")
    found = credentials({"authorization": header})
    assert word not in found
    assert header in found


@pytest.mark.parametrize("word", ["test-key-1", "my-api-key", "s3cret", "abcdef"])
def test_anything_else_is_a_secret(word: str) -> None:
    """Test credentials are credentials, as long as they are not everyday words."""
    assert word in credentials({"authorization": "Basic " + encoded(f"site:{word}")})
