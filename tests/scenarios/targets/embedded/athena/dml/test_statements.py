"""What statements that write make of a table."""

import pytest

from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.dml.conftest import Athena
from tests.scenarios.targets.embedded.athena.lakes import TestLake

ORDERS = (
    "CREATE TABLE orders (id bigint, state string, price decimal(10,2), at timestamp, day int) "
    "PARTITIONED BY (day) LOCATION 's3://some-data/orders/' TBLPROPERTIES ('table_type'='ICEBERG')"
)
THREE = (
    "INSERT INTO orders VALUES (1, 'SP', 10.50, timestamp '2018-05-24 10:00:00', 24), "
    "(2, 'RJ', 20, NULL, 24), (3, NULL, 7.25, timestamp '2018-05-25 00:00:00.123456', 25)"
)


@pytest.fixture
def orders(athena: Athena) -> Athena:
    """Three orders of two days, in a file each."""
    athena.do(ORDERS)
    assert athena.do(THREE) == 3
    return athena


def refused(athena: Athena, sql: str) -> str:
    with pytest.raises(SqlError) as error:
        athena.do(sql)
    return error.value.code


def test_what_was_inserted_is_found(orders: Athena) -> None:
    found = orders.rows("SELECT id, state, CAST(price AS varchar), CAST(at AS varchar), day FROM orders ORDER BY id")
    assert found == [
        (1, "SP", "10.50", "2018-05-24 10:00:00.000000", 24),
        (2, "RJ", "20.00", None, 24),
        (3, None, "7.25", "2018-05-25 00:00:00.123456", 25),
    ]


def test_columns_that_are_not_named_are_null(orders: Athena) -> None:
    assert orders.do("INSERT INTO orders (day, id) SELECT 26, max(id) + 1 FROM orders") == 1
    assert orders.rows("SELECT * FROM orders WHERE day = 26") == [(4, None, None, None, 26)]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("INSERT INTO orders VALUES (1)", "TYPE_MISMATCH"),
        ("INSERT INTO orders (id) VALUES ('x')", "TYPE_MISMATCH"),
        ("INSERT INTO orders (id, nosuch) VALUES (1, 2)", "COLUMN_NOT_FOUND"),
        ("INSERT INTO orders (id, id) VALUES (1, 2)", "DUPLICATE_COLUMN_NAME"),
        ("INSERT INTO nosuch VALUES (1)", "TABLE_NOT_FOUND"),
        ("INSERT INTO orders (id) VALUES (1 / 0)", "DIVISION_BY_ZERO"),
        ("UPDATE orders SET nosuch = 1", "COLUMN_NOT_FOUND"),
        ("UPDATE orders SET id = 'x'", "TYPE_MISMATCH"),
        ("DELETE FROM orders WHERE id", "TYPE_MISMATCH"),
        ("DELETE FROM orders WHERE 1 / (id - id) = 1", "DIVISION_BY_ZERO"),
    ],
)
def test_what_is_wrong_changes_nothing(orders: Athena, sql: str, code: str) -> None:
    assert refused(orders, sql) == code
    assert orders.snapshots("orders") == 1


def test_an_update_changes_the_rows_of_its_condition_in_one_snapshot(orders: Athena) -> None:
    assert orders.do("UPDATE orders SET price = price * 2, state = 'MG' WHERE id IN (2, 3)") == 2
    found = orders.rows("SELECT id, state, CAST(price AS varchar) FROM orders ORDER BY id")
    assert found == [(1, "SP", "10.50"), (2, "MG", "40.00"), (3, "MG", "14.50")]
    assert orders.snapshots("orders") == 2


def test_a_row_of_which_the_condition_is_unknown_stays(orders: Athena) -> None:
    assert orders.do("DELETE FROM orders WHERE state = 'SP' OR state = 'XX'") == 1
    assert orders.rows("SELECT id FROM orders ORDER BY id") == [(2,), (3,)]
    assert orders.snapshots("orders") == 2


def test_a_row_of_which_the_condition_is_unknown_stays_in_the_file_of_one_that_goes(orders: Athena) -> None:
    orders.do("INSERT INTO orders (id, state, day) VALUES (4, 'SP', 26), (5, NULL, 26)")
    [(files,)] = orders.rows('SELECT count(DISTINCT "$path") FROM orders WHERE day = 26')
    assert files == 1
    assert orders.do("UPDATE orders SET price = 1 WHERE state = 'SP' AND day = 26") == 1
    assert orders.rows("SELECT id, CAST(price AS varchar) FROM orders WHERE day = 26") == [(4, "1.00"), (5, None)]
    assert orders.do("DELETE FROM orders WHERE state = 'SP'") == 2
    assert orders.rows("SELECT id FROM orders ORDER BY id") == [(2,), (3,), (5,)]


def test_what_matches_nothing_makes_no_snapshot(orders: Athena) -> None:
    assert orders.do("DELETE FROM orders WHERE id = 9") == 0
    assert orders.do("UPDATE orders SET id = 1 WHERE false") == 0
    assert orders.snapshots("orders") == 1


def test_all_rows_may_go(orders: Athena) -> None:
    assert orders.do("DELETE FROM orders") == 3
    assert orders.rows("SELECT count(*) FROM orders") == [(0,)]


MERGE = (
    "MERGE INTO orders t USING (VALUES (1, 'XX', 1.5), (3, 'YY', 2.5), (4, 'ZZ', 3.5)) AS s(id, state, price) "
    "ON t.id = s.id WHEN MATCHED AND s.state = 'YY' THEN DELETE "
    "WHEN MATCHED THEN UPDATE SET state = s.state, price = s.price + t.price "
    "WHEN NOT MATCHED THEN INSERT (id, state, price, day) VALUES (s.id, s.state, s.price, 26)"
)


def test_a_merge_changes_deletes_and_adds_in_one_snapshot(orders: Athena) -> None:
    assert orders.do(MERGE) == 3
    found = orders.rows("SELECT id, state, CAST(price AS varchar), day FROM orders ORDER BY id")
    assert found == [(1, "XX", "12.00", 24), (2, "RJ", "20.00", 24), (4, "ZZ", "3.50", 26)]
    assert orders.snapshots("orders") == 2


def test_a_merge_that_only_adds_leaves_the_files_that_are_there(orders: Athena) -> None:
    before = set(orders.rows('SELECT "$path" FROM orders'))
    sql = "MERGE INTO orders USING (SELECT 9 AS n) s ON id = n WHEN NOT MATCHED THEN INSERT (id, day) VALUES (n, 24)"
    assert [orders.do(sql), orders.do(sql)] == [1, 0]
    assert before < set(orders.rows('SELECT "$path" FROM orders'))
    assert orders.snapshots("orders") == 2


def test_a_view_has_the_types_it_had_as_long_as_its_columns_become_those(lake: TestLake, athena: Athena) -> None:
    athena.do("CREATE TABLE t WITH (table_type = 'ICEBERG', is_external = false) AS SELECT 1 AS id, 2 AS n")
    athena.do("CREATE VIEW wide AS SELECT CAST(id AS bigint) AS id FROM t")
    athena.do("CREATE VIEW all_of AS SELECT * FROM t")
    assert athena.rows("SELECT typeof(id), id FROM wide") == [("bigint", 1)]
    lake.do("ALTER TABLE t CHANGE COLUMN n n bigint")
    assert refused(athena, "SELECT * FROM all_of") == "VIEW_IS_STALE"
    lake.do("ALTER TABLE t CHANGE COLUMN n m bigint")
    assert refused(athena, "SELECT id FROM all_of") == "VIEW_IS_STALE"


def test_rows_of_the_partition_of_nan_are_not_changed(athena: Athena) -> None:
    athena.do(
        "CREATE TABLE t WITH (table_type = 'ICEBERG', is_external = false, partitioning = ARRAY['f']) AS "
        "SELECT * FROM (VALUES (1, nan()), (2, 1e0)) t(id, f)"
    )
    assert refused(athena, "UPDATE t SET id = 3 WHERE is_nan(f)") == "NOT_SUPPORTED"
    assert athena.rows("SELECT id FROM t ORDER BY 1") == [(1,), (2,)]


def test_a_row_that_two_of_the_source_change_is_an_error(orders: Athena) -> None:
    sql = "MERGE INTO orders USING (VALUES 1, 1) s(n) ON id = n WHEN MATCHED THEN UPDATE SET state = 'X'"
    assert refused(orders, sql) == "MERGE_TARGET_ROW_MULTIPLE_MATCHES"
    assert orders.snapshots("orders") == 1


def test_a_row_that_two_of_the_source_match_of_which_one_changes_it_is_there_once(orders: Athena) -> None:
    sql = (
        "MERGE INTO orders USING (VALUES (1, 'a'), (1, 'b')) s(n, x) ON id = n "
        "WHEN MATCHED AND x = 'b' THEN UPDATE SET state = x"
    )
    assert orders.do(sql) == 1
    assert orders.rows("SELECT id, state FROM orders WHERE day = 24 ORDER BY id") == [(1, "b"), (2, "RJ")]


def test_a_second_merge_of_the_same_source_changes_nothing_more(orders: Athena) -> None:
    sql = (
        "MERGE INTO orders t USING (SELECT id, 'N' AS state FROM orders) s ON t.id = s.id "
        "WHEN MATCHED AND t.state IS DISTINCT FROM s.state THEN UPDATE SET state = s.state"
    )
    assert [orders.do(sql), orders.do(sql)] == [3, 0]


def test_a_table_is_made_of_a_query(orders: Athena) -> None:
    sql = (
        "CREATE TABLE days WITH (table_type = 'ICEBERG', is_external = false, location = 's3://some-data/days/', "
        "partitioning = ARRAY['day']) AS SELECT day, count(*) AS n FROM orders GROUP BY day"
    )
    assert orders.do(sql) == 2
    assert orders.rows("SELECT * FROM days ORDER BY day") == [(24, 2), (25, 1)]
    assert refused(orders, sql) == "TABLE_ALREADY_EXISTS"


def test_a_hive_table_is_made_of_a_query_and_grows(orders: Athena) -> None:
    sql = "CREATE TABLE h WITH (format = 'PARQUET', partitioned_by = ARRAY['day']) AS SELECT id, day FROM orders"
    assert orders.do(sql) == 3
    assert orders.do("INSERT INTO h VALUES (9, 30)") == 1
    assert orders.rows("SELECT id, day FROM h WHERE day >= 25 ORDER BY id") == [(3, 25), (9, 30)]
    assert refused(orders, "DELETE FROM h WHERE id = 1") == "NOT_SUPPORTED"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("CREATE TABLE x AS SELECT 1", "MISSING_COLUMN_NAME"),
        ("CREATE TABLE x AS SELECT 1 AS a, 2 AS A", "DUPLICATE_COLUMN_NAME"),
        ("CREATE TABLE x AS SELECT NULL AS a", "COLUMN_TYPE_UNKNOWN"),
    ],
)
def test_a_table_needs_names_and_types(athena: Athena, sql: str, code: str) -> None:
    assert refused(athena, sql) == code


def test_a_view_is_its_query(orders: Athena) -> None:
    orders.do("CREATE VIEW late AS SELECT id, state FROM orders WHERE day > 24;")
    assert orders.rows("SELECT * FROM late") == [(3, None)]
    assert refused(orders, "CREATE VIEW late AS SELECT 1 AS x") == "TABLE_ALREADY_EXISTS"
    assert refused(orders, "CREATE OR REPLACE VIEW late AS SELECT id FROM late") == "VIEW_IS_RECURSIVE"
    orders.do("CREATE VIEW later AS SELECT id FROM late")
    assert refused(orders, "CREATE OR REPLACE VIEW late AS SELECT id FROM later") == "VIEW_IS_RECURSIVE"
    orders.do("CREATE OR REPLACE VIEW late AS SELECT count(*) AS n FROM orders")
    assert orders.rows("SELECT n FROM db.late") == [(3,)]


def test_an_older_version_is_read_by_its_snapshot_and_by_its_time(orders: Athena) -> None:
    [(snapshot,)] = orders.rows('SELECT snapshot_id FROM "orders$snapshots"')
    orders.do("DELETE FROM orders WHERE day = 24")
    assert orders.rows("SELECT count(*) FROM orders") == [(1,)]
    assert orders.rows(f"SELECT count(*) FROM orders FOR VERSION AS OF {snapshot}") == [(3,)]
    assert orders.rows("SELECT count(*) FROM orders FOR TIMESTAMP AS OF timestamp '2100-01-01 00:00:00 UTC'") == [(1,)]


def test_question_marks_stand_for_parameters(orders: Athena) -> None:
    assert orders.do("DELETE FROM orders WHERE state = ? AND id < ?", ("'SP'", "1 + 1")) == 1
    with pytest.raises(SqlError) as missing:
        orders.do("DELETE FROM orders WHERE id = ?")
    assert missing.value.code == "INVALID_PARAMETER_USAGE"


UUIDS = ("00000000-0000-0000-0000-000000000005", "ffffffff-0000-0000-0000-00000000000a")


def test_uuids_are_kept_as_such_and_found(athena: Athena) -> None:
    values = ", ".join(f"(CAST('{text}' AS uuid))" for text in UUIDS)
    options = "table_type = 'ICEBERG', is_external = false, location = 's3://some-data/ids/'"
    athena.do(f"CREATE TABLE ids WITH ({options}) AS SELECT u FROM (VALUES {values}) v(u)")
    assert athena.rows("SELECT u, typeof(u) FROM ids ORDER BY u") == [(text, "uuid") for text in UUIDS]
    assert athena.rows(f"SELECT u FROM ids WHERE u = CAST('{UUIDS[1].upper()}' AS uuid)") == [(UUIDS[1],)]
    assert athena.rows(f"SELECT u FROM ids WHERE u > CAST('{UUIDS[0]}' AS uuid)") == [(UUIDS[1],)]


@pytest.mark.parametrize("where", ["i IS NULL OR i > 3", "i < 3 OR i IS NULL", "NOT (i > 3) OR i IS NULL", "i > 3"])
def test_null_is_found_in_partitions_by_what_is_cut_off(athena: Athena, where: str) -> None:
    athena.do(
        "CREATE TABLE cut (i int) PARTITIONED BY (truncate(3, i)) LOCATION 's3://some-data/cut/' "
        "TBLPROPERTIES ('table_type'='ICEBERG')"
    )
    athena.do("INSERT INTO cut VALUES 1, 5, NULL")
    values = "(VALUES 1, 5, NULL) v(i)"
    assert athena.rows(f"SELECT i FROM cut WHERE {where} ORDER BY i") == athena.rows(
        f"SELECT i FROM {values} WHERE {where} ORDER BY i"
    )
