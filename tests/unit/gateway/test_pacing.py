"""The pace of looks at a whole account: half of AWS's control plane, and nothing at a sandbox."""

from __future__ import annotations

import pytest

from apigw_client_cert.gateway.connection import Connection
from apigw_client_cert.gateway.in_use_scan import Scan
from apigw_client_cert.gateway.pacing import BURST, RATE_PER_SECOND, keep_pace
from tests.doubles.stubbed_aws import REGION, StubbedAws, keep_to_ourselves

APIS = 100


def waits_of_a_scan(connection: Connection) -> list[float]:
    """Over a hundred APIs; the clock stands but for these."""
    aws = StubbedAws(connection)
    keep_pace(aws.client, lambda: sum(aws.waits))
    aws.answers({"item": [{"id": f"api{number:03d}"} for number in range(APIS)]})
    aws.answers({"items": []})
    for _ in range(APIS):
        aws.answers({"item": []})
    assert Scan(aws.client).run().gaps == ()
    assert len(aws.requests) == APIS + 2
    return aws.waits


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_to_ourselves(monkeypatch)


def test_a_long_scan_takes_half_of_what_aws_grants() -> None:
    """The burst at once, and then five a second."""
    waits = waits_of_a_scan(Connection(region=REGION))
    assert len(waits) == APIS + 2 - BURST
    assert sum(waits) == pytest.approx(len(waits) / RATE_PER_SECOND)


def test_a_sandbox_needs_no_pace() -> None:
    """Nobody else is there."""
    waits = waits_of_a_scan(Connection(region=REGION, endpoint_url="http://127.0.0.1:1"))
    assert waits == []
