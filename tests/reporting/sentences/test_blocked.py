"""The texts about what took the requests in the place of an error case."""

from __future__ import annotations

from pytest_customerio.reporting.sentences.blocked import named


class Fake:
    """As a test puts it in the place of a client."""

    def post(self) -> None:
        """As a client's."""


def test_what_stands_in_the_place_of_a_function() -> None:
    """A function, a class and an object of one have a place in the code; what is written in C has none."""
    at = Fake.post.__code__.co_firstlineno
    assert named(Fake.post) == f"Fake.post (test_blocked.py:{at})"
    assert named(Fake) == named(Fake()) == f"Fake (test_blocked.py:{at})"
    assert named(dict) == named({}) == "dict"
