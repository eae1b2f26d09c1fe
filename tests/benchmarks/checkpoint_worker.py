"""A worker that checks one day, and what that takes of its memory: on Athena, or in Great Expectations' pandas engine.

python -m tests.benchmarks.checkpoint_worker athena URL VIEW
python -m tests.benchmarks.checkpoint_worker pandas S3_PATH...

Prints a JSON object; of the lake that pandas reads it knows from AWS's variables.
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from reference.lake.columns import DAY_COLUMNS, SILVER
from reference.lake.files import open_store
from reference.lake.settings import LakeSettings
from reference.quality.checkpoint import prepare_great_expectations, run_checkpoint
from reference.quality.predicate import columns_of
from reference.quality.rule_file import DEFAULT, read_rules
from reference.quality.suite import suite

RULES = read_rules(DEFAULT, SILVER)
COLUMNS = list(dict.fromkeys((*DAY_COLUMNS, *columns_of(RULES))))


def main(engine: str, where: Sequence[str]) -> None:
    """Check the day, and print what was found and what it took."""
    prepare_great_expectations()
    work = {"athena": on_athena, "pandas": in_pandas}[engine]
    _import_all()
    Path("/proc/self/clear_refs").write_text("5")  # the peak of memory counts anew from here
    imports_kib, began = _status("VmRSS"), time.perf_counter()
    found = work(where)
    took_s = time.perf_counter() - began
    result = {"unexpected": found, "seconds": took_s, "imports_kib": imports_kib, "peak_kib": _status("VmHWM")}
    print(json.dumps(result))


def on_athena(where: Sequence[str]) -> dict[str, int]:
    """The pipeline's own checkpoint, on a view."""
    url, view = where
    return _unexpected(run_checkpoint(url, view, RULES, SILVER, DAY_COLUMNS))


def in_pandas(where: Sequence[str]) -> dict[str, int]:
    """The same suite on a data frame of the same columns, with prices as floats, which are smaller than decimals."""
    import great_expectations as gx  # noqa: PLC0415 - takes seconds

    store = open_store(LakeSettings.from_environment())
    read = (pq.read_table(path, columns=COLUMNS, filesystem=store, partitioning=None) for path in where)
    rows = pa.concat_tables(list(read))
    price = rows.schema.get_field_index("price")
    rows = rows.set_column(price, "price", rows["price"].cast(pa.float64()))
    # Column by column, each dropped as soon as it is taken over: what pandas' own memory is, and no more.
    frame = rows.to_pandas(split_blocks=True, self_destruct=True)
    del rows
    asset = gx.get_context(mode="ephemeral").data_sources.add_pandas("lake").add_dataframe_asset("day")
    batch = asset.add_batch_definition_whole_dataframe("day").get_batch({"dataframe": frame})
    checked = batch.validate(suite("day", RULES, SILVER, DAY_COLUMNS), result_format="SUMMARY")
    return _unexpected({"validation_results": [checked.describe_dict()]})


def _unexpected(found: Mapping[str, Any]) -> dict[str, int]:
    """Kind of expectation and its column → how many rows do not meet it."""
    [validation] = found["validation_results"]
    return {
        f"{one['expectation_type']} {one['kwargs'].get('column', '')}".strip(): one["result"]["unexpected_count"]
        for one in validation["expectations"]
    }


def _import_all() -> None:
    """What either engine imports sooner or later, so that both are measured above the same."""
    import great_expectations.expectations  # noqa: PLC0415 - takes seconds
    import pandas  # noqa: PLC0415 - likewise
    import pyathena.sqlalchemy.rest  # noqa: F401, PLC0415 - likewise

    del great_expectations, pandas


def _status(name: str) -> int:
    """A line of /proc/self/status, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
