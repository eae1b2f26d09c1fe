"""A call of a function by its name."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.functions.arrays import ARRAYS
from scenarios.targets.embedded.athena.sql.functions.bases import BASES
from scenarios.targets.embedded.athena.sql.functions.binaries import BINARIES
from scenarios.targets.embedded.athena.sql.functions.bits import BITS
from scenarios.targets.embedded.athena.sql.functions.durations import DURATIONS
from scenarios.targets.embedded.athena.sql.functions.fields import FIELDS
from scenarios.targets.embedded.athena.sql.functions.jsons import JSONS
from scenarios.targets.embedded.athena.sql.functions.likeness import LIKENESS
from scenarios.targets.embedded.athena.sql.functions.maps import MAPS
from scenarios.targets.embedded.athena.sql.functions.numbers import NUMBERS
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions
from scenarios.targets.embedded.athena.sql.functions.patterns import PATTERNS
from scenarios.targets.embedded.athena.sql.functions.sequences import SEQUENCES
from scenarios.targets.embedded.athena.sql.functions.sets import SETS
from scenarios.targets.embedded.athena.sql.functions.splitting import SPLITTING
from scenarios.targets.embedded.athena.sql.functions.texts import TEXTS
from scenarios.targets.embedded.athena.sql.functions.times import TIMES
from scenarios.targets.embedded.athena.sql.functions.urls import URLS
from scenarios.targets.embedded.athena.sql.types import UNKNOWN

_ALL: Final = (
    *(NUMBERS, BITS, BASES),
    *(TEXTS, SPLITTING, LIKENESS, PATTERNS, BINARIES, URLS),
    *(TIMES, FIELDS, DURATIONS),
    *(ARRAYS, SETS, SEQUENCES, MAPS, JSONS),
)
FUNCTIONS: Final[Functions] = {
    name: [overload for group in _ALL for overload in group.get(name, ())] for group in _ALL for name in group
}


_OF_THE_GRAMMAR: Final = {
    "array",
    "current_time",
    "current_timestamp",
    "format",
    "json_array",
    "json_exists",
    "json_object",
    "json_query",
    "json_value",
    "localtime",
    "localtimestamp",
    "row",
}
"""Written as calls, and no functions to Trino."""

_AMBIGUOUS: Final = ("reverse", "substr", "substring", "json_extract_scalar", "json_size")
"""Of more than one type that NULL may be."""

_GEOSPATIAL: Final = re.compile(
    r"st_\w+|(bing_tiles?|geometry|spatial|line)_\w+|(from|to)_geojson_geometry|to_(geometry|spherical_geography)"
    r"|bing_tile|great_circle_distance|simplify_geometry|convex_hull_agg|expand_envelope|flatten_geometry_collections"
)
"""Those of the plugin that Athena has and the engine alone does not.

Source: https://trino.io/docs/435/functions/geospatial.html
"""


@cache
def trinos_names() -> frozenset[str]:
    """The names of all of Trino's functions, as SHOW FUNCTIONS of release 435 lists them."""
    return frozenset(Path(__file__).with_name("names.txt").read_text().split())


def call(name: str, arguments: Sequence[Bound]) -> Bound:
    """The call as an expression.

    Raises:
        SqlError: there is no such function, it does not take these arguments, or it is not known here.
    """
    if name not in FUNCTIONS:
        if name in trinos_names() | _OF_THE_GRAMMAR or _GEOSPATIAL.fullmatch(name):
            raise not_supported(f"function {name}")
        raise SqlError("FUNCTION_NOT_FOUND", f"Function '{name}' not registered")
    if name in _AMBIGUOUS and arguments and arguments[0].type == UNKNOWN:
        raise not_supported(f"function {name} of NULL without a type")
    for overload in FUNCTIONS[name]:
        if (found := overload(arguments)) is not None:
            return found
    shown = ", ".join(str(argument.type) for argument in arguments)
    raise not_supported(f"function {name} of ({shown})")
