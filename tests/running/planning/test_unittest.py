"""One item per error case of a test method of unittest."""

from __future__ import annotations

from types import MappingProxyType, SimpleNamespace

import pytest

from pytest_customerio.running.planning.unittest import case_of, expand, key_of, operation_of

PLUGIN = ("-p", "no:customerio", "-p", "no:cacheprovider")
TESTS = """
import pytest
import unittest

NAMES = []

class TestCase(unittest.TestCase):
    @pytest.mark.cio_errors
    def test_marked(self):
        NAMES.append(self.id().rpartition(".")[2])

    def test_bare(self):
        pass

@pytest.mark.cio_errors
class Other:
    pass
"""


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def collected(pytester: pytest.Pytester) -> pytest.CollectReport:
    """What pytest collects of the test case."""
    pytester.makeini("[pytest]\nmarkers = cio_errors: x")
    module = pytester.getmodulecol(TESTS)
    (case,) = [one for one in module.collect() if one.name == "TestCase"]
    assert isinstance(case, pytest.Collector)
    return pytest.CollectReport("x", "passed", None, list(case.collect()))


def test_a_marked_method_becomes_one_item_per_case(pytester: pytest.Pytester) -> None:
    """The cases are those of the mark; other methods stay one item without case."""
    report, asked = collected(pytester), list[tuple[object, ...]]()

    def cases(nodeid: str, args: object, kwargs: object) -> tuple[str, ...]:
        asked.append((nodeid.partition("::")[2], args, kwargs))
        return ("429-a", "500-b")

    expand(report, cases)
    assert [(one.name, case_of(one)) for one in report.result] == [
        ("test_bare", None),
        ("test_marked[429-a]", "429-a"),
        ("test_marked[500-b]", "500-b"),
    ]
    assert asked == [("TestCase::test_marked", (), {})]
    assert report.result[1].nodeid.endswith("TestCase::test_marked[429-a]")


def test_a_mark_without_cases_leaves_the_item(pytester: pytest.Pytester) -> None:
    """The mistake in the mark is reported elsewhere."""
    report = collected(pytester)
    before = list(report.result)
    expand(report, lambda *_: ())
    assert report.result == before


def test_what_is_no_function_is_left_alone() -> None:
    """A collector that bears the mark has no cases."""

    class Collector:
        def get_closest_marker(self, name: str) -> pytest.Mark:
            return pytest.mark.cio_errors("429").mark

    report = pytest.CollectReport("x", "passed", None, [Collector()])  # type: ignore[list-item]
    expand(report, lambda *_: ("429",))
    assert len(report.result) == 1


@pytest.mark.parametrize(
    ("nodeid", "key"),
    [
        ("t.py::t[429]", "t.py::t[]"),
        ("t.py::T::t[a]b-429-c]", "t.py::T::t[a]b--c]"),
        ("t.py::t[429-free]@group", "t.py::t[-free]"),
    ],
)
def test_the_key_of_a_test_has_its_parameters_and_no_case(nodeid: str, key: str) -> None:
    """The group that `--dist loadgroup` of pytest-xdist adds to a node id is no part of it."""
    assert key_of(SimpleNamespace(nodeid=nodeid, cio_case="429")) == key  # type: ignore[arg-type]


def test_the_case_of_a_parametrized_function() -> None:
    """A function's case is its parameter; without one there is no case."""

    class Spec:
        params = MappingProxyType({"_cio_case": "429"})

    class Item:
        callspec = Spec()

    assert case_of(Item()) == "429"  # type: ignore[arg-type]
    assert case_of(object()) is None  # type: ignore[arg-type]


def test_unittest_runs_the_method_under_its_own_name(pytester: pytest.Pytester) -> None:
    """The item has the case in its name before and after the run, also if the method fails."""
    pytester.makepyfile(
        test_app="""
        import unittest
        import pytest

        class TestCase(unittest.TestCase):
            @pytest.mark.cio_errors("429-rate-limited-persists", "500-server-error-persists")
            def test_name(self):
                print(self.id())
                self.fail()
        """
    )
    result = pytester.runpytest_inprocess(*PLUGIN, "-p", "pytest_customerio.plugin", "-rf", "-s")
    failed = [text.split()[1] for text in result.outlines if text.startswith("FAILED")]
    assert failed == [
        f"test_app.py::TestCase::test_name[{case}]"
        for case in ("429-rate-limited-persists", "500-server-error-persists")
    ]
    assert result.stdout.str().count("test_app.TestCase.test_name\n") == 2


def test_the_operation_of_an_item() -> None:
    """It stands behind the case; an item of a case alone is for any operation."""
    items = [SimpleNamespace(cio_case=word) for word in ("429:track.event", "429", None)]
    assert [(case_of(one), operation_of(one)) for one in items] == [("429", "track.event"), ("429", ""), (None, "")]  # type: ignore[arg-type]
