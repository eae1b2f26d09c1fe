"""The tables of a Glue catalog, and who reads and changes them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import boto3
from pyiceberg.catalog.glue import GlueCatalog

from reference.lake.catalog import open_catalog
from reference.lake.files import open_store
from reference.lake.manifest_cache import CachingFileIO
from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.athena.lake.changes import Changes
from scenarios.targets.embedded.athena.lake.glue import CATALOG, Glue
from scenarios.targets.embedded.athena.lake.hive.partitions import utc_now
from scenarios.targets.embedded.athena.lake.hive.table import HiveTable
from scenarios.targets.embedded.athena.lake.iceberg.kept_manifests import KeptManifests
from scenarios.targets.embedded.athena.lake.iceberg.loading import IcebergLoader, is_iceberg
from scenarios.targets.embedded.athena.lake.iceberg.snapshots import snapshot_at
from scenarios.targets.embedded.athena.lake.iceberg.table import IcebergTable
from scenarios.targets.embedded.athena.lake.metadata import information_schema
from scenarios.targets.embedded.athena.lake.metadata.information_schema import InformationSchema
from scenarios.targets.embedded.athena.lake.metadata.metadata_tables import metadata_table
from scenarios.targets.embedded.athena.lake.objects import Objects
from scenarios.targets.embedded.athena.lake.reading.footers import Footers
from scenarios.targets.embedded.athena.lake.reading.reading import Reading
from scenarios.targets.embedded.athena.lake.views import is_view, load_view
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.tables import Table, Version, View
from scenarios.targets.embedded.athena.statement import Usage

READERS: Final = 8


@dataclass(frozen=True)
class Lake:
    """What all statements share; any thread may use it."""

    catalog: GlueCatalog
    glue: Glue
    reading: Reading
    iceberg: IcebergLoader
    changes: Changes
    objects: Objects

    def tables(self, usage: Usage) -> "LakeTables":
        """The tables as one statement sees them."""
        return LakeTables(self, usage)


@contextmanager
def open_tables(settings: LakeSettings) -> Iterator[Lake]:
    """The tables of the catalog that is at these endpoints; at the end no thread is left."""
    catalog, store = open_catalog(settings), open_store(settings)
    with ThreadPoolExecutor(READERS, "athena-reader") as executor:
        glue, iceberg = Glue(catalog.glue), IcebergLoader(catalog, CachingFileIO(catalog.properties))
        objects = Objects(boto3.client(**settings.client_arguments("s3")))
        reading = Reading(store, Footers(store), KeptManifests(), executor)
        yield Lake(catalog, glue, reading, iceberg, Changes(glue, iceberg, store, objects), objects)


class LakeTables:
    """All tables, as one statement sees them.

    Attributes:
        failure: why reading a table ended early, once it has: of what a scan raises, Arrow hands on no more than the
            text.
    """

    def __init__(self, lake: Lake, usage: Usage) -> None:
        self.failure: SqlError | None = None
        self._lake = lake
        self._usage = usage

    def find(self, database: str, name: str, version: Version = None) -> Table | View:
        """One of them.

        Raises:
            SqlError: see `sql.tables.Tables`.
        """
        if database == information_schema.NAME:
            _refuse_version(version)
            return InformationSchema(self._lake.glue, self._lake.iceberg, self._failed).find(name)
        name, _, part = name.partition("$")
        found = self._lake.glue.table(database, name)
        if is_iceberg(found):
            table = self._lake.iceberg.load(found)
            if part:
                return metadata_table(table, snapshot_at(table, version), part, self._failed)
            return IcebergTable(self._lake.reading, table, version, self._usage, self._failed)
        if part:
            raise SqlError("TABLE_NOT_FOUND", f"Table '{CATALOG}.{database}.{name}${part}' does not exist")
        _refuse_version(version)
        if is_view(found):
            return load_view(found)
        lake = self._lake
        return HiveTable(lake.reading, lake.glue, lake.objects, found, utc_now, self._usage, self._failed)

    def _failed(self, error: SqlError) -> None:
        self.failure = self.failure or error


def _refuse_version(version: Version) -> None:
    """Only Iceberg's tables have any."""
    if version is not None:
        raise SqlError("NOT_SUPPORTED", "This connector does not support versioned tables")
