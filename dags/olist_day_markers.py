"""Says which days are complete, and opens those again that rows came for since.

The daily run of `olist_resilient_silver_to_gold` waits for its day's first marker. A day that is opened again gets a
run of its own, named by day and generation, so that there is but one however often this one runs.
"""

from datetime import datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, task


def tell_of_failure(context: Any) -> None:
    """Alert that no day is marked any more, and why: Airflow calls this from elsewhere."""
    from reference.days.opening import tell_failure_here  # noqa: PLC0415 - parsing the DAG needs none of it

    tell_failure_here(context)


with DAG(
    dag_id="olist_day_markers",
    description="Marks complete days, and takes days to gold again that late rows came for",
    schedule="@hourly",
    start_date=datetime(2016, 9, 1),  # noqa: DTZ001 - Airflow takes it for UTC
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "execution_timeout": timedelta(minutes=30),
        "on_failure_callback": tell_of_failure,
    },
    tags=["olist", "keystone"],
    doc_md=__doc__,
) as dag:

    @task(task_id="mark_days")
    def mark_days() -> list[dict[str, Any]]:
        """The runs that are due: of each day that was opened again and did not come into gold since."""
        from reference.days.reopening import mark_and_list_reopened  # noqa: PLC0415 - parsing the DAG needs none of it

        return [
            {"conf": {"day": str(marker.day)}, "trigger_run_id": f"reopened__{marker.day}__{marker.generation}"}
            for marker in mark_and_list_reopened()
        ]

    TriggerDagRunOperator.partial(
        task_id="take_reopened_days_to_gold",
        trigger_dag_id="olist_resilient_silver_to_gold",
        skip_when_already_exists=True,
    ).expand_kwargs(mark_days())
