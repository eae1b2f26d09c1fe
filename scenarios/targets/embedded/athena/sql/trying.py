"""TRY: NULL where a value fails; but what is refused here is no failure of Athena's, and ends the statement."""

import re
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import FAILS, Bound, unique
from scenarios.targets.embedded.athena.sql.scripts import PREFIX, REFUSE, within_try

_REFUSING: Final = re.compile(rf"CAST\('{re.escape(FAILS)}NOT_SUPPORTED\|((?:[^']|'')*)' AS INTEGER\)")
"""As `bound.fail` writes it, of which DuckDB's TRY would make NULL without a trace."""

_SCRIPT: Final = re.compile(rf"\b{PREFIX}\w+(?=\()")


def tried(value: Bound) -> Bound:
    """NULL where the value fails; see `Running.rows` for where it is refused."""
    refusing = _REFUSING.sub(lambda found: REFUSE(f"'{found[1]}'"), value.sql)
    counted = _SCRIPT.sub(lambda found: within_try(found[0]), refusing)
    # In a lambda, which DuckDB's optimizer does not look into: it would take what is there twice out of TRY.
    return Bound(value.type, f"list_transform([0], lambda {unique('t')}: TRY({counted}))[1]")
