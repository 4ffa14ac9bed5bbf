"""Canned answers at the wire: botocore builds and signs each request, and this answers in the place of the network.

It hangs in botocore's ``before-send`` event, so serializers, parsers, paginators and the retry event are the real ones.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from apigw_client_cert.gateway.client import Client
from apigw_client_cert.gateway.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pytest

REGION = "eu-west-1"
SERVICES = ("apigateway", "apigatewayv2", "sts", "ssm", "s3", "secretsmanager")
NO_ANSWER = ReadTimeoutError(endpoint_url="https://apigateway.test")
NO_CONNECTION = EndpointConnectionError(endpoint_url="https://apigateway.test")


class _Body(BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        """As urllib3's responses do."""
        yield self.read()


@dataclass(frozen=True)
class Request:
    """What botocore was about to send."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    body: Any
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


class _ClientWithoutNetwork(Client):
    """Puts ``send`` before the network, also for the STS client of an assumed role."""

    def __init__(
        self, connection: Connection, sleep: Callable[[float], object], send: Callable[..., AWSResponse]
    ) -> None:
        super().__init__(connection, sleep=sleep, jitter=lambda: 0.0)
        self._send = send

    def _prepared(self, service: str, client: Any) -> Any:
        client.meta.events.register_first("before-send", self._send)
        return super()._prepared(service, client)


@dataclass
class StubbedAws:
    """A queue of answers, and the requests that took them. A request without an answer fails the test.

    ``waits`` are the seconds that the client would have slept.
    """

    connection: Connection = field(default_factory=lambda: Connection(region=REGION))
    requests: list[Request] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    _answers: list[AWSResponse | Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the client and take the network away from it."""
        self.client: Client = _ClientWithoutNetwork(self.connection, self.waits.append, self._send)

    def answers(
        self, body: object = None, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> StubbedAws:
        """Queue an answer: JSON for a dict, else the bytes of a text."""
        raw = body.encode() if isinstance(body, str) else json.dumps(body if body is not None else {}).encode()
        sent: Any = HeadersDict({"Content-Type": "application/json", **(headers or {})})
        self._answers.append(AWSResponse("https://aws.test", status, sent, _Body(raw)))
        return self

    def refuses(
        self, code: str, status: int, *, message: str = "no", headers: Mapping[str, str] | None = None
    ) -> StubbedAws:
        """Queue an error in rest-json's and json's shape: the code in a header and in the body."""
        return self.answers(
            {"message": message, "__type": code}, status=status, headers={"x-amzn-ErrorType": code, **(headers or {})}
        )

    def fails(self, error: Exception) -> StubbedAws:
        """Queue a failure of the transport."""
        self._answers.append(error)
        return self

    @property
    def unused(self) -> int:
        """Answers that nobody asked for yet."""
        return len(self._answers)

    def _send(self, request: Any, **_: object) -> AWSResponse:
        url = urlsplit(request.url)
        body = request.body.read() if hasattr(request.body, "read") else request.body
        text = body.decode() if isinstance(body, bytes) else body
        parsed = json.loads(text) if text and text.startswith(("{", "[")) else text
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        self.requests.append(Request(request.method, url.path, parse_qs(url.query), parsed, request.url, headers))
        assert self._answers, f"no answer is left for {request.method} {request.url}"
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def keep_to_ourselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up credentials, and nothing of the machine's own AWS configuration."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
