"""Did every row of the run's days go where the rules say: into gold's sums, or into quarantine with all its reasons?

Rows are read back through the catalog and judged by the audit's own rules. Tables in DuckDB:

  checked         day, file, topic, p, o, who, seq, state, cents, freight, reasons  silver's rows of the run's days
  ever_set_aside  day, file, topic, p, o, generation, crc, reasons                  quarantine(quality) of these days
  set_aside       the same, of the newest generation
  sums            day, state, orders, cents, freight, generation                    gold
  newest          day, generation                                                   of each day
  went_before     day                                                               in gold by an older generation
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import duckdb
import pyarrow as pa

from reports.record import GoldLedger, Offender
from scenarios.audit.lake_reader import LakeReader
from scenarios.audit.ledger import MAX_OFFENDERS
from scenarios.audit.rows import checksums

_DAY: Final = "make_date(year, month, day)"
_TYPED_ROWS: Final = f"CREATE TABLE typed_rows AS SELECT *, {_DAY} AS purchased FROM incoming"  # noqa: S608 - our own
_NTH: Final = re.compile(r"nth\(([^)]*)\)")

_OFFENDERS: Final = """
    SELECT seq, p, o, path, 'silver: breaks ' || checked.reasons || ', and is not in quarantine' AS what
    FROM checked JOIN files USING (file) ANTI JOIN set_aside USING (day, topic, p, o) ANTI JOIN held USING (day)
    WHERE reasons <> ''
    UNION ALL
    SELECT seq, p, o, path, 'quarantine: for ' || set_aside.reasons || ', and it breaks '
        || coalesce(nullif(checked.reasons, ''), 'nothing')
    FROM set_aside JOIN files USING (file) LEFT JOIN (SELECT day, topic, p, o, seq, reasons FROM checked)
        AS checked USING (day, topic, p, o)
    WHERE checked.reasons IS DISTINCT FROM set_aside.reasons
    UNION ALL
    SELECT NULL, p, o, NULL, 'quarantine: ' || count(*) || ' times in one generation'
    FROM ever_set_aside GROUP BY day, topic, p, o, generation HAVING count(*) > 1
    UNION ALL
    SELECT seq, p, o, path, 'quarantine: its payload is not the one in bronze'
    FROM ever_set_aside JOIN files USING (file)
        JOIN (SELECT $topic AS topic, p, o, seq, crc FROM bronze) AS bronze USING (topic, p, o)
    WHERE ever_set_aside.crc IS DISTINCT FROM bronze.crc
    UNION ALL
    SELECT NULL, p, o, path, 'quarantine: of generation ' || generation || ', which nobody has checked'
    FROM ever_set_aside JOIN files USING (file) ANTI JOIN states USING (day, generation)
    UNION ALL
    SELECT NULL, p, o, path, 'quarantine: of generation ' || generation || ', and not in silver'
    FROM ever_set_aside JOIN files USING (file) ANTI JOIN checked USING (day, topic, p, o)
        ANTI JOIN newest USING (day, generation)
    UNION ALL
    SELECT NULL, p, o, path, 'quarantine: of a day that is to be held'
    FROM set_aside JOIN files USING (file) SEMI JOIN held USING (day)
    UNION ALL
    SELECT NULL, NULL, NULL, NULL,
        'gold: ' || day || ' ' || coalesce(state, 'NULL') || ' is there ' || count(*) || ' times'
    FROM sums GROUP BY day, state HAVING count(*) > 1
    UNION ALL
    SELECT NULL, NULL, NULL, NULL,
        'gold: ' || day || ' ' || coalesce(state, 'NULL') || ' is of a day that is to be held'
    FROM sums SEMI JOIN held USING (day) ANTI JOIN went_before USING (day)
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, 'gold: ' || day || ' ' || coalesce(state, 'NULL') || ' is of generation '
        || sums.generation || ', the newest is ' || newest.generation
    FROM sums JOIN newest USING (day) ANTI JOIN held USING (day) WHERE sums.generation <> newest.generation
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, 'gold: ' || day || ' ' || coalesce(state, 'NULL') || ' has ' || g_orders
        || ' orders for ' || g_cents / 100 || ' and freight of ' || g_freight / 100 || ', its clean rows are '
        || c_orders || ' for ' || c_cents / 100 || ' and ' || c_freight / 100
    FROM (
        SELECT coalesce(g.day, c.day) AS day, coalesce(g.state, c.state) AS state,
            coalesce(g.orders, 0) AS g_orders, coalesce(g.cents, 0) AS g_cents, coalesce(g.freight, 0) AS g_freight,
            coalesce(c.orders, 0) AS c_orders, coalesce(c.cents, 0) AS c_cents, coalesce(c.freight, 0) AS c_freight
        FROM (SELECT * FROM sums ANTI JOIN held USING (day)) AS g
            FULL JOIN clean AS c ON g.day = c.day AND g.state IS NOT DISTINCT FROM c.state
    ) AS compared
    WHERE (g_orders, g_cents, g_freight) <> (c_orders, c_cents, c_freight)
"""


def audit_gold(
    db: duckdb.DuckDBPyConnection,
    lake: LakeReader,
    topic_id: str,
    states: pa.Table,
    rules: Mapping[str, str],
    hold_above: float,
) -> GoldLedger:
    """Judge all rows of the days of which the run has rows in silver.

    Args:
        db: as rows.load_lake has filled it, with rows of the topic `topic_id`.
        states: as day_states reads them.
        rules: name → condition, see own_rules.
        hold_above: a day is to be held if a larger share of its rows fails.

    Returns:
        The ledger, without what only the runner knows: reopened_days, late_rows and took_s are 0.
    """
    _load(db, lake, states, rules)
    db.execute(
        f"""
        CREATE TABLE held AS SELECT day FROM checked GROUP BY day
            HAVING count(*) FILTER (WHERE reasons <> '') > {hold_above!r} * count(*);
        CREATE TABLE clean AS SELECT day, state, count(*) AS orders, sum(cents) AS cents, sum(freight) AS freight
            FROM checked ANTI JOIN held USING (day) WHERE reasons = '' GROUP BY day, state;
        """  # noqa: S608 - our own names and numbers
    )
    db.execute(f"CREATE TABLE gone_astray AS {_OFFENDERS}", {"topic": topic_id})
    wrong = db.execute("SELECT * FROM gone_astray ORDER BY seq NULLS LAST, p, o, what").fetchmany(MAX_OFFENDERS)
    return GoldLedger(
        days=_one(db, "SELECT count(DISTINCT day) FROM checked"),
        rows=_one(db, "SELECT count(*) FROM checked"),
        failing=_one(db, "SELECT count(*) FROM checked WHERE reasons <> ''"),
        quarantined=_one(db, "SELECT count(*) FROM set_aside"),
        orders=_one(db, "SELECT coalesce(sum(orders), 0)::BIGINT FROM sums ANTI JOIN held USING (day)"),
        held_days=_one(db, "SELECT count(*) FROM held"),
        held_rows=_one(db, "SELECT count(*) FROM checked SEMI JOIN held USING (day)"),
        by_rule={rule: _broken(db, rule) for rule in rules},
        reopened_days=0,
        late_rows=0,
        took_s=0.0,
        misrouted=_one(db, "SELECT count(*) FROM gone_astray"),
        offenders=tuple(
            Offender(seq=seq, partition=p, offset=o, file=path, what=what) for seq, p, o, path, what in wrong
        ),
    )


def _load(db: duckdb.DuckDBPyConnection, lake: LakeReader, states: pa.Table, rules: Mapping[str, str]) -> None:
    columns = _columns(rules, lake.open("silver.orders", "false").schema.names)
    _take(db, lake, "silver.orders", columns, _TYPED_ROWS, "true")
    db.register("read_states", states)
    db.execute("CREATE TABLE states AS SELECT * FROM read_states")
    db.unregister("read_states")
    db.execute(
        f"""
        CREATE TABLE ours_days AS
            SELECT DISTINCT purchased AS day FROM typed_rows JOIN silver ON partition = silver.p AND "offset" = silver.o
            WHERE who = 1;
        CREATE TABLE newest AS
            SELECT day, max(generation) AS generation FROM states SEMI JOIN ours_days USING (day) GROUP BY day;
        CREATE TABLE went_before AS SELECT DISTINCT day FROM states JOIN newest USING (day)
            WHERE states.generation < newest.generation AND gold_ns IS NOT NULL;
        CREATE TABLE checked AS SELECT purchased AS day, typed_rows.file, topic_id AS topic, partition AS p,
            "offset" AS o, typed_rows.seq, who, customer_state AS state, (price * 100)::BIGINT AS cents,
            (freight_value * 100)::BIGINT AS freight, reasons
            FROM (SELECT *, {_reasons(rules)} AS reasons FROM typed_rows) AS typed_rows
            SEMI JOIN (SELECT day AS purchased FROM ours_days) AS days USING (purchased)
            LEFT JOIN silver ON partition = silver.p AND "offset" = silver.o;
        DROP TABLE typed_rows;
        """  # noqa: S608 - our own names, and rules that the run was given
    )
    _take(
        db,
        lake,
        "quarantine.orders",
        ("topic_id", "partition", "offset", "year", "month", "day", "generation", "reasons", "payload"),
        f"""CREATE TABLE ever_set_aside AS SELECT * FROM (
            SELECT {_DAY} AS day, generation, file, topic_id AS topic, partition AS p, "offset" AS o, crc,
                array_to_string(reasons, ' ') AS reasons FROM incoming
        ) SEMI JOIN ours_days USING (day)""",  # noqa: S608 - our own names
        "stage = 'quality'",
    )
    db.execute(
        "CREATE TABLE set_aside AS SELECT ever_set_aside.* FROM ever_set_aside SEMI JOIN newest USING (day, generation)"
    )
    _take(
        db,
        lake,
        "gold.daily_regional_sales",
        ("day", "customer_state", "orders", "revenue", "freight", "generation"),
        """CREATE TABLE sums AS SELECT day, customer_state AS state, orders, (revenue * 100)::BIGINT AS cents,
            (incoming.freight * 100)::BIGINT AS freight, generation FROM incoming SEMI JOIN ours_days USING (day)""",
        "true",
    )


def _take(
    db: duckdb.DuckDBPyConnection, lake: LakeReader, name: str, columns: Sequence[str], statement: str, where: str
) -> None:
    """Run a statement over a table's rows, `incoming`, each with its file's number; `crc` stands for its payload."""
    table = lake.open(name, where)
    first = _one(db, "SELECT coalesce(max(file), -1) + 1 FROM files")
    if table.files:
        db.executemany("INSERT INTO files VALUES (?, ?)", [(first + n, f.path) for n, f in enumerate(table.files)])
    plain = [table.schema.field(column) for column in columns if column != "payload"]
    more = [pa.field("crc", pa.int64())] if "payload" in columns else []
    schema = pa.schema([pa.field("file", pa.int32()), *plain, *more])

    def numbered() -> Any:
        for number, batch in table.batches(columns):
            file = pa.repeat(pa.scalar(first + number, pa.int32()), batch.num_rows)
            sums = [checksums(batch.column("payload"))] if more else []
            rows = [batch.column(field.name) for field in plain]
            yield pa.RecordBatch.from_arrays([file, *rows, *sums], schema=schema)

    # Not unregistered if that fails: the failed transaction would hide why.
    db.register("incoming", pa.RecordBatchReader.from_batches(schema, numbered()))
    db.execute(statement)
    db.unregister("incoming")


def _columns(rules: Mapping[str, str], known: Sequence[str]) -> tuple[str, ...]:
    """Those of the known columns of silver that the rules name, and those that gold and the places need."""
    needed = [
        "topic_id",
        "partition",
        "offset",
        "seq",
        "year",
        "month",
        "day",
        "customer_state",
        "price",
        "freight_value",
    ]
    words = dict.fromkeys(word for condition in rules.values() for word in re.findall(r"[a-z_0-9]{3,}", condition))
    return (*needed, *(word for word in words if word in known and word not in needed))


def _reasons(rules: Mapping[str, str]) -> str:
    each = (f"CASE WHEN {_NTH.sub(_window, condition)} THEN '{name}' END" for name, condition in rules.items())
    return f"concat_ws(' ', {', '.join(each)})"


def _window(found: "re.Match[str]") -> str:
    columns = found[1]
    present = " AND ".join(f"{column} IS NOT NULL" for column in columns.split(","))
    number = f'row_number() OVER (PARTITION BY purchased, {columns} ORDER BY partition, "offset")'
    return f"CASE WHEN {present} THEN {number} END"


def _broken(db: duckdb.DuckDBPyConnection, rule: str) -> int:
    return _one(db, f"SELECT count(*) FROM checked WHERE list_contains(string_split(reasons, ' '), '{rule}')")  # noqa: S608


def _one(db: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(db.execute(query).fetchall()[0][0])
