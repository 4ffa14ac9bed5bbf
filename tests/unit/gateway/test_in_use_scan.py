"""The in-use scan at the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.interface import StageKind, StageRef
from apigw_client_cert.gateway.wait_limit import WaitLimit, with_wait_limit

if TYPE_CHECKING:
    from tests.doubles.stubbed_aws import StubbedAws


def stage(name: str, certificate_id: str | None = None) -> dict[str, str]:
    """A stage in either family's wire shape: both are lower camel case."""
    return {"stageName": name} | ({"clientCertificateId": certificate_id} if certificate_id else {})


def paths(aws: StubbedAws) -> list[str]:
    """What was asked for."""
    return [request.path for request in aws.requests]


def test_both_families_are_read_with_no_call_too_many(aws: StubbedAws) -> None:
    """Pages of APIs, then one GetStages per REST API, pages per WebSocket API, and no HTTP API."""
    aws.answers({"item": [{"id": "rest01"}], "position": "p2"}).answers({"item": [{"id": "rest02"}]})
    aws.answers({"items": [{"apiId": "http01", "protocolType": "HTTP"}], "nextToken": "n2"})
    aws.answers({"items": [{"apiId": "sock01", "protocolType": "WEBSOCKET"}]})
    aws.answers({"item": [stage("prod", "aaaaaa")]})
    aws.answers({"item": [stage("b", "aaaaaa"), stage("a", "bbbbbb")]})
    aws.answers({"items": [stage("x")], "nextToken": "s2"}).answers({"items": [stage("live", "aaaaaa")]})
    usage = ApiGateway(aws.client).scan()
    assert usage.users == {
        "aaaaaa": (StageRef("rest01", "prod"), StageRef("rest02", "b"), StageRef("sock01", "live")),
        "bbbbbb": (StageRef("rest02", "a"),),
    }
    assert usage.users["aaaaaa"][2].kind is StageKind.WEBSOCKET
    assert usage.gaps == ()
    assert paths(aws) == [
        "/restapis",
        "/restapis",
        "/v2/apis",
        "/v2/apis",
        "/restapis/rest01/stages",
        "/restapis/rest02/stages",
        "/v2/apis/sock01/stages",
        "/v2/apis/sock01/stages",
    ]
    assert aws.requests[0].query == {"limit": ["500"]}


def test_an_api_without_permission_is_a_gap_and_the_scan_goes_on(aws: StubbedAws) -> None:
    """The gap names what was not read; other users are still found."""
    aws.answers({"item": [{"id": "rest01"}, {"id": "rest02"}]}).answers({"items": []})
    aws.refuses("AccessDeniedException", 403).answers({"item": [stage("prod", "aaaaaa")]})
    usage = ApiGateway(aws.client).scan()
    assert usage.users["aaaaaa"] == (StageRef("rest02", "prod"),)
    assert len(usage.gaps) == 1
    assert "REST API rest01" in usage.gaps[0]


def test_a_list_that_cannot_be_read_is_a_gap(aws: StubbedAws) -> None:
    """Each family on its own."""
    aws.refuses("AccessDeniedException", 403).refuses("AccessDeniedException", 403)
    usage = ApiGateway(aws.client).scan()
    assert ["REST APIs" in usage.gaps[0], "WebSocket APIs" in usage.gaps[1]] == [True, True]


def test_a_later_page_that_is_throttled_keeps_what_was_found(aws: StubbedAws) -> None:
    """A gap, not an exception."""
    aws.answers({"item": [{"id": "rest01"}], "position": "p2"})
    aws.refuses("TooManyRequestsException", 429, headers={"Retry-After": "900"})
    aws.answers({"items": []}).answers({"item": [stage("prod", "aaaaaa")]})
    usage = ApiGateway(aws.client).scan()
    assert usage.users["aaaaaa"] == (StageRef("rest01", "prod"),)
    assert "the list of REST APIs" in usage.gaps[0]


def test_an_api_that_vanished_meanwhile_is_no_gap(aws: StubbedAws) -> None:
    """Its stages present nothing any more."""
    aws.answers({"item": [{"id": "rest01"}]}).answers({"items": [{"apiId": "sock01", "protocolType": "WEBSOCKET"}]})
    aws.refuses("NotFoundException", 404).refuses("NotFoundException", 404)
    assert ApiGateway(aws.client).scan().gaps == ()


def test_a_list_of_apis_that_is_not_found_is_a_gap(aws: StubbedAws) -> None:
    """An endpoint without the second family must not look like a clean scan."""
    aws.answers({"item": []}).refuses("NotFoundException", 404)
    assert "WebSocket APIs" in ApiGateway(aws.client).scan().gaps[0]


def test_a_proxys_page_is_a_gap(aws: StubbedAws) -> None:
    """An empty answer that AWS did not give proves nothing."""
    aws.answers("<html></html>", headers={"Content-Type": "text/html; charset=utf-8"}).answers({"items": []})
    assert "REST APIs" in ApiGateway(aws.client).scan().gaps[0]


def test_a_region_in_trouble_is_not_asked_hundreds_of_times(aws: StubbedAws) -> None:
    """Each unanswered read has already waited; the rest is named as gaps."""
    aws.answers({"item": [{"id": f"rest{number:02d}"} for number in range(5)]})
    aws.answers({"items": [{"apiId": "sock01", "protocolType": "WEBSOCKET"}]})
    for _ in range(3):
        aws.refuses("TooManyRequestsException", 429, headers={"Retry-After": "900"})
    usage = ApiGateway(aws.client).scan()
    assert len(usage.gaps) == 6
    assert aws.unused == 0
    assert "sock01" in usage.gaps[5]


def test_progress_names_the_total_from_the_first_line_on(aws: StubbedAws) -> None:
    """A scan of hundreds of APIs should not look hung; a line for each of them would be noise."""
    seen: list[str] = []
    aws.answers({"item": [{"id": f"rest{number:02d}"} for number in range(11)]})
    aws.answers({"items": [{"apiId": "sock01", "protocolType": "WEBSOCKET"}]})
    for _ in range(12):
        aws.answers({})
    with with_wait_limit(WaitLimit(seen.append)):
        ApiGateway(aws.client).scan()
    assert seen == ["scanning stages: API 1 of 12", "scanning stages: API 11 of 12"]
    assert aws.unused == 0
