"""A day of orders from silver to gold: checked where it lies, its bad rows set aside, the others added up.

    wait_for_day ─► pin_day ─► run_gx_athena_checks ─► validation_routing
    validation_routing ─► [quarantine_corrupted_data ─►] calculate_daily_regional_sales_gold ─► send_alerts
    validation_routing ─► send_alerts, if too much fails: then the day is held

The day is that of the run's logical date, or the parameter `day`. It is complete once it has a marker. Every task may
run twice, be killed, or be outlived by its query. Settings are variables of the environment, see
reference/days/settings.py.
"""

from datetime import date, datetime, timedelta
from typing import Any

from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor
from airflow.sdk import DAG, Param, get_current_context, task
from great_expectations_provider.operators.validate_checkpoint import GXValidateCheckpointOperator

from reference.days.markers import any_key
from reference.lake.settings import LakeSettings
from reference.quality.checkpoint import prepare_great_expectations
from reference.warehouse.day import Checked

DAY = "{{ params.day or ds }}"
ROUTES = {
    "clean": "calculate_daily_regional_sales_gold",
    "quarantine": "quarantine_corrupted_data",
    "held": "send_alerts",
}

prepare_great_expectations()


def checkpoint(context: Any) -> Any:
    """The checkpoint `olist_athena_checkpoint` on the pinned day; reads what pin_day has left."""
    from reference.days.opening import open_day_checkpoint  # noqa: PLC0415 - parsing the DAG needs none of it

    return open_day_checkpoint(context, get_current_context()["ti"].xcom_pull(task_ids="pin_day"))


def checked(ti: Any) -> Checked:
    """What validation_routing has found."""
    return Checked.from_json(ti.xcom_pull(task_ids="validation_routing", key="checked"))


def tell_of_failure(context: Any) -> None:
    """Alert that a task failed and why, or that the run did, however its task ended: Airflow calls this from elsewhere.

    The first of them to come is told.
    """
    from reference.days.opening import tell_failure_here  # noqa: PLC0415 - see above

    tell_failure_here(context)


with DAG(
    dag_id="olist_resilient_silver_to_gold",
    description="A day of orders from silver to gold, its bad rows to quarantine",
    schedule="@daily",
    start_date=datetime(2016, 9, 1),  # noqa: DTZ001 - Airflow takes it for UTC
    catchup=False,
    max_active_runs=4,
    default_args={
        "retries": 2,
        "retry_delay": timedelta(seconds=30),
        "execution_timeout": timedelta(minutes=30),
        "on_failure_callback": tell_of_failure,
    },
    params={"day": Param(None, type=["null", "string"], format="date", description="Another day than the run's.")},
    on_failure_callback=tell_of_failure,
    tags=["olist", "keystone"],
    doc_md=__doc__,
) as dag:
    wait_for_day = S3KeySensor(
        task_id="wait_for_day",
        bucket_name=f"{LakeSettings.from_environment().bucket_prefix}-silver",
        bucket_key=any_key(DAY),
        wildcard_match=True,
        mode="reschedule",
        poke_interval=timedelta(minutes=5),
        timeout=timedelta(days=3).total_seconds(),
        execution_timeout=None,
    )

    @task(task_id="pin_day", multiple_outputs=False)
    def pin_day(day: str) -> dict[str, Any]:
        """The day's generation, and the snapshot of silver that all that follows looks at."""
        from reference.days.opening import open_steps_here  # noqa: PLC0415 - see above

        [pinned] = open_steps_here().pin([date.fromisoformat(day)])
        return pinned.to_json()

    run_gx_athena_checks = GXValidateCheckpointOperator(
        task_id="run_gx_athena_checks",
        configure_checkpoint=checkpoint,
        # It fails where rows do, which asking again does not mend.
        retries=0,
    )

    @task.branch(task_id="validation_routing", trigger_rule="all_done")
    def validation_routing(ti: Any = None) -> str:
        """Where the day goes on; without a verdict nowhere."""
        from reference.days.opening import open_steps_here  # noqa: PLC0415 - see above

        steps = open_steps_here()
        # Pulled and not handed over: an edge from the failed task would end those behind it.
        pinned, found = (ti.xcom_pull(task_ids=name) for name in ("pin_day", "run_gx_athena_checks"))
        [day] = steps.judge([Checked.from_json(pinned)] if pinned else [], found)
        ti.xcom_push("checked", day.to_json())
        return ROUTES[day.route(steps.most_failing)]

    @task(task_id="quarantine_corrupted_data")
    def quarantine_corrupted_data(ti: Any = None) -> None:
        """The failing rows, with all their reasons, into quarantine."""
        from reference.days.opening import open_steps_here  # noqa: PLC0415 - see above

        open_steps_here().quarantine([checked(ti)])

    @task(task_id="calculate_daily_regional_sales_gold", trigger_rule="none_failed_min_one_success")
    def calculate_daily_regional_sales_gold(ti: Any = None) -> None:
        """The clean rows, added up, into gold."""
        from reference.days.opening import open_steps_here  # noqa: PLC0415 - see above

        open_steps_here().gold([checked(ti)])

    @task(task_id="send_alerts", trigger_rule="none_failed_min_one_success")
    def send_alerts(ti: Any = None) -> list[str]:
        """Tell of a held day, and of much in quarantine; the channels that took it."""
        from reference.days.opening import open_steps_here  # noqa: PLC0415 - see above

        return open_steps_here().alert(checked(ti))

    routed, quarantined, gold, alerted = (
        validation_routing(),
        quarantine_corrupted_data(),
        calculate_daily_regional_sales_gold(),
        send_alerts(),
    )
    wait_for_day >> pin_day(DAY) >> run_gx_athena_checks >> routed
    routed >> quarantined >> gold >> alerted
    routed >> gold
    routed >> alerted
