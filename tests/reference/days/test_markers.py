"""Markers on the S3 of the emulation: written once, found again, told from whatever else lies there."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import date
from fnmatch import fnmatch
from threading import Barrier
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from reference.days.markers import Marker, Markers, any_key, key, open_markers
from reference.errors import WrongMarker
from reference.lake.settings import LakeSettings
from tests.http_proxy import http_proxy

BUCKET = "olist-data-lake-silver"
DAY, NEXT_DAY = date(2018, 5, 24), date(2018, 5, 25)
MARKER = Marker(DAY, 1, 100, 0, 1_527_210_000_000_000_001)
LATE = Marker(DAY, 2, 103, 3, 1_527_220_000_000_000_001)

ZEROTH = "days/2018-05-24/generation-0000.json"
FOREIGN = [
    "days/",
    "days/README.md",
    "days/2018-05-24/",
    "days/2018-05-24/generation-old.json",
    "days/2018-05-24/generation-2.json",
    ZEROTH,
    "days/2018-05-24/generation-00002.json",
    "days/2018-05-24/generation-0002.json.tmp",
    "days/2018-05-24/generation-0002-draft.json",
    "days/2018-05-24/archive/generation-0002.json",
    "days/2018-05-24/generation-٠٠٠٢.json",
    "days/2018-05-2/generation-0002.json",
    "days/2018-02-30/generation-0001.json",
    "days/2018-05-240/generation-0001.json",
    "archive/days/2018-05-24/generation-0002.json",
]
"""Keys of no marker."""


@pytest.fixture
def s3(aws: LakeSettings) -> Any:
    client: Any = boto3.client(**aws.client_arguments("s3"))
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture
def markers(aws: LakeSettings, s3: Any) -> Markers:  # noqa: ARG001 - the bucket is there
    return open_markers(aws)


@pytest.fixture
def foreign(s3: Any) -> None:
    for name in FOREIGN:
        s3.put_object(Bucket=BUCKET, Key=name, Body=b"no marker")


def test_without_any_there_is_none(markers: Markers) -> None:
    assert markers.newest() == {}
    assert markers.newest([DAY]) == {}


def test_a_marker_comes_back_as_it_was_given(markers: Markers) -> None:
    assert markers.write(MARKER)
    assert markers.newest() == {DAY: MARKER}


def test_it_lies_where_its_documentation_says(markers: Markers, s3: Any) -> None:
    markers.write(replace(MARKER, generation=12_345))
    [found] = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert found["Key"] == key(DAY, 12_345) == "days/2018-05-24/generation-12345.json"
    assert key(DAY, 1) == "days/2018-05-24/generation-0001.json"


def test_a_second_writer_of_the_same_generation_changes_nothing(markers: Markers) -> None:
    assert markers.write(MARKER)
    assert not markers.write(replace(MARKER, rows=1, marked_ns=2))
    assert markers.newest() == {DAY: MARKER}


def test_a_writer_that_another_is_in_the_way_of_is_told_so(aws: LakeSettings) -> None:
    body = b"<Error><Code>ConditionalRequestConflict</Code></Error>"
    answer = b"HTTP/1.1 409 Conflict\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%s" % (
        len(body),
        body,
    )
    with http_proxy(str(aws.endpoint), lambda _request, _ask: answer) as url:
        assert not open_markers(replace(aws, s3_endpoint=url)).write(MARKER)


NO_MARKERS = [
    b"", b"no JSON", b"\xff", b"[]", b"1", b"{}", b'{"generation": 1}',
    *(json.dumps(asdict(MARKER) | {"day": "2018-05-24"} | change).encode() for change in (
        {"generation": 2}, {"rows": -1}, {"rows": "100"}, {"rows": 1.5}, {"rows": True}, {"late_rows": None}, {"a": 1},
        {"day": "2018-05-25"}, {"day": "today"}, {"day": None},
    )),
]  # fmt: skip


@pytest.mark.parametrize("content", NO_MARKERS)
def test_what_is_none_in_a_markers_place_is_named_with_what_it_says(markers: Markers, s3: Any, content: bytes) -> None:
    s3.put_object(Bucket=BUCKET, Key=key(DAY, 1), Body=content)
    with pytest.raises(WrongMarker) as refused:
        markers.newest()
    assert f"s3://{BUCKET}/days/2018-05-24/generation-0001.json is {content!r}; allowed is" in str(refused.value)


def test_of_several_at_once_exactly_one_has_written_it(markers: Markers) -> None:
    given = [replace(MARKER, marked_ns=n) for n in range(4)]
    together = Barrier(len(given))

    def write(marker: Marker) -> bool:
        together.wait(10)
        return markers.write(marker)

    with ThreadPoolExecutor(len(given)) as executor:
        written = list(executor.map(write, given))
    assert written.count(True) == 1
    assert markers.newest() == {DAY: given[written.index(True)]}


def test_where_there_is_no_bucket_nothing_is_written(aws: LakeSettings) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        open_markers(aws).write(MARKER)


def test_the_newest_is_the_highest_generation_whoever_was_written_last(markers: Markers) -> None:
    tenth = replace(MARKER, generation=10_000)
    for marker in (tenth, replace(MARKER, generation=9_999), LATE, MARKER):
        markers.write(marker)
    assert markers.newest() == {DAY: tenth}


def test_the_newest_are_those_of_the_days_asked_for(markers: Markers) -> None:
    other = replace(MARKER, day=NEXT_DAY)
    for marker in (MARKER, LATE, other):
        markers.write(marker)
    assert markers.newest() == {DAY: LATE, NEXT_DAY: other}
    assert markers.newest([NEXT_DAY, date(2018, 5, 26)]) == {NEXT_DAY: other}
    assert markers.newest([]) == {}


def test_each_generation_can_be_read(markers: Markers) -> None:
    written = [replace(MARKER, generation=n) for n in (1, 2, 9_999, 10_000)]
    for marker in [*written[::-1], replace(MARKER, day=NEXT_DAY)]:
        markers.write(marker)
    assert [markers.read(DAY, marker.generation) for marker in written] == written


@pytest.mark.usefixtures("foreign")
@pytest.mark.parametrize("days", [None, [DAY]], ids=["all", "some"])
def test_what_else_lies_in_the_folder_is_ignored(markers: Markers, days: list[date] | None) -> None:
    markers.write(MARKER)
    assert markers.newest(days) == {DAY: MARKER}


@pytest.mark.parametrize("name", [*FOREIGN, key(NEXT_DAY, 1), key(date(2018, 5, 4), 1)])
def test_the_pattern_matches_no_other_object(name: str) -> None:
    # No pattern of fnmatch's leaves this one out.
    assert fnmatch(name, any_key("2018-05-24")) == (name == ZEROTH)


@given(day=st.dates(), other=st.dates(), generation=st.integers(1, 9_999))
def test_the_pattern_matches_a_days_markers_and_no_other_days(day: date, other: date, generation: int) -> None:
    assert fnmatch(key(day, generation), any_key(day.isoformat()))
    assert fnmatch(key(other, generation), any_key(day.isoformat())) == (other == day)


def test_the_pattern_lets_a_day_be_filled_in_later() -> None:
    assert any_key("{{ ds }}").replace("{{ ds }}", "2018-05-24") == any_key("2018-05-24")
