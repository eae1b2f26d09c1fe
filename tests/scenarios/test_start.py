"""Which rows are a run's: those of its topic, from its first offsets on."""

import pyarrow as pa

from scenarios.quickstart import Start


def rows(*found: tuple[str, int, int]) -> pa.Table:
    return pa.table(
        {
            "topic_id": pa.array([topic for topic, _, _ in found], pa.string()),
            "partition": pa.array([partition for _, partition, _ in found], pa.int32()),
            "offset": pa.array([offset for _, _, offset in found], pa.int64()),
        }
    )


def kept(*found: tuple[str, int, int]) -> list[tuple[str, int, int]]:
    left = Start("T", {0: 10, 2: 5}).rows_since(rows(*found))
    return [(row["topic_id"], row["partition"], row["offset"]) for row in left.to_pylist()]


def test_rows_before_the_start_are_not_judged() -> None:
    assert kept(("T", 0, 9), ("T", 0, 10), ("T", 2, 4), ("T", 2, 5)) == [("T", 0, 10), ("T", 2, 5)]


def test_rows_of_another_topic_are_not_judged() -> None:
    assert kept(("U", 0, 10), ("T", 0, 10)) == [("T", 0, 10)]


def test_rows_of_a_partition_that_came_later_are_judged() -> None:
    assert kept(("T", 7, 0)) == [("T", 7, 0)]
