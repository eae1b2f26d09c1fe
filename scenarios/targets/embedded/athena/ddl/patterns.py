"""Hive's patterns of names: `*` is anything, `|` is or; all else is as in regular expressions."""

import re
from collections.abc import Callable

from scenarios.targets.embedded.athena.ddl.tokens import Cursor


def matcher(cursor: Cursor) -> Callable[[str], bool]:
    """`[[LIKE] 'pattern']`, the statement's last word; without one all names match."""
    if cursor.accept("LIKE") or cursor.next.kind == "string":
        pattern = cursor.string()
        cursor.end()
        # As Hive does: a star is .*, dots stay what they are in regular expressions.
        found = re.compile(re.sub(r"(?<!\.)\*", ".*", pattern), re.IGNORECASE)
        return lambda name: found.fullmatch(name) is not None
    cursor.end()
    return bool
