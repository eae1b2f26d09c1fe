"""Why a request is refused, by AWS's own names, which clients see.

ApiError
├── InvalidRequestException     wrong, or of something that is not there or not ready; has a code of Athena's
├── ResourceNotFoundException   a tagged thing or a prepared statement that is not there
├── MetadataException           a database or table that the catalog does not have
├── TooManyRequestsException    more statements than may wait
└── InternalServerException     our fault
"""

from typing import Any, ClassVar


class ApiError(Exception):
    """A refusal; `details` are what its shape has beside the message."""

    status: ClassVar[int] = 400

    def __init__(self, message: str, **details: str) -> None:
        super().__init__(message)
        self.details = details

    @property
    def body(self) -> dict[str, Any]:
        """As it is sent."""
        return {"__type": type(self).__name__, "Message": str(self), **self.details}


class InvalidRequestException(ApiError):
    """The request is wrong."""

    def __init__(self, message: str, code: str = "INVALID_INPUT") -> None:
        super().__init__(message, AthenaErrorCode=code)


class ResourceNotFoundException(ApiError):
    """What is named is not there."""

    def __init__(self, message: str, resource: str) -> None:
        super().__init__(message, ResourceName=resource)


class MetadataException(ApiError):
    """The catalog does not have it."""


class TooManyRequestsException(ApiError):
    """Too many statements wait."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Reason="CONCURRENT_QUERY_LIMIT_EXCEEDED")


class InternalServerException(ApiError):
    """A mistake of the emulation."""

    status: ClassVar[int] = 500
