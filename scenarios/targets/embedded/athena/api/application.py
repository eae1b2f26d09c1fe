"""The HTTP side: AWS's JSON 1.1 protocol around the actions."""

import json
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import ServiceModel

from scenarios.targets.embedded.athena.api.bodies import body_of
from scenarios.targets.embedded.athena.api.errors import ApiError, InternalServerException, InvalidRequestException
from scenarios.targets.embedded.athena.api.service import Service
from scenarios.targets.embedded.athena.api.validation import validate
from scenarios.targets.embedded.athena.lake.failures import refused_by_aws

TARGET: Final = "AmazonAthena."
ASKER: Final = "HTTP_X_KEYSTONE_PART"
"""Which part of the stack asks, as the header says that the AWS part adds."""


class Application:
    """A WSGI application. Any thread may call it."""

    def __init__(self, service: Service, model: ServiceModel) -> None:
        self._service = service
        self._model = model

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        status, answer = self._answer(environ)
        body = json.dumps(answer).encode()
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(body)))]
        if "__type" in answer:
            headers.append(("x-amzn-ErrorType", answer["__type"]))
        start_response(status, headers)
        return [body]

    def _answer(self, environ: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        try:
            return "200 OK", self._act(environ)
        except ApiError as error:
            return _refusal(error)
        except (BotoCoreError, ClientError) as error:
            return _refusal(InternalServerException(str(refused_by_aws(error))))
        except Exception:  # noqa: BLE001 - a mistake of ours answers one request, and is in the log
            traceback.print_exc(file=sys.stderr)
            return _refusal(InternalServerException("Internal error, see athena.log"))

    def _act(self, environ: dict[str, Any]) -> dict[str, Any]:
        action = environ.get("HTTP_X_AMZ_TARGET", "").removeprefix(TARGET)
        given = _parsed(body_of(environ))
        if action != "StartQueryExecution" and action not in self._service.actions:
            raise InvalidRequestException(f"{action or 'a request without X-Amz-Target'} is not supported here")
        request = validate(self._model, action, given)
        if action == "StartQueryExecution":
            return self._service.start(request, environ.get(ASKER, "other"))
        return self._service.actions[action](request)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except RecursionError as error:
        raise InvalidRequestException("the request is nested too deeply") from error
    except ValueError as error:
        raise InvalidRequestException(f"the request is no JSON: {error}") from error


def _refusal(error: ApiError) -> tuple[str, dict[str, Any]]:
    return f"{error.status} {'Bad Request' if error.status < 500 else 'Internal Server Error'}", error.body
