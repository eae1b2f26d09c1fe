"""Writes the pages that people look at beside the records that programs read."""

from collections.abc import Mapping
from pathlib import Path

from reports.page.report import FILE, INDEX, index_page, report_page
from reports.record import RunRecord


def write_report(record: RunRecord, folder: Path) -> None:
    """A run's page, into its folder.

    Raises:
        OSError, ValueError: a file of the run is missing or damaged, or the page cannot be written.
    """
    (folder / FILE).write_text(report_page(record, folder), encoding="utf-8")


def write_index(records: Mapping[str, RunRecord], runs_dir: Path) -> Path:
    """The page of all runs, by their folders' names."""
    path = runs_dir / INDEX
    path.write_text(index_page(records), encoding="utf-8")
    return path
