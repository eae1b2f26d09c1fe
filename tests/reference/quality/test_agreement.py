"""From one rule come SQL, an Arrow mask and an expectation: they agree on every table, with NULL and NaN in it."""

from collections.abc import Callable, Mapping
from itertools import count

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

from reference.quality.checkpoint import POLL_S, checkpoint, prepare_great_expectations
from reference.quality.mask import all_reasons, broken
from reference.quality.predicate import SEPARATOR, numbered, reasons
from reference.quality.rules import Unique
from reference.quality.verdict import disagreement, verdict
from scenarios.targets.embedded.athena.engine import Engine
from tests.reference.quality.tables_of_rows import RULES, SCHEMA, tables
from tests.scenarios.targets.embedded.athena.asking import ask
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, TestLake
from tests.scenarios.targets.embedded.athena.serving import OUTPUT, MakeAthena

NAMES = count(1)


def by_sql(engine: Engine, name: str) -> dict[tuple[int, int], list[str]]:
    rows = numbered(RULES, ("partition", "offset"), f"{DATABASE}.{name}", ["group"])
    found = ask(engine, f'SELECT "partition", "offset", {reasons(RULES)} FROM ({rows}) AS numbered').rows
    return {(partition, offset): text.split(SEPARATOR) if text else [] for partition, offset, text in found}


def by_mask(rows: pa.Table) -> dict[tuple[int, int], list[str]]:
    places = [(row["partition"], row["offset"]) for row in rows.select(["partition", "offset"]).to_pylist()]
    return dict(zip(places, all_reasons(RULES, rows), strict=True))


def put(lake: TestLake, rows: pa.Table) -> str:
    """A table with the rows, its name."""
    name = f"rows_{next(NAMES)}"
    lake.make(name, rows.schema).append(rows)
    return name


@given(rows=tables())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sql_and_mask_find_the_same_rows_for_the_same_reasons(
    lake: TestLake, lake_engine: Engine, rows: pa.Table
) -> None:
    assert by_sql(lake_engine, put(lake, rows)) == by_mask(rows)


@pytest.fixture
def great_expectations(lake_engine: Engine, make_athena: MakeAthena) -> Callable[[str], Mapping[str, int]]:
    """Puts the rules to a table by Great Expectations: the rows that each expectation finds."""
    prepare_great_expectations()
    gx = pytest.importorskip("great_expectations", reason="needs the extra quality")
    address = make_athena(lake_engine, most_kept=1_000).client.meta.endpoint_url
    url = (
        f"awsathena+rest://a:b@athena.us-east-1.amazonaws.com:443/{DATABASE}?region_name=us-east-1"
        f"&poll_interval={POLL_S}&endpoint_url={address}&s3_staging_dir={OUTPUT}"
    )

    def run(name: str) -> Mapping[str, int]:
        context = gx.get_context(mode="ephemeral")
        return verdict(checkpoint(context, url, name, RULES, SCHEMA, ["group"]).run().describe_dict(), RULES, ["group"])

    return run


@given(rows=tables())
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_great_expectations_on_athena_count_the_same_rows(
    lake: TestLake, great_expectations: Callable[[str], Mapping[str, int]], rows: pa.Table
) -> None:
    found = great_expectations(put(lake, rows))
    masks = {rule.name: sum(broken(rule, rows).to_pylist()) for rule in RULES}
    assert disagreement(RULES, found, masks) is None
    for rule in RULES:
        # A Unique's counts the first of those that are there several times, too.
        more = firsts(rule, rows) if isinstance(rule, Unique) else 0
        assert found[rule.name] == masks[rule.name] + more, rule.name


def firsts(rule: Unique, rows: pa.Table) -> int:
    """How many keys without NULL there are several times."""
    keys = [tuple(row.values()) for row in rows.select(list(rule.columns)).to_pylist() if None not in row.values()]
    return len({key for key in keys if keys.count(key) > 1})
