"""Make what the parts expect to find: the topic, the schema version, the lake's buckets and tables, Postgres's tables.

    python -m scenarios.targets.embedded.prepare KAFKA_PORT AWS_PORT PARTITIONS RESULTS_BUCKET

Runs once for each stack, as a process of its own so that its imports overlap with the broker's start. Prints the
schema version id. Postgres, named by KEYSTONE_POSTGRES, must be ready.
"""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
import psycopg
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from reference.contract.names import CONSUMER_GROUP, TOPIC
from reference.lake.catalog import create_bucket, create_lake, open_catalog
from reference.lake.registry import SchemaRegistry
from reference.lake.settings import LakeSettings
from reference.state.migrating import migrate
from scenarios.targets.embedded.ports import wait_until_listening

TIMEOUT_S = 60.0

_COORDINATOR_ON_ITS_WAY = {
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
}


def main(kafka_port: int, aws_port: int, partitions: int, results_bucket: str) -> int:
    """Kafka's topics are made while the lake is; Postgres's tables while the broker starts."""
    deadline = time.monotonic() + TIMEOUT_S
    _make_database(os.environ["KEYSTONE_POSTGRES"])
    wait_until_listening(kafka_port, deadline)
    with ThreadPoolExecutor(1) as background:
        topics = background.submit(_make_topics, f"127.0.0.1:{kafka_port}", partitions)
        wait_until_listening(aws_port, deadline)
        settings = LakeSettings.from_environment()
        version = SchemaRegistry(settings).register_order()
        create_lake(open_catalog(settings), settings)
        create_bucket(boto3.client(**settings.client_arguments("s3")), results_bucket, settings.region)
        try:
            topics.result(TIMEOUT_S)
        except KafkaException as error:
            sys.exit(f"Kafka did not make its topics: {error}")
    print(version)
    return 0


def _make_database(conninfo: str) -> None:
    """Create the database that `conninfo` names, and its tables."""
    with psycopg.connect(conninfo, dbname="postgres", autocommit=True) as connection:
        name = sql.Identifier(str(conninfo_to_dict(conninfo)["dbname"]))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    migrate(conninfo)


def _make_topics(bootstrap: str, partitions: int) -> None:
    """Create the events' topic, and let Kafka create its own one of offsets, which else the first writer waits for."""
    client = {"bootstrap.servers": bootstrap, "log_level": 2}
    admin = AdminClient(client)
    admin.create_topics([NewTopic(TOPIC, partitions, 1)], request_timeout=TIMEOUT_S)[TOPIC].result(TIMEOUT_S)
    consumer = Consumer(client | {"group.id": CONSUMER_GROUP})
    deadline = time.monotonic() + TIMEOUT_S
    while not _has_coordinator(consumer):
        if time.monotonic() > deadline:
            sys.exit("Kafka found no coordinator for the writers' group")
        time.sleep(0.1)
    consumer.close()


def _has_coordinator(consumer: Consumer) -> bool:
    try:
        consumer.committed([TopicPartition(TOPIC, 0)], timeout=TIMEOUT_S)
    except KafkaException as error:
        if error.args[0].code() in _COORDINATOR_ON_ITS_WAY:
            return False
        raise
    return True


if __name__ == "__main__":
    kafka, aws, count, results = sys.argv[1:]
    sys.exit(main(int(kafka), int(aws), int(count), results))
