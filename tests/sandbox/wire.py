"""Requests without an SDK, and refusals seen through one."""

from __future__ import annotations

import http.client
import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Reply:
    """One HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


def authorization(service: str, region: str = "us-east-1") -> str:
    """A SigV4 header whose scope names a service; the sandbox verifies no signature."""
    return f"AWS4-HMAC-SHA256 Credential=K/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"


def raw(  # noqa: PLR0913 - what a request is made of
    endpoint_url: str,
    method: str,
    path: str,
    body: object = None,
    *,
    service: str | None = "apigateway",
    region: str = "us-east-1",
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """One request as any SDK could send it; bytes go as they are, everything else as JSON."""
    location = urlsplit(endpoint_url)
    connection = http.client.HTTPConnection(location.hostname or "", location.port, timeout=60)
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **(headers or {})}
    if service is not None:
        sent["Authorization"] = authorization(service, region)
    try:
        connection.request(method, path, content, sent)
        answer = connection.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


@contextmanager
def refused(code: str, status: int) -> Iterator[list[ClientError]]:
    """The block must raise a ``ClientError`` with this code and HTTP status; yields a list that gets it."""
    caught: list[ClientError] = []
    with pytest.raises(ClientError) as error:
        yield caught
    caught.append(error.value)
    response = error.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)


def certificate_arn(certificate_id: str, region: str = "us-east-1") -> str:
    """The ARN that tags a certificate."""
    return f"arn:aws:apigateway:{region}::/clientcertificates/{certificate_id}"


def replace(path: str, value: str) -> dict[str, str]:
    """One patch operation."""
    return {"op": "replace", "path": path, "value": value}
