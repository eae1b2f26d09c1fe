"""Events from a Parquet file: sent byte for byte, without a Python object for each."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keystone_native import EventBlock

from loadgen.arrivals import Arrivals, Phase
from loadgen.blocks import planned_blocks
from loadgen.errors import SourceError
from loadgen.generated import GeneratedOrders
from loadgen.order_settings import OrderSettings
from loadgen.parquet import ParquetEvents
from loadgen.source import open_source

TYPES = [pa.string(), pa.large_string(), pa.binary(), pa.large_binary()]

rows = st.lists(st.tuples(st.text(max_size=30), st.none() | st.integers(0, 2**40)), max_size=60)


def written(path: Path, found: list[tuple[str, int | None]], kind: pa.DataType, **options: Any) -> Path:
    payloads = pa.array([payload for payload, _ in found], pa.string()).cast(kind)
    prices = pa.array([price for _, price in found], pa.int64())
    pq.write_table(pa.table({"payload": payloads, "other": payloads, "price_cents": prices}), path, **options)
    return path


@given(rows, st.sampled_from(TYPES), st.lists(st.integers(1, 25), min_size=1), st.integers(1, 20))
def test_blocks_of_any_size_hold_the_rows_in_order(
    tmp_path_factory: pytest.TempPathFactory,
    found: list[tuple[str, int | None]],
    kind: pa.DataType,
    sizes: list[int],
    group: int,
) -> None:
    path = written(tmp_path_factory.mktemp("parquet") / "events.parquet", found, kind, row_group_size=group)
    events, taken, turn = ParquetEvents(path), list[Any](), 0
    while block := events.take(sizes[turn % len(sizes)]).rows():
        taken += block
        turn += 1
    assert taken == [(payload, price, False) for payload, price in found]
    assert [(event.payload, event.price_cents) for event in ParquetEvents(path)] == found


def test_what_is_written_of_made_up_orders_is_sent_as_they_would_be(tmp_path: Path) -> None:
    orders = [(event.payload, event.price_cents) for event in GeneratedOrders(3_000, OrderSettings(seed=5))]
    path = written(tmp_path / "events.parquet", orders, pa.string())
    plan = Arrivals([Phase(2, 1_000)])
    blocks = planned_blocks(open_source(f"parquet:{path}", OrderSettings()), plan)
    assert [(payload, price) for block, _ in blocks for payload, price, _ in block.rows()] == orders[:2_000]


def test_other_columns_are_named_with_those_that_are_needed(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    pq.write_table(pa.table({"payload": [1], "price_cents": [1]}), path)
    with pytest.raises(
        SourceError, match=r"has the columns payload \(int64\), price_cents \(int64\); needed are payload"
    ):
        ParquetEvents(path)


def test_a_file_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "events.parquet").write_text("no parquet")
    for path in (tmp_path / "events.parquet", tmp_path / "none.parquet"):
        with pytest.raises(SourceError, match="cannot be read"):
            ParquetEvents(path)


def test_a_row_without_a_payload_is_named_after_what_came_before_it(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    pq.write_table(pa.table({"payload": ["{}", "{}", None], "price_cents": pa.array([None] * 3, pa.int64())}), path)
    with pytest.raises(SourceError, match="row 2: payload is null"):
        list(planned_blocks(ParquetEvents(path), Arrivals([Phase(1, 10)])))


def test_bounds_outside_of_the_data_are_refused() -> None:
    prices = np.zeros(2, np.int64)
    for ends in ([0, 2, 5], [0, 3, 2], [-1, 2, 3], [0, 2]):
        with pytest.raises(ValueError, match="end"):
            EventBlock.of_buffers(np.array(ends, np.int64), b"abcd", prices)
