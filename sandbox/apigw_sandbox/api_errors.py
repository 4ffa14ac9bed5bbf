# ruff: noqa: N818 - the codes that they carry already end in Exception
"""The errors that the sandbox answers with: codes and statuses of botocore's API Gateway models."""

from __future__ import annotations


class ApiError(Exception):
    """One refused call.

    ``code`` goes into the header ``x-amzn-ErrorType`` and into the body's ``__type``; SDKs read either.
    ``retry_after`` (whole seconds) becomes the ``Retry-After`` header.
    """

    code = "InternalFailure"
    status = 500

    def __init__(self, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class BadRequest(ApiError):
    """400."""

    code = "BadRequestException"
    status = 400


class Malformed(ApiError):
    """400: the body is not what the protocol asks for."""

    code = "SerializationException"
    status = 400


class Unsigned(ApiError):
    """403: no signature says which service is meant."""

    code = "MissingAuthenticationTokenException"
    status = 403


class NotFound(ApiError):
    """404."""

    code = "NotFoundException"
    status = 404


class UnknownOperation(ApiError):
    """404: the service has no such operation."""

    code = "UnknownOperationException"
    status = 404


class Conflict(ApiError):
    """409."""

    code = "ConflictException"
    status = 409


class LimitExceeded(ApiError):
    """429: a quota is used up. SDKs cannot tell it from throttling by its status."""

    code = "LimitExceededException"
    status = 429


class TooManyRequests(ApiError):
    """429: throttled."""

    code = "TooManyRequestsException"
    status = 429


class InternalFailure(ApiError):
    """500: moto raised something that it did not mean to."""


class NotModelled(ApiError):
    """501: AWS has it, the sandbox does not. Never retried by SDKs, unlike 500."""

    code = "NotImplementedException"
    status = 501
