"""The lake kept in order: small files put together, old snapshots and results of queries removed.

Each task may run twice, be killed, and run beside the writers.
"""

from datetime import datetime, timedelta

from airflow.sdk import DAG, task

KEEP_SNAPSHOTS = timedelta(days=7)
KEEP_RESULTS = timedelta(days=30)

with DAG(
    dag_id="olist_lake_upkeep",
    description="Compacts the lake's tables, expires their snapshots and old results of queries",
    schedule="30 3 * * *",
    start_date=datetime(2016, 9, 1),  # noqa: DTZ001 - Airflow takes it for UTC
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5), "execution_timeout": timedelta(hours=2)},
    tags=["olist", "keystone"],
    doc_md=__doc__,
) as dag:

    @task(task_id="compact_tables", multiple_outputs=False)
    def compact_tables() -> dict[str, int]:
        """Small files of the same partition become one."""
        from reference.days.settings import DaySettings  # noqa: PLC0415 - parsing the DAG needs none of it
        from reference.days.upkeep import compact  # noqa: PLC0415 - likewise
        from reference.lake.settings import LakeSettings  # noqa: PLC0415 - likewise

        return compact(DaySettings.from_environment(), LakeSettings.from_environment())

    @task(task_id="expire_snapshots", multiple_outputs=False)
    def expire_old_snapshots() -> dict[str, int]:
        """Nobody travels back further than that."""
        from reference.days.upkeep import expire_snapshots  # noqa: PLC0415 - see above
        from reference.lake.settings import LakeSettings  # noqa: PLC0415 - likewise

        return expire_snapshots(LakeSettings.from_environment(), KEEP_SNAPSHOTS)

    @task(task_id="expire_query_results", multiple_outputs=False)
    def expire_query_results() -> dict[str, int]:
        """Results that nobody reads any more, and the views of checks that died."""
        from reference.days.settings import DaySettings  # noqa: PLC0415 - see above
        from reference.days.upkeep import tidy  # noqa: PLC0415 - likewise
        from reference.lake.settings import LakeSettings  # noqa: PLC0415 - likewise

        return tidy(DaySettings.from_environment(), LakeSettings.from_environment(), KEEP_RESULTS)

    compact_tables() >> expire_old_snapshots() >> expire_query_results()
