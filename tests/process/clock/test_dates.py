"""`datetime` follows virtual time, and stays the class that it is."""

from __future__ import annotations

import datetime as dt
import pickle
import sys
import time
import warnings
from datetime import UTC, date, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from pytest_customerio.process.clock import dates
from pytest_customerio.process.clock.virtual import Clock
from pytest_customerio.process.patching import Patches

pytestmark = pytest.mark.usefixtures("alone")

REAL = {name: vars(datetime)[name] for name in ("now", "utcnow")}
HOUR = timedelta(hours=1)


class Moment(datetime):
    """A subclass, as pendulum and pandas have them."""


class Summer(dt.tzinfo):
    """A zone that puts its clocks forward at the end of March 2026, 01:00 UTC."""

    def utcoffset(self, moment):
        return HOUR * 2 if moment.replace(tzinfo=None) >= datetime(2026, 3, 29, 2) else HOUR

    def dst(self, moment):
        return self.utcoffset(moment) - HOUR

    def fromutc(self, moment):
        summer = moment.replace(tzinfo=None) >= datetime(2026, 3, 29, 1)
        return moment + (HOUR * 2 if summer else HOUR)


@pytest.fixture(autouse=True)
def _identity():
    """After every test the real methods stand where they stood."""
    yield
    assert {name: vars(datetime)[name] for name in REAL} == REAL
    assert dt.datetime is datetime
    assert dt.date is date


def _utcnow():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return datetime.utcnow()


@pytest.mark.parametrize(
    "now",
    [
        datetime.today,
        _utcnow,
        lambda: datetime.now(),
        lambda: datetime.now(UTC),
        lambda: datetime.now(tz=timezone(HOUR)),
        lambda: Moment.now(),
        lambda: datetime.combine(date.today(), dt.time()),
    ],
)
def test_what_tells_the_time_moves_with_sleep(now):
    """Each method moves on by what was slept, with its zone and class; afterwards it shows real time."""
    before = now()
    with Clock():
        time.sleep(48 * 3600)
        inside = now()
        assert timedelta(hours=47, minutes=59) < inside - before < timedelta(hours=48, minutes=1)
    assert type(inside) is type(before)
    assert inside.tzinfo == before.tzinfo
    assert now() - before < timedelta(days=2)


def test_it_agrees_with_time_time():
    """`datetime.now` and `time.time` show the same moment."""
    with Clock():
        time.sleep(1000)
        assert abs(datetime.now(UTC).timestamp() - time.time()) < 1
        assert abs(datetime.now().timestamp() - time.time()) < 1


def test_the_class_is_the_same():
    """isinstance, subclasses, pickle and identity are as without the clock."""
    kind = type(Moment.now())  # the oldest time-machine makes a datetime of it for good, once it was used
    with Clock():
        time.sleep(1)
        now = datetime.now()
        assert type(now) is datetime is dt.datetime
        assert issubclass(Moment, datetime)
        assert type(Moment.now()) is kind
        assert pickle.loads(pickle.dumps(now)) == now
        with pytest.raises(TypeError, match="tzinfo argument must be None or of a tzinfo subclass"):
            datetime.now("UTC")


def test_a_zone_changes_its_offset_on_the_way():
    """A sleep across the change to summer time takes as long as anywhere, because it is counted in UTC."""
    before = datetime(2026, 3, 29, 1, 30, tzinfo=Summer())
    assert dates._later(before, 3600 * 10**9) == datetime(2026, 3, 29, 3, 30, tzinfo=Summer())
    assert dates._later(before, 3600 * 10**9).utcoffset() == 2 * HOUR


@pytest.mark.parametrize(("version", "count"), [((3, 11), 0), ((3, 12), 1)])
def test_the_deprecation_of_utcnow_names_its_caller(monkeypatch, version, count):
    """Python 3.12 and later warn of `utcnow`: our method warns too, and names the line that called it."""
    with warnings.catch_warnings(record=True) as found, Clock():
        warnings.simplefilter("always")
        monkeypatch.setattr(dates, "sys", SimpleNamespace(version_info=version, implementation=sys.implementation))
        datetime.utcnow()
    assert [(one.category, one.filename) for one in found] == [(DeprecationWarning, __file__)] * count


def test_where_classes_cannot_be_changed_dates_stay_real(monkeypatch):
    """On another interpreter than CPython, `datetime` shows real time."""
    implementation = SimpleNamespace(name="pypy")
    monkeypatch.setattr(dates, "sys", SimpleNamespace(version_info=sys.version_info, implementation=implementation))
    before = datetime.now()
    with Clock():
        time.sleep(3600)
        assert datetime.now() - before < HOUR


def test_frozen_dates_move_with_sleep():
    """Under freezegun, the frozen moment moves on by what is slept only."""
    import freezegun

    with freezegun.freeze_time("2026-01-01 23:59"):
        with Clock():
            time.sleep(90)
            assert dt.datetime.now() == dt.datetime(2026, 1, 2, 0, 0, 30)
            assert dt.datetime.now(UTC) == dt.datetime(2026, 1, 2, 0, 0, 30, tzinfo=UTC)
            assert dt.datetime.utcnow() == dt.datetime(2026, 1, 2, 0, 0, 30)
            assert dt.date.today() == dt.date(2026, 1, 2)
        assert dt.datetime.now() == dt.datetime(2026, 1, 1, 23, 59)
        assert dt.date.today() == dt.date(2026, 1, 1)


def test_time_machine_moves_with_sleep():
    """Under time-machine, the time moves on from the moment that was set."""
    import time_machine

    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False), Clock():
        time.sleep(90)
        assert abs(datetime.now(UTC) - datetime(2026, 1, 1, 0, 1, 30, tzinfo=UTC)) < timedelta(seconds=1)


def test_a_patch_on_top_of_ours_stays():
    """A method of a class in C is replaced and put back; a replacement that stands above ours is left alone."""
    ours, theirs = Patches(), Patches()
    ours.put(datetime, "now", classmethod(lambda cls: 1))
    assert datetime.now() == 1
    theirs.put(datetime, "now", classmethod(lambda cls: 2), original=REAL["now"])
    ours.undo()
    assert datetime.now() == 2
    theirs.undo()


def test_classes_without_utcnow_are_left_as_they_are(monkeypatch):
    """A Python that has removed `utcnow` gets none, and a class in the place of `datetime` is patched whole or not."""
    genuine, made = {"now": REAL["now"]}, Patches()
    with monkeypatch.context() as patch:
        patch.setattr(dates, "vars", lambda kind: genuine if kind is datetime else vars(kind), raising=False)
        patch.setattr(dt, "datetime", Moment)
        dates.install(made, lambda: 0)
    assert [(owner, name) for owner, name, _ in made] == [(datetime, "now")]
    made.undo()
