"""Which markers are due, and that each is written once, on the S3 of the emulation and on real tables."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.days.live import LiveDays
from reference.days.markers import Marker, Markers, open_markers
from reference.days.marking import Which, mark_days, write_markers
from reference.errors import NoMarker
from reference.lake.iceberg_table import IcebergTable
from reference.lake.schemas import LAYOUTS
from reference.lake.settings import LakeSettings
from tests.reference.day_lake import DayLake, history, order

DAY = date(2018, 5, 24)
DAYS = [DAY + timedelta(days=n) for n in range(3)]


class Shelf(Markers):
    """Markers in memory."""

    def __init__(self, *taken: Marker) -> None:
        self.kept = {(marker.day, marker.generation): marker for marker in taken}

    def write(self, marker: Marker) -> bool:
        return self.kept.setdefault((marker.day, marker.generation), marker) is marker

    def newest(self, days: object = None) -> Mapping[date, Marker]:  # noqa: ARG002 - all are asked for here
        return {day: marker for (day, _), marker in sorted(self.kept.items())}


class Answers(LiveDays):
    """Knows which days are complete, and whether anything is missing; `meanwhile` happens when it is asked."""

    def __init__(self, *complete: date, missing: str = "", meanwhile: Any = lambda: None) -> None:
        self.complete, self.missing, self.meanwhile = complete, missing, meanwhile

    def is_complete(self, day: date) -> bool:
        self.meanwhile()
        return day in self.complete

    def refuse_backlog(self) -> None:
        self.meanwhile()
        if self.missing:
            raise NoMarker(self.missing)


def silver_of(lake: DayLake) -> IcebergTable:
    return IcebergTable(lake.catalog, LAYOUTS["silver"].identifier, topic="orders")


def add(lake: DayLake, *days: date) -> None:
    """A row for each."""
    whens = [datetime(day.year, day.month, day.day, 10) for day in days]  # noqa: DTZ001 - local, as in the lake
    lake.add([order(number, order_purchase_timestamp=when) for number, when in enumerate(whens)])


@pytest.fixture
def markers(aws: LakeSettings) -> Markers:
    client: Any = boto3.client(**aws.client_arguments("s3"))
    client.create_bucket(Bucket="olist-data-lake-silver")
    return open_markers(aws)


def written(rows: Mapping[date, int], markers: Markers, complete: Any = DAYS) -> list[Marker]:
    """What is written, each at a time of its own from 1 on."""
    ticks = count(1)
    return list(write_markers(rows, markers.newest(), complete, markers, lambda: next(ticks)))


def test_a_day_that_is_complete_has_its_first_marker_and_no_other_day(markers: Markers) -> None:
    due = written({DAYS[1]: 5, DAYS[0]: 7, DAYS[2]: 1}, markers, complete={DAYS[0], DAYS[1]})
    assert due == [Marker(DAYS[0], 1, 7, 0, 1), Marker(DAYS[1], 1, 5, 0, 2)]
    assert markers.newest() == {marker.day: marker for marker in due}


def test_a_day_that_is_complete_and_has_no_rows_has_none(markers: Markers) -> None:
    assert written({}, markers) == []


def test_the_same_count_again_writes_nothing(markers: Markers) -> None:
    written({DAY: 7}, markers)
    assert written({DAY: 7}, markers) == []
    assert len(history(markers, DAY)) == 1


def test_more_rows_raise_the_generation_and_are_the_late_ones(markers: Markers) -> None:
    for rows in (7, 9, 10):
        written({DAY: rows}, markers)
    assert [(one.generation, one.rows, one.late_rows) for one in history(markers, DAY)] == [
        (1, 7, 0), (2, 9, 2), (3, 10, 1)
    ]  # fmt: skip


def test_fewer_rows_raise_the_generation_and_none_are_late(markers: Markers) -> None:
    written({DAY: 7}, markers)
    assert written({DAY: 4}, markers) == [Marker(DAY, 2, 4, 0, 1)]


def test_a_day_that_was_marked_is_marked_anew_whether_or_not_it_is_complete(markers: Markers) -> None:
    written({DAY: 7}, markers)
    assert written({DAY: 8}, markers, complete=()) == [Marker(DAY, 2, 8, 1, 1)]


@pytest.mark.parametrize("generation", [1, 2])
def test_what_somebody_else_has_written_meanwhile_stays_and_is_not_given(markers: Markers, generation: int) -> None:
    for rows in range(1, generation):
        written({DAY: rows}, markers)
    known = markers.newest()
    theirs = Marker(DAY, generation, 50, 0, 99)
    assert markers.write(theirs)
    due = list(write_markers({DAY: 60, DAYS[1]: 1}, known, DAYS, markers, lambda: 1))
    assert [marker.day for marker in due] == [DAYS[1]]
    assert markers.newest()[DAY] == theirs


def test_what_lost_against_somebody_else_is_made_up_for_by_the_next_look(markers: Markers) -> None:
    markers.write(Marker(DAY, 1, 50, 0, 99))
    assert list(write_markers({DAY: 60}, {}, DAYS, markers, lambda: 1)) == []
    assert written({DAY: 60}, markers) == [Marker(DAY, 2, 60, 10, 1)]


@given(looks=st.lists(st.dictionaries(st.sampled_from(DAYS), st.integers(1, 9)), max_size=8))
def test_whatever_is_seen_the_newest_markers_say_it_and_late_rows_add_up(looks: list[dict[date, int]]) -> None:
    shelf, seen = Shelf(), dict[date, int]()
    for rows in looks:
        written(rows, shelf)
        seen |= rows
        assert {day: marker.rows for day, marker in shelf.newest().items()} == seen
    for (day, generation), marker in shelf.kept.items():
        before = shelf.kept[day, generation - 1].rows if generation > 1 else marker.rows
        assert marker.late_rows == max(0, marker.rows - before)


def test_live_complete_days_are_marked_and_anew_those_that_were(day_lake: DayLake) -> None:
    add(day_lake, *DAYS)
    day_lake.markers.write(Marker(DAYS[0], 1, 0, 0, 1))
    kafka = Answers(DAYS[1])
    found = list(mark_days(kafka, silver_of(day_lake), day_lake.markers, (), "live", lambda: 1))
    assert found == [Marker(DAYS[0], 2, 1, 1, 1), Marker(DAYS[1], 1, 1, 0, 1)]


def test_rows_that_come_while_kafka_is_asked_are_not_late(day_lake: DayLake) -> None:
    ways: list[tuple[date, Which]] = [(DAYS[0], "live"), (DAYS[1], "drained")]
    for day, which in ways:
        add(day_lake, day)
        kafka = Answers(day, meanwhile=partial(add, day_lake, day))
        found = list(mark_days(kafka, silver_of(day_lake), day_lake.markers, (), which, lambda: 1))
        assert found == [Marker(day, 1, 2, 0, 1)]


def test_drained_all_are_marked_or_none_if_something_is_missing(day_lake: DayLake) -> None:
    add(day_lake, *DAYS)
    with pytest.raises(NoMarker, match="3 of partition 1"):
        mark_days(Answers(missing="3 of partition 1"), silver_of(day_lake), day_lake.markers, (), "drained", lambda: 1)
    assert day_lake.markers.newest() == {}
    found = mark_days(Answers(), silver_of(day_lake), day_lake.markers, (), "drained", lambda: 1)
    assert [marker.day for marker in found] == DAYS


def test_now_those_that_are_wanted_are_marked_come_what_may(day_lake: DayLake) -> None:
    add(day_lake, *DAYS)
    wanted = {DAYS[1], date(2018, 1, 1)}
    found = mark_days(Answers(missing="all"), silver_of(day_lake), day_lake.markers, wanted, "now", lambda: 1)
    assert [marker.day for marker in found] == [DAYS[1]]
