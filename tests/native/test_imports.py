"""Import by id: what is found, and the way that leads there where it cannot be."""

from __future__ import annotations

import pytest

from apigw_client_cert.gateway.interface import StageKind
from tests.lifecycle.conftest import API, FakeRun
from tests.native.plugin_client import PluginClient, PluginError

ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/abc"


@pytest.fixture
def run(run: FakeRun) -> FakeRun:
    """A rotation with a pending generation, whose state is still known to the test."""
    run.rotate_to("published")
    return run


def test_a_certificate_comes_with_all_its_generations_and_is_quiet(run: FakeRun, client: PluginClient) -> None:
    """Same rotation id, the named one active, its successor pending; nothing was changed in AWS."""
    before, calls = run.state["certificate"], len(run.gateway.calls)
    found = client.read("RotatingClientCertificate", before["clientCertificateId"], {})
    assert found is not None
    _id, inputs, state = found
    for key in ("rotationId", "clientCertificateId", "pendingClientCertificateId", "highestGeneration", "phase"):
        assert state[key] == before[key]
    # Which steps were taken before, only the former state knew.
    assert [(one["step"], one["role"]) for one in state["history"]] == [("resume", "active"), ("resume", "pending")]
    assert {call.method for call in run.gateway.calls[calls:]} <= {"get", "list_certificates", "account_id"}
    checked, failures = client.check("RotatingClientCertificate", inputs, {})
    assert failures == {}
    assert client.diff("RotatingClientCertificate", state, checked).changes == 1


@pytest.mark.parametrize("kind", list(StageKind))
def test_a_binding_comes_with_what_its_stage_presents(run: FakeRun, client: PluginClient, kind: StageKind) -> None:
    """A REST stage by ``api/stage``, a WebSocket stage with ``@websocket`` behind it."""
    presented = run.state["certificate"]["clientCertificateId"]
    stage = run.gateway.add_stage(API, "imported", presented, kind)
    found = client.read("StageBinding", str(stage), {})
    assert found is not None
    resource_id, inputs, state = found
    assert (resource_id, state["apiKind"]) == (str(stage), kind.value)
    assert state["presentedClientCertificateId"] == inputs["clientCertificateId"] == presented
    assert client.diff("StageBinding", state, inputs).changes == 1


def test_what_cannot_be_imported_says_what_to_do(run: FakeRun, client: PluginClient) -> None:
    """A foreign, an expired, a missing and an ACM certificate; a bare, a foreign and an ACM stage; a bundle."""
    foreign = run.gateway.add_certificate().id
    for stage, presented in (("bare", None), ("foreign", foreign), ("acm", ACM), ("dead", "gone")):
        run.gateway.add_stage(API, stage, presented)
    words = {
        ("RotatingClientCertificate", foreign): f"adoptClientCertificateId: {foreign}",
        ("RotatingClientCertificate", "missing"): "does not exist",
        ("RotatingClientCertificate", ACM): "ACM renews it itself",
        ("RotatingClientCertificate", "orders trust"): "no client certificate id",
        ("StageBinding", f"{API}/bare"): "presents no certificate",
        ("StageBinding", f"{API}/foreign"): f"adoptClientCertificateId: {foreign}",
        ("StageBinding", f"{API}/acm"): "ACM certificate",
        ("StageBinding", f"{API}/dead"): "does not exist any more",
        ("StageBinding", f"{API}/nothing"): "has no stage 'nothing'",
        ("StageBinding", "prod"): "a1b2c3d4e5/prod@websocket",
        ("TrustBundle", "orders"): "Declare it",
    }
    for (kind, resource_id), word in words.items():
        with pytest.raises(PluginError) as failed:
            client.read(kind, resource_id, {})
        assert word in failed.value.message


def test_an_expired_certificate_is_not_imported(run: FakeRun, client: PluginClient) -> None:
    """There is nothing to rotate from."""
    first = run.state["certificate"]["clientCertificateId"]
    run.at(400)
    with pytest.raises(PluginError, match="expired at"):
        client.read("RotatingClientCertificate", first, {})
