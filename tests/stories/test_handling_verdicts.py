"""Who logged, what Celery runs again, what was taken, and what Hypothesis repeats."""

from __future__ import annotations

import pytest
from conftest import Story, failure

CELERY = """
import crm
from celery import Celery

app = Celery("shop", broker="memory://", backend="cache+memory://", set_as_current=False)
app.conf.update(task_always_eager=True, SETTINGS)


class NotDelivered(Exception):
    pass


def put():
    answer = crm.identify(42, email="ada@example.com")
    if answer.status_code != 200:
        raise NotDelivered(answer.status_code) from None


@app.task(autoretry_for=(NotDelivered,), retry_backoff=60, max_retries=5)
def by_itself(email):
    put()


@app.task(bind=True, max_retries=5)
def by_hand(task, email):
    try:
        put()
    except NotDelivered as error:
        raise task.retry(exc=error, countdown=60 * 2**task.request.retries)


@app.task
def never(email):
    put()
"""
SETTINGS = ("", "task_store_eager_result=True", "task_acks_late=True", "task_eager_propagates=True")


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_celery_task_that_is_run_again(story: Story, setting: str) -> None:
    """In no eager mode is Celery's `Retry` an exception that the test has to declare; a retry of a 401 is blind."""
    story.file("shop.py", CELERY.replace("SETTINGS", setting))
    rows = story.report(
        """
        import pytest
        import shop

        @pytest.mark.cio_errors("429-rate-limited-recovers", "401-unauthorized")
        @pytest.mark.parametrize("task", ["by_itself", "by_hand"])
        def test_it(task):
            getattr(shop, task).delay("x")
        """
    )["tests"]
    again = "deferred" if "propagates" in setting else "recovered"
    transient = [row for row in rows if row["case"].startswith("429")]
    assert [(row["outcome"], row["violations"]) for row in transient] == [(again, [])] * 2
    permanent = [{one["rule"] for one in row["violations"]} for row in rows if row["case"].startswith("401")]
    assert all("blind-retry" in rules for rules in permanent)
    assert len(permanent) == 2


def test_what_celery_logs_of_a_task(story: Story) -> None:
    """The arguments in a record of Celery are a warning that names logger and attribute."""
    story.file("shop.py", CELERY.replace("SETTINGS", ""))
    result = story.run(
        """
        import pytest
        import shop

        @pytest.mark.cio_errors("401-unauthorized", raises=shop.NotDelivered)
        def test_it():
            shop.never.delay("ada@example.com")
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*e-mail, phone or payload value in celery.app.trace at ERROR, its data.args*"])


def test_only_the_application_s_own_log_counts(story: Story) -> None:
    """`best_effort` takes a record of a retry library only where it was written to a logger of the application."""
    result = story.run(
        """
        import logging
        import sys

        import crm
        import pytest
        import tenacity

        best_effort = pytest.mark.cio_errors("503-unavailable-persists", best_effort=True)
        own = logging.getLogger("shop")

        class NotDelivered(Exception):
            pass

        def put():
            if crm.identify(42, plan="basic").status_code != 200:
                raise NotDelivered

        def swallow(call, then=lambda: None):
            try:
                call()
            except (NotDelivered, tenacity.RetryError):
                then()

        def retried(logger):
            return tenacity.retry(
                stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_exponential(),
                before_sleep=tenacity.before_sleep_log(logger, logging.WARNING))(put)

        @best_effort
        def test_silent(): swallow(put)

        @best_effort
        def test_root(): swallow(retried(logging.getLogger()))

        @best_effort
        def test_before():
            own.warning("sending")
            swallow(put)

        @best_effort
        def test_done():
            def signup():
                swallow(put)
                print("done")
            signup()

        @best_effort
        def test_logged(): swallow(put, lambda: own.warning("lost"))

        @best_effort
        def test_own_logger(): swallow(retried(own))

        @best_effort
        def test_printed(): swallow(put, lambda: print("lost"))

        @best_effort
        def test_to_stderr(): swallow(put, lambda: print("lost", file=sys.stderr))

        @best_effort
        @pytest.mark.parametrize("library", ["loguru", "structlog"])
        def test_by_a_library_for_logs(library):
            log = pytest.importorskip(library)
            if crm.identify(42, plan="basic").status_code != 200:
                (log.logger if library == "loguru" else log.get_logger()).warning("lost")
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=6, failed=4)
    got = [failure(result, f"{name}[503-unavailable-persists]") for name in ("test_silent", "test_root", "test_done")]
    assert ["not even logged" in text for text in got] == [True, False, False]
    assert "logged by a library only (WARNING root)" in got[1]
    assert "only printed" in got[2]


def test_what_was_taken_is_not_lost(story: Story) -> None:
    """A body that nobody reads may be useless or break off; what is read and cannot be is a warning on Track."""
    result = story.run(
        """
        import crm
        import pytest

        taken = pytest.mark.cio_errors("truncated-body-persists", "accepted-then-reset-persists", raises=OSError)

        @taken
        def test_swallowed():
            try:
                crm.identify(42, plan="basic")
            except OSError:
                pass

        @pytest.mark.cio_errors("200-not-json")
        def test_unread():
            assert crm.identify(42, plan="basic").status_code == 200

        @pytest.mark.cio_errors("200-not-json")
        def test_read():
            try:
                crm.identify(42, plan="basic").json()
            except ValueError:
                pass
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=4)
    assert result.stdout.str().count("[outcome]") == 1


def test_examples_of_hypothesis_are_no_retries(story: Story) -> None:
    """Each example meets the case anew, and is judged alone."""
    result = story.run(
        """
        import crm
        import pytest
        from hypothesis import assume, given, settings, strategies

        class NotDelivered(Exception):
            pass

        def put():
            if crm.identify(42, plan="basic").status_code != 200:
                raise NotDelivered

        def examples(test):
            return settings(max_examples=10, database=None, deadline=None)(given(strategies.integers(1, 20))(test))

        mark = pytest.mark.cio_errors("401-unauthorized", raises=NotDelivered)

        @mark
        @examples
        def test_raised(number):
            assume(number > 5)
            put()

        @mark
        @examples
        def test_swallowed(number):
            try:
                put()
            except NotDelivered:
                pass

        @mark
        @examples
        def test_nothing_sent(number): pass
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=1, failed=2)
    assert "lost, 1 attempt" in failure(result, "test_swallowed[401-unauthorized]")
    assert "nothing was sent" in failure(result, "test_nothing_sent[401-unauthorized]")
    assert "blind-retry" not in result.stdout.str()


def test_the_debugger_stops_in_the_test(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --pdb our failure leads to the line of the test that sent, with its variables."""
    stopped: list[tuple[str, int, dict[str, object]]] = []

    def post_mortem(given: object) -> None:
        trace = getattr(given, "__traceback__", given)  # pytest gives the exception itself from Python 3.13 on
        while (inner := trace.tb_next) is not None:  # type: ignore[attr-defined]
            trace = inner
        frame = trace.tb_frame  # type: ignore[attr-defined]
        stopped.append((frame.f_code.co_name, trace.tb_lineno, dict(frame.f_locals)))  # type: ignore[attr-defined]

    monkeypatch.setattr("_pytest.debugging.post_mortem", post_mortem)
    result = story.run(
        """
        import crm

        def test_it():
            name = ""
            crm.event(42, name)
            done = True
        """,
        "--cio-contract",
        "--pdb",
    )
    result.assert_outcomes(failed=1)
    assert stopped == [("test_it", 6, {"name": "", "done": True})]
