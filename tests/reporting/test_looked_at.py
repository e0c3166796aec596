"""What a run looked at."""

from __future__ import annotations

from resulting import seen

from pytest_customerio.reporting.looked_at import LookedAt, looked_at, named

MOCKED = "arguments that cannot be known later, such as mocks"


def test_requests_and_calls_of_mocks_are_counted_with_their_tests() -> None:
    """A call that is not judged was heard, and is counted by its reason."""
    found = looked_at(
        {
            "t.py::sends": seen(requests=3),
            "t.py::both": seen(calls=2, unjudged={MOCKED: 1}, places={MOCKED: "crm.py:9 in buy"}),
            "t.py::mocks": seen(requests=0, calls=1, unjudged={MOCKED: 1, "busy": 1}, places={MOCKED: "crm.py:7 in f"}),
        }
    )
    assert found.lines() == [
        "looked at: 4 requests in 2 tests, 3 calls heard through mocks or fakes in 2 tests",
        "not judged: 3 calls",
        f"  2 × {MOCKED} (first at crm.py:9 in buy)",
        "  1 × busy",
    ]
    assert found.document() == {
        "tests": 2,
        "requests": 4,
        "tests_with_mocks": 2,
        "mock_calls": 3,
        "not_judged": {MOCKED: 2, "busy": 1},
        "sent_nothing": [],
    }


def test_only_what_there_is_gets_a_line() -> None:
    """Without requests or mocks these words are left out; without anything there is no line."""
    assert looked_at({"t.py::t": seen(requests=1)}).lines() == ["looked at: 1 request in 1 test"]
    assert looked_at({"t.py::t": seen(requests=0, calls=1)}).lines() == [
        "looked at: 1 call heard through mocks or fakes in 1 test"
    ]
    assert looked_at({"t.py::t": seen(requests=0, calls=3, without_keys=2)}).lines() == [
        "looked at: 3 calls heard through mocks or fakes in 1 test, 2 with keys that are not known and not judged"
    ]
    assert LookedAt().lines() == []
    assert not LookedAt().anything


def test_tests_that_used_customer_io_and_sent_nothing_are_named() -> None:
    """A test that used an SDK or a client and sent something is none of them; of many the first are named."""
    quiet = {f"t.py::t{n}": seen(requests=0, heard=0, used="customerio.CustomerIO.track") for n in range(5)}
    found = looked_at({"t.py::sends": seen(used="requests"), **quiet})
    track = "(customerio.CustomerIO.track)"
    assert found.lines() == [
        "looked at: 1 request in 1 test",
        f"used Customer.io and sent it nothing: 5 tests: t.py::t0 {track}, t.py::t1 {track}, t.py::t2 {track} and 2 more",
    ]
    assert found.document()["sent_nothing"][4] == {"nodeid": "t.py::t4", "used": "customerio.CustomerIO.track"}


def test_names_are_bounded() -> None:
    """All names, or the first and how many more."""
    assert named(["a", "b", "c"]) == "a, b, c"
    assert named(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
