"""The doubles' faults: what lifecycle tests build their bad luck on."""

from __future__ import annotations

import pytest

from apigw_client_cert.errors import OutcomeUnknown, Throttled
from tests.doubles.fake_gateway import FakeGateway
from tests.doubles.fake_target import FakeTarget

LOST = OutcomeUnknown("x", means="y", remedy="z")
BUSY = Throttled("x", means="y", remedy="z")


def test_a_fault_before_the_effect_leaves_nothing_behind() -> None:
    """And the next call works."""
    gateway = FakeGateway()
    gateway.fail_next("generate", BUSY)
    with pytest.raises(Throttled):
        gateway.generate(description="", tags={})
    assert gateway.list_certificates() == ()
    assert gateway.generate(description="", tags={}).id == "cert01"
    assert [call.method for call in gateway.calls] == ["generate", "list_certificates", "generate"]


def test_a_fault_after_the_effect_hides_a_success() -> None:
    """An answer that was lost."""
    gateway = FakeGateway()
    stage = gateway.add_stage("a1b2c3", "prod")
    gateway.fail_next("generate", LOST, after_effect=True)
    with pytest.raises(OutcomeUnknown):
        gateway.generate(description="", tags={})
    gateway.fail_next("bind", LOST, after_effect=True)
    with pytest.raises(OutcomeUnknown):
        gateway.bind(stage, "cert01")
    assert gateway.presented(stage) == "cert01"


def test_faults_hit_their_own_method_as_often_as_told() -> None:
    """Others pass."""
    gateway = FakeGateway(gaps=("REST API x",))
    gateway.fail_next("scan", BUSY, times=2)
    assert gateway.get("cert01") is None
    for _ in range(2):
        with pytest.raises(Throttled):
            gateway.scan()
    assert gateway.scan().gaps == ("REST API x",)
    assert len(gateway.called("scan")) == 3


def test_a_target_fails_before_or_after_its_effect() -> None:
    """As the gateway does."""
    target = FakeTarget()
    target.fail_next("write", BUSY)
    target.fail_next("write", LOST, after_effect=True)
    with pytest.raises(Throttled):
        target.write("first")
    assert target.read() is None
    with pytest.raises(OutcomeUnknown):
        target.write("second")
    assert target.read() == "second"
    assert target.calls == ["write", "read", "write", "read"]
