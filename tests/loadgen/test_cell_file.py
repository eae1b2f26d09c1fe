"""Latencies that were written piece by piece are read as one, and take memory for what is looked at alone."""

import resource
from pathlib import Path

import numpy as np

from loadgen.cell_file import SERIES, CellFiles
from loadgen.send_log import Latencies


def some(first: int, count: int) -> Latencies:
    numbers = np.arange(first, first + count, dtype=np.int64)
    return Latencies(seconds=numbers // 100, us=numbers, counts=numbers + 1)


def test_pieces_are_read_as_one_also_when_the_files_are_closed(tmp_path: Path) -> None:
    with CellFiles(tmp_path) as files:
        for first in range(0, 1_000, 250):
            files.write({name: some(first, 250) for name in SERIES})
        found = files.latencies()
    whole = some(0, 1_000)
    assert list(found) == list(SERIES)
    for cells in found.values():
        assert cells.seconds.tolist() == whole.seconds.tolist()
        assert cells.us.tolist() == whole.us.tolist()
        assert cells.counts.tolist() == whole.counts.tolist()


def test_each_series_has_what_was_written_of_it_and_none_is_none() -> None:
    with CellFiles() as files:
        files.write({"ack": some(0, 3)})
        found = files.latencies()
    assert {name: len(cells.us) for name, cells in found.items()} == {"ack": 3, "ack_raw": 0, "lateness": 0}


def test_what_is_written_takes_no_memory() -> None:
    piece = {name: some(0, 10_000) for name in SERIES}
    with CellFiles() as files:
        files.write(piece)
        before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(200):
            files.write(piece)
        files.latencies()
        grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib
    written_kib = 200 * 3 * 10_000 * 24 // 1024
    assert grown_kib < written_kib / 20
