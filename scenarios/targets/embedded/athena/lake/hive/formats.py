"""Formats of Hive tables' files: Hive's names for them, and the classes by which Glue knows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_HIVE: Final = "org.apache.hadoop.hive"
LAZY: Final = f"{_HIVE}.serde2.lazy.LazySimpleSerDe"
OPEN_CSV: Final = f"{_HIVE}.serde2.OpenCSVSerde"
PARQUET: Final = f"{_HIVE}.ql.io.parquet.serde.ParquetHiveSerDe"
ORC: Final = f"{_HIVE}.ql.io.orc.OrcSerde"
JSON: Final = ("org.openx.data.jsonserde.JsonSerDe", "org.apache.hive.hcatalog.data.JsonSerDe")


@dataclass(frozen=True)
class Format:
    """The classes that read, write and understand a kind of file."""

    input: str
    output: str
    serde: str

    @property
    def in_glue(self) -> dict[str, Any]:
        """As a storage descriptor has it."""
        return {
            "InputFormat": self.input,
            "OutputFormat": self.output,
            "SerdeInfo": {"SerializationLibrary": self.serde, "Parameters": {}},
        }


TEXT: Final = Format("org.apache.hadoop.mapred.TextInputFormat", f"{_HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat", LAZY)
FORMATS: Final[Mapping[str, Format]] = {
    "TEXTFILE": TEXT,
    "PARQUET": Format(
        f"{_HIVE}.ql.io.parquet.MapredParquetInputFormat", f"{_HIVE}.ql.io.parquet.MapredParquetOutputFormat", PARQUET
    ),
    "ORC": Format(f"{_HIVE}.ql.io.orc.OrcInputFormat", f"{_HIVE}.ql.io.orc.OrcOutputFormat", ORC),
    "AVRO": Format(
        f"{_HIVE}.ql.io.avro.AvroContainerInputFormat",
        f"{_HIVE}.ql.io.avro.AvroContainerOutputFormat",
        f"{_HIVE}.serde2.avro.AvroSerDe",
    ),
}
"""By what stands after STORED AS."""
