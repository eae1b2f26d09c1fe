"""Upkeep of the lake that a target's endpoints lead to, with the pipeline's own means."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import starmap
from typing import Literal, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from reference.clock import boot_clock, short_pause
from reference.decode.python_decoder import PythonDecoder
from reference.errors import CommitUnknown, Contention, PipelineError, WrongFailpoint
from reference.failpoint import around, failpoint_from_environment
from reference.lake.catalog import open_catalog
from reference.lake.expiry import expire
from reference.lake.files import PartitionedFiles, open_store
from reference.lake.iceberg_table import IcebergTable
from reference.lake.registry import SchemaRegistry
from reference.lake.schemas import LAYOUTS
from reference.lake.settings import LakeSettings
from reference.lake.upkeep import Upkeep, open_upkeeps
from reference.protocol.effects import CompactEffect, OrphansEffect, ReplayEffect, SweepEffect, Table
from reference.protocol.performing import steps
from reference.state.journal import entered_offsets, write_entries
from reference.writer.decoding import BatchDecoder, tomorrow
from reference.writer.rebuilding import Offsets, rebuilt
from reference.writer.replay import Replayer
from scenarios.targets.errors import LakeError, TargetError, WrongUse, one_line
from scenarios.targets.interface import Endpoints

T = TypeVar("T")


Work = Literal["compact", "orphans", "sweep", "replay", "expire", "rebuild_journal"]


def _steps(work: Work, tables: Sequence[Table]) -> list[str]:
    """What has a failpoint before and after it."""
    match work:
        case "compact":
            return steps(CompactEffect, tables)
        case "orphans":
            return steps(OrphansEffect, tables)
        case "sweep":
            return steps(SweepEffect, tables)
        case "replay":
            return steps(ReplayEffect, ["silver"])
        case "expire" | "rebuild_journal":
            return []


class LakeUpkeep:
    """Upkeep of some tables.

    Args:
        work: the method that will be called.
        show: told which table is worked on.

    Raises:
        WrongUse: KEYSTONE_FAILPOINT names no failpoint of that work.
    """

    def __init__(
        self, endpoints: Endpoints, work: Work, tables: Sequence[Table], show: Callable[[Table], None]
    ) -> None:
        self._topic = endpoints.topic
        self._tables = tables
        self._show = show
        self._postgres = endpoints.postgres.pooled
        self._settings = lake_settings(endpoints)
        try:
            self._reach = failpoint_from_environment(around(_steps(work, tables)))
        except WrongFailpoint as error:
            raise WrongUse(str(error)) from error

    def compact(self, target_bytes: int, max_bytes: int) -> Iterator[tuple[Table, int]]:
        """Put small files together; how many are gone, table by table."""
        return self._each(lambda upkeep: upkeep.compact(target_bytes, max_bytes))

    def orphans(self) -> Iterator[tuple[Table, tuple[str, ...]]]:
        """What a sweep would remove, table by table."""
        return self._each(Upkeep.orphans)

    def sweep(self) -> Iterator[tuple[Table, tuple[str, ...]]]:
        """Remove orphans; which, table by table."""
        return self._each(Upkeep.sweep)

    def expire(self, keep: timedelta) -> Iterator[tuple[Table, int]]:
        """Remove older snapshots; how many, table by table."""
        with _lake_errors():
            catalog = open_catalog(self._settings)
            for table in self._tables:
                yield table, expire(catalog, LAYOUTS[table].identifier, keep)

    def rebuild_journal(self) -> Iterator[tuple[Table, int]]:
        """Enter into the journal what the tables know of their commits; how many new entries, table by table."""
        import psycopg  # noqa: PLC0415 - a quarter of a second, which other commands need not wait for

        try:
            journaled = {
                table: list(starmap(Offsets, entered_offsets(self._postgres, table))) for table in self._tables
            }
            with _lake_errors():
                catalog, store = open_catalog(self._settings), open_store(self._settings)
                entries = {
                    table: rebuilt(table, IcebergTable(catalog, LAYOUTS[table].identifier, topic=""), store, entered)
                    for table, entered in journaled.items()
                }
            for table, found in entries.items():
                yield table, write_entries(self._postgres, found)
        except psycopg.Error as error:
            raise LakeError(f"the journal could not be made again whole: {one_line(error)}; run it again") from error

    def replay(self, replay_id: str) -> Iterator[tuple[int, int]]:
        """Give quarantined events another chance; after each commit, how many were looked at and how many replayed."""
        with _lake_errors(), ThreadPoolExecutor() as executor:
            catalog, store = open_catalog(self._settings), open_store(self._settings)
            silver, quarantine = (
                IcebergTable(catalog, LAYOUTS[name].identifier, self._topic) for name in ("silver", "quarantine")
            )
            yield from Replayer(
                silver=silver,
                quarantine=quarantine,
                files=PartitionedFiles(store, executor),
                decoder=BatchDecoder(PythonDecoder(), SchemaRegistry(self._settings).registered, tomorrow),
                reach=self._reach,
                pause=short_pause,
                boot_s=boot_clock,
            ).replay(replay_id)

    def _each(self, work: Callable[[Upkeep], T]) -> Iterator[tuple[Table, T]]:
        with (
            _lake_errors(),
            open_upkeeps(self._settings, self._tables, self._reach, short_pause, boot_clock) as upkeeps,
        ):
            for table, upkeep in upkeeps.items():
                self._show(table)
                yield table, work(upkeep)


def lake_settings(endpoints: Endpoints) -> LakeSettings:
    """Where a target's lake is."""
    s3 = endpoints.s3
    return LakeSettings(
        region=s3.region,
        endpoint=endpoints.aws,
        access_key=s3.access_key,
        secret_key=s3.secret_key,
        s3_endpoint=s3.endpoint,
    )


@contextmanager
def _lake_errors() -> Iterator[None]:
    """Turns what goes wrong into an error that a person can read. Wherever it stops, no table is half changed."""
    try:
        yield
    except (BotoCoreError, ClientError, OSError, CommitUnknown, Contention) as error:
        raise LakeError(
            f"not done, or not all of it: {one_line(error)}; run it again once the lake answers; "
            "of an embedded stack `keystone status` says more"
        ) from error
    except PipelineError as error:
        raise TargetError(f"not done: {one_line(error)}") from error
