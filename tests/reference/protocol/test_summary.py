"""What a snapshot says of the commit that made it."""

from reference.protocol.offsets import Range
from reference.protocol.summary import CommitSummary

SUMMARY = CommitSummary("T", (Range(0, 5, 10), Range(3, 0, 7)), (4, 7), "pin", "writer-1")


def test_a_summary_survives_its_way_through_properties() -> None:
    assert CommitSummary.from_properties(SUMMARY.to_properties()) == SUMMARY


def test_ranges_are_readable_without_this_code() -> None:
    assert SUMMARY.to_properties()["keystone.ranges"] == "[[0, 5, 10, 4], [3, 0, 7, 7]]"


def test_a_snapshot_of_somebody_else_has_none() -> None:
    assert CommitSummary.from_properties({"added-files-size": "7"}) is None
