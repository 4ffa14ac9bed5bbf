"""Requests and answers as plain values, between the WSGI server and what serves a call."""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_sandbox.api_errors import ApiError

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One recognised AWS call. ``environ`` is its WSGI environment with the body still to be read."""

    service: str
    action: str
    region: str
    parameters: Mapping[str, str]
    body: bytes = field(repr=False)
    environ: dict[str, Any] = field(repr=False)

    def json_body(self) -> Mapping[str, object]:
        """The body as an object; empty for no body and for anything that is not a JSON object."""
        try:
            parsed = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str:
        """A header's value by its name in any case, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


NO_ANSWER = Answer(status=0, body=b"{}")
"""In the place of an answer that there is not, or not yet."""


def new_request_id() -> str:
    """What AWS numbers each answer with."""
    return str(uuid.UUID(int=secrets.randbits(128)))


def json_answer(payload: object, status: int = 200) -> Answer:
    """An answer with a JSON body."""
    return Answer(
        status=status,
        body=json.dumps(payload).encode(),
        headers=(("Content-Type", JSON), ("x-amzn-RequestId", new_request_id())),
    )


def error_answer(error: ApiError) -> Answer:
    """The error as AWS's REST services shape it: its code in a header and in the body."""
    headers = [("Content-Type", JSON), ("x-amzn-RequestId", new_request_id())]
    headers.append(("x-amzn-ErrorType", error.code))
    if error.retry_after is not None:
        headers.append(("Retry-After", str(error.retry_after)))
    body = json.dumps({"__type": error.code, "message": error.message}).encode()
    return Answer(status=error.status, body=body, headers=tuple(headers))
