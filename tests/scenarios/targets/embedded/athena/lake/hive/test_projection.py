"""Partitions are told by a table's properties as Athena's manual says."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import integers, sampled_from
from pyiceberg.expressions import AlwaysTrue, And, BooleanExpression, Or
from pyiceberg.schema import Schema
from pyiceberg.types import NestedField, StringType

from scenarios.targets.embedded.athena.lake.conditions.conditions import may_hold
from scenarios.targets.embedded.athena.lake.hive.projection import project
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.conditions import (
    EqualTo,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    LessThan,
    LessThanOrEqual,
    NotNull,
)

NOW = datetime(2020, 3, 31, 13, 5, tzinfo=UTC)


def values(said: dict[str, str], where: BooleanExpression = AlwaysTrue()) -> list[str]:  # noqa: B008 - it never changes
    column = Schema(NestedField(1, "p", StringType()))

    def keeps(_column: str, text: str) -> bool:
        return said.get("type") == "integer" or may_hold(where, column, {"p": text})

    parameters = {f"projection.p.{key}": value for key, value in said.items()}
    return [parts[0] for _, parts in project(parameters, ["p"], "s3://b/t", where, keeps, lambda: NOW)]


def test_values_of_an_enum_are_those_that_are_listed() -> None:
    said = {"type": "Enum ", "values": "A,B, C"}
    assert values(said) == ["A", "B", " C"]
    assert values(said, In("p", ["B", "D"])) == ["B"]


@pytest.mark.parametrize(
    ("said", "where", "found"),
    [
        ({"range": "1,5"}, AlwaysTrue(), ["1", "2", "3", "4", "5"]),
        ({"range": "0,10", "interval": "5", "digits": "3"}, AlwaysTrue(), ["000", "005", "010"]),
        ({"range": "0,9223372036854775807"}, EqualTo("p", 77), ["77"]),
        ({"range": "0,10", "interval": "5"}, In("p", [5, 6, 11]), ["5"]),
        ({"range": "0,100", "interval": "5"}, And(GreaterThan("p", 11), LessThan("p", 21)), ["15", "20"]),
        ({"range": "0,9", "digits": "2"}, EqualTo("p", "07"), ["07"]),
        ({"range": "0,20"}, In("p", ["5", "05", "x"]), ["5"]),
        ({"range": "8,11"}, GreaterThan("p", "10"), ["8", "9", "10", "11"]),
        (
            {"range": "1,30", "digits": "2"},
            And(GreaterThanOrEqual("p", "08"), LessThan("p", "11")),
            ["08", "09", "10", "11"],
        ),
        ({"range": "1,30", "digits": "2"}, GreaterThan("p", "3"), [f"{number:02}" for number in range(1, 31)]),
    ],
)
def test_integers_go_in_steps(said: dict[str, str], where: BooleanExpression, found: list[str]) -> None:
    assert values({"type": "integer", **said}, where) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"range": "2020/02/28,2020/03/01", "format": "yyyy/MM/dd"}, ["2020/02/28", "2020/02/29", "2020/03/01"]),
        ({"range": "NOW-2DAYS,NOW", "format": "yyyy-MM-dd"}, ["2020-03-29", "2020-03-30", "2020-03-31"]),
        ({"range": "NOW-1MONTHS , NOW", "format": "yyyyMM"}, ["202002", "202003"]),
        ({"range": "NOW-2DAYS,2020-03-31", "format": "yyyy-MM-dd"}, ["2020-03-29", "2020-03-30", "2020-03-31"]),
        ({"range": "NOW-1MONTH,2020-03-01", "format": "yyyy-MM-dd"}, ["2020-02-29", "2020-03-01"]),
        (
            {"range": "2020-01-31,NOW", "format": "yyyy-MM-dd", "interval": "1", "interval.unit": "MONTHS"},
            ["2020-01-31", "2020-02-29", "2020-03-31"],
        ),
        ({"range": "2018,NOW", "format": "yyyy"}, ["2018", "2019", "2020"]),
        (
            {"range": "2020-03-31-10,NOW", "format": "yyyy-MM-dd-HH", "interval": "2", "interval.unit": "HOURS"},
            ["2020-03-31-10", "2020-03-31-12"],
        ),
        ({"range": "2020-03-31T13,NOW+1HOUR", "format": "yyyy-MM-dd'T'HH"}, ["2020-03-31T13", "2020-03-31T14"]),
    ],
)
def test_dates_are_written_by_their_pattern(said: dict[str, str], found: list[str]) -> None:
    assert values({"type": "date", **said}) == found


def test_dates_are_left_out_by_a_condition() -> None:
    said = {"type": "date", "range": "2020-01-01,NOW", "format": "yyyy-MM-dd"}
    assert values(said, GreaterThanOrEqual("p", "2020-03-30")) == ["2020-03-30", "2020-03-31"]
    assert values(said, Or(EqualTo("p", "2020-01-05"), EqualTo("p", "2021-01-05"))) == ["2020-01-05"]


SPANS = [
    {"range": "2019-11-30,2020-03-31", "format": "yyyy-MM-dd"},
    {"range": "20191130,NOW", "format": "yyyyMMdd", "interval": "3", "interval.unit": "DAYS"},
    {"range": "2019-11,2020-03", "format": "yyyy-MM", "interval": "2", "interval.unit": "MONTHS"},
    {"range": "2019-11,2020-03", "format": "yyyy-MM", "interval": "1", "interval.unit": "WEEKS"},
    {"range": "2019-10-31,2020-03-31", "format": "yyyy-MM-dd", "interval": "1", "interval.unit": "MONTHS"},
    {"range": "30/11/2019,31/03/2020", "format": "dd/MM/yyyy"},
    {"range": "2020-03-30T20,NOW", "format": "yyyy-MM-dd'T'HH"},
]


@given(
    said=sampled_from(SPANS),
    first=integers(0, 200),
    second=integers(0, 200),
    shape=sampled_from([EqualTo, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual]),
)
def test_no_date_is_missed_that_a_condition_leaves(said: dict[str, str], first: int, second: int, shape: Any) -> None:
    said = {"type": "date", **said}
    every = values(said)
    low, high = every[first % len(every)], every[second % len(every)]
    for where in (shape("p", low), And(shape("p", low), LessThan("p", high)), Or(shape("p", low), EqualTo("p", high))):
        column = Schema(NestedField(1, "p", StringType()))
        assert sorted(values(said, where)) == sorted(text for text in every if may_hold(where, column, {"p": text}))


@pytest.mark.parametrize(
    "said",
    [
        {"type": "integer", "range": "0,5000000"},
        {"type": "date", "range": "2018-01-01-00-00,NOW", "format": "yyyy-MM-dd-HH-mm"},
    ],
)
def test_more_partitions_than_can_be_told_are_an_error_and_not_cut_off(said: dict[str, str]) -> None:
    with pytest.raises(SqlError, match="more than 1000000 projected") as failed:
        values(said)
    assert failed.value.code == "GENERIC_USER_ERROR"


def test_one_date_of_very_many_is_found_at_once() -> None:
    said = {"type": "date", "range": "1970-01-01-00-00,NOW", "format": "yyyy-MM-dd-HH-mm"}
    assert values(said, EqualTo("p", "2020-03-31-13-04")) == ["2020-03-31-13-04"]
    assert values(said, GreaterThanOrEqual("p", "2020-03-31-13-04")) == ["2020-03-31-13-04", "2020-03-31-13-05"]


def test_an_injected_column_has_the_values_that_it_is_compared_with() -> None:
    assert values({"type": "injected"}, In("p", ["b", "a"])) == ["a", "b"]


@pytest.mark.parametrize("where", [AlwaysTrue(), GreaterThan("p", "a"), NotNull("p")])
def test_an_injected_column_that_is_compared_with_none_is_refused(where: BooleanExpression) -> None:
    with pytest.raises(SqlError, match="must contain only static equality conditions") as no:
        values({"type": "injected"}, where)
    assert no.value.code == "CONSTRAINT_VIOLATION"


def all_of_them(_column: str, _text: str) -> bool:
    return True


def test_folders_are_by_columns_or_by_a_template() -> None:
    parameters = {"projection.a.type": "enum", "projection.a.values": "x", "projection.b.type": "enum"}
    parameters |= {"projection.b.values": "1,2"}
    assert [
        folder for folder, _ in project(parameters, ["a", "b"], "s3://b/t", AlwaysTrue(), all_of_them, lambda: NOW)
    ] == [
        "s3://b/t/a=x/b=1/",
        "s3://b/t/a=x/b=2/",
    ]
    parameters["storage.location.template"] = "s3://c/${b}/of/${a}"
    found = list(project(parameters, ["a", "b"], "s3://b/t", AlwaysTrue(), lambda _, text: text != "1", lambda: NOW))
    assert found == [("s3://c/2/of/x/", ("x", "2"))]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"type": "money"},
        {"type": "enum"},
        {"type": "integer", "range": "1"},
        {"type": "integer", "range": "1,2", "interval": "0"},
        {"type": "date", "range": "2020-01-01,NOW"},
        {"type": "date", "range": "yesterday,NOW", "format": "yyyy"},
        {"type": "date", "range": "NOW-1FORTNIGHT,NOW", "format": "yyyy"},
        {"type": "date", "range": "2020,NOW", "format": "yyyy", "interval.unit": "FORTNIGHTS"},
        {"type": "date", "range": "2020,NOW", "format": "QQQ"},
    ],
)
def test_properties_that_make_no_sense_are_refused(said: dict[str, Any]) -> None:
    with pytest.raises(SqlError):
        values(said)
