"""awswrangler's documented ways to read, write and look, on a table of three orders: awswrangler_examples.py OUTPUT.

Runs in an environment of its own, see `make .venv/.clients`. AWS is the environment's. Prints what each example that
went wrong said, by its name, as JSON.
"""

import json
import sys
import traceback
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import awswrangler as wr
import pandas as pd

OUTPUT = sys.argv[1]
DATABASE = "db"
QUERY = "SELECT id, state, price, day FROM orders ORDER BY id"
FRAME = pd.DataFrame({"id": [1, 2, 3], "name": ["a", "b", None], "at": pd.to_datetime(["2018-05-24"] * 3)})


def read(query: str = QUERY, output: str = OUTPUT, **how: Any) -> Any:
    """A query's frame."""
    return wr.athena.read_sql_query(query, database=DATABASE, s3_output=output, **how)


def beside(folder: str) -> str:
    """Another folder of the same bucket."""
    return OUTPUT.replace("here", folder)


def has_all_orders(frame: Any) -> None:
    """Hold a frame to what the table has."""
    assert list(frame["id"]) == [1, 2, 3]
    assert [None if pd.isna(state) else state for state in frame["state"]] == ["SP", "RJ", None]
    assert list(frame["price"]) == [Decimal("10.50"), Decimal("20.00"), Decimal("7.25")]
    assert [str(day) for day in frame["day"]] == ["2018-05-24", "2018-05-24", "2018-05-25"]


def reading_by_a_table_that_is_made() -> None:
    has_all_orders(read(ctas_approach=True))
    assert "temp_table" not in str(wr.catalog.tables(database=DATABASE))


def reading_the_results_csv() -> None:
    has_all_orders(read(ctas_approach=False))


def reading_by_unload() -> None:
    has_all_orders(read(output=beside("unloaded"), ctas_approach=False, unload_approach=True))


def reading_in_chunks() -> None:
    assert [len(chunk) for chunk in read(ctas_approach=False, chunksize=2)] == [2, 1]
    assert sum(len(chunk) for chunk in read(ctas_approach=True, chunksize=True)) == 3


def reading_a_table_whole() -> None:
    frame = wr.athena.read_sql_table("orders", database=DATABASE, s3_output=OUTPUT)
    has_all_orders(frame.sort_values("id"))


def parameters_of_both_styles() -> None:
    named = read("SELECT id FROM orders WHERE state = :state", params={"state": "RJ"}, ctas_approach=False)
    marked = read("SELECT id FROM orders WHERE state = ?", params=["'RJ'"], paramstyle="qmark", ctas_approach=False)
    assert list(named["id"]) == list(marked["id"]) == [2]


def a_result_that_is_there_already() -> None:
    first, second = (
        read("SELECT 1 AS one", ctas_approach=False, athena_cache_settings={"max_cache_seconds": 900}) for _ in range(2)
    )
    assert first.query_metadata["QueryExecutionId"] == second.query_metadata["QueryExecutionId"]


def starting_and_waiting() -> None:
    name = wr.athena.start_query_execution("SELECT 1 AS one", database=DATABASE, s3_output=OUTPUT)
    assert wr.athena.wait_query(name)["Status"]["State"] == "SUCCEEDED"
    assert name in wr.athena.list_query_executions()
    assert wr.athena.get_query_execution(name)["Query"] == "SELECT 1 AS one"


def a_statement_that_fails() -> None:
    try:
        read("SELECT 1 / 0 AS a", ctas_approach=False)
    except wr.exceptions.QueryFailed as error:
        assert "DIVISION_BY_ZERO" in str(error)  # noqa: PT017 - there is no pytest in that environment
    else:
        raise AssertionError("it did not fail")


def prepared_statements() -> None:
    wr.athena.create_prepared_statement("SELECT id FROM orders WHERE state = ?", statement_name="by_state")
    assert [one["StatementName"] for one in wr.athena.list_prepared_statements()] == ["by_state"]
    assert list(read("EXECUTE by_state USING 'SP'", ctas_approach=False)["id"]) == [1]
    wr.athena.delete_prepared_statement("by_state")


def looking_into_the_catalog() -> None:
    assert DATABASE in list(wr.catalog.databases()["Database"])
    assert list(wr.catalog.tables(database=DATABASE, name_prefix="ord")["Table"]) == ["orders"]
    assert list(wr.catalog.table(database=DATABASE, table="orders")["Column Name"])[:2] == ["id", "state"]
    kinds = wr.catalog.get_table_types(database=DATABASE, table="orders")
    assert kinds["price"] == "decimal(10,2)"


def looking_by_statements() -> None:
    described = wr.athena.describe_table("orders", database=DATABASE, s3_output=OUTPUT)
    assert list(described["Column Name"])[:2] == ["id", "state"]
    assert "CREATE TABLE" in wr.athena.show_create_table("orders", database=DATABASE, s3_output=OUTPUT)


def a_dataset_of_parquet() -> None:
    where = {"path": beside("dataset"), "database": DATABASE, "table": "dataset"}
    wr.s3.to_parquet(df=FRAME, dataset=True, partition_cols=["id"], **where)
    assert list(read("SELECT name FROM dataset WHERE id = 2", ctas_approach=False)["name"]) == ["b"]
    assert wr.athena.repair_table("dataset", database=DATABASE, s3_output=OUTPUT) == "SUCCEEDED"


def a_table_that_is_made_of_a_query() -> None:
    made = wr.athena.create_ctas_table(QUERY, database=DATABASE, ctas_table="made", s3_output=OUTPUT, wait=True)
    has_all_orders(read("SELECT * FROM made ORDER BY id", ctas_approach=False))
    assert made["ctas_query_metadata"].manifest_location.endswith("-manifest.csv")


def an_iceberg_table() -> None:
    table = {
        "database": DATABASE,
        "table": "iced",
        "s3_output": OUTPUT,
        "temp_path": beside("temp"),
        "keep_files": False,
    }
    wr.athena.to_iceberg(FRAME, table_location=beside("iced"), **table)
    wr.athena.to_iceberg(FRAME.assign(id=FRAME["id"] + 2, name="new"), merge_cols=["id"], **table)
    wr.athena.delete_from_iceberg_table(FRAME[["id"]].head(1), merge_cols=["id"], **table)
    found = read("SELECT id, name FROM iced ORDER BY id", ctas_approach=False)
    assert list(found.itertuples(index=False, name=None)) == [(2, "b"), (3, "new"), (4, "new"), (5, "new")]


EXAMPLES: tuple[Callable[[], None], ...] = (
    reading_by_a_table_that_is_made,
    reading_the_results_csv,
    reading_by_unload,
    reading_in_chunks,
    reading_a_table_whole,
    parameters_of_both_styles,
    a_result_that_is_there_already,
    starting_and_waiting,
    a_statement_that_fails,
    prepared_statements,
    looking_into_the_catalog,
    looking_by_statements,
    a_dataset_of_parquet,
    a_table_that_is_made_of_a_query,
    an_iceberg_table,
)


def said_by(example: Callable[[], None]) -> str | None:
    """What went wrong with it."""
    try:
        example()
    except Exception:  # noqa: BLE001 - told with all others
        return traceback.format_exc()
    return None


if __name__ == "__main__":
    said = {example.__name__: said_by(example) for example in EXAMPLES}
    print(json.dumps({name: text for name, text in said.items() if text}))
