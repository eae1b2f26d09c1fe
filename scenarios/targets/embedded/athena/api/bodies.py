"""What is sent with a request, within a limit of length."""

import re
from typing import Any, Final

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wsgi import get_input_stream

from scenarios.targets.embedded.athena.api.errors import InvalidRequestException

MOST_BYTES: Final = 4 * 2**20
"""A statement's 2**18 characters, even if each is written as two escapes, and its parameters."""


def body_of(environ: dict[str, Any]) -> bytes:
    """What was sent; the server reads no further than it waits for a client.

    Raises:
        InvalidRequestException: it is too long, or not all there.
    """
    length = environ.get("CONTENT_LENGTH") or "0"
    if not re.fullmatch("[0-9]{1,18}", length):
        raise InvalidRequestException(f"Content-Length is no number of bytes: {length[:40]}")
    try:
        return get_input_stream(environ, max_content_length=MOST_BYTES).read()
    except RequestEntityTooLarge as error:
        raise InvalidRequestException(f"a request has at most {MOST_BYTES} bytes") from error
    except ClientDisconnected as error:
        raise InvalidRequestException("the request ends before its Content-Length, or is sent too slowly") from error
