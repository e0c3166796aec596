"""All that the application logs, prints and warns of is observed, unchanged, and no canary is ever shown."""

# ruff: noqa: T201 - every way to print and to expect an exception is tested here

from __future__ import annotations

import importlib
import io
import logging
import re
import sys
import threading
import warnings

import pytest

from pytest_customerio.process.output.output import LIMIT, Watch, render

RAISES = type(pytest.raises(ValueError))


def log_of(watch):
    return [(line.level, line.logger, line.text) for line in watch.logs]


@pytest.fixture(autouse=True)
def _nothing_stays():
    """After every test nothing of the watch is left."""
    before = logging.Logger.callHandlers, RAISES.__exit__
    yield
    assert (logging.Logger.callHandlers, RAISES.__exit__) == before
    assert "write" not in vars(sys.stdout)
    assert "write" not in vars(sys.stderr)


@pytest.fixture
def logger():
    """A logger that does not propagate and has a handler of its own."""
    made = logging.Logger("app.crm")
    made.propagate = False
    made.addHandler(logging.StreamHandler(io.StringIO()))
    return made


# Logs.


def test_records_are_seen_whatever_their_level_and_propagation(logger):
    """Every record that a logger emits is rendered; those below its level are not emitted."""
    logger.setLevel(logging.DEBUG)
    with Watch() as watch:
        logger.debug("sent %s", "it")
        logger.log(35, "odd")
        logger.setLevel(logging.ERROR)
        logger.warning("not emitted")
        logger.disabled = True
        logger.error("nor this")
    logger.disabled = False
    logger.error("too late")
    assert log_of(watch) == [("DEBUG", "app.crm", "sent it"), ("Level 35", "app.crm", "odd")]
    assert watch.blind == []


def test_tracebacks_stacks_and_extras_are_rendered(logger):
    """Whatever a formatter may print is in the text."""
    with Watch() as watch:
        try:
            raise KeyError("inner") from ValueError("outer")
        except KeyError:
            logger.exception("failed", extra={"headers": {"authorization": "s3cret"}}, stack_info=True)
    (line,) = watch.logs
    for part in ("failed", "KeyError: 'inner'", "ValueError: outer", "Stack (most recent call last)", "s3cret"):
        assert part in line.text


def test_cached_traceback_text_is_taken():
    """The text of a traceback is observed where a queue handler dropped the exception and left the text."""
    record = logging.makeLogRecord({"msg": "x", "exc_text": "Traceback of old"})
    assert render(record) == "x\nTraceback of old"


def test_arguments_that_do_not_fit_are_shown_as_they_are():
    """A broken log call is still searched, as logging itself shows it."""
    record = logging.makeLogRecord({"msg": "x %d %d", "args": ("s3cret",)})
    assert render(record) == "x %d %d ('s3cret',)"


def test_values_that_cannot_be_printed_do_not_break_the_log_call(logger):
    """The application goes on, and so do later records."""

    class Unprintable:
        def __repr__(self):
            raise RuntimeError("no")

    with Watch() as watch:
        logger.warning("one", extra={"what": Unprintable()})
        logger.warning("two")
    assert [line.text for line in watch.logs] == ["two"]


def test_what_a_filter_redacts_is_redacted(logger):
    """Loggers' and handlers' filters count: what they remove is not written."""

    def redact(record):
        record.msg = record.msg.replace("s3cret", "***")
        return True

    logger.handlers[0].addFilter(redact)
    with Watch() as watch:
        logger.warning("key s3cret")
    assert [line.text for line in watch.logs] == ["key ***"]


def test_handlers_and_caplog_get_every_record_and_no_canary(caplog):
    """The watch takes nothing away and adds nothing."""
    caplog.set_level(logging.DEBUG)
    with Watch() as watch:
        logging.getLogger("app").info("hello")
    assert [record.getMessage() for record in caplog.records] == ["hello"]
    assert [line.text for line in watch.logs] == ["hello"]


def test_loggers_of_our_own_machinery_say_nothing(caplog):
    """vcrpy and we ourselves are no part of the application."""
    with Watch() as watch:
        logging.getLogger("vcr.cassette").warning("x")
        logging.getLogger("pytest_customerio.running.session").warning("x")
        logging.getLogger("vcrlike").warning("y")
    assert [line.logger for line in watch.logs] == ["vcrlike"]
    assert len(caplog.records) == 3


def test_a_logger_class_that_goes_around_is_blindness(monkeypatch):
    """A logger class that does not use `Logger.callHandlers` is not observed: the canary shows it."""

    class Around(logging.Logger):
        def handle(self, record):
            pass

    monkeypatch.setattr(logging, "_loggerClass", Around)
    with Watch() as watch:
        pass
    assert watch.blind == ["logs"]


def test_blindness_that_comes_later_is_noticed():
    """A test replaces the method of loggers while the case is replayed: the logs count as not observed."""
    patch = pytest.MonkeyPatch()
    with Watch() as watch:
        assert watch.blind == []
        patch.setattr(logging.Logger, "callHandlers", lambda logger, record: None)
    assert watch.blind == ["logs"]
    patch.undo()  # puts the function of a watch that is over back: it only passes records on
    assert watch._patches.standing(logging.Logger, "callHandlers")
    logging.getLogger("app").warning("heard by nobody")
    assert watch.logs == []
    watch._patches.undo()


# Output.


def test_output_is_seen_and_still_comes_out(capsys):
    """print, write and writelines on both streams are observed, and capsys reads the same text as without us."""
    with Watch() as watch:
        print("a", 1)
        sys.stdout.write("b\n")
        sys.stderr.writelines(["c", "d\n"])
        assert sys.stdout.write("four") == 4
    print("late")
    assert capsys.readouterr() == ("a 1\nb\nfourlate\n", "cd\n")
    assert watch.output == "a 1\nb\ncd\nfour"
    assert watch.blind == []


def test_a_stream_that_a_library_holds_is_observed(capsys):
    """A library that keeps the stream object of its import, as loguru does, is observed."""
    early = sys.stderr
    with Watch() as watch:
        print("from early", file=early)
        with capsys.disabled():
            pass
        print("after a pause", file=sys.stderr)
    assert watch.output == "from early\nafter a pause\n"


def test_a_wrong_write_raises_the_streams_error():
    """A value that is no text raises the stream's own error."""
    with Watch() as watch, pytest.raises(TypeError):
        sys.stdout.write(b"bytes")
    assert watch.output == ""


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_stream_that_cannot_be_heard_is_blindness(name, monkeypatch):
    """A stream that takes no attributes counts as not observed, and no canary is printed."""

    class Slotted:
        __slots__ = ("got",)

        def __init__(self):
            self.got = []

        def write(self, text):
            self.got.append(text)

    slotted = Slotted()
    monkeypatch.setattr(sys, name, slotted)
    with Watch() as watch:
        pass
    assert watch.blind == ["output"]
    assert slotted.got == []
    monkeypatch.undo()


def test_no_streams_is_no_blindness(monkeypatch):
    """Where there is no stdout at all (pythonw), nothing can leak there, and nothing is missing."""
    for name in ("stdout", "stderr", "__stdout__", "__stderr__"):
        monkeypatch.setattr(sys, name, None)
    with Watch() as watch:
        pass
    monkeypatch.undo()
    assert watch.blind == []


def test_a_stream_with_a_write_of_its_own_gets_it_back(monkeypatch):
    """What an instance carried before is put back, not removed."""
    stream = io.StringIO()
    stream.write = own = [].append
    monkeypatch.setattr(sys, "stdout", stream)
    with Watch():
        print("x", end="")
    assert stream.write is own
    assert own.__self__[0] == "x"
    monkeypatch.undo()


def test_memory_is_bounded(capsys):
    """The last two million characters are remembered, even of one huge text."""
    with Watch() as watch:
        print("y" * 100, end="")
        print("x" * (LIMIT + 5), end="")
        logging.getLogger("app").warning("%s", "z" * (LIMIT + 5))
        assert set(watch.output) == {"x"}
        assert len(watch.output) == LIMIT
        print("end", end="")
    capsys.readouterr()
    assert watch.output == "end"
    assert [len(line.text) for line in watch.logs] == [LIMIT]


def test_threads_are_seen():
    """What any thread logs and prints is observed."""

    def work():
        logging.getLogger("app").warning("t")
        print("t", end="")

    with Watch() as watch:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(watch.logs) == 8
    assert watch.output.count("t") == 8


def test_printing_while_an_item_is_added_does_not_hang(monkeypatch):
    """The garbage collector may run code that prints while a value is added."""
    with Watch() as watch:
        watch._written._lock.acquire()
        print("x", end="")
        watch._written._lock.release()
    assert watch.output == "x"


@pytest.mark.parametrize("option", ["-s", "--capture=fd", "--capture=sys", "--capture=tee-sys"])
def test_nothing_of_ours_shows_under_any_capture(option, run):
    """A whole run that logs, prints and fails shows its own words only."""
    result = run(
        """
        import logging
        from pytest_customerio.process.output.output import Watch

        def test_it():
            with Watch() as watch:
                print("printed words")
                logging.getLogger("app").warning("logged words")
            assert watch.blind == []
            assert watch.output.startswith("printed words\\n")
            assert [line.text for line in watch.logs] == ["logged words"]
            raise RuntimeError("on purpose")
        """,
        "--log-cli-level=DEBUG",
        option,
    )
    shown = result.stdout.str() + result.stderr.str()
    result.stdout.fnmatch_lines(["*RuntimeError: on purpose"])
    assert "printed words" in shown
    assert "canary" not in shown
    assert not re.search("[0-9a-f]{32}", shown)


# Warnings.


def test_warnings_are_seen_and_still_shown():
    """Each is shown once, as before; what a filter hides is not observed."""
    with Watch() as watch, warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        warnings.warn("ada@example.com is old", DeprecationWarning, stacklevel=1)
        warnings.simplefilter("ignore")
        warnings.warn("hidden", UserWarning, stacklevel=1)
    assert watch.blind == []
    assert [str(one.message) for one in shown] == ["ada@example.com is old"]
    assert "ada@example.com is old" in watch.warned
    assert "hidden" not in watch.warned


def test_warnings_after_the_end_are_not_seen():
    """A hook that is called after the end observes nothing."""
    with Watch() as watch:
        kept = warnings._showwarnmsg
    with warnings.catch_warnings(record=True):
        kept(warnings.WarningMessage(UserWarning("late"), UserWarning, "", 1))
    assert "late" not in watch.warned


def test_warnings_that_go_elsewhere_make_it_blind(monkeypatch):
    """A replaced hook counts as not observed, and no canary is shown."""
    seen = []
    observed = Watch._sees_logs

    def replace_first(watch):
        monkeypatch.setattr(warnings, "_showwarnmsg", seen.append)
        return observed(watch)

    monkeypatch.setattr(Watch, "_sees_logs", replace_first)
    with Watch() as watch:
        monkeypatch.undo()
    assert watch.blind == ["warnings"]
    assert seen == []


def test_warnings_as_errors_do_not_meet_the_canary():
    """With `-W error` the canary raises no error, so that every case starts."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Watch() as watch:
            pass
    assert watch.blind == []


APP = """
import sys

def run(how, text="lost"):
    if how == "handling":
        try:
            raise KeyError
        except KeyError:
            print(text)
    else:
        print(text, file=sys.stderr if how == "stderr" else sys.stdout)
"""


@pytest.mark.parametrize(
    ("how", "met", "noted"),
    [
        ("stdout", False, (False, False)),
        ("stdout", True, (True, False)),
        ("stderr", True, (True, True)),
        ("handling", True, (True, True)),
        ("by a library", True, (False, False)),
        ("blank", True, (False, False)),
    ],
)
def test_what_the_application_prints_after_the_error(tmp_path, capsys, how, met, noted):
    """On stderr, or while an exception is handled, it tells of the failure."""
    file = tmp_path / "app.py"
    scope = {}
    exec(compile(APP, "/opt/library.py" if how == "by a library" else str(file), "exec"), scope)
    with Watch(is_project=lambda name: name == str(file)) as watch:
        watch.error_met = met
        scope["run"](how, " " if how == "blank" else "lost")
        scope["run"](how, " " if how == "blank" else "lost")
    assert (watch.printed, watch.printed_failure) == noted


def test_what_a_library_prints_by_itself_stands_apart(capsys):
    """It is no output of the application."""
    scope = vars(importlib.import_module("tenacity"))
    exec(compile("def cio_prints(text): print(text)\n", "/opt/site-packages/library.py", "exec"), scope)
    prints = scope.pop("cio_prints")
    with Watch(is_project=lambda name: name == __file__) as watch:
        prints("ada")
        prints("bob")
        print("own")
    assert (watch.printed_by_libraries, watch.output) == ({"tenacity": "adabob"}, "\n\nown\n")


def test_who_wrote_a_record_and_when(logger):
    """A record is early before the error is met; the application's own is told from a library's."""
    with Watch(is_project=lambda name: name == __file__) as watch:
        logger.warning("early")
        watch.error_met = True
        logger.warning("late", extra={"who": "ada"})
        logger.handle(logging.makeLogRecord({"name": "json", "pathname": "x.py", "msg": "other", "levelno": 30}))
    assert [(one.own, one.early, one.extra) for one in watch.logs] == [
        (True, True, ()),
        (True, False, (("who", "'ada'"),)),
        (False, False, ()),
    ]
