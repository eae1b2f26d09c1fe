"""What a row of silver must be to count in gold, in DuckDB's SQL and in words of the audit's own.

The pipeline's rules are not asked: what they say of a row is what is to be found out. Those of the project are written
down here a second time; a file of a user's own is read by other code than the pipeline's.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from scenarios.targets.errors import TargetError

_STATUSES: Final = ["approved", "canceled", "created", "delivered", "invoiced", "processing", "shipped", "unavailable"]
_STATES: Final = [
    "AC",
    "AL",
    "AM",
    "AP",
    "BA",
    "CE",
    "DF",
    "ES",
    "GO",
    "MA",
    "MG",
    "MS",
    "MT",
    "PA",
    "PB",
    "PE",
    "PI",
    "PR",
    "RJ",
    "RN",
    "RO",
    "RR",
    "RS",
    "SC",
    "SE",
    "SP",
    "TO",
]

PROJECTS_OWN: Final[Mapping[str, str]] = {
    "customer-present": "customer_id IS NULL",
    "price-above-zero": "price <= 0",
    "delivered-after-purchase": "order_delivered_customer_date < order_purchase_timestamp",
    "status-known": f"order_status NOT IN {tuple(_STATUSES)}",
    "state-known": f"customer_state NOT IN {tuple(_STATES)}",
    "version-once": "nth(order_id, order_version) > 1",
}
"""Rule → when a row breaks it. `nth(...)` stands for which of the day's rows with these values it is, by place."""


def own_rules(path: Path | None) -> Mapping[str, str]:
    """The conditions of the project's rules, or of those in a file, in their order.

    Raises:
        TargetError: the file has a rule that the audit does not know.
    """
    if path is None:
        return PROJECTS_OWN
    return {str(rule["name"]): _condition(rule) for rule in yaml.safe_load(path.read_text("utf-8-sig"))}


def _condition(rule: Mapping[str, Any]) -> str:
    column = f'"{rule.get("column")}"'
    match rule["rule"]:
        case "not-null":
            return f"{column} IS NULL"
        case "above":
            return f"{column} <= {rule['bound']}"
        case "not-before":
            return f'{column} < "{rule["other"]}"'
        case "one-of":
            known = ", ".join("'" + str(value).replace("'", "''") + "'" for value in rule["values"])
            return f"{column} NOT IN ({known})"
        case "unique":
            columns = ", ".join(f'"{name}"' for name in rule["columns"])
            return f"nth({columns}) > 1"
        case kind:
            raise TargetError(f"the audit knows no rule of kind {kind!r}: what it says of a row cannot be checked")
