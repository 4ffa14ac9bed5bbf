"""Reads that lag: answered as the account was some changes ago."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.sandbox.wire import certificate_arn, refused, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from apigw_sandbox import Sandbox

STALE = Fault(kind=FaultKind.STALE)


def _bind(rest: Any, api: str, certificate_id: str) -> None:
    rest.update_stage(restApiId=api, stageName="dev", patchOperations=[replace("/clientCertificateId", certificate_id)])


def _presented(rest: Any, api: str) -> str | None:
    found: str | None = rest.get_stage(restApiId=api, stageName="dev").get("clientCertificateId")
    return found


def test_a_stage_presents_what_it_presented_before(sandbox: Sandbox, rest: Any) -> None:
    """GetStage and GetStages, one change behind or several; the state itself is untouched."""
    api = sandbox.console.create_rest_api("orders", ["dev"])
    first, second = (rest.generate_client_certificate()["clientCertificateId"] for _ in range(2))
    sandbox.faults.add(
        Fault(kind=FaultKind.STALE, calls=(1, 2)), Fault(kind=FaultKind.STALE, action="GetStage", calls=(2,), behind=2)
    )
    _bind(rest, api, first)
    _bind(rest, api, second)
    assert _presented(rest, api) == first
    assert [one.get("clientCertificateId") for one in rest.get_stages(restApiId=api)["item"]] == [first]
    assert _presented(rest, api) is None
    assert _presented(rest, api) == second == sandbox.presented(api, "dev")
    assert [(one.action, one.fault, one.status) for one in sandbox.journal.calls(mutating=False)] == [
        ("GetStage", "stale", 200),
        ("GetStages", "stale", 200),
        ("GetStage", "stale", 200),
        ("GetStage", "", 200),
    ]


def test_what_was_just_made_is_not_there_yet(sandbox: Sandbox, rest: Any) -> None:
    """In lists, by its id, and by its tags; also what a hand made."""
    old = rest.generate_client_certificate()["clientCertificateId"]
    sandbox.faults.add(STALE)
    new = rest.generate_client_certificate()["clientCertificateId"]
    assert [one["clientCertificateId"] for one in rest.get_client_certificates()["items"]] == [old]
    with refused("NotFoundException", 404):
        rest.get_client_certificate(clientCertificateId=new)
    rest.tag_resource(resourceArn=certificate_arn(old), tags={"a": "b"})
    assert "tags" not in rest.get_client_certificate(clientCertificateId=old)
    assert sandbox.certificates()[0].tags == {"a": "b"}
    sandbox.console.create_rest_api("orders")
    assert rest.get_rest_apis()["items"] == []
    sandbox.console.create_websocket_api("chat")
    assert sandbox.client("apigatewayv2").get_apis()["Items"] == []
    assert len(rest.get_rest_apis()["items"]) == 1


def test_what_was_just_deleted_is_still_there(sandbox: Sandbox, rest: Any) -> None:
    """A certificate, and a stage."""
    api = sandbox.console.create_rest_api("orders", ["dev"])
    made = rest.generate_client_certificate()["clientCertificateId"]
    sandbox.faults.add(STALE)
    rest.delete_client_certificate(clientCertificateId=made)
    assert rest.get_client_certificate(clientCertificateId=made)["clientCertificateId"] == made
    sandbox.console.delete_stage(api, "dev")
    assert rest.get_stage(restApiId=api, stageName="dev")["stageName"] == "dev"
    assert (sandbox.certificates(), sandbox.stages()) == ((), ())


def test_a_change_meets_the_present_state(sandbox: Sandbox, rest: Any) -> None:
    """A stale read never decides what a later change may do."""
    api = sandbox.console.create_rest_api("orders", ["dev"])
    made = rest.generate_client_certificate()["clientCertificateId"]
    sandbox.faults.add(STALE)
    _bind(rest, api, made)
    assert _presented(rest, api) is None
    with refused("BadRequestException", 400):
        rest.delete_client_certificate(clientCertificateId=made)


def test_what_no_earlier_state_is_known_of_is_answered_as_it_is(sandbox: Sandbox, rest: Any) -> None:
    """And is no fault: nothing changed since, or not so often."""
    rest.generate_client_certificate()
    sandbox.faults.add(Fault(kind=FaultKind.STALE, behind=2))
    rest.generate_client_certificate()
    assert len(rest.get_client_certificates()["items"]) == 2
    assert not sandbox.faults.fired
    rest.generate_client_certificate()
    assert len(rest.get_client_certificates()["items"]) == 1
    assert [one.kind for one in sandbox.faults.fired] == ["stale"]


def test_a_lag_ends(sandbox: Sandbox, rest: Any) -> None:
    """So many seconds after the change, in the sandbox's time; and with ``clear``."""
    sandbox.clock.freeze()
    sandbox.faults.add(Fault(kind=FaultKind.STALE, seconds=60))
    rest.generate_client_certificate()
    sandbox.clock.advance(timedelta(seconds=60))
    assert rest.get_client_certificates()["items"] == []
    sandbox.clock.advance(timedelta(seconds=1))
    assert len(rest.get_client_certificates()["items"]) == 1
    rest.generate_client_certificate()
    assert len(rest.get_client_certificates()["items"]) == 1
    sandbox.faults.clear()
    assert len(rest.get_client_certificates()["items"]) == 2
    sandbox.faults.add(STALE)
    assert len(rest.get_client_certificates()["items"]) == 2


@pytest.mark.parametrize("service", ["ssm", "s3", "secretsmanager", "sts"])
def test_other_services_never_lag(sandbox: Sandbox, service: str) -> None:
    """Nor do changes count that are none of API Gateway's."""
    sandbox.console.generate_certificate()
    sandbox.faults.add(STALE)
    sandbox.client("ssm").put_parameter(Name="/a", Value="x", Type="String")
    reads: dict[str, Callable[[], Any]] = {
        "ssm": lambda: sandbox.client("ssm").get_parameter(Name="/a"),
        "s3": lambda: sandbox.client("s3").list_buckets(),
        "secretsmanager": lambda: sandbox.client("secretsmanager").list_secrets(),
        "sts": lambda: sandbox.client("sts").get_caller_identity(),
    }
    assert reads[service]()["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert len(sandbox.client("apigateway").get_client_certificates()["items"]) == 1
    assert sandbox.faults.fired == ()
