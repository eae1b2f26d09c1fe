"""What URLs are made of, as java.net.URI has it."""

import re
from typing import Final
from urllib.parse import quote_plus, unquote_to_bytes

from scenarios.targets.embedded.athena.sql.bound import Bound, text
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, fitted, itself, like_first
from scenarios.targets.embedded.athena.sql.scripts import Failed, Script
from scenarios.targets.embedded.athena.sql.types import BIGINT, VARCHAR, Type, varchar

_ENCODED: Final = 12
"""Characters that one of a text may become."""
_OTHER: Final = r"[^\x00-\x7f]|%[0-9a-fA-F]{2}"
_PATH: Final = rf"(?:[a-zA-Z0-9_\-!.~'()*:@&=+$,;/]|{_OTHER})*"
_ANY: Final = rf"(?:[a-zA-Z0-9_\-!.~'()*:@&=+$,;/?\[\]]|{_OTHER})"
_NAMED: Final = rf"(?:[a-zA-Z0-9_\-!.~'()*:@&=+$,;]|{_OTHER})*"
_HIERARCHY: Final = rf"(?://(?!\Z)(?P<authority>{_NAMED})|(?!//))(?P<path>{_PATH})(?:\?(?P<query>{_ANY}*))?"
_RELATIVE: Final = "(?![^/?#]*:)" + _HIERARCHY.replace("P<", "P<_")
_URL: Final = re.compile(
    rf"(?:(?P<protocol>[a-zA-Z][a-zA-Z0-9+.\-]*):(?:(?=/){_HIERARCHY}|(?!/){_ANY}+)|{_RELATIVE})(?:#(?P<fragment>{_ANY}*))?"
)
_HOST: Final = re.compile(
    r"(?:[^@]*@)?(?P<host>\d+(?:\.\d+){3}|(?:[a-zA-Z0-9](?:[a-zA-Z0-9\-]*[a-zA-Z0-9])?\.)+"
    r"[a-zA-Z](?:[a-zA-Z0-9\-]*[a-zA-Z0-9])?\.?|[a-zA-Z0-9](?:[a-zA-Z0-9\-]*[a-zA-Z0-9])?\.?)(?::(?P<port>\d*))?"
)
_MOST: Final = {"octet": 255, "port": 2**31 - 1}
_WITH_BRACKETS: Final = re.compile(r"//[^/?#]*\[|%.*\[|\[.*%", re.DOTALL)


def _encoded(value: str) -> str:
    return quote_plus(value, safe="*").replace("~", "%7E")


def _decoded(value: str) -> str:
    """Of a form: a plus is a space."""
    for part in value.split("%")[1:]:
        if not re.match("[0-9a-fA-F]{2}", part):
            code = "NOT_SUPPORTED" if part.startswith(("+", "-")) else "INVALID_FUNCTION_ARGUMENT"
            raise Failed(code, f"Illegal hex characters in escape (%) pattern: {value}")
    return _bytes_decoded(value.replace("+", " "))


def _bytes_decoded(value: str) -> str:
    try:
        return unquote_to_bytes(value).decode()
    except UnicodeDecodeError:
        raise Failed("NOT_SUPPORTED", f"bytes that are no UTF-8 are not supported in a URL here: {value}") from None


def _parts(value: str) -> dict[str, str] | None:
    """Its parts as they are written; None if it is no URL."""
    if _WITH_BRACKETS.search(value):
        raise Failed("NOT_SUPPORTED", f"a URL with brackets is not supported here: {value}")
    if any(not letter.isascii() and not letter.isprintable() for letter in value):
        raise Failed("NOT_SUPPORTED", "a URL with characters that are not printable is not supported here")
    found = _URL.fullmatch(value)
    if not found:
        return None
    parts = {name.strip("_"): part for name, part in found.groupdict().items() if part is not None}
    return parts | _host(parts.get("authority", ""))


def _host(authority: str) -> dict[str, str]:
    """The host and its port, unless the authority is something else's name."""
    found = _HOST.fullmatch(authority)
    if not found or int(found["port"] or 0) > _MOST["port"]:
        return {}
    octets = found["host"].split(".")
    if octets[0].isdigit() and octets[-1].isdigit() and any(int(octet) > _MOST["octet"] for octet in octets):
        return {}
    return {"host": found["host"], **({"port": found["port"]} if found["port"] else {})}


def _part(value: str, name: str) -> str | None:
    parts = _parts(value)
    if parts is None:
        return None
    return _bytes_decoded(parts.get(name, "")) if name in ("path", "query", "fragment") else parts.get(name, "")


def _port(value: str) -> int | None:
    parts = _parts(value)
    return int(parts["port"]) if parts and "port" in parts else None


def _parameter(value: str, name: str) -> str | None:
    query = (_parts(value) or {}).get("query")
    for pair in [] if query is None else query.split("&"):
        key, _, held = pair.partition("=")
        if key == name:
            return _decoded(held)
    return None


_ENCODE: Final = Script(_encoded, ("VARCHAR",), "VARCHAR")
_DECODE: Final = Script(_decoded, ("VARCHAR",), "VARCHAR")
_PART: Final = Script(_part, ("VARCHAR", "VARCHAR"), "VARCHAR")
_PORT: Final = Script(_port, ("VARCHAR",), "BIGINT")
_PARAMETER: Final = Script(_parameter, ("VARCHAR", "VARCHAR"), "VARCHAR")
SCRIPTS: Final = (_ENCODE, _DECODE, _PART, _PORT, _PARAMETER)


def _longer(kind: Type) -> Type:
    return varchar(min(2**31 - 1, kind.numbers[0] * _ENCODED)) if kind.numbers else VARCHAR


URLS: Final[Functions] = {
    "url_encode": [like_first(_longer, made=_ENCODE)],
    "url_decode": [like_first(itself, made=_DECODE)],
    **{
        f"url_extract_{name}": [like_first(itself, made=lambda value, name=name: _PART(value, text(name)))]
        for name in ("protocol", "host", "path", "query", "fragment")
    },
    "url_extract_port": [fitted(lambda a: Bound(BIGINT, _PORT(a[0].sql)), VARCHAR)],
    "url_extract_parameter": [like_first(itself, VARCHAR, made=_PARAMETER)],
}
