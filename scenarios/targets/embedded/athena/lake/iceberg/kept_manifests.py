"""The entries of manifests that were read before: a manifest never changes, and to decode one takes longer than a query
of a day does."""

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pyiceberg.manifest import ManifestEntry, ManifestFile

if TYPE_CHECKING:
    from pyiceberg.io import FileIO

MOST_ENTRIES: Final = 50_000
"""Some kilobytes each; beyond that all are dropped, and read again when they are asked for."""


class KeptManifests:
    """Entries by their manifest's path, for all tables and from several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards what follows
        self._kept: dict[str, list[ManifestEntry]] = {}
        self._count = 0

    def over(self, manifests: list[ManifestFile]) -> Iterator[ManifestFile]:
        """The same manifests, whose live entries are read once."""
        return (_Kept(manifest, self) for manifest in manifests)

    def entries(self, manifest: ManifestFile, io: "FileIO") -> list[ManifestEntry]:
        """A manifest's live entries."""
        with self._lock:
            kept = self._kept.get(manifest.manifest_path)
        if kept is not None:
            return kept
        read = manifest.fetch_manifest_entry(io)
        with self._lock:
            if self._count + len(read) > MOST_ENTRIES:
                self._kept.clear()
                self._count = 0
            if len(read) <= MOST_ENTRIES:
                self._kept[manifest.manifest_path] = read
                self._count += len(read)
        return read


class _Kept(ManifestFile):
    """A manifest that asks for its entries where they are kept."""

    def __init__(self, manifest: ManifestFile, kept: KeptManifests) -> None:
        super().__init__(*manifest._data)  # noqa: SLF001 - its own kind's
        self._manifest = manifest
        self._of = kept

    def fetch_manifest_entry(self, io: "FileIO", discard_deleted: bool = True) -> list[ManifestEntry]:
        if not discard_deleted:
            return self._manifest.fetch_manifest_entry(io, discard_deleted)
        return self._of.entries(self._manifest, io)
