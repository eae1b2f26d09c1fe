"""The view that a checkpoint looks at: a snapshot's rows of some days, what the rules look at of each."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from reference.lake.columns import DAY_COLUMNS
from reference.quality.predicate import columns_of, quoted
from reference.quality.rules import Rule
from reference.warehouse.day import Checked, rows_of

DATABASE: Final = "silver"
PREFIX: Final = "check_"
"""Those whose check died are still there; upkeep drops them."""


def view_name(rules: Sequence[Rule], pinned: Sequence[Checked]) -> str:
    """Another one for other days, another pinning or other columns: nobody's check changes under its feet."""
    days = sorted(one.generation.day for one in pinned)
    found = f"{[str(day) for day in days]} {_columns(rules)} {pinned[0].pinned_ns}"
    what = sha256(found.encode()).hexdigest()[:8]
    return f"{PREFIX}{days[0]:%Y%m%d}_{days[-1]:%Y%m%d}_{pinned[0].snapshot_id}_{what}"


def create_view(rules: Sequence[Rule], pinned: Sequence[Checked]) -> str:
    """The statement that makes it, again if it is there."""
    rows = rows_of([one.generation.day for one in pinned], pinned[0].snapshot_id)
    columns = ", ".join(map(quoted, _columns(rules)))
    return f"CREATE OR REPLACE VIEW {_name(rules, pinned)} AS SELECT {columns} FROM {rows}"


def drop_view(rules: Sequence[Rule], pinned: Sequence[Checked]) -> str:
    """The statement that removes it, if it is there."""
    return f"DROP VIEW IF EXISTS {_name(rules, pinned)}"


def _columns(rules: Sequence[Rule]) -> list[str]:
    return list(dict.fromkeys((*DAY_COLUMNS, *columns_of(rules))))


def _name(rules: Sequence[Rule], pinned: Sequence[Checked]) -> str:
    return f"{quoted(DATABASE)}.{quoted(view_name(rules, pinned))}"
