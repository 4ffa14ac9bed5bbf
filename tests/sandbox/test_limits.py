"""Throttling, and the switches themselves."""

from __future__ import annotations

from typing import Any

import pytest

from apigw_sandbox import Behaviour, InUseDeletion, Sandbox
from apigw_sandbox.api_errors import TooManyRequests
from apigw_sandbox.throttle import TokenBucket
from tests.sandbox.wire import raw, refused


class FakeMonotonic:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        """The present."""
        return self.at


def test_the_throttle_is_off_until_switched_on(rest: Any) -> None:
    """60 calls at once pass."""
    assert [rest.get_client_certificates()["items"] for _ in range(60)] == [[]] * 60


def test_a_burst_is_served_and_the_next_call_is_429_with_retry_after(sandbox: Sandbox, rest: Any) -> None:
    """A bucket that hardly refills: the fourth of a burst of three is refused, for every operation and both APIs."""
    sandbox.change(throttle=True, throttle_burst=3, throttle_rate=0.001)
    for _ in range(3):
        rest.get_client_certificates()
    with refused("TooManyRequestsException", 429) as caught:
        rest.generate_client_certificate()
    assert int(caught[0].response["ResponseMetadata"]["HTTPHeaders"]["retry-after"]) == 1000
    with refused("TooManyRequestsException", 429):
        sandbox.client("apigatewayv2").get_apis()
    assert sandbox.certificates() == ()
    assert sandbox.journal.entries()[-1].error == "TooManyRequestsException"


def test_other_services_are_not_throttled_with_api_gateway(sandbox: Sandbox, rest: Any) -> None:
    """The quota is API Gateway's."""
    sandbox.change(throttle=True, throttle_burst=1, throttle_rate=0.001)
    rest.get_client_certificates()
    assert sandbox.client("sts").get_caller_identity()["Account"] == sandbox.account_id


def test_a_throttled_call_says_so_in_header_and_body(sandbox: Sandbox) -> None:
    """For SDKs other than boto3."""
    sandbox.change(throttle=True, throttle_burst=1, throttle_rate=0.5)
    raw(sandbox.endpoint_url, "GET", "/clientcertificates")
    reply = raw(sandbox.endpoint_url, "GET", "/clientcertificates")
    assert (reply.status, reply.headers["retry-after"]) == (429, "2")
    assert reply.headers["x-amzn-errortype"] == reply.json()["__type"] == "TooManyRequestsException"


def test_the_bucket_holds_40_and_refills_10_a_second() -> None:
    """AWS's figures, in the sandbox's default behaviour; a refused call costs nothing."""
    behaviour = Behaviour()
    clock = FakeMonotonic()
    bucket = TokenBucket(clock)

    def take() -> None:
        bucket.take(rate=behaviour.throttle_rate, burst=behaviour.throttle_burst)

    for _ in range(40):
        take()
    for _ in range(3):
        with pytest.raises(TooManyRequests) as caught:
            take()
        assert caught.value.retry_after == 1
    clock.at += 0.5
    for _ in range(5):
        take()
    with pytest.raises(TooManyRequests):
        take()
    clock.at += 3600
    for _ in range(40):
        take()
    with pytest.raises(TooManyRequests):
        take()
    bucket.reset()
    take()


@pytest.mark.parametrize(
    "switches",
    [
        {"quota": 3},
        {"certificate_quota": "3"},
        {"certificate_quota": True},
        {"certificate_quota": -1},
        {"throttle": 1},
        {"throttle_rate": 0},
        {"throttle_rate": False},
        {"throttle_burst": 0},
        {"validity_seconds": 0},
        {"validity_seconds": 1.5},
        {"in_use_deletion": "maybe"},
    ],
)
def test_an_unknown_switch_or_value_is_refused(sandbox: Sandbox, switches: dict[str, object]) -> None:
    """And nothing changes."""
    with pytest.raises(ValueError, match=r"\w"):
        sandbox.change(**switches)
    assert sandbox.behaviour == Behaviour()


def test_switches_take_enum_members_or_their_values_and_numbers_of_either_kind(sandbox: Sandbox) -> None:
    """So that JSON can carry them."""
    sandbox.change(in_use_deletion=InUseDeletion.ALLOWED)
    assert sandbox.behaviour == Behaviour(in_use_deletion=InUseDeletion.ALLOWED)
    sandbox.change(in_use_deletion="conflict", throttle_rate=5)
    assert sandbox.behaviour == Behaviour(in_use_deletion=InUseDeletion.CONFLICT, throttle_rate=5.0)
    assert Behaviour().changed(sandbox.behaviour.to_json()) == sandbox.behaviour
