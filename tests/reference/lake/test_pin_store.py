"""What a pin says is what was written there, or an error that says what to restore."""

from datetime import date
from pathlib import Path

import pytest
from pyarrow.fs import LocalFileSystem, SubTreeFileSystem

from reference.contract.decoding import DecodeContract
from reference.errors import PinDamaged
from reference.lake.pin_store import FOLDER, PinStore
from reference.protocol.pins import PinnedDecode

BUCKET = "bronze"
PINNED = PinnedDecode(DecodeContract("python 1", frozenset({"v"}), date(2030, 1, 1)), {0: {3: ("no JSON",)}})


@pytest.fixture
def pins(tmp_path: Path) -> PinStore:
    (tmp_path / BUCKET / FOLDER).mkdir(parents=True)
    return PinStore(SubTreeFileSystem(str(tmp_path), LocalFileSystem()), BUCKET)


def test_what_was_put_is_got(pins: PinStore) -> None:
    assert pins.get(pins.put(PINNED)) == PINNED


def test_the_same_content_is_never_put_in_the_same_place(pins: PinStore) -> None:
    assert pins.put(PINNED) != pins.put(PINNED)


def test_an_object_that_is_gone_is_named(pins: PinStore, tmp_path: Path) -> None:
    name = pins.put(PINNED)
    (tmp_path / BUCKET / FOLDER / f"{name}.json").unlink()
    with pytest.raises(PinDamaged, match=f"{BUCKET}/{FOLDER}/{name}.json, which says .* is gone; restore it"):
        pins.get(name)


@pytest.mark.parametrize("damage", [b"", b" ", b"no JSON"])
def test_an_object_that_is_not_what_was_written_is_named(pins: PinStore, tmp_path: Path, damage: bytes) -> None:
    name = pins.put(PINNED)
    path = tmp_path / BUCKET / FOLDER / f"{name}.json"
    path.write_bytes(path.read_bytes() + damage if damage.isspace() else damage)
    with pytest.raises(PinDamaged, match=f"{name}.json is not what was written there; restore it"):
        pins.get(name)
