"""Histograms agree with a sort of the values, and other HdrHistogram tools read what is written."""

import math
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader
from hypothesis import given
from hypothesis import strategies as st

from reports.histogram import Histogram, HistogramSeries, read_log

values = st.lists(st.integers(0, 2**40 - 1), min_size=1, max_size=300)


def histogram_of(recorded: list[int]) -> Histogram:
    histogram = Histogram()
    histogram.record(recorded)
    return histogram


@given(values, st.sampled_from([0.0, 0.5, 0.9, 0.99, 0.999, 1.0]))
def test_a_quantile_is_that_of_a_sort_to_three_digits(recorded: list[int], quantile: float) -> None:
    exact = sorted(recorded)[max(1, math.ceil(quantile * len(recorded))) - 1]
    assert exact <= histogram_of(recorded).value_at(quantile) <= exact * (1 + 1 / 1024)


@given(values)
def test_another_implementation_reads_the_same_counts(recorded: list[int]) -> None:
    ours = histogram_of(recorded)
    theirs = HdrHistogram.decode(ours.encode())
    expected = HdrHistogram(1, 2**40 - 1, 3)
    for value in recorded:
        expected.record_value(value)
    assert theirs.get_total_count() == len(recorded)
    for percentile in (1, 25, 50, 75, 90, 99, 99.9, 100):
        assert theirs.get_value_at_percentile(percentile) == expected.get_value_at_percentile(percentile)


def test_large_counts_are_encoded_whole() -> None:
    histogram = Histogram()
    histogram.counts[5], histogram.counts[20_000] = 2**40, 2**53
    assert HdrHistogram.decode(histogram.encode()).get_count_at_value(5) == 2**40


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2**40 - 1)), min_size=1, max_size=200))
def test_a_series_in_parts_is_the_histogram_of_all(recorded: list[tuple[int, int]]) -> None:
    series = HistogramSeries()
    for part in (recorded[::2], recorded[1::2]):
        series.record(np.array([s for s, _ in part], np.int64), np.array([v for _, v in part], np.int64))
    np.testing.assert_array_equal(series.total().counts, histogram_of([v for _, v in recorded]).counts)


def test_a_value_below_zero_counts_as_zero() -> None:
    assert histogram_of([-5, 7]).value_at(0.5) == 0


def test_a_value_beyond_the_range_is_refused() -> None:
    with pytest.raises(ValueError, match="more than a histogram holds"):
        Histogram().record([2**40])


def test_no_values_have_no_quantiles() -> None:
    assert Histogram().quantiles() is None


def test_quantiles_are_milliseconds() -> None:
    quantiles = histogram_of(list(range(1_000, 1_001_000, 1_000))).quantiles()
    assert quantiles is not None
    assert quantiles.count == 1_000
    np.testing.assert_allclose([quantiles.p50, quantiles.p99, quantiles.max], [500, 990, 1000], rtol=1 / 1024)


def test_a_log_is_read_back_second_by_second(tmp_path: Path) -> None:
    log = tmp_path / "ack.hlog"
    series = HistogramSeries()
    series.record(np.array([3, 1, 1]), np.array([30, 10, 11]))
    log.write_text(series.log(1_700_000_000.0, "ack"))
    with closing(HistogramLogReader(str(log), HdrHistogram(1, 2**40 - 1, 3))) as reader:
        first, second, end = (reader.get_next_interval_histogram() for _ in range(3))
    assert (first.get_total_count(), first.get_max_value(), first.get_tag()) == (2, 11, "ack")
    assert (second.get_total_count(), second.get_start_time_stamp()) == (1, 1_700_000_003_000)
    assert end is None


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 2**40 - 1)), max_size=200))
def test_a_log_is_read_back_as_it_was_written(recorded: list[tuple[int, int]]) -> None:
    series = HistogramSeries()
    series.record(np.array([s for s, _ in recorded], np.int64), np.array([v for _, v in recorded], np.int64))
    log = read_log(series.log(1_700_000_000.25, "ack"))
    assert log.start_s == 1_700_000_000.25
    np.testing.assert_array_equal(log.total().counts, series.total().counts)
    for second, histogram in log.seconds.items():
        values = [v for s, v in recorded if s == second]
        np.testing.assert_array_equal(histogram.counts, histogram_of(values).counts)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no histogram log"),
        ("#[StartTime: 1.0 (s)]\nTag=a,1.0,1.0,1.0,AAAAAAAAAAA=\n", "is no compressed V2 histogram"),
        ("#[StartTime: 1.0 (s)]\nTag=a,1.0,1.0,1.0,HIST\n", "is no whole histogram"),
        ("#[StartTime: 1.0 (s)]\nTag=a,1.0,1.0,1.0,HISTFAAAACB4\n", "is no whole histogram"),
    ],
)
def test_what_is_no_log_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_log(text)
