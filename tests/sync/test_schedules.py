"""Pulls by the clock: each turn once, everything at night, and not while many documents wait."""

from __future__ import annotations

import datetime
import json
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask
from django_celery_beat.tzcrontab import TzAwareCrontab

from integration import installation, sync, tasks, timetable
from integration.models import Message, ScheduleSlot, SyncRun
from integration.sync import runs, scheduled, slots
from tests import factories

pytestmark = pytest.mark.django_db

HOURLY, NIGHTLY = "Pull master data", "Read all master data at night"


def at(hour: int, minute: int, second: int = 0, *, day: int = 4) -> datetime.datetime:
    return datetime.datetime(2026, 5, day, hour, minute, second, tzinfo=datetime.UTC)


@pytest.fixture
def installed(db: None) -> None:
    installation.install_schedules(django_settings.TIEOUT_SCHEDULES)


def pull(now: datetime.datetime, *, full: bool = False, message: str = "first") -> list[SyncRun]:
    schedule = NIGHTLY if full else HOURLY
    return sync.pull_by_schedule("all", full=full, schedule=schedule, message=message, now=now)


# Turns


def test_everything_is_read_at_night_and_changes_every_hour(installed) -> None:
    hourly, nightly = PeriodicTask.objects.get(name=HOURLY), PeriodicTask.objects.get(name=NIGHTLY)

    assert (hourly.crontab.minute, hourly.crontab.hour) == ("7", "*")
    assert json.loads(hourly.kwargs) == {"entity": "all", "schedule": HOURLY}
    assert (nightly.crontab.minute, nightly.crontab.hour) == ("37", "1,2,3,4")
    assert json.loads(nightly.kwargs) == {"entity": "all", "full": True, "schedule": NIGHTLY}
    assert str(nightly.crontab.timezone) == django_settings.TIME_ZONE


def test_a_turn_is_taken_once_though_beat_runs_twice(installed) -> None:
    assert slots.take(HOURLY, by="one", now=at(10, 7, 3))
    assert not slots.take(HOURLY, by="another", now=at(10, 7, 41))
    assert not slots.take(HOURLY, by="late", now=at(11, 6, 59))
    assert slots.take(HOURLY, by="next", now=at(11, 7))


def test_a_clock_that_jumps_back_has_no_turn_twice(installed) -> None:
    assert slots.take(HOURLY, by="one", now=at(10, 7, 3))
    assert slots.take(HOURLY, by="two", now=at(11, 7, 3))
    assert not slots.take(HOURLY, by="three", now=at(10, 7, 9))


def test_a_message_that_comes_again_goes_on_with_its_turn(installed) -> None:
    assert slots.take(HOURLY, by="one", now=at(10, 7, 3))
    assert slots.take(HOURLY, by="one", now=at(10, 20))


def test_the_database_holds_that_a_turn_is_one_row(installed) -> None:
    from django.db import IntegrityError

    slots.take(HOURLY, by="one", now=at(10, 7))

    with pytest.raises(IntegrityError, match="schedule_slot_once"):
        ScheduleSlot.objects.create(schedule=HOURLY, slot=at(10, 7), taken_by="another")


@pytest.mark.django_db(transaction=True)
def test_of_many_that_want_a_turn_at_the_same_moment_one_has_it() -> None:
    installation.install_schedules(django_settings.TIEOUT_SCHEDULES)

    def want(name: int) -> bool:
        try:
            return slots.take(HOURLY, by=str(name), now=at(10, 7))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(want, range(6)))

    assert sorted(taken) == [False] * 5 + [True]


def test_old_turns_are_forgotten(installed) -> None:
    slots.take(HOURLY, by="one", now=at(10, 7) - datetime.timedelta(days=40))

    slots.take(HOURLY, by="two", now=at(10, 7))

    assert ScheduleSlot.objects.get().slot == at(10, 7)


@pytest.mark.parametrize("name", ["Pull invoices", "long gone"])
def test_what_has_no_time_of_day_has_no_turns(installed, name: str) -> None:
    assert slots.take(name, by="one", now=at(10, 7))
    assert slots.take(name, by="two", now=at(10, 7))
    assert not ScheduleSlot.objects.exists()


@pytest.mark.parametrize(
    ("words", "now", "due"),
    [
        ({"minute": "7"}, at(10, 7), at(10, 7)),
        ({"minute": "7"}, at(10, 6, 59), at(9, 7)),
        ({"minute": "37", "hour": "1,2"}, at(1, 36), at(2, 37, day=3)),
        ({"minute": "0", "hour": "6", "day_of_week": "sun"}, at(5, 0), at(6, 0, day=3)),
        ({"minute": "0", "hour": "0", "day_of_month": "2"}, at(5, 0), at(0, 0, day=2)),
        ({"minute": "0", "hour": "0", "month_of_year": "2"}, at(5, 0), None),
    ],
)
def test_the_turn_is_the_moment_that_was_due(words: dict[str, str], now, due) -> None:
    assert slots.latest(TzAwareCrontab(**words, tz=datetime.UTC), now) == due


def test_a_turn_is_due_by_the_clock_of_the_house() -> None:
    clock = TzAwareCrontab(minute="30", hour="2", tz=ZoneInfo("Europe/Berlin"))

    assert slots.latest(clock, at(0, 30)) == at(0, 30)
    assert slots.latest(clock, at(0, 29)) == at(0, 30, day=3)


@pytest.mark.parametrize("changes_on", [datetime.date(2026, 3, 29), datetime.date(2026, 10, 25)])
@pytest.mark.parametrize("hour", ["1", "2", "3"])
def test_a_night_that_is_an_hour_shorter_or_longer_has_each_turn_once(
    hour: str, changes_on: datetime.date
) -> None:
    house = ZoneInfo("Europe/Berlin")
    clock = TzAwareCrontab(minute="30", hour=hour, tz=house)
    begin = datetime.datetime.combine(changes_on, datetime.time(), house).astimezone(datetime.UTC)

    minutes = [begin + datetime.timedelta(minutes=each) for each in range(8 * 60)]
    turns = {due for minute in minutes if (due := slots.latest(clock, minute)) and due >= begin}

    assert len(turns) == 1


# What a turn pulls


def test_a_turn_pulls_all_lists_and_the_second_beat_nothing(installed, filled) -> None:
    first = pull(at(10, 7, 1))
    second = pull(at(10, 7, 2), message="second")

    assert [run.entity for run in first] == list(sync.MASTERS)
    assert second == []
    assert SyncRun.objects.count() == len(sync.MASTERS)


def test_the_task_takes_its_turn(installed, filled) -> None:
    tasks.pull(entity="units", schedule=HOURLY)

    assert SyncRun.objects.get().entity == "units"
    assert ScheduleSlot.objects.get().schedule == HOURLY


def test_a_nights_later_turns_read_only_what_the_first_did_not(installed, filled) -> None:
    now = timezone.now()
    night = now.replace(hour=1, minute=37)
    sync.pull_entity("all")
    SyncRun.objects.update(started_at=night - datetime.timedelta(days=1))
    SyncRun.objects.filter(entity="units").update(started_at=night - datetime.timedelta(hours=2))

    first = pull(night, full=True)
    SyncRun.objects.filter(pk__in=[run.pk for run in first]).update(started_at=night)
    second = pull(night + datetime.timedelta(hours=1), full=True)

    assert [run.entity for run in first] == [name for name in sync.MASTERS if name != "units"]
    assert {run.kind for run in first} == {"full"}
    assert second == []


@pytest.fixture
def busy(settings, filled):
    """Everything was pulled once; then a document waits for BC, which is more than the house allows."""
    settings.SYNC_FULL_BACKLOG = 0
    sync.pull_entity("all")
    company = sync.ensure_company()
    factories.queued(company, "PO-1")
    Message.objects.update(state="ready")
    return filled


def test_reading_everything_waits_while_many_documents_do(installed, busy) -> None:
    SyncRun.objects.update(started_at=timezone.now() - datetime.timedelta(days=1))

    assert pull(timezone.now(), full=True) == []
    assert SyncRun.objects.count() == len(sync.MASTERS)


def test_changes_are_pulled_all_the_same_though_everything_is_due(installed, busy) -> None:
    SyncRun.objects.update(started_at=timezone.now() - datetime.timedelta(days=3))
    assert runs.kind_due(sync.ensure_company(), "items", full=False) == "full"

    pulled = pull(timezone.now())

    assert {run.kind for run in pulled} == {"delta"}
    assert len(pulled) == len(sync.MASTERS)


def test_a_list_that_was_never_read_does_not_wait(installed, busy) -> None:
    SyncRun.objects.filter(entity="items").delete()

    pulled = pull(timezone.now(), full=True)

    assert [(run.entity, run.kind) for run in pulled] == [("items", "full")]


def test_few_documents_hold_up_nothing(installed, busy, settings) -> None:
    settings.SYNC_FULL_BACKLOG = 1
    SyncRun.objects.update(started_at=timezone.now() - datetime.timedelta(days=1))

    assert scheduled.backlog(sync.ensure_company()) == 1
    assert len(pull(timezone.now(), full=True)) == len(sync.MASTERS)


# In words


def test_the_schedules_are_told_in_words_with_their_next_time(installed) -> None:
    PeriodicTask.objects.filter(name=HOURLY).update(last_run_at=at(10, 7))

    told = {turn.name: turn for turn in timetable.turns(now=timezone.now())}

    assert told[HOURLY].rhythm == "every hour at 7 past"
    assert told[NIGHTLY].rhythm == "every day at 01:37, 02:37, 03:37, 04:37"
    assert told["Pull invoices"].rhythm == "every 30 seconds"
    assert told["Pull invoices"].next_at is None
    assert told[NIGHTLY].next_at.astimezone(ZoneInfo(django_settings.TIME_ZONE)).minute == 37


@pytest.mark.parametrize("words", [{"minute": "*/15"}, {"minute": "5", "day_of_week": "1"}])
def test_an_unusual_schedule_is_shown_as_it_is_written(words: dict[str, str]) -> None:
    row = PeriodicTask(name="x", crontab=CrontabSchedule(timezone="UTC", **words))

    assert timetable.rhythm(row) == str(row.crontab)
