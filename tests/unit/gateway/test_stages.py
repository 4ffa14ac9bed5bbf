"""Reading and switching stages at the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.interface import Redeploy, StageKind, StageRef

if TYPE_CHECKING:
    from tests.doubles.stubbed_aws import StubbedAws

REST = StageRef("a1b2c3", "prod")
WEBSOCKET = StageRef("w1w2w3", "live", StageKind.WEBSOCKET)
BIND = {"op": "replace", "path": "/clientCertificateId", "value": "4k11da"}


@pytest.mark.parametrize("answer", [{}, {"clientCertificateId": ""}])
def test_absent_and_empty_both_mean_nothing(aws: StubbedAws, answer: dict[str, str]) -> None:
    """Unset is absent at AWS and empty in some emulators."""
    aws.answers(answer)
    assert ApiGateway(aws.client).presented(REST) is None


def test_a_switch_is_one_get_and_one_patch(aws: StubbedAws) -> None:
    """The call floor of issue and README."""
    aws.answers({"deploymentId": "d1"}).answers({"clientCertificateId": "4k11da"})
    gateway = ApiGateway(aws.client)
    gateway.presented(REST)
    gateway.bind(REST, "4k11da")
    assert [request.method for request in aws.requests] == ["GET", "PATCH"]
    assert aws.requests[1].body == {"patchOperations": [BIND]}


def test_the_same_deployment_is_sent_in_the_same_patch(aws: StubbedAws) -> None:
    """The id comes from the GET that came before, so the floor holds."""
    aws.answers({"deploymentId": "d1"}).answers({"clientCertificateId": "4k11da"})
    gateway = ApiGateway(aws.client)
    gateway.presented(REST)
    gateway.bind(REST, "4k11da", Redeploy.SAME_DEPLOYMENT)
    redeploy = {"op": "replace", "path": "/deploymentId", "value": "d1"}
    assert [request.method for request in aws.requests] == ["GET", "PATCH"]
    assert aws.requests[1].body == {"patchOperations": [BIND, redeploy]}


def test_a_remembered_deployment_is_used_once(aws: StubbedAws) -> None:
    """An old id would roll the stage back to a former deployment."""
    gateway = ApiGateway(aws.client)
    for deployment in ("d1", "d2"):
        aws.answers({"deploymentId": deployment}).answers({"clientCertificateId": "4k11da"})
    gateway.presented(REST)
    gateway.bind(REST, "4k11da", Redeploy.SAME_DEPLOYMENT)
    gateway.bind(REST, "4k11da", Redeploy.SAME_DEPLOYMENT)
    assert [request.method for request in aws.requests] == ["GET", "PATCH", "GET", "PATCH"]
    assert aws.requests[3].body["patchOperations"][1]["value"] == "d2"


def test_a_stage_without_a_deployment_is_switched_without_one(aws: StubbedAws) -> None:
    """There is nothing to send again."""
    aws.answers({}).answers({"clientCertificateId": "4k11da"})
    ApiGateway(aws.client).bind(REST, "4k11da", Redeploy.SAME_DEPLOYMENT)
    assert aws.requests[1].body == {"patchOperations": [BIND]}


def test_unbinding_a_stage_that_is_gone_is_success(aws: StubbedAws) -> None:
    """It presents nothing, whether it was gone at the look before or went after it."""
    gateway = ApiGateway(aws.client)
    for stage in (REST, WEBSOCKET):
        aws.refuses("NotFoundException", 404)
        gateway.unbind(stage)
        aws.answers({"clientCertificateId": "4k11da"}).refuses("NotFoundException", 404)
        gateway.presented(stage)
        gateway.unbind(stage)
    assert aws.unused == 0


def test_a_stage_that_refuses_to_be_cleared_is_said(aws: StubbedAws) -> None:
    """How to clear a WebSocket stage is undocumented."""
    aws.answers({}).refuses("BadRequestException", 400)
    with pytest.raises(errors.BadInput, match="refuses to present nothing"):
        ApiGateway(aws.client).unbind(WEBSOCKET)


@pytest.mark.parametrize(("code", "status"), [("NotFoundException", 404), ("BadRequestException", 400)])
def test_a_certificate_that_is_not_there_is_not_taken_for_a_missing_stage(
    aws: StubbedAws, code: str, status: int
) -> None:
    """AWS may answer 404 for either, so the stage is looked at before it is called missing."""
    aws.answers({}).refuses(code, status).answers({"clientCertificateId": "old111"})
    with pytest.raises(errors.BadInput) as caught:
        ApiGateway(aws.client).bind(REST, "4k11da")
    assert caught.value.subject == "4k11da"


def test_a_patch_that_changed_nothing_is_noticed(aws: StubbedAws) -> None:
    """Some emulators answer 200 and drop the setting."""
    aws.answers({}).answers({}).answers({"clientCertificateId": "old111"})
    with pytest.raises(errors.ConcurrentModification, match=r"does not present 4k11da .* but old111"):
        ApiGateway(aws.client).bind(REST, "4k11da")


def test_a_patch_whose_answer_says_nothing_is_looked_at(aws: StubbedAws) -> None:
    """Only where the answer leaves a doubt does a second GET cost a call."""
    aws.answers({}).answers({}).answers({"clientCertificateId": "4k11da"})
    gateway = ApiGateway(aws.client)
    gateway.presented(REST)
    gateway.bind(REST, "4k11da")
    assert [request.method for request in aws.requests] == ["GET", "PATCH", "GET"]
