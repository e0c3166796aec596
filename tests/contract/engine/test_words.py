"""Words of the contracts may be shown; words that may be somebody's name may not."""

from __future__ import annotations

from pytest_customerio.contract.engine.words import words


def test_words_of_the_contracts() -> None:
    """Words of members, enumerations, hints and errors are known, those that developers take for them too."""
    assert {"person", "identify", "event", "user", "user_id", "phone", "clicked"} <= words()


def test_no_names() -> None:
    """Names of people, as examples and tests have them, are not known."""
    assert not words() & {"ada", "jane", "joe", "zelda", "lovelace", "anna", "peter", "maria", "smith", "gold", "acme"}
