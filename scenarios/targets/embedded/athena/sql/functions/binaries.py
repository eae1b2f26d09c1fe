"""Functions of bytes."""

import base64
import binascii
import hashlib
import hmac
import re
import zlib
from collections.abc import Callable
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, text
from scenarios.targets.embedded.athena.sql.functions.overloads import (
    Functions,
    fitted,
    plain,
    scripted,
)
from scenarios.targets.embedded.athena.sql.scripts import Failed, Script
from scenarios.targets.embedded.athena.sql.types import BIGINT, INTEGER, VARBINARY, VARCHAR


def _from_hex(value: str) -> bytes:
    if len(value) % 2:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"invalid input length {len(value)}")
    try:
        return bytes.fromhex(value) if value.isalnum() or not value else binascii.unhexlify(value)
    except (ValueError, binascii.Error):
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"not a hexadecimal digit in {value!r}") from None


def _from_base64(value: str) -> bytes:
    try:
        # Java takes all of the padding, or none.
        padding = "" if "=" in value else "=" * (-len(value) % 4)
        return base64.b64decode(value + padding, validate=True)
    except (ValueError, binascii.Error) as error:
        raise Failed("INVALID_FUNCTION_ARGUMENT", str(error)) from None


def _from_base64url(value: str) -> bytes:
    if "+" in value or "/" in value:
        raise Failed("INVALID_FUNCTION_ARGUMENT", "Illegal base64 character")
    return _from_base64(value.replace("-", "+").replace("_", "/"))


def _to_base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode()


def _to_base32(value: bytes) -> str:
    return base64.b32encode(value).decode()


def _from_base32(value: str) -> bytes:
    try:
        return base64.b32decode(value + "=" * (-len(value) % 8))
    except binascii.Error as error:
        raise Failed("INVALID_FUNCTION_ARGUMENT", str(error)) from None


def _sha512(value: bytes) -> bytes:
    return hashlib.sha512(value).digest()


def _keyed(name: str) -> Callable[[bytes, bytes], bytes]:
    def hashed(value: bytes, key: bytes) -> bytes:
        if not key:
            raise Failed("NOT_SUPPORTED", "an empty key is not supported here")
        return hmac.digest(key, value, name)

    hashed.__name__ = f"hmac_{name}"
    return hashed


def _of_bytes(value: bytes, length: int) -> bytes:
    if len(value) != length:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"expected {length}-byte input, but got instead: {len(value)}")
    return value


def _from_big_endian_64(value: bytes) -> int:
    return int.from_bytes(_of_bytes(value, 8), "big", signed=True)


def _from_big_endian_32(value: bytes) -> int:
    return int.from_bytes(_of_bytes(value, 4), "big", signed=True)


def _to_big_endian_64(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


def _to_big_endian_32(value: int) -> bytes:
    return value.to_bytes(4, "big", signed=True)


def _sub(value: bytes, start: int, length: int) -> bytes:
    first = start - 1 if start > 0 else len(value) + start
    return value[first : first + max(length, 0)] if start and first >= 0 else b""


def _reversed(value: bytes) -> bytes:
    return value[::-1]


def _crc32(value: bytes) -> int:
    return zlib.crc32(value)


_BEYOND: Final = re.compile(
    rb"\xed[\xa0-\xbf][\x80-\xbf]?|\xf4[\x90-\xbf][\x80-\xbf]{0,2}|[\xf5-\xf7][\x80-\xbf]{0,3}"
    rb"|[\xf8-\xfb][\x80-\xbf]{0,4}|[\xfc\xfd][\x80-\xbf]{0,5}"
)
"""No letters, but built as they are: halves of one, and numbers beyond the last. To Trino each is one wrong letter."""


def _from_utf8(value: bytes, replacement: str) -> str:
    if len(replacement) > 1:
        raise Failed("INVALID_FUNCTION_ARGUMENT", "Replacement character string must empty or a single character")
    value = _BEYOND.sub(b"\xff", value)
    return value.decode(errors="replace") if replacement == "\ufffd" else _replaced(value, replacement)


def _replaced(value: bytes, replacement: str) -> str:
    made, rest = "", value
    while rest:
        try:
            return made + rest.decode()
        except UnicodeDecodeError as error:
            made += rest[: error.start].decode() + replacement
            rest = rest[error.end :]
    return made


_FROM_HEX: Final = Script(_from_hex, ("VARCHAR",), "BLOB")
_FROM_BASE64: Final = Script(_from_base64, ("VARCHAR",), "BLOB")
_CRC32: Final = Script(_crc32, ("BLOB",), "BIGINT")
_FROM_UTF8: Final = Script(_from_utf8, ("BLOB", "VARCHAR"), "VARCHAR")
_FROM_BASE64URL: Final = Script(_from_base64url, ("VARCHAR",), "BLOB")
_TO_BASE64URL: Final = Script(_to_base64url, ("BLOB",), "VARCHAR")
_TO_BASE32: Final = Script(_to_base32, ("BLOB",), "VARCHAR")
_FROM_BASE32: Final = Script(_from_base32, ("VARCHAR",), "BLOB")
_SHA512: Final = Script(_sha512, ("BLOB",), "BLOB")
_HMACS: Final = {name: Script(_keyed(name), ("BLOB", "BLOB"), "BLOB") for name in ("md5", "sha1", "sha256", "sha512")}
_FROM_BIG_64: Final = Script(_from_big_endian_64, ("BLOB",), "BIGINT")
_FROM_BIG_32: Final = Script(_from_big_endian_32, ("BLOB",), "INTEGER")
_TO_BIG_64: Final = Script(_to_big_endian_64, ("BIGINT",), "BLOB")
_TO_BIG_32: Final = Script(_to_big_endian_32, ("INTEGER",), "BLOB")
_SUB: Final = Script(_sub, ("BLOB", "BIGINT", "BIGINT"), "BLOB")
_REVERSED: Final = Script(_reversed, ("BLOB",), "BLOB")
SCRIPTS: Final = (
    *(_FROM_HEX, _FROM_BASE64, _FROM_BASE64URL, _TO_BASE64URL, _TO_BASE32, _FROM_BASE32, _SHA512, *_HMACS.values()),
    *(_FROM_BIG_64, _FROM_BIG_32, _TO_BIG_64, _TO_BIG_32, _SUB, _REVERSED, _CRC32, _FROM_UTF8),
)
_ALL_BYTES: Final = str(2**31)


BINARIES: Final[Functions] = {
    "to_utf8": [plain(VARBINARY, [VARCHAR], "encode({0})")],
    "from_utf8": [
        fitted(lambda a: Bound(VARCHAR, _FROM_UTF8(a[0].sql, text("\ufffd"))), VARBINARY),
        scripted(VARCHAR, [VARBINARY, VARCHAR], _FROM_UTF8),
        fitted(lambda a: Bound(VARCHAR, _FROM_UTF8(a[0].sql, f"chr(CAST({a[1].sql} AS INTEGER))")), VARBINARY, BIGINT),
    ],
    "to_base64url": [scripted(VARCHAR, [VARBINARY], _TO_BASE64URL)],
    "from_base64url": [scripted(VARBINARY, [VARCHAR], _FROM_BASE64URL)],
    "to_base32": [scripted(VARCHAR, [VARBINARY], _TO_BASE32)],
    "from_base32": [scripted(VARBINARY, [VARCHAR], _FROM_BASE32)],
    "sha512": [scripted(VARBINARY, [VARBINARY], _SHA512)],
    **{f"hmac_{name}": [scripted(VARBINARY, [VARBINARY, VARBINARY], script)] for name, script in _HMACS.items()},
    "from_big_endian_64": [scripted(BIGINT, [VARBINARY], _FROM_BIG_64)],
    "from_big_endian_32": [scripted(INTEGER, [VARBINARY], _FROM_BIG_32)],
    "to_big_endian_64": [scripted(VARBINARY, [BIGINT], _TO_BIG_64)],
    "to_big_endian_32": [scripted(VARBINARY, [INTEGER], _TO_BIG_32)],
    "substr": [
        fitted(lambda a: Bound(VARBINARY, _SUB(a[0].sql, a[1].sql, _ALL_BYTES)), VARBINARY, BIGINT),
        scripted(VARBINARY, [VARBINARY, BIGINT, BIGINT], _SUB),
    ],
    "reverse": [scripted(VARBINARY, [VARBINARY], _REVERSED)],
    "to_hex": [plain(VARCHAR, [VARBINARY], "hex({0})")],
    "from_hex": [scripted(VARBINARY, [VARCHAR], _FROM_HEX)],
    "to_base64": [plain(VARCHAR, [VARBINARY], "to_base64({0})")],
    "from_base64": [scripted(VARBINARY, [VARCHAR], _FROM_BASE64)],
    "md5": [plain(VARBINARY, [VARBINARY], "unhex(md5({0}))")],
    "sha1": [plain(VARBINARY, [VARBINARY], "unhex(sha1({0}))")],
    "sha256": [plain(VARBINARY, [VARBINARY], "unhex(sha256({0}))")],
    "crc32": [scripted(BIGINT, [VARBINARY], _CRC32)],
}
