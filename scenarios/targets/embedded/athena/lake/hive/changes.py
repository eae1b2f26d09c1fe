"""INSERT INTO a Hive table, and CREATE TABLE AS: files in its folder, partitions in the catalog."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
from pyarrow.fs import FileSystem

from scenarios.targets.embedded.athena.lake.glue import Glue
from scenarios.targets.embedded.athena.lake.hive.projection import is_projected
from scenarios.targets.embedded.athena.lake.hive.types import from_hive
from scenarios.targets.embedded.athena.lake.hive.writer import Target, take_back, write_hive
from scenarios.targets.embedded.athena.lake.objects import Objects
from scenarios.targets.embedded.athena.lake.written import Written
from scenarios.targets.embedded.athena.sql.errors import SqlError


def append_to_hive(
    glue: Glue, store: FileSystem, objects: Objects, found: Mapping[str, Any], batches: Iterable[pa.RecordBatch]
) -> Written:
    """Add rows to a table as new files.

    Args:
        found: the table, as Glue has it.

    Raises:
        SqlError: NOT_SUPPORTED, a format; HIVE_TOO_MANY_OPEN_PARTITIONS; the store or the catalog refuses. Files that
            were put are deleted again; readers may have seen them.
    """
    stored = found["StorageDescriptor"]
    keys = found.get("PartitionKeys", ())
    parameters = found.get("Parameters", {})
    target = Target(
        location=stored["Location"],
        columns=[(c["Name"].lower(), from_hive(c["Type"])) for c in (*stored["Columns"], *keys)],
        keys=len(keys),
        codec=parameters.get("write.compression", parameters.get("parquet.compression", "snappy")),
        serde=stored["SerdeInfo"]["SerializationLibrary"],
    )
    if keys and "storage.location.template" in parameters:
        raise SqlError("NOT_SUPPORTED", "INSERT into a table with storage.location.template is not supported here")
    written = write_hive(store, objects, target, batches)
    if not is_projected(parameters):
        try:
            add_partitions(glue, found, written)
        except BaseException:
            take_back(objects, written.files)
            raise
    return written


def add_partitions(glue: Glue, found: Mapping[str, Any], written: Written) -> None:
    """Tell the catalog of partitions that it does not know yet."""
    for texts, folder in written.partitions.items():
        glue.create_partition(found, texts, folder)
