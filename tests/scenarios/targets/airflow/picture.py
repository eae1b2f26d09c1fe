"""The picture of docs/airflow.md: the graph of a run that ended, of an Airflow that is served.

python -m tests.scenarios.targets.airflow.picture URL RUN
"""

import sys
from pathlib import Path

from tests.scenarios.targets.airflow.page import RunPage, open_browser

IMAGE = Path(__file__).parents[4] / "docs" / "images" / "airflow-run.png"

if __name__ == "__main__":
    url, run = sys.argv[1:]
    with open_browser() as browser:
        RunPage(browser, url, run).photograph(IMAGE)
