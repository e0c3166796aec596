"""Settings, the command, and the promises of the outbox."""

from __future__ import annotations

import pytest
from signup import ulid
from signup.__main__ import main
from signup.settings import REQUIRED, Settings, SettingsError

ENVIRONMENT = {
    "CUSTOMERIO_SITE_ID": "5f2a9c81d37be604",
    "CUSTOMERIO_TRACK_API_KEY": "9d1c7e5b3a2f48606c4e",
    "CUSTOMERIO_APP_API_KEY": "b7e0c94f1d6a52837f0d",
    "CUSTOMERIO_REGION": "eu",
    "CUSTOMERIO_RECEIPT_MESSAGE": "receipt",
    "SIGNUP_DATABASE": "unused.db",
}


@pytest.mark.parametrize("name", REQUIRED)
def test_each_unset_variable_is_named(name):
    """Without a variable the service does not start; the error says where its value is found."""
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({**ENVIRONMENT, name: " "})


def test_a_region_is_us_or_eu():
    """A mistyped region is refused, because it would send personal data to the other continent."""
    with pytest.raises(SettingsError, match="us or eu"):
        Settings.from_environment({**ENVIRONMENT, "CUSTOMERIO_REGION": "EUROPE"})


def test_keys_do_not_show_in_the_text_of_the_settings():
    """The repr of the settings has no key, because settings may be logged."""
    assert ENVIRONMENT["CUSTOMERIO_APP_API_KEY"] not in repr(Settings.from_environment(ENVIRONMENT))


def test_ulids_sort_by_time():
    """A ULID has twenty-six characters without I, L, O and U, and sorts by time."""
    first, later = ulid.new(1_700_000_000), ulid.new(1_700_000_001)
    assert first < later
    assert len(first) == 26
    assert not set(first + later) & set("ILOU")


def test_the_command_says_what_is_not_set(monkeypatch, capsys):
    """The command ends with exit code 2 and the names of the variables, without a traceback."""
    for name in REQUIRED:
        monkeypatch.delenv(name, raising=False)
    assert main(["deliver"]) == 2
    assert "CUSTOMERIO_SITE_ID" in capsys.readouterr().err


@pytest.mark.cio_contract
def test_from_sign_up_to_delivery_by_the_command(monkeypatch, tmp_path, capsys):
    """The commands of an operator work, from sign-up to delivery."""
    for name, value in {**ENVIRONMENT, "SIGNUP_DATABASE": str(tmp_path / "signup.db")}.items():
        monkeypatch.setenv(name, value)
    assert main(["sign-up", "ada@example.com"]) == 0
    person = capsys.readouterr().out.strip()
    assert main(["buy", person, "tea", "450"]) == 0
    assert main(["deliver"]) == 0
    assert main(["stuck"]) == 0
    assert main(["check"]) == 0
    assert main(["buy", "nobody", "tea", "450"]) == 1
    assert capsys.readouterr().out == ""
