"""Manifests are read from the store once."""

from pathlib import Path

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
