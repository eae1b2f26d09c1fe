"""Import the DAGs of a folder as Airflow's processor does: parse_dags.py FOLDER FILE MODULE...

It is run by the Python of an environment that has Airflow. FILE gets what was found, as JSON: the DAGs with their
tasks, errors by file, which of the modules were imported meanwhile, and what Airflow took for a plugin.
"""

import json
import sys
from pathlib import Path
from types import ModuleType

from airflow import plugins_manager, settings
from airflow.models.dagbag import DagBag
from airflow.serialization.serialized_objects import SerializedDAG


def main(folder: Path, answer: Path, modules: list[str]) -> None:
    """See the module."""
    plugins_manager.ensure_plugins_loaded()
    taken = [name for name, module in sys.modules.items() if _lies_in(module, settings.PLUGINS_FOLDER)]
    # By Airflow's processor and by its tasks, not by a DagBag.
    sys.path.append(str(folder))
    bag = DagBag(folder, include_examples=False)
    errors = {**plugins_manager.import_errors, **bag.import_errors}
    for dag in bag.dags.values():
        try:
            SerializedDAG.to_dict(dag)
        except Exception as error:  # noqa: BLE001 - of whatever kind: Airflow lists it, too, and has no such DAG
            errors[dag.fileloc] = f"{dag.dag_id} cannot be stored in Airflow's database: {error!r}"
    found = {
        "dags": {
            dag_id: {"file": Path(dag.fileloc).name, "tasks": [task.task_id for task in dag.topological_sort()]}
            for dag_id, dag in sorted(bag.dags.items())
        },
        "errors": {Path(file).name: error for file, error in errors.items()},
        "imported": [module for module in modules if module in sys.modules],
        "plugins": taken,
    }
    answer.write_text(json.dumps(found))


def _lies_in(module: ModuleType, folder: str) -> bool:
    return (getattr(module, "__file__", None) or "").startswith(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
