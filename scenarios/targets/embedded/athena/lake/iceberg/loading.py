"""Iceberg tables by what Glue says of them; metadata files never change, so each is read once."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.serializers import FromInputFile
from pyiceberg.table import Table

from scenarios.targets.embedded.athena.lake.failures import cannot_read_metadata

if TYPE_CHECKING:
    from pyiceberg.io import FileIO
    from pyiceberg.table.metadata import TableMetadata

MOST_KEPT: Final = 64


def is_iceberg(glue_table: Mapping[str, Any]) -> bool:
    """Whether what Glue has is an Iceberg table."""
    return str(glue_table.get("Parameters", {}).get("table_type", "")).upper() == "ICEBERG"


class IcebergLoader:
    """Makes tables of a catalog; any thread may ask."""

    def __init__(self, catalog: GlueCatalog, io: "FileIO") -> None:
        self._catalog = catalog
        self._io = io
        self._lock = threading.Lock()  # guards what follows
        self._kept: OrderedDict[str, TableMetadata] = OrderedDict()

    def load(self, glue_table: Mapping[str, Any]) -> Table:
        """The table, as it was when Glue was asked.

        Raises:
            SqlError: its metadata cannot be read.
        """
        location = glue_table["Parameters"]["metadata_location"]
        return Table(
            identifier=(glue_table["DatabaseName"], glue_table["Name"]),
            metadata=self._metadata(location),
            metadata_location=location,
            io=self._io,
            catalog=self._catalog,
        )

    def _metadata(self, location: str) -> "TableMetadata":
        with self._lock:
            if location in self._kept:
                self._kept.move_to_end(location)
                return self._kept[location]
        try:
            metadata = FromInputFile.table_metadata(self._io.new_input(location))
        except OSError as error:
            raise cannot_read_metadata(f"metadata file {location}", error) from error
        with self._lock:
            self._kept[location] = metadata
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return metadata
