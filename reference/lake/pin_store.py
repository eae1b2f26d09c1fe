"""The objects that pins name, in the bronze bucket beside the table."""

from pyarrow.fs import FileSystem

from reference.protocol.pins import PinnedDecode, digest


class PinStore:
    """Writes and reads pinned decodes; an object's name is the hash of its content, so writing twice is harmless."""

    def __init__(self, store: FileSystem, bucket: str) -> None:
        self._store = store
        self._folder = f"{bucket}/pins"

    def put(self, decode: PinnedDecode) -> str:
        """Write; return the digest."""
        content = decode.to_json()
        name = digest(content)
        with self._store.open_output_stream(f"{self._folder}/{name}.json") as file:
            file.write(content)
        return name

    def get(self, name: str) -> PinnedDecode:
        """Read the object with this digest."""
        with self._store.open_input_stream(f"{self._folder}/{name}.json") as file:
            return PinnedDecode.from_json(file.read())
