"""UNLOAD: a query's rows as files of a folder that was empty.

UNLOAD (SELECT ...) TO 's3://bucket/folder/'
        WITH (format = 'PARQUET', compression = 'GZIP', partitioned_by = ARRAY['day'])
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from scenarios.targets.embedded.athena.api.brackets import closing, parts
from scenarios.targets.embedded.athena.ddl.tokens import Token, tokenize_sql
from scenarios.targets.embedded.athena.lake.paths import as_folder
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported

FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    "PARQUET": ("GZIP", "SNAPPY", "ZSTD", "LZ4", "NONE"),
    "ORC": ("ZLIB", "SNAPPY", "ZSTD", "LZ4", "NONE"),
    "JSON": ("GZIP", "NONE"),
    "TEXTFILE": ("GZIP", "NONE"),
}
"""What is written here, and how it may be compressed; the first if nothing is said."""


@dataclass(frozen=True)
class Unload:
    """What is asked; `target` ends with a slash."""

    query: str
    target: str
    format: str
    compression: str
    delimiter: str = "\x01"
    partitioned_by: tuple[str, ...] = field(default=())


def parse_unload(statement: str) -> Unload | None:
    """What an UNLOAD asks for; None if the statement is none.

    Raises:
        SqlError: it is wrong, or not known here.
    """
    found = tokenize_sql(statement)
    if not found or found[0].keyword != "UNLOAD":
        return None
    end = closing(found, 1) if len(found) > 1 and found[1].text == "(" else None
    if end is None or len(found) < end + 5 or [found[end + 1].keyword, found[end + 3].keyword] != ["TO", "WITH"]:
        raise SqlError("SYNTAX_ERROR", "UNLOAD is written: UNLOAD (query) TO 's3://...' WITH (format = '...')")
    options = _options(statement, found[end + 4 :])
    query = statement[found[1].end : found[end].start]
    return _unload(query, found[end + 2].value, options)


def _options(statement: str, found: list[Token]) -> dict[str, tuple[str, ...]]:
    """Names in lower case, and their values; an ARRAY has several."""
    if found[0].text != "(" or closing(found, 0) != len(found) - 1:
        raise SqlError("SYNTAX_ERROR", "WITH needs its properties in brackets")
    options = {}
    for part in parts(statement, found[1:-1]):
        name, *rest = tokenize_sql(part)
        if not rest or rest[0].text != "=":
            raise SqlError("SYNTAX_ERROR", f"{part} is not of the form name = value")
        options[name.text.lower()] = tuple(token.value for token in rest[1:] if token.kind == "text")
    return options


def _unload(query: str, target: str, options: Mapping[str, tuple[str, ...]]) -> Unload:
    unknown = set(options) - {"format", "compression", "field_delimiter", "partitioned_by"}
    if unknown:
        raise not_supported(f"the property {min(unknown)} of UNLOAD")
    if "format" not in options:
        raise SqlError("SYNTAX_ERROR", "Property 'format' is required for UNLOAD")
    [format_] = options["format"]
    allowed = FORMATS.get(format_.upper())
    if allowed is None:
        raise not_supported(f"UNLOAD as {format_}")
    [compression] = options.get("compression", allowed[:1])
    if compression.upper() not in allowed:
        raise not_supported(f"UNLOAD as {format_} with compression {compression}")
    return Unload(
        query=query,
        target=as_folder(target),
        format=format_.upper(),
        compression=compression.upper(),
        delimiter=options.get("field_delimiter", ("\x01",))[0],
        partitioned_by=tuple(name.lower() for name in options.get("partitioned_by", ())),
    )
