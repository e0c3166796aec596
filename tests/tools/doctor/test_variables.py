"""Checks the variables for keys. No text repeats a value."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_customerio.tools.doctor.diagnosis import as_text
from pytest_customerio.tools.doctor.variables import check_variables

GOOD = {
    "CUSTOMERIO_SITE_ID": "a1" * 10,
    "CUSTOMERIO_API_KEY": "b2" * 10,
    "CUSTOMERIO_APP_API_KEY": "c3" * 16,
    "CUSTOMERIO_WRITE_KEY": "d4" * 10,
    "CUSTOMERIO_REGION": "eu",
}


def states(**changed: str) -> dict[str, tuple[str, str]]:
    return {one.check: (one.state, one.seen) for one in check_variables({**GOOD, **changed})}


def test_all_is_well() -> None:
    """Each variable that is in order is reported with the kind of its key."""
    assert list(states().values()) == [
        ("ok", "set; Site ID"),
        ("ok", "set; Track API key"),
        ("ok", "set; App API key"),
        ("ok", "set; Pipelines write key"),
        ("ok", "eu"),
    ]


def test_nothing_is_set() -> None:
    """Missing keys of Track are problems; other missing keys are notes with their use."""
    found = check_variables({})
    assert [(one.state, one.seen) for one in found] == [
        ("problem", "not set; it is needed for Track"),
        ("problem", "not set; it is needed for Track"),
        ("note", "not set; it is needed for sends and look-ups"),
        ("note", "not set; it is needed for Pipelines"),
        ("ok", "not set: us"),
    ]
    assert found[0].todo == "set it to the Site ID: Settings > Account settings > API credentials"


@pytest.mark.parametrize(
    "given", ["None", "xxx", "your_api_key", "<track key>", "${KEY}", "{{ key }}", "changeme", "***", "short"]
)
def test_placeholders(given: str) -> None:
    """A placeholder from an example is a problem."""
    assert states(CUSTOMERIO_API_KEY=given)["CUSTOMERIO_API_KEY"] == ("problem", "holds a placeholder")


@pytest.mark.parametrize("given", [" " + "b2" * 10, "b2" * 10 + "\n", '"' + "b2" * 10 + '"', "'" + "b2" * 10])
def test_spaces_and_quotes(given: str) -> None:
    """A space or a quote at either end is a problem: it is sent as a part of the key."""
    assert states(CUSTOMERIO_API_KEY=given)["CUSTOMERIO_API_KEY"] == (
        "problem",
        "begins or ends with a space or a quote",
    )


def test_keys_of_another_kind() -> None:
    """A key of the App API in the variable for Track is a problem, and the reverse."""
    assert states(CUSTOMERIO_API_KEY="e5" * 16)["CUSTOMERIO_API_KEY"] == (
        "problem",
        "reads like another key: App API key",
    )
    found = states(CUSTOMERIO_APP_API_KEY="e5" * 10)["CUSTOMERIO_APP_API_KEY"]
    assert found == ("problem", "reads like another key: Track API key")


def test_one_key_under_two_names() -> None:
    """The second variable with the same value is a problem."""
    found = check_variables({**GOOD, "CUSTOMERIO_API_KEY": GOOD["CUSTOMERIO_SITE_ID"]})
    assert [one.seen for one in found if one.state == "problem"] == ["holds the same as CUSTOMERIO_SITE_ID"]


def test_other_names_and_regions() -> None:
    """Other names of a variable are read as well; an unknown region is reported under the name that has it."""
    environ = {"CUSTOMERIO_TRACK_API_KEY": "x", "CIO_REGION": "asia", "CUSTOMERIO_REGION": ""}
    found = {one.check: one.seen for one in check_variables(environ)}
    assert found["CUSTOMERIO_TRACK_API_KEY"] == "holds a placeholder"
    assert found["CIO_REGION"] == "neither us nor eu"


def test_empty_variables() -> None:
    """A variable that is set to nothing is a problem of its own name, where it is needed."""
    assert states(CUSTOMERIO_SITE_ID="")["CUSTOMERIO_SITE_ID"] == ("problem", "set, but empty; it is needed for Track")
    found = {one.check: one.state for one in check_variables({"CIO_API_KEY": "", "CIO_WRITE_KEY": ""})}
    assert found["CIO_API_KEY"] == "problem"
    assert found["CIO_WRITE_KEY"] == "note"


def test_an_application_without_track() -> None:
    """Where only the App API or Pipelines has a key, a missing key of Track is a note: not every application needs it."""
    for name in ("CUSTOMERIO_APP_API_KEY", "CUSTOMERIO_WRITE_KEY"):
        found = check_variables({name: GOOD[name]})
        assert [one.state for one in found if one.check in ("CUSTOMERIO_SITE_ID", "CUSTOMERIO_API_KEY")] == ["note"] * 2
        half = check_variables({name: GOOD[name], "CUSTOMERIO_SITE_ID": GOOD["CUSTOMERIO_SITE_ID"]})
        assert [one.check for one in half if one.state == "problem"] == ["CUSTOMERIO_API_KEY"]


def test_two_variables_for_one_key() -> None:
    """A second variable for the same key is a note where its value differs, since the application reads only one."""
    found = states(CIO_SITE_ID="f6" * 10)
    assert found["CIO_SITE_ID"] == ("note", "set too, to another value than CUSTOMERIO_SITE_ID")
    assert "CIO_SITE_ID" not in states(CIO_SITE_ID=GOOD["CUSTOMERIO_SITE_ID"])


def test_a_private_key() -> None:
    """A private key may be in the variables of several APIs, because it opens all of them."""
    one = "sk_" + "g7" * 12
    assert [state for state, _ in states(CUSTOMERIO_API_KEY=one, CUSTOMERIO_APP_API_KEY=one).values()] == ["ok"] * 5


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*GOOD]), st.text(min_size=9, alphabet="QZ€+/="), min_size=1))
def test_no_value_is_ever_shown(environ: dict[str, str]) -> None:
    """No value is ever in the text, whatever the values are."""
    shown = as_text(check_variables(environ), "nobody")
    assert [one for one in environ.values() if one in shown] == []
