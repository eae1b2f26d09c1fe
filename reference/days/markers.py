"""Markers: objects in silver's bucket that say that a day of purchase is complete, which the orchestrator waits for.

    s3://<prefix>-silver/days/2018-05-24/generation-0001.json

A marker is written once. Rows that come later raise the day's generation: a new marker beside the old ones.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

import boto3

from reference.errors import WrongMarker
from reference.lake.settings import LakeSettings

FOLDER: Final = "days"
_KEY: Final = re.compile(rf"{FOLDER}/(\d{{4}}-\d{{2}}-\d{{2}})/generation-(\d{{4,}})\.json", re.ASCII)
_AT_ONCE: Final = 8


@dataclass(frozen=True)
class Marker:
    """That a day is complete.

    Attributes:
        rows: of the day in silver when it was written.
        late_rows: those of them that came after the marker before; 0 in the first generation.
        marked_ns: when, UTC.
    """

    day: date
    generation: int
    rows: int
    late_rows: int
    marked_ns: int


class Markers:
    """The markers in a bucket, by boto3's client of S3."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def newest(self, days: Sequence[date] | None = None) -> Mapping[date, Marker]:
        """Each day's newest marker, of all days or of some."""
        generations: dict[date, int] = {}
        for day, generation in self._generations(days):
            generations[day] = max(generation, generations.get(day, 0))
        with ThreadPoolExecutor(_AT_ONCE) as executor:
            read = executor.map(lambda found: self.read(*found), sorted(generations.items()))
            return {marker.day: marker for marker in read}

    def read(self, day: date, generation: int) -> Marker:
        """A marker that is there.

        Raises:
            WrongMarker: it says what no marker does.
        """
        found = self._s3.get_object(Bucket=self._bucket, Key=key(day, generation))["Body"].read()
        if (marker := _parse(found, day, generation)) is None:
            place = f"s3://{self._bucket}/{key(day, generation)}"
            raise WrongMarker(f"{place} is {found[:200]!r}; allowed is what `keystone dag mark` writes: remove it")
        return marker

    def write(self, marker: Marker) -> bool:
        """Write a marker; False if there is one of this generation already, which stays."""
        content = json.dumps(asdict(marker) | {"day": marker.day.isoformat()})
        try:
            self._s3.put_object(
                Bucket=self._bucket, Key=key(marker.day, marker.generation), Body=content.encode(), IfNoneMatch="*"
            )
        except self._s3.exceptions.ClientError as error:
            # 409: somebody else writes it at this moment.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (409, 412):
                return False
            raise
        return True

    def _generations(self, days: Sequence[date] | None) -> Iterator[tuple[date, int]]:
        prefixes = [f"{FOLDER}/"] if days is None else [f"{FOLDER}/{day}/" for day in days]
        for prefix in prefixes:
            for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
                for stored in page.get("Contents", ()):
                    if named := _parse_key(stored["Key"]):
                        yield named


def open_markers(settings: LakeSettings) -> Markers:
    """The markers of a lake."""
    return Markers(boto3.client(**settings.client_arguments("s3")), f"{settings.bucket_prefix}-silver")


def key(day: date, generation: int) -> str:
    """A marker's key in the bucket."""
    return f"{FOLDER}/{day}/generation-{generation:04}.json"


def any_key(day: str) -> str:
    """A pattern (fnmatch's) for the keys of a day's markers, the day as YYYY-MM-DD.

    Beyond 9,999 generations it knows a day by its first ones: `*` would match other objects too.
    """
    return f"{FOLDER}/{day}/generation-{'[0-9]' * 4}.json"


def _parse_key(stored: str) -> tuple[date, int] | None:
    """Day and generation that a key names; None of another object in the folder."""
    named = _KEY.fullmatch(stored)
    if named is None:
        return None
    try:
        day, generation = date.fromisoformat(named[1]), int(named[2])
    except ValueError:
        return None
    return (day, generation) if generation > 0 and key(day, generation) == stored else None


def _parse(content: bytes, day: date, generation: int) -> Marker | None:
    """The marker in an object; None if it is none of this day and generation."""
    try:
        values = json.loads(content)
        found = Marker(**values | {"day": date.fromisoformat(values["day"])})
    except (ValueError, TypeError, KeyError):
        return None
    numbers = (found.generation, found.rows, found.late_rows, found.marked_ns)
    is_whole = all(type(number) is int and number >= 0 for number in numbers)
    return found if is_whole and (found.day, found.generation) == (day, generation) else None
