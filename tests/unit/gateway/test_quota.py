"""The quota of client certificates: what Service Quotas says, and nothing where it does not say."""

from __future__ import annotations

import pytest

from apigw_client_cert.gateway.certificates import QUOTA_CODE
from apigw_client_cert.gateway.quota import certificate_quota
from tests.doubles.stubbed_aws import NO_CONNECTION, StubbedAws, keep_to_ourselves


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> StubbedAws:
    """AWS without a network."""
    keep_to_ourselves(monkeypatch)
    return StubbedAws()


def test_it_is_what_service_quotas_says(aws: StubbedAws) -> None:
    """Of API Gateway's quota, by its code; a float on the wire."""
    aws.answers({"Quota": {"QuotaCode": QUOTA_CODE, "Value": 200.0}})
    assert certificate_quota(aws.client) == 200
    assert aws.requests[0].body == {"ServiceCode": "apigateway", "QuotaCode": QUOTA_CODE}


@pytest.mark.parametrize("code", ["AccessDeniedException", "NoSuchResourceException", "InvalidSignatureException"])
def test_a_refusal_is_no_quota(aws: StubbedAws, code: str) -> None:
    """Denied, or unknown there."""
    assert certificate_quota(aws.refuses(code, 400).client) is None


@pytest.mark.parametrize("answer", [{}, {"Quota": {}}, {"Quota": {"Value": -1}}])
def test_an_answer_without_a_figure_is_no_quota(aws: StubbedAws, answer: dict[str, object]) -> None:
    """Nothing is guessed."""
    assert certificate_quota(aws.answers(answer).client) is None


def test_an_endpoint_that_is_not_reached_is_no_quota(aws: StubbedAws) -> None:
    """After the tries that any call has."""
    assert certificate_quota(aws.fails(NO_CONNECTION).fails(NO_CONNECTION).client) is None
