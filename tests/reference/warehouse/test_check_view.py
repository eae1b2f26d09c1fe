"""Each check has a view of its own, which has what the rules look at."""

from dataclasses import replace
from datetime import date

from reference.quality.rules import NotNull, Rule
from reference.warehouse.check_view import create_view, drop_view, view_name
from reference.warehouse.day import Checked, Generation

RULES: list[Rule] = [NotNull(name="there", rule="not-null", column="price")]
PINNED = [Checked(Generation(date(2018, 5, day), 1), snapshot_id=7) for day in (24, 25)]


def test_another_check_has_another_view() -> None:
    other_column: list[Rule] = [NotNull(name="there", rule="not-null", column="order_id")]
    other_snapshot = [Checked(one.generation, snapshot_id=8) for one in PINNED]
    between = Checked(Generation(date(2018, 5, 26), 1), snapshot_id=7)
    names = [
        view_name(RULES, PINNED),
        view_name(RULES, PINNED[:1]),
        view_name(RULES, other_snapshot),
        view_name(RULES, [replace(one, pinned_ns=1) for one in PINNED]),
        view_name(other_column, PINNED),
        view_name(RULES, [*PINNED, between]),
        view_name(RULES, [PINNED[0], between]),
    ]
    assert len(set(names)) == len(names)
    assert all(name.startswith("check_201805") for name in names)


def test_the_same_check_has_the_same_whoever_asks_and_in_what_order() -> None:
    other_name: list[Rule] = [NotNull(name="another", rule="not-null", column="price")]
    assert view_name(RULES, PINNED) == view_name(RULES, PINNED[::-1]) == view_name(other_name, PINNED)


def test_what_is_made_is_what_is_dropped_and_has_the_days_and_the_rules_columns_alone() -> None:
    name = f'"silver"."{view_name(RULES, PINNED)}"'
    made = create_view(RULES, PINNED)
    assert made.startswith(f'CREATE OR REPLACE VIEW {name} AS SELECT "year", "month", "day", "price" FROM ')
    assert "FOR VERSION AS OF 7" in made
    assert drop_view(RULES, PINNED) == f"DROP VIEW IF EXISTS {name}"
