"""Where the changes of a connection go: a made-up clock may change things on this machine only."""

from __future__ import annotations

import pytest

from apigw_client_cert.gateway import client
from apigw_client_cert.gateway.connection import Connection
from apigw_client_cert.gateway.reach import stays_on_this_machine

HERE, THERE = "http://127.0.0.1:5000", "https://vpce-1.apigateway.eu-west-1.vpce.amazonaws.com"


@pytest.mark.parametrize(
    ("environment", "endpoint", "stays"),
    [
        ({"AWS_ENDPOINT_URL": HERE}, None, True),
        ({}, None, False),
        ({"AWS_ENDPOINT_URL": THERE}, None, False),
        # One service alone leaves the others at AWS, and the other way round.
        ({"AWS_ENDPOINT_URL_API_GATEWAY": HERE}, None, False),
        ({"AWS_ENDPOINT_URL": HERE, "AWS_ENDPOINT_URL_SSM": THERE}, None, False),
        ({"AWS_ENDPOINT_URL": HERE, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, None, False),
        # The program's word goes before the environment's.
        ({"AWS_ENDPOINT_URL": HERE}, THERE, False),
        ({"AWS_ENDPOINT_URL": THERE}, HERE, True),
    ],
)
def test_botocore_is_asked_where_it_goes(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    endpoint: str | None,
    stays: bool,  # noqa: FBT001 - a parametrised case
) -> None:
    """Every service that is changed counts, and every way in which an endpoint is set."""
    monkeypatch.setattr(client, "_clients", {})
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert stays_on_this_machine(Connection(region="eu-west-1", endpoint_url=endpoint)) is stays
