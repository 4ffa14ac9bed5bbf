"""Faults that are answers: in the words of each service, and what an SDK makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from apigw_sandbox import Fault, FaultKind
from tests.sandbox.wire import raw, refused

if TYPE_CHECKING:
    from apigw_sandbox import Sandbox


def _journalled(sandbox: Sandbox) -> list[tuple[str, int, str, bool]]:
    return [(one.action, one.status, one.fault, one.succeeded) for one in sandbox.journal.calls()]


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        (FaultKind.THROTTLE, "TooManyRequestsException", 429),
        (FaultKind.CONFLICT, "ConflictException", 409),
        (FaultKind.ACCESS_DENIED, "AccessDeniedException", 403),
        (FaultKind.SERVER_ERROR, "InternalFailure", 500),
    ],
)
def test_a_refusal_has_api_gateways_shape_and_no_effect(
    sandbox: Sandbox, rest: Any, kind: FaultKind, code: str, status: int
) -> None:
    """In an SDK and on the wire; the next call works."""
    sandbox.faults.add(Fault(kind=kind, calls=(1, 2)))
    with refused(code, status):
        rest.generate_client_certificate()
    reply = raw(sandbox.endpoint_url, "POST", "/clientcertificates")
    assert (reply.status, reply.headers["x-amzn-errortype"], reply.json()["__type"]) == (status, code, code)
    assert sandbox.certificates() == ()
    assert _journalled(sandbox) == [("GenerateClientCertificate", status, kind.value, False)] * 2
    assert {entry.error for entry in sandbox.journal.entries()} == {code}
    assert rest.generate_client_certificate()["clientCertificateId"] == sandbox.certificates()[0].id


def test_a_throttle_says_when_to_come_back(sandbox: Sandbox, websocket: Any) -> None:
    """A whole number of seconds, 1 unless told; API Gateway's two services alike."""
    sandbox.faults.add(Fault(kind=FaultKind.THROTTLE, calls=(1,)), Fault(kind=FaultKind.THROTTLE, seconds=900))
    waits = []
    for _ in range(2):
        with refused("TooManyRequestsException", 429) as caught:
            websocket.get_apis()
        waits.append(caught[0].response["ResponseMetadata"]["HTTPHeaders"]["retry-after"])
    assert waits == ["1", "900"]


@pytest.mark.parametrize(
    ("service", "kind", "code", "status"),
    [
        ("ssm", FaultKind.THROTTLE, "ThrottlingException", 400),
        ("ssm", FaultKind.CONFLICT, "TooManyUpdates", 400),
        ("ssm", FaultKind.ACCESS_DENIED, "AccessDeniedException", 400),
        ("ssm", FaultKind.SERVER_ERROR, "InternalServerError", 500),
        ("secretsmanager", FaultKind.THROTTLE, "ThrottlingException", 400),
        ("secretsmanager", FaultKind.ACCESS_DENIED, "AccessDeniedException", 400),
        ("secretsmanager", FaultKind.SERVER_ERROR, "InternalServiceError", 500),
        ("s3", FaultKind.THROTTLE, "SlowDown", 503),
        ("s3", FaultKind.CONFLICT, "OperationAborted", 409),
        ("s3", FaultKind.ACCESS_DENIED, "AccessDenied", 403),
        ("s3", FaultKind.SERVER_ERROR, "InternalError", 500),
        ("sts", FaultKind.THROTTLE, "Throttling", 400),
        ("sts", FaultKind.ACCESS_DENIED, "AccessDenied", 403),
        ("sts", FaultKind.SERVER_ERROR, "InternalFailure", 500),
    ],
)
def test_the_other_services_refuse_in_their_own_words(
    sandbox: Sandbox, service: str, kind: FaultKind, code: str, status: int
) -> None:
    """JSON for SSM and Secrets Manager, XML for S3 and STS; the SDK reads code and message."""
    sandbox.faults.add(Fault(kind=kind, service=service))
    with refused(code, status) as caught:
        _write(sandbox, service)
    assert caught[0].response["Error"]["Message"]
    (entry,) = sandbox.journal.calls()
    assert (entry.status, entry.error, entry.fault) == (status, code, kind.value)
    sandbox.faults.clear()
    _write(sandbox, service)


@pytest.mark.parametrize("service", ["ssm", "secretsmanager", "s3", "sts"])
@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.LOST_ANSWER])
def test_the_other_services_lose_connections_too(sandbox: Sandbox, service: str, kind: FaultKind) -> None:
    """Before the effect or after it."""
    sandbox.faults.add(Fault(kind=kind, service=service))
    with pytest.raises(ConnectionClosedError):
        _write(sandbox, service)
    (entry,) = sandbox.journal.calls()
    assert (entry.succeeded, entry.fault) == (kind is FaultKind.LOST_ANSWER, kind.value)


def _write(sandbox: Sandbox, service: str) -> None:
    client = sandbox.client(service)
    if service == "ssm":
        client.put_parameter(Name="/a", Value="x", Type="String")
    elif service == "secretsmanager":
        client.create_secret(Name="a", SecretString="x")
    elif service == "s3":
        client.create_bucket(Bucket="trust")
    else:
        client.get_caller_identity()


def test_a_server_error_may_hide_a_success(sandbox: Sandbox, rest: Any) -> None:
    """The journal has what took effect, not what the caller was told."""
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, after_effect=True))
    with refused("InternalFailure", 500):
        rest.generate_client_certificate()
    assert len(sandbox.certificates()) == 1
    assert _journalled(sandbox) == [("GenerateClientCertificate", 201, "server-error", True)]


def test_an_sdk_that_repeats_a_lost_generate_makes_a_second_certificate(sandbox: Sandbox) -> None:
    """Botocore's own retries do: what the fault is there to show."""
    sandbox.faults.add(Fault(kind=FaultKind.LOST_ANSWER, action="GenerateClientCertificate", calls=(1,)))
    retrying = sandbox.client("apigateway", config=Config(retries={"mode": "standard", "total_max_attempts": 2}))
    retrying.generate_client_certificate()
    assert len(sandbox.certificates()) == 2


def test_an_sdk_repeats_a_throttled_call_but_no_conflict(sandbox: Sandbox) -> None:
    """Botocore's rules (docs/aws.md §3.5), seen by the sandbox."""
    retrying = sandbox.client("apigateway", config=Config(retries={"mode": "standard", "total_max_attempts": 2}))
    sandbox.faults.add(Fault(kind=FaultKind.THROTTLE, calls=(1,), seconds=0))
    retrying.get_client_certificates()
    assert [(one.status, one.fault) for one in sandbox.journal.calls()] == [(429, "throttle"), (200, "")]
    sandbox.faults.add(Fault(kind=FaultKind.CONFLICT, calls=(1,)))
    with pytest.raises(ClientError, match="concurrent modification"):
        retrying.generate_client_certificate()
