"""The certificate operations at the wire."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.connection import Connection
from tests.doubles.stubbed_aws import StubbedAws

CREATED, EXPIRES = 1_767_225_600, 1_798_761_600
ISSUED = {
    "clientCertificateId": "4k11da",
    "description": "orders",
    "pemEncodedCertificate": "-----BEGIN CERTIFICATE-----\nPEM\n-----END CERTIFICATE-----\n",
    "createdDate": CREATED,
    "expirationDate": EXPIRES,
    "tags": {"apigw-client-cert:rotation-id": "r1"},
}
HTML = {"Content-Type": "text/html"}


def nobody_presents_it(aws: StubbedAws) -> StubbedAws:
    """The look before a deletion is sent again: the certificate, and a scan of no APIs."""
    return aws.answers(ISSUED).answers({"item": []}).answers({"items": []})


def test_a_full_quota_is_asked_once_and_names_what_fills_it(aws: StubbedAws) -> None:
    """How many, which of them look like ours, and which quota to raise."""
    ours = [{**ISSUED, "clientCertificateId": f"own{number:03d}"} for number in range(12)]
    foreign = [{**ISSUED, "clientCertificateId": f"for{number:03d}", "tags": {}} for number in range(48)]
    aws.refuses("LimitExceededException", 429).answers({"item": [*ours, *foreign]})
    with pytest.raises(errors.QuotaExhausted) as caught:
        ApiGateway(aws.client).generate(description="", tags={})
    text = str(caught.value)
    assert "holds 60 client certificates, 12 of them" in text
    assert "own000" in text
    assert "own009 and 2 more" in text
    assert "own010" not in text
    assert "L-824C9E42" in text
    assert [request.method for request in aws.requests] == ["POST", "GET"]
    assert aws.waits == []


def test_a_full_quota_is_said_even_when_the_list_is_denied(aws: StubbedAws) -> None:
    """The quota is the news."""
    aws.refuses("LimitExceededException", 429).refuses("AccessDeniedException", 403)
    with pytest.raises(errors.QuotaExhausted, match="an unknown number of"):
        ApiGateway(aws.client).generate(description="", tags={})


def test_a_proxys_page_in_the_place_of_an_answer_leaves_generate_unknown(aws: StubbedAws) -> None:
    """Status 200 and HTML: who knows what happened behind it."""
    aws.answers("<html>log in</html>", headers=HTML)
    with pytest.raises(errors.OutcomeUnknown):
        ApiGateway(aws.client).generate(description="", tags={})


def test_an_answer_without_a_certificate_leaves_generate_unknown(aws: StubbedAws) -> None:
    """Success without an id is no success."""
    aws.answers({}, status=201)
    with pytest.raises(errors.OutcomeUnknown):
        ApiGateway(aws.client).generate(description="", tags={})


def test_only_not_found_means_gone(aws: StubbedAws) -> None:
    """Everything else is an error, so that no state is cleared by accident."""
    aws.answers(ISSUED).refuses("NotFoundException", 404).answers({}).refuses("AccessDeniedException", 403)
    gateway = ApiGateway(aws.client)
    found = gateway.get("4k11da")
    assert found is not None
    assert found.id == "4k11da"
    assert gateway.get("4k11da") is None
    with pytest.raises(errors.Unavailable):
        gateway.get("4k11da")
    with pytest.raises(errors.AccessDenied, match="GetClientCertificate of 4k11da"):
        gateway.get("4k11da")


def test_a_list_asks_for_the_largest_page(aws: StubbedAws) -> None:
    """Sixty certificates are one call."""
    aws.answers({"item": [ISSUED]})
    assert len(ApiGateway(aws.client).list_certificates()) == 1
    assert aws.requests[0].query == {"limit": ["500"]}


def test_a_refused_delete_with_409_is_still_in_use_after_a_few_times(aws: StubbedAws) -> None:
    """A 409 may also be somebody at the same moment: between the tries nobody is found to present it."""
    for _ in range(2):
        aws.refuses("ConflictException", 409)
        nobody_presents_it(aws)
    aws.refuses("ConflictException", 409)
    with pytest.raises(errors.StillInUse):
        ApiGateway(aws.client).delete("4k11da")
    assert aws.unused == 0
    aws.refuses("ConflictException", 409)
    nobody_presents_it(aws).answers(None, status=202)
    ApiGateway(aws.client).delete("4k11da")
    assert aws.unused == 0


@pytest.mark.parametrize(("region", "partition"), [("eu-west-1", "aws"), ("cn-north-1", "aws-cn")])
def test_tags_go_to_the_certificates_arn(region: str, partition: str) -> None:
    """No account id in the ARN, a slash after the colons."""
    aws = StubbedAws(Connection(region=region))
    aws.answers(None, status=204).answers(None, status=204)
    gateway = ApiGateway(aws.client)
    gateway.tag("4k11da", {"a": "b"})
    gateway.untag("4k11da", {"b", "a"})
    arn = f"arn:{partition}:apigateway:{region}::/clientcertificates/4k11da"
    assert [unquote(request.path) for request in aws.requests] == [f"/tags/{arn}"] * 2
    assert [request.method for request in aws.requests] == ["PUT", "DELETE"]
    assert aws.requests[0].body == {"tags": {"a": "b"}}
    assert aws.requests[1].query == {"tagKeys": ["a", "b"]}


def test_no_tags_is_no_call(aws: StubbedAws) -> None:
    """AWS refuses an empty map."""
    ApiGateway(aws.client).tag("4k11da", {})
    ApiGateway(aws.client).untag("4k11da", ())
    assert aws.requests == []
