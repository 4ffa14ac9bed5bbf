"""What is sent again, how often, and how long is waited: at the wire, without waiting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert import errors
from apigw_client_cert.gateway.answers import Call
from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.interface import StageRef
from apigw_client_cert.gateway.waiting import Retries, Trouble
from tests.doubles.stubbed_aws import NO_CONNECTION, StubbedAws

STAGE = StageRef("a1b2c3", "prod")
ISSUED = {"clientCertificateId": "4k11da", "createdDate": 1_767_225_600, "expirationDate": 1_798_761_600}


def test_a_throttled_read_is_sent_again_until_it_works(aws: StubbedAws) -> None:
    """The waits grow."""
    for _ in range(4):
        aws.refuses("TooManyRequestsException", 429)
    aws.answers({"clientCertificateId": "4k11da"})
    assert ApiGateway(aws.client).presented(STAGE) == "4k11da"
    assert aws.waits == [0.25, 0.5, 1.0, 2.0]


@pytest.mark.parametrize("header", ["soon", "-5", "Wed, 21 Oct 2026 07:28:00 GMT", ""])
def test_a_retry_after_that_is_no_number_is_ignored(aws: StubbedAws, header: str) -> None:
    """AWS's model calls it a string."""
    aws.refuses("TooManyRequestsException", 429, headers={"Retry-After": header}).answers({})
    ApiGateway(aws.client).presented(STAGE)
    assert aws.waits == [0.25]


def test_a_retry_after_beyond_the_budget_gives_up_at_once(aws: StubbedAws) -> None:
    """The next scheduled run is the better retry."""
    aws.refuses("TooManyRequestsException", 429, headers={"Retry-After": "900"})
    with pytest.raises(errors.Throttled):
        ApiGateway(aws.client).presented(STAGE)
    assert aws.waits == []


def test_waiting_is_bounded_per_call_and_starts_anew_with_the_next(aws: StubbedAws) -> None:
    """At most a minute of waiting for one call."""
    for _ in range(2):
        for _ in range(6):
            aws.refuses("TooManyRequestsException", 429, headers={"Retry-After": "12"})
        with pytest.raises(errors.Throttled):
            ApiGateway(aws.client).presented(STAGE)
        assert sum(aws.waits) == 60
        aws.waits.clear()


@given(
    trouble=st.sampled_from(Trouble),
    operation=st.sampled_from(["GetStage", "UpdateStage", "DeleteClientCertificate", "GenerateClientCertificate"]),
    asked=st.lists(st.floats(0, 100), min_size=30, max_size=30),
    jitter=st.floats(0, 0.999),
)
def test_no_sequence_of_answers_waits_longer_than_the_budget(
    trouble: Trouble, operation: str, asked: list[float], jitter: float
) -> None:
    """Whatever AWS asks for, and it ends."""
    rule = Retries(lambda: jitter)
    waited = 0.0
    for attempts, retry_after in enumerate(asked, start=1):
        seconds = rule.wait(
            Call("apigateway", operation), trouble, attempts=attempts, waited=waited, retry_after=retry_after
        )
        if seconds is None:
            break
        assert seconds >= retry_after
        waited += seconds
    else:
        pytest.fail("it never gave up")
    assert waited <= rule.total_wait_seconds


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_generate_with_a_server_error_is_sent_once(aws: StubbedAws, status: int) -> None:
    """A gateway's 504 may hide a success."""
    aws.refuses("InternalFailure", status)
    with pytest.raises(errors.OutcomeUnknown):
        ApiGateway(aws.client).generate(description="", tags={})
    assert (len(aws.requests), aws.waits) == (1, [])


def test_an_endpoint_that_is_down_is_tried_twice(aws: StubbedAws) -> None:
    """Five seconds of connecting each; the user should not wait for more."""
    aws.fails(NO_CONNECTION).fails(NO_CONNECTION)
    with pytest.raises(errors.EndpointUnreachable, match="endpoint_url"):
        ApiGateway(aws.client).presented(STAGE)
    assert aws.unused == 0


def test_each_page_of_a_list_is_sent_again_by_itself(aws: StubbedAws) -> None:
    """A throttle on page two does not start the list anew."""
    aws.answers({"item": [ISSUED], "position": "p2"})
    aws.refuses("TooManyRequestsException", 429)
    aws.answers({"item": [{**ISSUED, "clientCertificateId": "bbbbbb"}]})
    assert [each.id for each in ApiGateway(aws.client).list_certificates()] == ["4k11da", "bbbbbb"]
    assert [request.query.get("position") for request in aws.requests] == [None, ["p2"], ["p2"]]
