"""Hands on what is asked of Athena: it is a process of its own, and clients know one address for all of AWS."""

import json
from collections.abc import Callable, Iterable
from http.client import HTTPConnection, HTTPException
from typing import Any, Final

from scenarios.targets.embedded.athena.api.bodies import body_of
from scenarios.targets.embedded.athena.api.errors import InvalidRequestException
from scenarios.targets.embedded.aws.meter import Application, Environ

TARGET: Final = "AmazonAthena."
TIMEOUT_S: Final = 60.0
CLIENT_TIMEOUT_S: Final = 20.0
"""That a client is waited for which does not send what it has announced."""

_HEADERS: Final = ("Content-Type", "x-amzn-ErrorType")


class WithAthena:
    """A WSGI application around another. Any thread may call it."""

    def __init__(self, application: Application, listeners: dict[int, str], port: int) -> None:
        """`listeners` names the part that uses a port, `port` is Athena's own."""
        self._application = application
        self._listeners = listeners
        self._port = port

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, or have Athena answer."""
        if not environ.get("HTTP_X_AMZ_TARGET", "").startswith(TARGET):
            return self._application(environ, start_response)
        try:
            status, headers, body = self._ask(environ, _sent(environ))
        except InvalidRequestException as error:
            status, headers = "400 Bad Request", {"Content-Type": "application/x-amz-json-1.1"}
            body = json.dumps(error.body).encode()
        except (OSError, HTTPException) as error:
            status, headers = "503 Service Unavailable", {"Content-Type": "application/x-amz-json-1.1"}
            said = f"the part athena does not answer ({error}); see `keystone status`, and `keystone start athena`"
            body = json.dumps({"__type": "ServiceUnavailableException", "Message": said}).encode()
        start_response(status, [*headers.items(), ("Content-Length", str(len(body)))])
        return [body]

    def _ask(self, environ: Environ, body: bytes) -> tuple[str, dict[str, str], bytes]:
        """Status, headers and body of Athena's answer; it is told which part asks."""
        asker = self._listeners.get(int(environ["SERVER_PORT"]), "other")
        headers = {"X-Amz-Target": environ["HTTP_X_AMZ_TARGET"], "X-Keystone-Part": asker}
        connection = HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        try:
            connection.request("POST", "/", body, headers)
            answer = connection.getresponse()
            found = {name: value for name in _HEADERS if (value := answer.getheader(name)) is not None}
            return f"{answer.status} {answer.reason}", found, answer.read()
        finally:
            connection.close()


def _sent(environ: Environ) -> bytes:
    """What a client sends.

    Raises:
        InvalidRequestException: it is too long, or does not come.
    """
    connection = environ["werkzeug.socket"]
    before_s = connection.gettimeout()
    connection.settimeout(CLIENT_TIMEOUT_S)
    try:
        return body_of(environ)
    finally:
        connection.settimeout(before_s)
