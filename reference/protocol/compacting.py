"""The program that puts small files together, beside writers and other compactions.

It swaps named files for files with the same rows, in one snapshot. Which rows a table has does not change, so offsets
and pins stay as they are.
"""

from collections.abc import Iterable

from reference.errors import Contention
from reference.protocol.committing import MAX_TRIES, try_commit
from reference.protocol.decisions import is_too_old
from reference.protocol.effects import Age, LiveFile, LoadFiles, Merge, Pause, Program, Swap, Table

MIN_FILES = 2


def choose(files: Iterable[LiveFile], target_bytes: int, max_bytes: int) -> tuple[tuple[str, ...], ...]:
    """Groups of a table's files to be put together, each from one folder; none if there is nothing to do.

    Args:
        target_bytes: files of half of this are left alone, and no group is larger.
        max_bytes: all groups together are not larger, but for the first.
    """
    groups: list[list[LiveFile]] = []
    for file in sorted(files, key=lambda f: (f.folder, f.bytes, f.path)):
        if file.bytes >= target_bytes / 2:
            continue
        last = groups[-1] if groups else []
        if last and last[0].folder == file.folder and _size(last) + file.bytes <= target_bytes:
            last.append(file)
        else:
            groups.append([file])
    chosen: list[list[LiveFile]] = []
    for group in sorted((g for g in groups if len(g) >= MIN_FILES), key=len, reverse=True):
        if not chosen or sum(map(_size, chosen)) + _size(group) <= max_bytes:
            chosen.append(group)
    return tuple(tuple(file.path for file in group) for group in chosen)


def compact(table: Table, groups: tuple[tuple[str, ...], ...]) -> Program[bool]:
    """Swap each group of live files for one file with their rows.

    Returns:
        False when some of the files are no longer live: somebody else took them, and nothing is swapped.

    Raises:
        Contention: MAX_TRIES tries did not land, though all files are live.
    """
    inputs = frozenset(path for group in groups for path in group)
    yield Merge(table, groups)
    for attempt in range(1, MAX_TRIES + 1):
        files = yield LoadFiles(table)
        if not inputs <= {file.path for file in files.live}:
            return False
        if is_too_old((yield Age(table)), files.grace_s):
            yield Merge(table, groups)
        failure = yield from try_commit(Swap(table, inputs))
        if failure is None:
            return True
        yield Pause(attempt)
    raise Contention(table, failure) from failure


def _size(group: Iterable[LiveFile]) -> int:
    return sum(file.bytes for file in group)
