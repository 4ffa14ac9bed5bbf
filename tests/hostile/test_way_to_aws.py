"""Who stands between here and AWS, or is what `endpoint_url` names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.client import Client
from apigw_client_cert.gateway.connection import Connection
from apigw_sandbox import Sandbox
from tests.doubles.stubbed_aws import keep_to_ourselves
from tests.sandbox.data_plane.backend import Backend

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def impostor() -> Iterator[Backend]:
    """A server over TLS whose authority nobody here trusts."""
    with Sandbox(region="eu-west-1") as sandbox, Backend(sandbox.issue_server_certificate) as backend:
        yield backend


def test_no_request_is_sent_to_whom_tls_does_not_accept(impostor: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a call nor its signature reaches it."""
    keep_to_ourselves(monkeypatch)
    client = Client(Connection(region="eu-west-1", endpoint_url=impostor.url), sleep=lambda _seconds: None)
    with pytest.raises(errors.EndpointUnreachable):
        ApiGateway(client).list_certificates()
    assert impostor.seen == []


def test_what_is_signed_for_this_machine_goes_through_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another machine's proxy has another loopback, and would read the session token."""
    keep_to_ourselves(monkeypatch)
    with Sandbox(region="eu-west-1") as sandbox:
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        client = Client(Connection(region="eu-west-1", endpoint_url=sandbox.endpoint_url), sleep=lambda _seconds: None)
        assert ApiGateway(client).list_certificates() == ()
