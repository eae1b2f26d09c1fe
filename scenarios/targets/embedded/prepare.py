"""Make what the parts expect to find: the topic, the schema version, the lake's buckets and tables.

    python -m scenarios.targets.embedded.prepare KAFKA_PORT AWS_PORT PARTITIONS

Runs once for each stack, as a process of its own so that its imports overlap with the broker's start. Prints the
schema version id.
"""

import sys
import time

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from reference.contract.names import TOPIC
from reference.lake.catalog import create_lake, open_catalog
from reference.lake.registry import SchemaRegistry
from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.ports import wait_until_listening

TIMEOUT_S = 60.0


def main(kafka_port: int, aws_port: int, partitions: int) -> int:
    """AWS's part first: Kafka takes longer to come up."""
    deadline = time.monotonic() + TIMEOUT_S
    wait_until_listening(aws_port, deadline)
    settings = LakeSettings.from_environment()
    version = SchemaRegistry(settings).register_order()
    create_lake(open_catalog(settings), settings)
    wait_until_listening(kafka_port, deadline)
    _create_topic(f"127.0.0.1:{kafka_port}", partitions)
    print(version)
    return 0


def _create_topic(bootstrap: str, partitions: int) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 2})
    try:
        admin.create_topics([NewTopic(TOPIC, partitions, 1)], request_timeout=TIMEOUT_S)[TOPIC].result(TIMEOUT_S)
    except KafkaException as error:
        sys.exit(f"cannot create topic {TOPIC}: {error}")


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
