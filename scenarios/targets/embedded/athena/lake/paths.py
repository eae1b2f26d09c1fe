"""Addresses of objects, `s3://bucket/key`, and how Arrow's file systems call them."""

from typing import Final

from scenarios.targets.embedded.athena.sql.errors import not_supported

SCHEMES: Final = ("s3", "s3a", "s3n")


def in_store(address: str) -> str:
    """`bucket/key` of an address.

    Raises:
        SqlError: NOT_SUPPORTED, it is not S3's, or of no bucket.
    """
    scheme, colon, path = address.partition("://")
    if not colon or scheme not in SCHEMES or path[:1] in ("", "/"):
        raise not_supported(f"the location {address}")
    return path


def bucket_and_key(address: str) -> tuple[str, str]:
    """The two parts of an address."""
    bucket, _, key = in_store(address).partition("/")
    return bucket, key


def as_folder(location: str) -> str:
    """A location with one slash at its end."""
    return location.rstrip("/") + "/"
