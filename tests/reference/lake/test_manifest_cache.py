"""Manifests are read from the store once."""

from pathlib import Path

import pytest

from reference.lake import manifest_cache
from reference.lake.manifest_cache import CachingFileIO


def test_a_manifest_is_read_once_and_stays_what_it_was(tmp_path: Path) -> None:
    manifest = tmp_path / "m0.avro"
    manifest.write_bytes(b"entries")
    io = CachingFileIO({})
    for _ in range(2):
        with io.new_input(f"file://{manifest}").open() as stream:
            assert stream.read() == b"entries"
        manifest.unlink(missing_ok=True)


def test_what_is_no_manifest_is_read_anew_each_time(tmp_path: Path) -> None:
    metadata = tmp_path / "00000.metadata.json"
    io = CachingFileIO({})
    for content in (b"first", b"second"):
        metadata.write_bytes(content)
        with io.new_input(f"file://{metadata}").open() as stream:
            assert stream.read() == content


def test_no_more_than_so_many_bytes_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest_cache, "MOST_BYTES", 10)
    io = CachingFileIO({})
    files = [tmp_path / f"m{number}.avro" for number in range(2)]
    for file in files:
        file.write_bytes(b"entries")
        with io.new_input(f"file://{file}").open() as stream:
            stream.read()
    files[0].write_bytes(b"others!")
    with io.new_input(f"file://{files[0]}").open() as stream:
        assert stream.read() == b"others!"
