"""TestInvokeMethod at the wire: what is asked, and what comes of each answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.interface import StageRef, TrialCall
from tests.doubles.stubbed_aws import NO_ANSWER

if TYPE_CHECKING:
    from tests.doubles.stubbed_aws import StubbedAws

STAGE = StageRef("a1b2c3", "prod")
HEALTH = {"item": [{"id": "r0", "path": "/"}, {"id": "r1", "path": "/health"}]}
TRIAL = TrialCall(resource="/health")


def prepared(aws: StubbedAws, stage: object = None, resources: object = HEALTH) -> ApiGateway:
    """A gateway whose stage and resources are answered."""
    aws.answers(stage or {}).answers(resources)
    return ApiGateway(aws.client)


def test_a_method_is_looked_up_once_and_called_with_each_certificate(aws: StubbedAws) -> None:
    """None calls without one; the stage's variables go along, the user's overrule them."""
    gateway = prepared(aws, {"variables": {"host": "a", "port": "1"}})
    aws.answers({"status": 200, "headers": {"X-Seen": "aa"}, "body": "hello"}).answers({"status": 403})
    trial = TrialCall(
        resource="/health",
        query={"deep": "1 2"},
        headers={"x-api-key": "secret"},
        stage_variables={"port": "2"},
        body="{}",
    )
    first, second = gateway.try_certificates(STAGE, trial, ["new", None])
    assert (first.status, first.headers, first.body, second.status) == (200, {"X-Seen": ("aa",)}, "hello", 403)
    assert [(one.method, one.path) for one in aws.requests] == [
        ("GET", "/restapis/a1b2c3/stages/prod"),
        ("GET", "/restapis/a1b2c3/resources"),
        ("POST", "/restapis/a1b2c3/resources/r1/methods/GET"),
        ("POST", "/restapis/a1b2c3/resources/r1/methods/GET"),
    ]
    assert aws.requests[2].body == {
        "pathWithQueryString": "/health?deep=1+2",
        "headers": {"x-api-key": "secret"},
        "stageVariables": {"host": "a", "port": "2"},
        "body": "{}",
        "clientCertificateId": "new",
    }
    assert "clientCertificateId" not in aws.requests[3].body
    assert "secret" not in repr(trial)


def test_every_value_of_a_header_is_read(aws: StubbedAws) -> None:
    """A backend may send one twice."""
    gateway = prepared(aws)
    aws.answers({"status": 200, "headers": {"A": "2"}, "multiValueHeaders": {"A": ["1", "2"]}})
    assert gateway.try_certificates(STAGE, TRIAL, ["new"])[0].headers == {"A": ("1", "2")}


def test_a_resource_on_a_later_page_is_found(aws: StubbedAws) -> None:
    """APIs have up to 300 resources by default, and more."""
    gateway = prepared(aws, resources={"item": [{"id": "r0", "path": "/"}], "position": "p2"})
    aws.answers(HEALTH).answers({"status": 200})
    assert gateway.try_certificates(STAGE, TRIAL, ["new"])[0].status == 200


def test_a_resource_that_the_api_has_not_is_named(aws: StubbedAws) -> None:
    """Before anything is called."""
    gateway = prepared(aws, resources={"item": [{"id": "r0", "path": "/"}]})
    with pytest.raises(errors.BadInput, match=r"GET '/health' of API a1b2c3 cannot be tried: the API has no such"):
        gateway.try_certificates(STAGE, TRIAL, ["new"])


@pytest.mark.parametrize(("code", "status"), [("NotFoundException", 404), ("BadRequestException", 400)])
def test_a_method_or_path_that_aws_refuses_is_named(aws: StubbedAws, code: str, status: int) -> None:
    """With AWS's own word."""
    gateway = prepared(aws)
    aws.refuses(code, status, message="Invalid Method identifier specified")
    with pytest.raises(errors.BadInput, match=f"{code}: Invalid Method identifier"):
        gateway.try_certificates(STAGE, TRIAL, ["new"])


def test_a_stage_that_is_gone_is_said_to_be(aws: StubbedAws) -> None:
    """Not a resource of it."""
    aws.refuses("NotFoundException", 404)
    with pytest.raises(errors.StageNotFound):
        ApiGateway(aws.client).try_certificates(STAGE, TRIAL, ["new"])


def test_a_throttled_trial_is_repeated_and_nothing_else_is(aws: StubbedAws) -> None:
    """It calls the backend for real: only a 429 says that it did not."""
    gateway = prepared(aws)
    aws.refuses("TooManyRequestsException", 429).answers({"status": 200})
    assert gateway.try_certificates(STAGE, TRIAL, ["new"])[0].status == 200
    assert len(aws.waits) == 1


@pytest.mark.parametrize("unavailable", ["500", "silence"])
def test_a_trial_that_aws_does_not_answer_changed_nothing(aws: StubbedAws, unavailable: str) -> None:
    """Slower than 29 s, or a fault of AWS: no outcome is unknown, the next run tries again."""
    gateway = prepared(aws)
    if unavailable == "500":
        aws.refuses("InternalFailure", 500)
    else:
        aws.fails(NO_ANSWER)
    with pytest.raises(errors.Unavailable):
        gateway.try_certificates(STAGE, TRIAL, ["new"])
    assert aws.unused == 0


@pytest.mark.parametrize("answer", [{}, {"status": "many"}, {"status": 200, "body": 7}])
def test_an_answer_that_cannot_be_read_proves_nothing(aws: StubbedAws, answer: dict[str, object]) -> None:
    """Whoever sent it."""
    gateway = prepared(aws)
    aws.answers(answer)
    with pytest.raises(errors.RotationError):
        gateway.try_certificates(STAGE, TRIAL, ["new"])


def test_a_denied_trial_names_its_permission(aws: StubbedAws) -> None:
    """docs/iam-policy.json has it."""
    gateway = prepared(aws)
    aws.refuses("AccessDeniedException", 403)
    with pytest.raises(errors.AccessDenied, match=r"apigateway:POST on .*/resources/RESOURCE/methods/METHOD"):
        gateway.try_certificates(STAGE, TRIAL, ["new"])
