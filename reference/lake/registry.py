"""The Glue Schema Registry: which schema versions are versions of the order."""

import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import boto3

from reference.contract.order import order_json_schema
from reference.lake.settings import LakeSettings

REGISTRY = "keystone"
SCHEMA = "order"


class SchemaRegistry:
    """Knows the order's versions. A version never changes, so those found once are not asked for again."""

    def __init__(self, settings: LakeSettings) -> None:
        self._glue: Any = boto3.client(**settings.client_arguments("glue"))
        self._known: set[str] = set()

    def registered(self, versions: Collection[str]) -> frozenset[str]:
        """Those of `versions` (UUID texts) that are registered for orders.

        However many are unknown, the registry is asked once: it lists the versions there are. So a flood of records
        with made-up versions costs no more than one of them.
        """
        if not self._known.issuperset(versions):
            self._known = set(self._listed())
        return frozenset(self._known.intersection(versions))

    def register_order(self) -> UUID:
        """Make sure that the contract's own schema is registered; return its version id."""
        self._create_if_missing()
        version = self._glue.register_schema_version(
            SchemaId={"RegistryName": REGISTRY, "SchemaName": SCHEMA}, SchemaDefinition=json.dumps(order_json_schema())
        )
        return UUID(version["SchemaVersionId"])

    def _listed(self) -> Iterator[str]:
        request: dict[str, Any] = {"SchemaId": {"RegistryName": REGISTRY, "SchemaName": SCHEMA}}
        while True:
            page = self._glue.list_schema_versions(**request)
            yield from (v["SchemaVersionId"] for v in page["Schemas"] if v["Status"] == "AVAILABLE")
            if not page.get("NextToken"):
                return
            request["NextToken"] = page["NextToken"]

    def _create_if_missing(self) -> None:
        exists = self._glue.exceptions.AlreadyExistsException
        with suppress(exists):
            self._glue.create_registry(RegistryName=REGISTRY)
        with suppress(exists):
            self._glue.create_schema(
                RegistryId={"RegistryName": REGISTRY},
                SchemaName=SCHEMA,
                DataFormat="JSON",
                Compatibility="BACKWARD",
                SchemaDefinition=json.dumps(order_json_schema()),
            )
