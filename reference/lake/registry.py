"""The Glue Schema Registry: which schema versions are versions of the order."""

import json
from contextlib import suppress
from typing import Any
from uuid import UUID

import boto3

from reference.contract.order import order_json_schema
from reference.lake.settings import LakeSettings

REGISTRY = "keystone"
SCHEMA = "order"


class SchemaRegistry:
    """Looks versions up, remembering those it found: a version never changes."""

    def __init__(self, settings: LakeSettings) -> None:
        self._glue: Any = boto3.client("glue", **settings.client_arguments())
        self._known: set[str] = set()

    def is_order(self, version: str) -> bool:
        """Whether `version` (UUID text) is registered as a version of the order's schema."""
        if version not in self._known and self._schema_of(version) == SCHEMA:
            self._known.add(version)
        return version in self._known

    def register_order(self) -> UUID:
        """Make sure that the contract's own schema is registered; return its version id."""
        self._create_if_missing()
        version = self._glue.register_schema_version(
            SchemaId={"RegistryName": REGISTRY, "SchemaName": SCHEMA}, SchemaDefinition=json.dumps(order_json_schema())
        )
        return UUID(version["SchemaVersionId"])

    def _schema_of(self, version: str) -> str | None:
        try:
            found = self._glue.get_schema_version(SchemaVersionId=version)
        except self._glue.exceptions.EntityNotFoundException:
            return None
        arn: str = found["SchemaArn"]
        return arn.rpartition("/")[2] if arn.split("/")[-2:-1] == [REGISTRY] else None

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
