"""What a run would cost on AWS: its meters, a price book, and the arithmetic between them, line by line.

Hourly prices are spread over the events that the run's rate makes of an hour; what is counted (requests, bytes) is
taken per event. So a line says: so many units for a million events, at so much a unit. Machines are counted whole, as
they are rented: at a low rate most of the price is idle machines.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from reports.price_book import PriceBook
from reports.record import Cost, CostLine, Meter, MeteredQuery, RunRecord

MILLION: Final = 1_000_000
MB: Final = 10**6
GB: Final = 10**9
TB: Final = 10**12
LEAST_MB: Final = 10
"""What a query of Athena is billed for at least."""

HOURS_PER_MONTH: Final = 730
PUTS: Final = ("put", "post", "list")
GETS: Final = ("get", "head")
"""The dearer class of S3's requests, and the cheaper; deletions are free."""


@dataclass(frozen=True)
class _Pricing:
    """One run with a book, and what one event stands for."""

    record: RunRecord
    meter: Meter
    book: PriceBook

    @property
    def hours(self) -> float:
        """In which a million events go through, at the run's rate."""
        return MILLION / self.record.throughput.acked_per_s / 3600

    def of_million_written(self, amount: float) -> float:
        """What was used for the rows that were written, for a million of them."""
        return amount / self.meter.lake_rows * MILLION

    def line(self, stage: str, item: str, price: str, quantity: float, how: str, unit_size: float = 1) -> CostLine:
        """`quantity` is for a million events, in the price's units of `unit_size`."""
        units = quantity / unit_size
        usd = self.book.usd(price)
        return CostLine(
            stage=stage,
            item=item,
            price=price,
            quantity=units,
            unit=self.book.prices[price].per,
            usd_per_unit=usd,
            usd_per_million_events=units * usd,
            how=how,
        )


def cost(record: RunRecord, book: PriceBook) -> Cost | None:
    """The run's price; None where its target meters nothing, or nothing was acknowledged."""
    meter, acked = record.meter, record.events.acked
    if meter is None or not (acked and record.throughput.acked_per_s and record.events.payload_bytes):
        return None
    if not (meter.lake_rows and meter.kafka_records):
        return None
    pricing = _Pricing(record, meter, book)
    lines = (*_ingest(pricing), *_kafka(pricing), *_writers(pricing), *_lake(pricing), *_checks(pricing))
    total = sum(line.usd_per_million_events for line in lines)
    payload_gb = record.events.payload_bytes / record.events.sent * MILLION / GB
    return Cost(
        price_book=f"{book.region}, {book.date}",
        lines=lines,
        usd_per_million_events=total,
        usd_per_gb=total / payload_gb,
        not_included=book.not_included,
    )


def _ingest(pricing: _Pricing) -> Iterator[CostLine]:
    yield _instances(pricing, "ingest", ("ingest",), pricing.record.events.acked, least=1)


def _kafka(pricing: _Pricing) -> Iterator[CostLine]:
    plan = pricing.book.deployment
    yield pricing.line(
        "kafka",
        f"{plan.brokers} brokers",
        "msk.m7g.large",
        plan.brokers * pricing.hours,
        f"{plan.brokers} brokers x {pricing.hours:.4g} h for a million events",
    )
    if pricing.meter.kafka_bytes is None:
        return
    in_bytes = pricing.meter.kafka_bytes / pricing.meter.kafka_records * MILLION
    share = plan.kafka_retention_hours / HOURS_PER_MONTH
    yield pricing.line(
        "kafka",
        "storage",
        "msk.storage",
        in_bytes * plan.replicas * share,
        f"{pricing.meter.kafka_bytes:,} B of log for {pricing.meter.kafka_records:,} records, "
        f"{plan.replicas} replicas, {plan.kafka_retention_hours:g} h of {HOURS_PER_MONTH} h",
        GB,
    )
    crossing = 1 - 1 / plan.zones
    yield pricing.line(
        "kafka",
        "traffic between zones",
        "cross-az",
        in_bytes * crossing * 2 * 2,
        f"{pricing.meter.kafka_bytes:,} B written and read once, {crossing:.3g} of it across zones, paid twice",
        GB,
    )


def _writers(pricing: _Pricing) -> Iterator[CostLine]:
    writers = tuple(stage.name for stage in pricing.record.stages if stage.name.startswith("writer-"))
    yield _instances(pricing, "writer", writers, pricing.meter.lake_rows, least=max(1, len(writers)))
    yield from _requests(pricing, "writer", checks=False)


def _requests(pricing: _Pricing, stage: str, checks: bool) -> Iterator[CostLine]:
    """What Athena and who asks it ask of S3 and Glue is billed like anybody's."""
    for name, kinds in (("put", PUTS), ("get", GETS)):
        count = pricing.meter.count("s3", kinds, checks)
        yield pricing.line(
            stage,
            f"S3 {', '.join(kinds)}",
            f"s3.{name}",
            pricing.of_million_written(count),
            f"{count:,} requests for {pricing.meter.lake_rows:,} rows",
            1000,
        )
    count = pricing.meter.count("glue", checks=checks)
    how = f"{count:,} requests for {pricing.meter.lake_rows:,} rows"
    yield pricing.line(stage, "Glue", "glue.requests", pricing.of_million_written(count), how, MILLION)


def _lake(pricing: _Pricing) -> Iterator[CostLine]:
    stored, months = pricing.meter.stored_bytes, pricing.book.deployment.lake_retention_months
    how = f"{stored:,} B of data files for {pricing.meter.lake_rows:,} rows, kept {months:g} month"
    yield pricing.line("lake", "S3 storage", "s3.storage", pricing.of_million_written(stored) * months, how, GB)


def _checks(pricing: _Pricing) -> Iterator[CostLine]:
    queries = pricing.meter.queries
    billed = sum(map(billed_bytes, queries))
    how = (
        f"{len(queries):,} queries scanned {sum(query.scanned_bytes for query in queries):,} B, {billed // MB:,} MB "
        f"of it billed, for {pricing.meter.lake_rows:,} rows"
        if queries
        else "the pipeline ran no query"
    )
    yield pricing.line("checks", "Athena", "athena.scanned", pricing.of_million_written(billed), how, TB)
    if queries:
        yield from _requests(pricing, "checks", checks=True)


def billed_bytes(query: MeteredQuery) -> int:
    """What Athena bills a statement for: whole megabytes, ten at least.

    Nothing for DDL, for one that failed, for one that took an earlier result, and for one that was cancelled before it
    had scanned anything.
    """
    if query.kind != "DML" or query.state == "FAILED" or query.reused:
        return 0
    if query.state == "CANCELLED" and not query.scanned_bytes:
        return 0
    return max(LEAST_MB, ceil(query.scanned_bytes / MB)) * MB


def query_usd(query: MeteredQuery, book: PriceBook) -> float:
    """What Athena bills a statement with; requests to S3 and Glue are not in it."""
    return billed_bytes(query) / TB * book.usd("athena.scanned")


def question_usd(query: MeteredQuery, puts: int, gets: int, book: PriceBook) -> float:
    """What a statement costs with Athena's own requests to S3, of the dearer class and of the cheaper."""
    return query_usd(query, book) + puts / 1000 * book.usd("s3.put") + gets / 1000 * book.usd("s3.get")


def _instances(pricing: _Pricing, stage: str, parts: tuple[str, ...], events: int, least: int) -> CostLine:
    """As many machines as its CPU for so many events keeps busy as planned at the run's rate, `least` at least."""
    plan = pricing.book.deployment
    cores = (
        sum(made.cpu_s for made in pricing.record.stages if made.name in parts)
        / events
        * pricing.record.throughput.acked_per_s
    )
    count = max(least, ceil(cores / (plan.vcpus_per_instance * plan.cpu_target_share)))
    how = (
        f"{count} x {pricing.hours:.4g} h: {cores:.3g} cores busy, "
        f"{plan.cpu_target_share:.0%} of {plan.vcpus_per_instance} vCPUs each"
    )
    return pricing.line(stage, f"{count} instance{'s' * (count > 1)}", "ec2.c7g.large", count * pricing.hours, how)
