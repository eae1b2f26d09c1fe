"""The checkpoint: Great Expectations puts the rules to rows of Athena, by SQL; no row comes here.

It looks at a view. Of a query it would run the whole once more, and store the result, to learn the columns' types.
"""

import logging
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus, urlencode

import pyarrow as pa

from reference.errors import MissingExtra
from reference.lake.settings import LakeSettings
from reference.quality.rules import Rule
from reference.quality.suite import suite

if TYPE_CHECKING:
    from great_expectations import Checkpoint
    from great_expectations.data_context import AbstractDataContext

NAME: Final = "olist_athena_checkpoint"
POLL_S: Final = 0.05
# As few values as it can: rows go to quarantine, and to no log.
RESULT: Final = {"result_format": "SUMMARY", "partial_unexpected_count": 0}


def prepare_great_expectations() -> None:
    """Keep it from calling home, and from pages of text that say nothing; before its import."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    for name in ("great_expectations", "pyathena"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def checkpoint(
    context: "AbstractDataContext",
    url: str,
    view: str,
    rules: Sequence[Rule],
    columns: pa.Schema,
    by: Sequence[str],
) -> "Checkpoint":
    """The checkpoint, made known to a context.

    Args:
        url: of Athena, SQLAlchemy's, see athena_url.
        view: in the URL's database, whose rows are looked at; it is there.
        columns: those that the rules look at, and others.
        by: columns within whose values a Unique compares rows.
    """
    import great_expectations as gx  # noqa: PLC0415 - takes seconds
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415 - likewise

    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_sql("athena", connection_string=url, create_temp_table=False)
    rows = source.add_table_asset(view, table_name=view)
    definition = gx.ValidationDefinition(
        name=NAME,
        data=rows.add_batch_definition_whole_table("day"),
        suite=context.suites.add(suite(NAME, rules, columns, by)),
    )
    validations = [context.validation_definitions.add(definition)]
    return context.checkpoints.add(gx.Checkpoint(name=NAME, validation_definitions=validations, result_format=RESULT))


def run_checkpoint(
    url: str, view: str, rules: Sequence[Rule], columns: pa.Schema, by: Sequence[str]
) -> Mapping[str, Any]:
    """What the checkpoint finds, as its description says it; for the arguments see checkpoint.

    Raises:
        MissingExtra: Great Expectations is not installed.
    """
    prepare_great_expectations()
    try:
        import great_expectations as gx  # noqa: PLC0415 - takes seconds
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"Great Expectations is not installed ({error}): pip install 'keystone-nexus[quality]'"
        ) from None
    context = gx.get_context(mode="ephemeral")
    found: Mapping[str, Any] = checkpoint(context, url, view, rules, columns, by).run().describe_dict()
    return found


def athena_url(lake: LakeSettings, database: str, workgroup: str, output: str | None) -> str:
    """SQLAlchemy's URL of Athena."""
    keys = ""
    if lake.access_key is not None:
        keys = f"{quote_plus(lake.access_key)}:{quote_plus(lake.secret_key or '')}"
    more = {"work_group": workgroup, "region_name": lake.region, "poll_interval": str(POLL_S)}
    if lake.endpoint is not None:
        more["endpoint_url"] = lake.endpoint
    if output is not None:
        more["s3_staging_dir"] = output
    return f"awsathena+rest://{keys}@athena.{lake.region}.amazonaws.com:443/{database}?{urlencode(more)}"
