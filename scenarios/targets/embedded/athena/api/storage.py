"""S3 as results need it: objects of any size written in parts, and read by ranges."""

from contextlib import suppress
from types import TracebackType
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from scenarios.targets.embedded.athena.api.errors import InvalidRequestException
from scenarios.targets.embedded.athena.lake.failures import refused_by_aws
from scenarios.targets.embedded.athena.lake.paths import bucket_and_key
from scenarios.targets.embedded.athena.sql.errors import SqlError

PART_BYTES: Final = 8 * 2**20
_NO_BUCKET: Final = ("NoSuchBucket", "AccessDenied", "403")
_GONE: Final = ("404", "NoSuchKey", "NoSuchBucket")


class Upload:
    """An object that is there as a whole once it is left without an error, and else not at all.

    Holds one part. Whoever writes waits for a part to be stored before it makes the next one.

    Raises:
        SqlError: S3 does not take it.
    """

    def __init__(self, s3: Any, url: str) -> None:
        self._s3 = s3
        self._bucket, self._key = bucket_and_key(url)
        self._buffer = bytearray()
        self._id: str | None = None
        self._parts: list[dict[str, Any]] = []
        self.size = 0

    def __enter__(self) -> "Upload":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._abort()
            return
        try:
            self._finish()
        except BaseException:
            self._abort()
            raise

    def write(self, added: bytes | memoryview) -> None:
        """Add to it."""
        self._buffer += added
        self.size += len(added)
        while len(self._buffer) >= PART_BYTES:
            with memoryview(self._buffer) as view:
                content = bytes(view[:PART_BYTES])
            self._send(content)
            del self._buffer[:PART_BYTES]

    closed = False
    """For Arrow, which takes it for a file; it closes it, and the object is made when it is left."""

    def tell(self) -> int:
        """How much was written."""
        return self.size

    def flush(self) -> None:
        """Nothing: parts are sent when they are full."""

    def close(self) -> None:
        """Nothing, see `closed`."""

    def _finish(self) -> None:
        if self._id is None:
            self._ask("put_object", Body=bytes(self._buffer))
            return
        if self._buffer:
            self._send(bytes(self._buffer))
        self._ask("complete_multipart_upload", UploadId=self._id, MultipartUpload={"Parts": self._parts})

    def _abort(self) -> None:
        """What went wrong is told, and not that S3 keeps the parts because it does not do this either."""
        if self._id is not None:
            with suppress(BotoCoreError, ClientError):
                self._s3.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._id)

    def _send(self, content: bytes) -> None:
        if self._id is None:
            self._id = self._ask("create_multipart_upload")["UploadId"]
        number = len(self._parts) + 1
        answer = self._ask("upload_part", UploadId=self._id, PartNumber=number, Body=content)
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})

    def _ask(self, what: str, **arguments: Any) -> Any:
        try:
            return getattr(self._s3, what)(Bucket=self._bucket, Key=self._key, **arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _NO_BUCKET:
                raise refused_by_aws(error) from error
            raise SqlError("S3_WRITE", f"Unable to verify/create output bucket {self._bucket}: {error}") from error


def put(s3: Any, url: str, content: bytes) -> None:
    """A small object at once."""
    with Upload(s3, url) as upload:
        upload.write(content)


def exists(s3: Any, url: str) -> bool:
    """Whether the object is there.

    Raises:
        ClientError: S3 does not say.
    """
    bucket, key = bucket_and_key(url)
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
        return False
    return True


def is_empty(s3: Any, url: str) -> bool:
    """Whether no object's name begins with this."""
    bucket, prefix = bucket_and_key(url)
    return not s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1).get("KeyCount")


def read_range(s3: Any, url: str, begin: int, end: int) -> bytes:
    """Bytes of an object, from `begin` up to `end`.

    Raises:
        InvalidRequestException: it is gone.
        ClientError: S3 does not give it out.
    """
    bucket, key = bucket_and_key(url)
    try:
        answer = s3.get_object(Bucket=bucket, Key=key, Range=f"bytes={begin}-{end - 1}")
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
        raise InvalidRequestException("Could not find results", "INVALID_INPUT") from error
    content: bytes = answer["Body"].read()
    return content
