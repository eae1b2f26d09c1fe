"""Rows of a batch by the values of some columns."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa

_ROW: Final = "row"


def grouped(values: Sequence["pa.Array[Any]"]) -> Iterator[tuple[tuple[Any, ...], "pa.Array[Any]"]]:
    """Each combination of values that there is, null among them, and the places of its rows in their order.

    Args:
        values: the columns, at least one.
    """
    names = [str(place) for place in range(len(values))]
    keyed = pa.table([*values, pa.array(range(len(values[0])), pa.int64())], names=[*names, _ROW])
    groups = keyed.group_by(names, use_threads=False).aggregate([(_ROW, "list")])
    for place, rows in enumerate(groups.column(f"{_ROW}_list")):
        yield tuple(groups.column(name)[place].as_py() for name in names), rows.values
