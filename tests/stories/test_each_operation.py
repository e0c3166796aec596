"""`cio_errors(operations="each")`: the cases run once for each operation that the test sends."""

from __future__ import annotations

import json

import pytest

from tests.stories.conftest import Story, closing, short_summary, table

CRM = """
    import crm


    def sign_up(user):
        crm.identify(user, plan="pro").raise_for_status()
        try:
            crm.event(user, "signed up").raise_for_status()
        except Exception:
            pass
    """
TEST = """
import pytest

from signup import sign_up


@pytest.mark.cio_errors("404-not-found", "403", {more}raises=Exception)
def test_sign_up():
    sign_up("42")
"""
EACH = TEST.format(more='operations="each", ')
IDENTIFY, EVENT = "test_app.py::test_sign_up[{}]", "test_app.py::test_sign_up[{}:track.event]"
CACHED = ("-p", "cacheprovider")


@pytest.fixture
def project(story: Story) -> Story:
    """An application that identifies and then tracks, and swallows each error of the second call."""
    story.file("signup.py", CRM)
    return story


def ran(result: pytest.RunResult) -> list[str]:
    """The items that ran, with their outcome, in order."""
    return [" ".join(line.split()[:2]) for line in result.outlines if line.startswith("test_app.py::")]


def with_cache(project: Story, *args: str) -> pytest.RunResult:
    """Run pytest with its cache; a story runs without it."""
    plugins = ("-p", "no:customerio", "-p", "pytest_customerio.plugin")
    return project.pytester.runpytest_inprocess(*plugins, *args)


def test_a_bare_mark_says_that_the_first_call_only_meets_the_errors(project: Story) -> None:
    """The second call swallows every error, and the run is green: it names the call and the mark that reaches it."""
    project.file("signup.py", CRM.replace('crm.identify(user, plan="pro")', "crm.retrying(lambda: crm.identify(user))"))
    result = project.run(TEST.format(more="").replace('"404-not-found", "403"', '"429-rate-limited"'), "--cio-contract")
    result.assert_outcomes(passed=2)
    assert {name: row["429"] for name, row in table(result).items()} == {"track.event": "-", "track.identify": "ok"}
    mark = '@pytest.mark.cio_errors("429-rate-limited", operations="each", raises=Exception)'
    assert closing(result).split("\n\n")[1:] == [
        "- not tried\nlooked at: 8 requests in 2 tests",
        "met no error: 1 of 2 call sites\n"
        "  track.event at crm.py:18 in event\n"
        f"    test_app.py::test_sign_up meets each error in its first call only: {mark}",
        "next: no error was replayed to track.event: mark a test that sends it @pytest.mark.cio_errors\n",
    ]


def test_each_operation_meets_each_case(project: Story) -> None:
    """One more item for each further operation runs after that of the case. The fault in the second call is found."""
    result = project.run(EACH, "-v")
    assert ran(result) == [
        IDENTIFY.format("404-not-found") + " PASSED",
        EVENT.format("404-not-found") + " FAILED",
        IDENTIFY.format("403-forbidden") + " PASSED",
        EVENT.format("403-forbidden") + " FAILED",
    ]
    assert {name: (row["403"], row["404"]) for name, row in table(result).items()} == {
        "track.event": ("FAIL", "FAIL"),
        "track.identify": ("ok", "ok"),
    }
    assert short_summary(result)[0].startswith(f"FAILED {EVENT.format('404-not-found')}")


def test_the_next_run_collects_what_was_found(project: Story) -> None:
    """It is in pytest's cache, so that the items are selected like others, with `--lf` too."""
    project.file("test_app.py", EACH)
    with_cache(project)
    assert ran(with_cache(project, "-v"))[2:] == [
        EVENT.format("404-not-found") + " FAILED",
        EVENT.format("403-forbidden") + " FAILED",
    ]
    assert ran(with_cache(project, "-v", "--lf")) == [
        EVENT.format("404-not-found") + " FAILED",
        EVENT.format("403-forbidden") + " FAILED",
    ]
    one = with_cache(project, "-v", EVENT.format("403-forbidden"))
    assert ran(one) == [EVENT.format("403-forbidden") + " FAILED"]


def test_over_workers(project: Story) -> None:
    """The first run finds the operations in each worker, the second gets them from the controller."""
    pytest.importorskip("xdist")
    project.file("test_app.py", EACH)
    for _ in range(2):
        with_cache(project, "-p", "xdist.plugin", "-n2").assert_outcomes(passed=2, failed=2)
    result = with_cache(project, "-p", "xdist.plugin", "-n2", "--lf")
    failed = sorted(EVENT.format(case) for case in ("404-not-found", "403-forbidden"))
    assert sorted(text.split()[1] for text in short_summary(result)) == failed


def test_an_operation_that_the_test_sends_no_more(project: Story) -> None:
    """Its items are skipped and named, and the next run does not collect them. A new operation is found at once."""
    project.file("test_app.py", EACH)
    with_cache(project)
    project.file("signup.py", CRM.replace('crm.event(user, "signed up")', "crm.identify(user, seen=1)"))
    result = with_cache(project, "-v", "-rs")
    assert ran(result)[2:] == [EVENT.format("404-not-found") + " SKIPPED", EVENT.format("403-forbidden") + " SKIPPED"]
    why = "404-not-found: track.event was sent by an earlier run of this test, and not by this one"
    assert any(line.endswith(why) for line in result.outlines)
    gone = "not sent any more: track.event by test_app.py::test_sign_up (the next run leaves out its items)\n"
    assert gone in closing(result)
    assert len(ran(with_cache(project, "-v"))) == 2
    project.file("signup.py", CRM)
    assert len(ran(with_cache(project, "-v"))) == 4


@pytest.mark.parametrize("text", ["[]", "{", '{"a": 1, "test_app.py::test_sign_up[]": [1, "track.identify"]}'])
def test_a_cache_that_cannot_be_read(project: Story, text: str) -> None:
    """It counts as empty, as far as it cannot be read."""
    project.file("test_app.py", EACH)
    project.file(".pytest_cache/v/customerio/operations", text)
    with_cache(project).assert_outcomes(passed=2, failed=2)
    written = json.loads((project.path / ".pytest_cache/v/customerio/operations").read_text())
    assert written["test_app.py::test_sign_up[]"] == ["track.identify", "track.event"]


def test_parameters_classes_and_unittest(project: Story) -> None:
    """What a test sends may depend on its parameters. An instance is new for each item, also of a TestCase."""
    project.file(
        "test_app.py",
        """
        import unittest

        import crm
        import pytest
        from signup import sign_up

        pytestmark = pytest.mark.cio_errors("404-not-found", operations="each", raises=Exception)

        def only_event(user):
            crm.event(user, "a").raise_for_status()

        @pytest.mark.parametrize("call", [sign_up, only_event], ids=["both", "one"])
        def test_parameters(call):
            call("42")

        class TestClass:
            fresh = True

            def test_method(self):
                assert self.fresh
                self.fresh = False
                sign_up("42")

        class TestCase(unittest.TestCase):
            def setUp(self):
                assert not hasattr(self, "used")
                self.used = True

            def test_old(self):
                sign_up("42")
        """,
    )
    first, second = ran(with_cache(project, "-v")), ran(with_cache(project, "-v"))
    assert first == [
        "test_app.py::test_parameters[404-not-found-both] PASSED",
        "test_app.py::test_parameters[404-not-found:track.event-both] FAILED",
        "test_app.py::test_parameters[404-not-found-one] PASSED",
        "test_app.py::TestClass::test_method[404-not-found] PASSED",
        "test_app.py::TestClass::test_method[404-not-found:track.event] FAILED",
        "test_app.py::TestCase::test_old[404-not-found] PASSED",
        "test_app.py::TestCase::test_old[404-not-found:track.event] FAILED",
    ]
    assert sorted(second) == sorted(first)


def test_a_test_that_expects_the_error(project: Story) -> None:
    """It fails in the run that finds its operations, where no error comes; nothing of that run is reported."""
    result = project.run(
        """
        import pytest
        from signup import sign_up

        @pytest.fixture
        def user(request):
            print("made")
            yield "42"
            raise RuntimeError(request.node.name) if request.node.name.endswith(":]") else StopIteration

        @pytest.mark.cio_errors("404-not-found", operations="each")
        def test_expects(cio_error):
            with pytest.raises(Exception):
                sign_up("42")
            assert cio_error.id == "404-not-found"
        """,
        "-v",
    )
    assert ran(result)[0] == "test_app.py::test_expects[404-not-found] PASSED"
    result.assert_outcomes(passed=1, failed=1)


def test_what_a_thread_or_a_task_sends_is_found(project: Story) -> None:
    """The run that finds the operations waits for what the test started, as while an error is replayed."""
    result = project.run(
        """
        import asyncio
        import threading

        import crm
        import pytest

        def send():
            crm.event("42", "purchase")

        @pytest.mark.cio_errors("404-not-found", operations="each", raises=Exception)
        def test_thread():
            crm.identify("42").raise_for_status()
            threading.Thread(target=send).start()

        @pytest.fixture
        def loop():
            made = asyncio.new_event_loop()
            yield made
            made.close()

        @pytest.mark.cio_errors("404-not-found", operations="each", raises=Exception)
        def test_task(loop):
            async def main():
                async def later():
                    await asyncio.sleep(0)
                    send()

                crm.identify("42").raise_for_status()
                tasks.append(loop.create_task(later()))

            tasks = []
            loop.run_until_complete(main())
        """,
        "-v",
    )
    assert [text.partition("::")[2] for text in ran(result)] == [
        "test_thread[404-not-found] PASSED",
        "test_thread[404-not-found:track.event] FAILED",
        "test_task[404-not-found] PASSED",
        "test_task[404-not-found:track.event] FAILED",
    ]


def test_a_run_that_only_sets_up_calls_no_test(project: Story) -> None:
    """`--setup-plan` and `--setup-only` show fixtures."""
    result = project.run(EACH + "    raise AssertionError\n", "--setup-plan")
    assert result.ret == 0
    assert "test_sign_up[404-not-found]" in result.stdout.str()


def test_a_test_that_sends_nothing(project: Story) -> None:
    """It fails as with a bare mark; so does one whose setup fails."""
    result = project.run(
        """
        import pytest

        @pytest.fixture
        def broken():
            raise RuntimeError("no database")

        @pytest.mark.cio_errors("404-not-found", operations="each")
        def test_nothing():
            pass

        @pytest.mark.cio_errors("404-not-found", operations="each")
        def test_broken(broken):
            pass
        """
    )
    result.assert_outcomes(failed=1, errors=1)


def test_it_stops_at_the_first_failure(project: Story) -> None:
    """With `-x` no item follows the first that failed."""
    result = project.run(EACH, "-v", "-x")
    assert ran(result) == [IDENTIFY.format("404-not-found") + " PASSED", EVENT.format("404-not-found") + " FAILED"]


def test_an_operation_that_cannot_draw_the_case_has_no_item(project: Story) -> None:
    """`400-event-name-too-long` is for events only, so its one item is for the event."""
    result = project.run(EACH.replace('"404-not-found", "403"', '"400-event-name-too-long"'), "-v")
    assert ran(result) == [IDENTIFY.format("400-event-name-too-long") + " FAILED"]
    assert table(result)["track.event"]["400"] == "FAIL"


def test_only_the_mark_takes_each(project: Story) -> None:
    """`cio.replay` starts one case, so the operations are named."""
    result = project.run("def test_it(cio):\n    cio.replay('404', operations='each')\n")
    result.stdout.fnmatch_lines(["""*cio.replay('404'): operations="each" is for the mark; name the operations"""])
