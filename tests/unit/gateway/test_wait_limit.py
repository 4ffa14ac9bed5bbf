"""What the engine allows: how long is waited, and what is said meanwhile; at the wire, without waiting."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import clock, errors
from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.interface import StageRef
from apigw_client_cert.gateway.wait_limit import WaitLimit, current, with_wait_limit
from tests.doubles.stubbed_aws import NO_ANSWER, NO_CONNECTION, StubbedAws

if TYPE_CHECKING:
    from collections.abc import Callable

STAGE = StageRef("a1b2c3", "prod")
THROTTLE = "TooManyRequestsException"


@pytest.fixture
def said() -> list[str]:
    """What the user reads."""
    return []


@pytest.fixture
def allowing(aws: StubbedAws, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Callable[[float], WaitLimit]:
    """A limit in seconds, on a clock that only the client's own waits move."""
    monkeypatch.setattr(clock, "monotonic", lambda: 1000.0 + sum(aws.waits))
    return lambda seconds: WaitLimit.until(seconds, said.append)


def test_each_wait_is_told_with_its_reason(
    aws: StubbedAws, said: list[str], allowing: Callable[[float], WaitLimit]
) -> None:
    """Nobody takes a run that waits for a hung one."""
    aws.answers({})
    aws.refuses(THROTTLE, 429, headers={"Retry-After": "7"}).answers({}).refuses("ConflictException", 409).answers({})
    aws.refuses("InternalFailure", 500).answers({}).fails(NO_ANSWER)
    with with_wait_limit(allowing(0)):
        with pytest.raises(errors.OutcomeUnknown):
            ApiGateway(aws.client).bind(STAGE, "4k11da")
        aws.fails(NO_CONNECTION).answers({})
        ApiGateway(aws.client).presented(STAGE)
    assert said == [
        "waiting 7 s: AWS throttles UpdateStage",
        "waiting 0.5 s: somebody else is changing the same object (UpdateStage)",
        "waiting 1 s: AWS answered UpdateStage with a server error",
        "waiting 0.25 s: no connection for GetStage could be made",
    ]


def test_a_read_without_an_answer_is_told_too(
    aws: StubbedAws, said: list[str], allowing: Callable[[float], WaitLimit]
) -> None:
    """It is the longest wait of all."""
    aws.fails(NO_ANSWER).answers({})
    with with_wait_limit(allowing(0)):
        ApiGateway(aws.client).presented(STAGE)
    assert said == ["waiting 0.25 s: AWS did not answer GetStage"]


def test_no_wait_passes_the_limit_and_the_error_says_who_ended_it(
    aws: StubbedAws, allowing: Callable[[float], WaitLimit]
) -> None:
    """Ten seconds are three waits of three; the fourth would be one too many. What AWS said stays said."""
    for _ in range(4):
        aws.refuses(THROTTLE, 429, headers={"Retry-After": "3"})
    with with_wait_limit(allowing(10)), pytest.raises(errors.Throttled) as failed:
        ApiGateway(aws.client).presented(STAGE)
    assert aws.waits == [3.0, 3.0, 3.0]
    assert str(failed.value).startswith("GetStage of a1b2c3/prod: AWS kept answering TooManyRequestsException.")
    assert "customTimeouts ended the waiting" in failed.value.means
    assert "Raise customTimeouts" in failed.value.remedy


@pytest.mark.parametrize(("failure", "kind"), [(NO_ANSWER, errors.OutcomeUnknown), (None, errors.Unavailable)])
def test_what_a_failure_means_does_not_depend_on_who_ended_the_waiting(
    aws: StubbedAws, allowing: Callable[[float], WaitLimit], failure: Exception | None, kind: type[Exception]
) -> None:
    """A change without an answer stays one of unknown outcome."""
    aws.answers({})
    aws.refuses("InternalFailure", 500) if failure is None else aws.fails(failure)
    with with_wait_limit(allowing(0.1)), pytest.raises(kind, match="customTimeouts"):
        ApiGateway(aws.client).bind(STAGE, "4k11da")
    assert (aws.waits, aws.unused) == ([], 0)


def test_a_call_that_needs_no_wait_is_made_after_the_limit_too(
    aws: StubbedAws, allowing: Callable[[float], WaitLimit]
) -> None:
    """A limit ends waits, no calls: a change may be all but done (invariant 5)."""
    with with_wait_limit(allowing(5)):
        aws.client.pause(9)
        aws.answers({"clientCertificateId": "4k11da"})
        assert ApiGateway(aws.client).presented(STAGE) == "4k11da"
    assert aws.waits == [5.0]


def test_a_limited_scan_has_gaps(aws: StubbedAws, allowing: Callable[[float], WaitLimit]) -> None:
    """It proves nothing, like every scan that was throttled (invariant 3)."""
    aws.answers({"item": [{"id": "rest01"}]}).answers({"items": []}).refuses(THROTTLE, 429)
    with with_wait_limit(allowing(0.1)):
        usage = ApiGateway(aws.client).scan()
    assert "REST API rest01" in usage.gaps[0]


def test_one_calls_patience_is_no_others(allowing: Callable[[float], WaitLimit]) -> None:
    """Another thread knows nothing of it, and the same thread nothing any more, however the call ended."""
    mine = allowing(5)

    def failing_call() -> None:
        with ThreadPoolExecutor(1) as other, with_wait_limit(mine):
            assert (current(), other.submit(current).result()) == (mine, WaitLimit())
            raise errors.Refused("no", means="", remedy="")

    with pytest.raises(errors.Refused):
        failing_call()
    assert (current(), current().deadline) == (WaitLimit(), None)
