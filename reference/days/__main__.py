"""Days from silver to gold without an orchestrator: the DAG's steps, for up to a hundred days together.

    python -m reference.days 2018-05-24 2018-05-25

The environment says where the lake is and what is to be done: see lake/settings.py and days/settings.py. Prints a JSON
object for each day. Exit code 1, with one line that says why, if a step did not work; run it again. Exit code 3, with a
line for each, if all days are where they belong and an alert was not sent.
"""

import json
import logging
import sys
from datetime import date
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from reference.days.day_run import run_days, tell
from reference.days.opening import open_steps_here
from reference.days.settings import DaySettings
from reference.errors import PipelineError
from reference.lake.settings import LakeSettings

AT_ONCE: Final = 100
"""Days that share their statements, which have room for ten times as many: a day has a hundred characters of them, and
Athena takes 262,144. A step that fails is done again for so many."""

ALERT_NOT_SENT: Final = 3

log = logging.getLogger("keystone-days")


def main(arguments: list[str]) -> int:
    """Run the days; the exit code."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO, stream=sys.stderr)
    refused: list[str] = []
    try:
        days = sorted(map(date.fromisoformat, arguments))
        lake, settings = LakeSettings.from_environment(), DaySettings.from_environment()
        steps = open_steps_here()
        for first in range(0, len(days), AT_ONCE):
            checked = run_days(steps, lake, settings, days[first : first + AT_ONCE])
            for one in checked:
                print(json.dumps(one.to_json() | {"route": one.route(settings.most_failing)}), flush=True)
            refused += tell(steps, checked)
    except (PipelineError, BotoCoreError, ClientError, ValueError) as error:
        log.error("%s: %s", type(error).__name__, error)  # noqa: TRY400 - the text is for a person
        return 1
    for what in refused:
        log.error(what)
    return ALERT_NOT_SENT if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
