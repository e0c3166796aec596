"""The API keys of a sandbox."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.keys import Keys


def test_keys_are_new_each_time_unless_there_is_a_seed() -> None:
    """Keys are random, and equal for an equal seed; all five differ."""
    assert Keys.create() != Keys.create()
    seeded = Keys.create("team")
    assert seeded == Keys.create("team") != Keys.create("other")
    assert len({seeded.site_id, seeded.track, seeded.app, seeded.pipelines, seeded.restricted}) == 5


def test_the_environment() -> None:
    """The environment variables have the names that applications use."""
    keys = Keys.create("team")
    assert keys.environ() == {
        "CUSTOMERIO_SITE_ID": keys.site_id,
        "CUSTOMERIO_API_KEY": keys.track,
        "CUSTOMERIO_APP_API_KEY": keys.app,
        "CUSTOMERIO_WRITE_KEY": keys.pipelines,
        "CUSTOMERIO_RESTRICTED_APP_API_KEY": keys.restricted,
        "CUSTOMERIO_WEBHOOK_SIGNING_KEY": keys.webhook,
    }


def test_a_call_without_auth() -> None:
    """An operation without authentication is open to everybody."""
    assert Keys.create().access("none", None) == "granted"
