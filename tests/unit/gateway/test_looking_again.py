"""A change that is sent again looks first: at the wire, where somebody acts while the client waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.connection import Connection
from apigw_client_cert.gateway.interface import Redeploy, StageKind, StageRef
from tests.doubles.stubbed_aws import NO_ANSWER, NO_CONNECTION, StubbedAws

if TYPE_CHECKING:
    from collections.abc import Mapping

REST = StageRef("a1b2c3", "prod")
WEBSOCKET = StageRef("w1w2w3", "live", StageKind.WEBSOCKET)
OURS = {"clientCertificateId": "old111", "deploymentId": "d1"}
THEIRS = {"clientCertificateId": "their1", "deploymentId": "d1"}
DONE = {"clientCertificateId": "4k11da", "deploymentId": "d1"}
TAG = "apigw-client-cert:rotation-id"
ISSUED = {
    "clientCertificateId": "4k11da",
    "createdDate": 1_767_225_600,
    "expirationDate": 1_798_761_600,
    "tags": {TAG: "r1"},
}
TAKEN = {**ISSUED, "tags": {TAG: "r2"}}
#: What calls for a repetition, and whether AWS may have carried the call out all the same.
TROUBLES = {"409": False, "429": False, "unsent": False, "500": True, "lost": True}
EACH_TROUBLE = pytest.mark.parametrize("trouble", TROUBLES)
EACH_STAGE = pytest.mark.parametrize("stage", [REST, WEBSOCKET], ids=["REST", "WebSocket"])


def meets(aws: StubbedAws, trouble: str) -> StubbedAws:
    """The next call meets this."""
    match trouble:
        case "409":
            return aws.refuses("ConflictException", 409)
        case "429":
            return aws.refuses("TooManyRequestsException", 429)
        case "500":
            return aws.refuses("InternalFailure", 500)
        case "lost":
            return aws.fails(NO_ANSWER)
        case _:
            return aws.fails(NO_CONNECTION)


def looked_at(aws: StubbedAws, stage: StageRef = REST, answer: Mapping[str, str] = OURS) -> ApiGateway:
    """A gateway that has just looked at the stage."""
    aws.answers(answer)
    gateway = ApiGateway(aws.client)
    gateway.presented(stage)
    aws.requests.clear()
    return gateway


def methods(aws: StubbedAws) -> list[str]:
    """What was sent."""
    return [request.method for request in aws.requests]


def honest(error: errors.RotationError, trouble: str) -> bool:
    """Whether the error denies a change exactly where there can have been none."""
    return ("The tries before changed nothing." in error.means) is not TROUBLES[trouble]


@EACH_TROUBLE
@EACH_STAGE
def test_a_certificate_bound_meanwhile_is_not_overwritten(aws: StubbedAws, stage: StageRef, trouble: str) -> None:
    """Invariant 9: it is named, and the error denies no more than is known (13)."""
    gateway = looked_at(aws, stage)
    meets(aws, trouble).answers(THEIRS)
    with pytest.raises(errors.ConcurrentModification, match="was switched from old111 to their1") as caught:
        gateway.bind(stage, "4k11da")
    assert methods(aws) == ["PATCH", "GET"]
    assert "it presents their1" in caught.value.what
    assert honest(caught.value, trouble)


@EACH_TROUBLE
def test_a_stage_unbound_meanwhile_stays_so(aws: StubbedAws, trouble: str) -> None:
    """Somebody wanted that."""
    gateway = looked_at(aws)
    meets(aws, trouble).answers({"deploymentId": "d1"})
    with pytest.raises(errors.ConcurrentModification, match="it presents no certificate"):
        gateway.bind(REST, "4k11da")
    assert methods(aws) == ["PATCH", "GET"]


@EACH_STAGE
def test_a_deployment_made_meanwhile_is_not_rolled_back(aws: StubbedAws, stage: StageRef) -> None:
    """A deployment is just what makes AWS answer 409."""
    gateway = looked_at(aws, stage)
    aws.refuses("ConflictException", 409).answers({**OURS, "deploymentId": "d2"})
    with pytest.raises(errors.ConcurrentModification, match="moved from deployment d1 to deployment d2") as caught:
        gateway.bind(stage, "4k11da", Redeploy.SAME_DEPLOYMENT)
    assert methods(aws) == ["PATCH", "GET"]
    assert "it presents old111" in caught.value.what


def test_a_deployment_made_meanwhile_is_refused_also_where_the_certificate_is_there(aws: StubbedAws) -> None:
    """The first try took effect; its deployment is a former one by now."""
    gateway = looked_at(aws)
    aws.refuses("InternalFailure", 500).answers({**DONE, "deploymentId": "d2"})
    with pytest.raises(errors.ConcurrentModification, match="it presents 4k11da") as caught:
        gateway.bind(REST, "4k11da", Redeploy.SAME_DEPLOYMENT)
    assert "may have taken effect" in caught.value.means


def test_a_deployment_made_meanwhile_is_no_matter_where_none_is_sent(aws: StubbedAws) -> None:
    """The certificate alone is replaced."""
    gateway = looked_at(aws)
    aws.refuses("ConflictException", 409).answers({**OURS, "deploymentId": "d2"}).answers(DONE)
    gateway.bind(REST, "4k11da")
    assert methods(aws) == ["PATCH", "GET", "PATCH"]


@EACH_TROUBLE
@EACH_STAGE
def test_what_is_there_already_is_not_sent_again(aws: StubbedAws, stage: StageRef, trouble: str) -> None:
    """A lost answer hid a success, or somebody did the same."""
    gateway = looked_at(aws, stage)
    meets(aws, trouble).answers(DONE).answers(DONE)
    gateway.bind(stage, "4k11da")
    assert "PATCH" not in methods(aws)[1:]


def test_a_deployment_is_sent_again_though_the_certificate_is_there(aws: StubbedAws) -> None:
    """Who bound it meanwhile may not have sent the deployment."""
    gateway = looked_at(aws)
    aws.refuses("ConflictException", 409).answers(DONE).answers(DONE)
    gateway.bind(REST, "4k11da", Redeploy.SAME_DEPLOYMENT)
    assert methods(aws) == ["PATCH", "GET", "PATCH"]


def test_a_stage_that_nobody_looked_at_is_looked_at_before_it_is_bound(aws: StubbedAws) -> None:
    """Else there would be nothing to hold the second look against."""
    aws.answers(OURS).refuses("ConflictException", 409).answers(THEIRS)
    with pytest.raises(errors.ConcurrentModification):
        ApiGateway(aws.client).bind(REST, "4k11da")
    assert methods(aws) == ["GET", "PATCH", "GET"]


def test_the_way_back_goes_out_from_what_was_bound(aws: StubbedAws) -> None:
    """A switch that is undone costs one more PATCH, and is held against the switch itself."""
    gateway = looked_at(aws)
    aws.answers(DONE).refuses("ConflictException", 409).answers(THEIRS)
    gateway.bind(REST, "4k11da")
    with pytest.raises(errors.ConcurrentModification, match="was switched from 4k11da to their1"):
        gateway.bind(REST, "old111")
    assert methods(aws) == ["PATCH", "PATCH", "GET"]


def test_a_stage_that_is_gone_by_now_is_said_and_the_outcome_left_open(aws: StubbedAws) -> None:
    """After a refusal nothing was changed; after silence nobody knows (13)."""
    gateway = looked_at(aws)
    aws.refuses("ConflictException", 409).refuses("NotFoundException", 404)
    with pytest.raises(errors.StageNotFound):
        gateway.bind(REST, "4k11da")
    gateway = looked_at(aws)
    aws.fails(NO_ANSWER).refuses("NotFoundException", 404)
    with pytest.raises(errors.OutcomeUnknown, match="has no stage 'prod'"):
        gateway.bind(REST, "4k11da")


@EACH_TROUBLE
@EACH_STAGE
def test_what_was_bound_meanwhile_is_not_cleared(aws: StubbedAws, stage: StageRef, trouble: str) -> None:
    """Invariant 9."""
    gateway = looked_at(aws, stage)
    meets(aws, trouble).answers(THEIRS)
    with pytest.raises(errors.ConcurrentModification, match="it presents their1"):
        gateway.unbind(stage)
    assert methods(aws) == ["PATCH", "GET"]


@pytest.mark.parametrize("gone", [True, False])
def test_a_stage_that_presents_nothing_by_now_needs_no_clearing(aws: StubbedAws, gone: bool) -> None:  # noqa: FBT001 - a parametrised case
    """Nor one that is gone, whatever the first try came to."""
    gateway = looked_at(aws)
    aws.fails(NO_ANSWER)
    aws.refuses("NotFoundException", 404) if gone else aws.answers({})
    gateway.unbind(REST)
    assert methods(aws) == ["PATCH", "GET"]


def certificate_read(aws: StubbedAws) -> ApiGateway:
    """A gateway that has just read the certificate."""
    aws.answers(ISSUED)
    gateway = ApiGateway(aws.client)
    gateway.get("4k11da")
    aws.requests.clear()
    return gateway


def presented_by(aws: StubbedAws, *stages: str) -> StubbedAws:
    """A scan of one REST API."""
    aws.answers({"item": [{"id": "rest01"}]}).answers({"items": []})
    return aws.answers({"item": [{"stageName": name, "clientCertificateId": "4k11da"} for name in stages]})


@EACH_TROUBLE
def test_a_certificate_that_a_stage_went_back_to_is_not_deleted(aws: StubbedAws, trouble: str) -> None:
    """Invariant 3: the scan is made anew, and the stages are named."""
    gateway = certificate_read(aws)
    presented_by(meets(aws, trouble).answers(ISSUED), "dev", "prod")
    with pytest.raises(errors.StillInUse, match="4k11da is presented by rest01/dev, rest01/prod: its") as caught:
        gateway.delete("4k11da")
    assert caught.value.means == "It was not deleted."
    assert methods(aws).count("DELETE") == 1


def test_a_scan_with_gaps_keeps_a_certificate_from_a_second_deletion(aws: StubbedAws) -> None:
    """What could not be seen counts as in use."""
    gateway = certificate_read(aws)
    aws.refuses("TooManyRequestsException", 429).answers(ISSUED).answers({"item": [{"id": "rest01"}]})
    aws.answers({"items": []}).refuses("AccessDeniedException", 403)
    with pytest.raises(errors.StillInUse, match="REST API rest01"):
        gateway.delete("4k11da")
    assert methods(aws).count("DELETE") == 1


def test_a_certificate_that_somebody_adopted_meanwhile_is_not_deleted(aws: StubbedAws) -> None:
    """Invariant 4: its tag names another rotation."""
    gateway = certificate_read(aws)
    aws.refuses("ConflictException", 409).answers(TAKEN)
    with pytest.raises(errors.NotOurs, match="from 'r1' to 'r2' before DeleteClientCertificate"):
        gateway.delete("4k11da")
    assert methods(aws) == ["DELETE", "GET"]


@EACH_TROUBLE
def test_a_certificate_that_is_gone_by_now_is_deleted(aws: StubbedAws, trouble: str) -> None:
    """By the first try, or by somebody."""
    gateway = certificate_read(aws)
    meets(aws, trouble).refuses("NotFoundException", 404)
    gateway.delete("4k11da")
    assert methods(aws) == ["DELETE", "GET"]


@EACH_TROUBLE
def test_tags_do_not_take_a_certificate_from_who_adopted_it_meanwhile(aws: StubbedAws, trouble: str) -> None:
    """Invariant 4."""
    gateway = certificate_read(aws)
    meets(aws, trouble).answers(TAKEN)
    with pytest.raises(errors.NotOurs, match="from 'r1' to 'r2' before TagResource") as caught:
        gateway.tag("4k11da", {TAG: "r3"})
    assert methods(aws) == ["PUT", "GET"]
    assert honest(caught.value, trouble)


@pytest.mark.parametrize("owner", ["r1", "r3"])
def test_tags_are_sent_again_to_who_it_was_and_to_who_it_is_to_be(aws: StubbedAws, owner: str) -> None:
    """The first try may have taken effect; the next look goes out from what was written."""
    gateway = certificate_read(aws)
    aws.refuses("InternalFailure", 500).answers({**ISSUED, "tags": {TAG: owner}}).answers(None, status=204)
    gateway.tag("4k11da", {TAG: "r3"})
    aws.refuses("ConflictException", 409).answers({**ISSUED, "tags": {TAG: "r3"}}).answers(None, status=204)
    gateway.tag("4k11da", {TAG: "r4"})
    assert aws.unused == 0


def test_tags_that_name_no_owner_are_sent_again_without_a_look(aws: StubbedAws) -> None:
    """They take nothing from anybody."""
    gateway = certificate_read(aws)
    aws.refuses("ConflictException", 409).answers(None, status=204)
    gateway.tag("4k11da", {"team": "orders"})
    assert methods(aws) == ["PUT", "PUT"]


def test_a_look_that_fails_ends_the_call(aws: StubbedAws) -> None:
    """What cannot be seen counts as harm; after silence the outcome is unknown, whatever a read may say."""
    gateway = looked_at(aws)
    aws.refuses("ConflictException", 409).refuses("AccessDeniedException", 403)
    with pytest.raises(errors.AccessDenied, match="GetStage of a1b2c3/prod is denied"):
        gateway.bind(REST, "4k11da")
    gateway = looked_at(aws)
    aws.fails(NO_ANSWER).refuses("AccessDeniedException", 403)
    with pytest.raises(errors.OutcomeUnknown, match="GetStage of a1b2c3/prod is denied") as caught:
        gateway.bind(REST, "4k11da")
    assert "may have taken effect" in caught.value.means
    assert aws.unused == 0


def test_no_error_denies_what_an_earlier_try_may_have_done(aws: StubbedAws) -> None:
    """The last refusal speaks of itself alone (13)."""
    gateway = looked_at(aws)
    aws.fails(NO_ANSWER).answers(OURS).refuses("AccessDeniedException", 403)
    with pytest.raises(errors.OutcomeUnknown, match="UpdateStage of a1b2c3/prod is denied") as caught:
        gateway.bind(REST, "4k11da")
    assert "may have taken effect" in caught.value.means


def test_a_read_has_no_effect_to_deny(aws: StubbedAws) -> None:
    """Its last refusal is what counts: a scan must find it among its gaps, not an unknown outcome."""
    aws.answers({"item": [{"id": "rest01"}]}).answers({"items": []})
    aws.fails(NO_ANSWER).refuses("AccessDeniedException", 403)
    assert ApiGateway(aws.client).scan().gaps == (
        "the stages of REST API rest01: GetStages of rest01 is denied (AccessDeniedException): no",
    )


def test_a_look_before_every_try_waits_no_longer_than_the_call_alone(aws: StubbedAws) -> None:
    """A minute for the call, its looks included."""
    gateway = looked_at(aws)
    for _ in range(2):
        aws.refuses("TooManyRequestsException", 429, headers={"Retry-After": "20"})
    aws.answers(OURS).refuses("TooManyRequestsException", 429, headers={"Retry-After": "20"})
    aws.refuses("TooManyRequestsException", 429, headers={"Retry-After": "20"})
    with pytest.raises(errors.Throttled, match="GetStage"):
        gateway.bind(REST, "4k11da")
    assert (sum(aws.waits), aws.unused) == (60, 0)


def test_a_role_that_is_slow_to_be_assumed_calls_for_no_look() -> None:
    """It is assumed inside the change, under botocore's lock: a look, which needs the role too, would never end."""
    aws = StubbedAws(Connection(region="eu-west-1", assume_role_arn="arn:aws:iam::123456789012:role/rotator"))
    throttled = "<ErrorResponse><Error><Code>Throttling</Code><Message>x</Message></Error></ErrorResponse>"
    xml = {"Content-Type": "text/xml"}
    assumed = (
        '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>'
        "<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role</SecretAccessKey><SessionToken>token</SessionToken>"
        "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    )
    aws.answers(throttled, status=400, headers=xml).answers(assumed, headers=xml).answers(None, status=204)
    ApiGateway(aws.client).tag("4k11da", {TAG: "r1"})
    assert methods(aws) == ["POST", "POST", "PUT"]
