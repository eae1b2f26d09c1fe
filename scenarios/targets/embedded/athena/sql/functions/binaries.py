"""Functions of bytes, and of addresses on the web."""

import base64
import binascii
import zlib
from typing import Final
from urllib.parse import quote_plus, unquote_plus, urlsplit

from scenarios.targets.embedded.athena.sql.bound import Bound, text
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, fitted, plain, scripted
from scenarios.targets.embedded.athena.sql.functions.texts import itself, like_first
from scenarios.targets.embedded.athena.sql.scripts import Failed, Script
from scenarios.targets.embedded.athena.sql.types import BIGINT, VARBINARY, VARCHAR, Type, varchar

_ENCODED: Final = 12
"""Characters that one may become in an address."""


def _from_hex(value: str) -> bytes:
    if len(value) % 2:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"invalid input length {len(value)}")
    try:
        return bytes.fromhex(value) if value.isalnum() or not value else binascii.unhexlify(value)
    except (ValueError, binascii.Error):
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"not a hexadecimal digit in {value!r}") from None


def _from_base64(value: str) -> bytes:
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (ValueError, binascii.Error) as error:
        raise Failed("INVALID_FUNCTION_ARGUMENT", str(error)) from None


def _crc32(value: bytes) -> int:
    return zlib.crc32(value)


def _from_utf8(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Failed("NOT_SUPPORTED", "from_utf8 of bytes that are no UTF-8 is not supported here") from None


def _encoded(value: str) -> str:
    return quote_plus(value, safe="*").replace("~", "%7E")


def _decoded(value: str) -> str:
    return unquote_plus(value)


def _part(value: str, name: str) -> str | None:
    if " " in value:
        return None  # java.net.URI refuses it
    try:
        split = urlsplit(value)
        port = split.port
    except ValueError:
        return None
    parts = {
        "protocol": split.scheme,
        "host": split.hostname or "",
        "path": split.path,
        "query": split.query,
        "fragment": split.fragment,
        "port": str(port) if port is not None else None,
    }
    return parts[name]


def _parameter(value: str, name: str) -> str | None:
    query = _part(value, "query")
    if not query:
        return None
    for pair in query.split("&"):
        key, _, held = pair.partition("=")
        if key == name:
            return held
    return None


_FROM_HEX: Final = Script(_from_hex, ("VARCHAR",), "BLOB")
_FROM_BASE64: Final = Script(_from_base64, ("VARCHAR",), "BLOB")
_CRC32: Final = Script(_crc32, ("BLOB",), "BIGINT")
_FROM_UTF8: Final = Script(_from_utf8, ("BLOB",), "VARCHAR")
_ENCODE: Final = Script(_encoded, ("VARCHAR",), "VARCHAR")
_DECODE: Final = Script(_decoded, ("VARCHAR",), "VARCHAR")
_PART: Final = Script(_part, ("VARCHAR", "VARCHAR"), "VARCHAR")
_PARAMETER: Final = Script(_parameter, ("VARCHAR", "VARCHAR"), "VARCHAR")
SCRIPTS: Final = (_FROM_HEX, _FROM_BASE64, _CRC32, _FROM_UTF8, _ENCODE, _DECODE, _PART, _PARAMETER)


def _longer(kind: Type) -> Type:
    return varchar(min(2**31 - 1, kind.numbers[0] * _ENCODED)) if kind.numbers else VARCHAR


BINARIES: Final[Functions] = {
    "to_utf8": [plain(VARBINARY, [VARCHAR], "encode({0})")],
    "from_utf8": [scripted(VARCHAR, [VARBINARY], _FROM_UTF8)],
    "to_hex": [plain(VARCHAR, [VARBINARY], "hex({0})")],
    "from_hex": [scripted(VARBINARY, [VARCHAR], _FROM_HEX)],
    "to_base64": [plain(VARCHAR, [VARBINARY], "to_base64({0})")],
    "from_base64": [scripted(VARBINARY, [VARCHAR], _FROM_BASE64)],
    "md5": [plain(VARBINARY, [VARBINARY], "unhex(md5({0}))")],
    "sha1": [plain(VARBINARY, [VARBINARY], "unhex(sha1({0}))")],
    "sha256": [plain(VARBINARY, [VARBINARY], "unhex(sha256({0}))")],
    "crc32": [scripted(BIGINT, [VARBINARY], _CRC32)],
    "url_encode": [like_first(_longer, made=_ENCODE)],
    "url_decode": [like_first(itself, made=_DECODE)],
    **{
        f"url_extract_{name}": [like_first(itself, made=lambda value, name=name: _PART(value, text(name)))]
        for name in ("protocol", "host", "path", "query", "fragment")
    },
    "url_extract_port": [fitted(lambda a: Bound(BIGINT, f"CAST({_PART(a[0].sql, text('port'))} AS BIGINT)"), VARCHAR)],
    "url_extract_parameter": [like_first(itself, VARCHAR, made=_PARAMETER)],
}
