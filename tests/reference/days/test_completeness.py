"""When a day stops waiting, in zones whose clocks change, and whom it waits for."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reference.days.completeness import GRACE, behind, closing

ZONES = [
    "UTC",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Havana",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Asia/Beirut",
]
DAYS = st.dates(date(1990, 1, 1), date(2036, 1, 1))


def closes(day: str, zone: str) -> str:
    return closing(date.fromisoformat(day), ZoneInfo(zone)).astimezone(UTC).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("day", "zone", "when"),
    [
        ("2018-05-24", "UTC", "2018-05-25 01:00"),
        ("2018-12-31", "UTC", "2019-01-01 01:00"),
        ("2018-05-24", "America/Sao_Paulo", "2018-05-25 04:00"),
        ("2018-05-24", "Asia/Kolkata", "2018-05-24 19:30"),
    ],
)
def test_a_day_closes_an_hour_after_its_end_by_its_zone(day: str, zone: str, when: str) -> None:
    assert closes(day, zone) == when


def test_before_a_day_that_begins_at_one_the_hour_is_still_an_hour() -> None:
    # Summer time began at midnight: 2018-11-04 had no 00:00, and its 01:00 was 03:00 UTC.
    assert closes("2018-11-03", "America/Sao_Paulo") == "2018-11-04 04:00"
    assert closes("2018-11-04", "America/Sao_Paulo") == "2018-11-05 03:00"


def test_a_day_whose_last_hour_comes_twice_closes_after_the_second() -> None:
    # Summer time ended at midnight: 2018-02-17 had 25 hours.
    assert closes("2018-02-16", "America/Sao_Paulo") == "2018-02-17 03:00"
    assert closes("2018-02-17", "America/Sao_Paulo") == "2018-02-18 04:00"


def test_a_day_that_comes_back_after_midnight_closes_after_the_second_midnight() -> None:
    # At 00:01 of 2010-11-07 it was 23:01 of the day before, until 03:30 UTC.
    assert closes("2010-11-06", "America/St_Johns") == "2010-11-07 04:30"


@given(day=DAYS, name=st.sampled_from(ZONES), later_s=st.floats(0, 100_000))
@example(day=date(2010, 11, 6), name="America/St_Johns", later_s=0)
@example(day=date(2018, 11, 3), name="America/Sao_Paulo", later_s=0)
@example(day=date(2011, 12, 29), name="Pacific/Apia", later_s=0)  # 2011-12-30 there never was
def test_from_an_hour_before_the_closing_on_no_clock_shows_the_day(day: date, name: str, later_s: float) -> None:
    zone = ZoneInfo(name)
    since = closing(day, zone).astimezone(UTC) - GRACE + timedelta(seconds=later_s)
    assert since.astimezone(zone).date() > day


@given(day=DAYS, name=st.sampled_from(ZONES))
def test_no_day_waits_longer_than_two_hours(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    before = closing(day, zone).astimezone(UTC) - timedelta(hours=2, microseconds=1)
    assert before.astimezone(zone).date() <= day


@pytest.mark.parametrize("name", ZONES)
def test_the_last_of_all_days_never_closes(name: str) -> None:
    assert closing(date.max, ZoneInfo(name)) > datetime(9999, 12, 31, tzinfo=UTC)


def test_the_partitions_that_lack_something_are_behind_by_what_they_lack() -> None:
    assert list(behind({2: 10, 0: 5, 1: 7}, {0: 5, 1: 6, 2: 0})) == [(1, 1), (2, 10)]


def test_one_that_is_past_its_fence_is_not_behind() -> None:
    assert list(behind({0: 5}, {0: 6})) == []


def test_one_that_silver_does_not_know_has_all_to_go() -> None:
    assert list(behind({0: 5, 1: 0}, {})) == [(0, 5)]


def test_one_that_kafka_was_not_asked_about_is_nobodys_business() -> None:
    assert list(behind({}, {3: 1})) == []


@given(st.dictionaries(st.integers(0, 9), st.tuples(st.integers(0, 9), st.integers(0, 9))))
def test_none_is_behind_once_each_has_come_to_its_fence(partitions: dict[int, tuple[int, int]]) -> None:
    fences = {partition: fence for partition, (fence, _) in partitions.items()}
    missing = dict(behind(fences, {partition: offset for partition, (_, offset) in partitions.items()}))
    assert all(missing.values())
    assert {p: fence - missing.get(p, 0) for p, fence in fences.items()} == {p: min(f) for p, f in partitions.items()}
