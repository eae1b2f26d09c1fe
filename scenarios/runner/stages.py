"""From samples and the journal to stages and the one that was the limit: numbers in, numbers out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pyarrow as pa

from reports.record import Limit, Quantiles, Stage
from scenarios.audit.marks import Marks
from scenarios.runner.samples import PartSample, Samples
from scenarios.verdicts.figures import LATE_MS

BUSY = 0.85
"""From this share of its time at work on, a stage has nothing left to give."""

BEHIND_WINDOWS = 2.0
"""A queue of this many writer's windows at the end of the load is more than batching explains."""


def stages(
    samples: Samples,
    journal: pa.Table | None,
    marks: Marks,
    wall_s: float,
    events: Mapping[str, int],
    cpus: int,
) -> list[Stage]:
    """One stage for each part of the target, and for each of the generator's processes.

    Args:
        journal: the run's batches, as scenarios.audit.journal reads them; of one that straddles a mark, the rows from
            there on count, and all of its time. None: it could not be read.
        wall_s: from the first phase's beginning to the end of the drain.
        events: stage → how many events it took on; writers have theirs from the journal.
    """
    working_s = {} if journal is None else _working_s(journal)
    written = {} if journal is None else _written(journal, marks)
    made = []
    for name, seen in _by_part(samples.parts).items():
        cpu_s = cpu_used(seen)
        # What runs on one thread is full at one core; the others may use all there are.
        threads = 1 if name.startswith(("generator", "writer-")) else cpus
        busy, how = cpu_s / (wall_s * threads), f"CPU of {threads} {'core' if threads == 1 else 'cores'}"
        if working_s.get(name, 0.0) / wall_s > busy:
            busy, how = working_s[name] / wall_s, "time in decoding, writing and committing"
        made.append(
            Stage(
                name=name,
                cpu_s=round(cpu_s, 3),
                events=written.get(name, events.get(name)),
                busy_share=round(min(busy, 1.0), 4),
                busy_by=how,
                deaths=samples.deaths.get(name, 0),
                restarts=len({sample.pid for sample in seen}) - 1,
                peak_rss_mib=round(max(sample.rss_bytes for sample in seen) / 2**20, 1),
            )
        )
    return made


def cpu_used(seen: Sequence[PartSample]) -> float:
    """CPU seconds between the first and the last sample of a part, over all its processes.

    A process that began in between counts whole; of one that ended, what it used after its last sample is missing.
    """
    first_pid = seen[0].pid
    last = {sample.pid: sample.cpu_s for sample in seen}
    return sum(last.values()) - next(sample.cpu_s for sample in seen if sample.pid == first_pid)


def limit(
    made: Sequence[Stage], lateness: Quantiles | None, lag_at_load_end: int | None, acked_per_s: float, window_s: float
) -> Limit:
    """Which stage kept the pipeline from doing more."""
    if lateness is not None and lateness.p99 > LATE_MS:
        return Limit(
            stage="generator", why=f"it was late by {lateness.p99:,.0f} ms (p99): the load was not sent as planned"
        )
    if all(stage.name.startswith("generator") for stage in made):
        return Limit(stage=None, why="unknown: the target's parts cannot be watched")
    behind = lag_at_load_end / acked_per_s if lag_at_load_end and acked_per_s else 0.0
    busiest_writer = _busiest([stage for stage in made if stage.name.startswith("writer-")])
    if busiest_writer and behind > BEHIND_WINDOWS * window_s + 1:
        why = f"{lag_at_load_end:,} records waited for the writers when the load ended: {behind:.1f} s of load"
        return Limit(stage=busiest_writer.name, why=why)
    busiest = _busiest(made)
    if busiest is not None and busiest.busy_share >= BUSY:
        return Limit(stage=busiest.name, why=f"at work for {busiest.busy_share:.0%} of the time ({busiest.busy_by})")
    share = f"; the busiest, {busiest.name}, was at work for {busiest.busy_share:.0%} of the time" if busiest else ""
    unknown = "; how much waited for the writers is unknown" if lag_at_load_end is None else ""
    return Limit(stage=None, why=f"no stage was at its limit at this load{share}{unknown}")


def takeovers(journal: pa.Table) -> int:
    """How often a partition went on under another writer."""
    found, last = 0, dict[int, str]()
    for row in sorted(journal.to_pylist(), key=lambda row: int(row["first_offset"])):
        if row["table_name"] == "bronze":
            found += last.get(row["partition"], row["writer"]) != row["writer"]
            last[row["partition"]] = row["writer"]
    return found


def _busiest(made: Sequence[Stage]) -> Stage | None:
    return max(made, key=lambda stage: stage.busy_share, default=None)


def _by_part(samples: Sequence[PartSample]) -> dict[str, list[PartSample]]:
    found: dict[str, list[PartSample]] = defaultdict(list)
    for sample in samples:
        found[sample.part].append(sample)
    return dict(found)


def _commits(journal: pa.Table) -> dict[tuple[str, str, int], dict[str, int]]:
    """Each commit once; the journal has a row for each of its partitions."""
    return {(row["writer"], row["table_name"], row["committed_ns"]): row for row in journal.to_pylist()}


def _working_s(journal: pa.Table) -> dict[str, float]:
    """Seconds that each writer spent on batches; a batch is decoded once, for bronze."""
    found: dict[str, float] = defaultdict(float)
    for (writer, table, _), row in _commits(journal).items():
        # Null where the journal was filled in from the table after a crash: nobody timed that one.
        spent = (row["write_ns"] or 0) + (row["commit_ns"] or 0) + (row["decode_ns"] or 0) * (table == "bronze")
        found[writer] += spent / 1e9
    return found


def _written(journal: pa.Table, marks: Marks) -> dict[str, int]:
    """Records from the marks on that each writer put into bronze."""
    found: dict[str, int] = defaultdict(int)
    for row in journal.to_pylist():
        first = max(row["first_offset"], marks.starts.get(row["partition"], 0))
        found[row["writer"]] += row["end_offset"] - first if row["table_name"] == "bronze" else 0
    return found
