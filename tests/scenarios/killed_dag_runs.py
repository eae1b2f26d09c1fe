"""Runs the DAG for days, each in a process of its own that a failpoint kills: prints the signal that ended each.

    python -m tests.scenarios.killed_dag_runs STATE_DIR DAY=FAILPOINT...

Airflow and Great Expectations take half a minute to import, so they are imported once, and each process is a fork.
"""

import os
import sys
from datetime import date
from importlib import import_module
from pathlib import Path

from reference.failpoint import FAILPOINT_VARIABLE
from scenarios.targets.airflow.in_process import InProcessDag
from scenarios.targets.embedded.target import EmbeddedTarget

IMPORTED_BY_RUNS = (
    "airflow.api_fastapi.execution_api.app",
    "airflow.sdk.execution_time.supervisor",
    "great_expectations",
    "pyathena.sqlalchemy.base",
)


def main(state_dir: Path, killed: list[str]) -> None:
    """Run each; the next once one has ended."""
    dag = InProcessDag(EmbeddedTarget.attach(state_dir).status().endpoints, state_dir / "airflow")
    for name in IMPORTED_BY_RUNS:
        import_module(name)
    for day, _, failpoint in (one.partition("=") for one in killed):
        child = os.fork()
        if child == 0:
            os.environ[FAILPOINT_VARIABLE] = f"{failpoint}=kill"
            dag.run(date.fromisoformat(day))
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        print(failpoint, os.WTERMSIG(status) if os.WIFSIGNALED(status) else "ended", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
