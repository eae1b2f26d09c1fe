"""Marks days as their orchestrator does, again and again: says which of them have to go to gold once more."""

import os
import time
from collections import deque
from collections.abc import Mapping

from reference.clock import utc_clock
from reference.days.live import LiveDays
from reference.days.markers import Marker, open_markers
from reference.days.marking import mark_days
from reference.days.settings import DaySettings, kafka_settings
from reference.lake.catalog import open_catalog
from reference.lake.iceberg_table import IcebergTable
from reference.lake.schemas import LAYOUTS
from reference.lake.settings import LakeSettings
from reference.state.day_states import DayStates


def mark_and_list_reopened(environment: Mapping[str, str] = os.environ) -> list[Marker]:
    """Write the markers that are due; the newest of each day that was opened again and is not in gold since.

    KEYSTONE_KAFKA, librdkafka's settings as JSON, and KEYSTONE_TOPIC say where the records come from.

    Raises:
        WrongSetting: they are not there, or the others cannot be meant.
    """
    settings, lake = DaySettings.from_environment(environment), LakeSettings.from_environment(environment)
    client, topic = kafka_settings(environment)
    silver = IcebergTable(open_catalog(lake), LAYOUTS["silver"].identifier, topic)
    kafka, markers = LiveDays(client, topic, silver.load, time.time, settings.zone), open_markers(lake)
    deque(mark_days(kafka, silver, markers, (), "live", utc_clock()), maxlen=0)
    done = {(one.day, one.generation) for one in DayStates(settings.postgres).all() if one.is_done}
    newest = markers.newest().values()
    return [one for one in newest if one.generation > 1 and (one.day, one.generation) not in done]
