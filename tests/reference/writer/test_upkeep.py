"""Expiry runs beside the writer, every so many flushes."""

from datetime import timedelta
from typing import Any

import pytest

from reference.writer.__main__ import EXPIRE_EVERY_FLUSHES, _upkeep


def test_every_twentieth_flush_expires_snapshots_of_all_three_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    expired: list[str] = []
    monkeypatch.setattr(
        "reference.writer.__main__.expire", lambda _catalog, identifier, keep: expired.append(f"{identifier} {keep}")
    )
    catalog: Any = None
    upkeep = _upkeep(catalog, timedelta(minutes=10))
    for _ in range(EXPIRE_EVERY_FLUSHES - 1):
        upkeep()
    assert expired == []
    upkeep()
    assert expired == [f"{table}.orders 0:10:00" for table in ("bronze", "quarantine", "silver")]
