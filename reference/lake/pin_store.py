"""The objects that pins name, in the bronze bucket beside the table."""

import uuid

from pyarrow.fs import FileSystem

from reference.errors import PinDamaged
from reference.protocol.pins import PinnedDecode, is_intact, object_name

FOLDER = "pins"


def object_path(bucket: str, name: str) -> str:
    """Where the object of this name lies, bucket first."""
    return f"{bucket}/{FOLDER}/{name}.json"


class PinStore:
    """Writes and reads pinned decodes. No object is ever written over: see reference.protocol.pins."""

    def __init__(self, store: FileSystem, bucket: str) -> None:
        self._store = store
        self._bucket = bucket

    def put(self, decode: PinnedDecode) -> str:
        """Write; return the new object's name."""
        content = decode.to_json()
        name = object_name(content, uuid.uuid4().hex[:12])
        with self._store.open_output_stream(object_path(self._bucket, name)) as file:
            file.write(content)
        return name

    def get(self, name: str) -> PinnedDecode:
        """Read the object of this name.

        Raises:
            PinDamaged: it is gone, or its content is not what was written.
        """
        path = object_path(self._bucket, name)
        try:
            with self._store.open_input_stream(path) as file:
                content = file.read()
        except FileNotFoundError as gone:
            raise PinDamaged(f"{path}, which says how these offsets were decoded, is gone; restore it") from gone
        if not is_intact(name, content):
            raise PinDamaged(f"{path} is not what was written there; restore it")
        return PinnedDecode.from_json(content)
