"""The names under which producers and consumers of order events meet."""

from typing import Final

TOPIC: Final = "olist-enterprise-events"
CONSUMER_GROUP: Final = "lakehouse-enterprise-writers"
