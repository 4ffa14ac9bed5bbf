"""Somebody acts between an answer that calls for a repetition and the next try: the real gateway at the sandbox.

The client's own wait is when they act, so nothing here waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.client import Client
from apigw_client_cert.gateway.connection import Connection
from apigw_client_cert.gateway.interface import Redeploy, StageKind
from apigw_client_cert.publish.ssm import SsmTarget
from apigw_sandbox import Fault, FaultKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from apigw_client_cert.gateway.interface import StageRef
    from tests.doubles.aws_environments import SandboxEnvironment

EACH_REFUSAL = pytest.mark.parametrize("kind", [FaultKind.CONFLICT, FaultKind.THROTTLE, FaultKind.SERVER_ERROR])
EACH_FAMILY = pytest.mark.parametrize("family", list(StageKind))
TAG = "apigw-client-cert:rotation-id"


@dataclass
class Busy:
    """An account in which somebody acts while a change waits to be sent again."""

    real: SandboxEnvironment
    meanwhile: Callable[[], object] = lambda: None
    acted: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """A client of its own, whose waits are somebody's opportunity."""
        sandbox = self.real.sandbox
        connection = Connection(region=sandbox.region, endpoint_url=sandbox.endpoint_url)
        self.client = Client(connection, sleep=self._wait, jitter=lambda: 0.0)
        self.gateway = ApiGateway(self.client)

    def refuses(self, kind: FaultKind, action: str) -> None:
        """The first call of this action is refused once."""
        self.real.sandbox.faults.add(Fault(kind=kind, action=action, calls=(1,)))

    def issued(self, **tags: str) -> str:
        """A certificate that the gateway knows."""
        return self.gateway.generate(description="", tags={TAG: "ours", **tags}).id

    def calls(self, action: str) -> int:
        """How often it was sent."""
        return len(self.real.sandbox.journal.calls(action))

    def _wait(self, seconds: float) -> None:
        self.acted.append(seconds)
        self.meanwhile()


@pytest.fixture
def busy(real: SandboxEnvironment) -> Busy:
    """Nobody acts yet."""
    return Busy(real)


def bound(busy: Busy, family: StageKind = StageKind.REST) -> tuple[StageRef, str, str]:
    """A stage that was looked at, what it presents, and what it is to present."""
    stage = busy.real.new_stage(family)
    old, new = busy.issued(), busy.issued()
    busy.real.sandbox.console.bind(stage.api_id, stage.stage_name, old)
    assert busy.gateway.presented(stage) == old
    return stage, old, new


@EACH_REFUSAL
@EACH_FAMILY
def test_a_certificate_bound_meanwhile_stays(busy: Busy, kind: FaultKind, family: StageKind) -> None:
    """Invariant 9."""
    stage, old, new = bound(busy, family)
    theirs = busy.real.sandbox.console.generate_certificate()
    busy.meanwhile = lambda: busy.real.sandbox.console.bind(stage.api_id, stage.stage_name, theirs)
    busy.refuses(kind, "UpdateStage")
    with pytest.raises(errors.ConcurrentModification, match=f"was switched from {old} to {theirs}"):
        busy.gateway.bind(stage, new)
    assert busy.gateway.presented(stage) == theirs
    assert busy.calls("UpdateStage") == 1


@EACH_REFUSAL
def test_a_deployment_made_meanwhile_stays(busy: Busy, kind: FaultKind) -> None:
    """The stage keeps the new one, and the certificate that it had."""
    stage, old, new = bound(busy)
    rest = busy.real.sandbox.client("apigateway")
    busy.meanwhile = lambda: rest.create_deployment(restApiId=stage.api_id, stageName=stage.stage_name)
    before = rest.get_stage(restApiId=stage.api_id, stageName=stage.stage_name)["deploymentId"]
    busy.refuses(kind, "UpdateStage")
    with pytest.raises(errors.ConcurrentModification, match=f"moved from deployment {before} to"):
        busy.gateway.bind(stage, new, Redeploy.SAME_DEPLOYMENT)
    found = rest.get_stage(restApiId=stage.api_id, stageName=stage.stage_name)
    assert found["deploymentId"] != before
    assert found["clientCertificateId"] == old
    assert busy.calls("UpdateStage") == 1


@EACH_REFUSAL
@EACH_FAMILY
def test_what_was_bound_meanwhile_is_not_cleared(busy: Busy, kind: FaultKind, family: StageKind) -> None:
    """Invariant 9."""
    stage, _old, _new = bound(busy, family)
    theirs = busy.real.sandbox.console.generate_certificate()
    busy.meanwhile = lambda: busy.real.sandbox.console.bind(stage.api_id, stage.stage_name, theirs)
    busy.refuses(kind, "UpdateStage")
    with pytest.raises(errors.ConcurrentModification, match=f"it presents {theirs}"):
        busy.gateway.unbind(stage)
    assert busy.gateway.presented(stage) == theirs


@EACH_REFUSAL
@EACH_FAMILY
def test_a_certificate_that_a_stage_went_back_to_is_kept(busy: Busy, kind: FaultKind, family: StageKind) -> None:
    """Invariant 3, where AWS itself would delete it."""
    busy.real.sandbox.change(in_use_deletion="allowed")
    stage = busy.real.new_stage(family)
    certificate_id = busy.issued()
    busy.meanwhile = lambda: busy.real.sandbox.console.bind(stage.api_id, stage.stage_name, certificate_id)
    busy.refuses(kind, "DeleteClientCertificate")
    with pytest.raises(errors.StillInUse, match=f"{certificate_id} is presented by {stage}: its"):
        busy.gateway.delete(certificate_id)
    assert busy.gateway.get(certificate_id) is not None
    assert busy.calls("DeleteClientCertificate") == 1


def test_a_certificate_adopted_meanwhile_is_kept_and_keeps_its_owner(busy: Busy) -> None:
    """Invariant 4: neither deleted nor tagged back."""
    certificate_id = busy.issued()
    hand = busy.real.sandbox.console
    busy.meanwhile = lambda: hand.set_tags(certificate_id, {TAG: "theirs"})
    busy.refuses(FaultKind.CONFLICT, "DeleteClientCertificate")
    with pytest.raises(errors.NotOurs, match="from 'ours' to 'theirs'"):
        busy.gateway.delete(certificate_id)
    hand.set_tags(certificate_id, {TAG: "ours"})
    assert busy.gateway.get(certificate_id) is not None
    busy.refuses(FaultKind.CONFLICT, "TagResource")
    with pytest.raises(errors.NotOurs, match="from 'ours' to 'theirs'"):
        busy.gateway.tag(certificate_id, {TAG: "adopter"})
    found = busy.gateway.get(certificate_id)
    assert found is not None
    assert found.tags == {TAG: "theirs"}


def test_a_parameter_written_meanwhile_is_not_overwritten(busy: Busy) -> None:
    """Two writers: the error says so, and the text stays theirs."""
    ssm = busy.real.sandbox.client("ssm")
    target = SsmTarget("/orders/pins", lambda: busy.client)
    assert target.read() is None
    busy.meanwhile = lambda: ssm.put_parameter(Name="/orders/pins", Value="theirs", Type="String", Overwrite=True)
    busy.refuses(FaultKind.CONFLICT, "PutParameter")
    with pytest.raises(errors.ConcurrentModification, match="ssm /orders/pins holds another text"):
        target.write("ours")
    assert target.read() == "theirs"


@EACH_REFUSAL
def test_where_nobody_acts_everything_is_done(busy: Busy, kind: FaultKind) -> None:
    """A look is all that a repetition costs."""
    stage, old, new = bound(busy)
    busy.refuses(kind, "UpdateStage")
    busy.gateway.bind(stage, new, Redeploy.SAME_DEPLOYMENT)
    busy.refuses(kind, "DeleteClientCertificate")
    busy.gateway.delete(old)
    assert busy.gateway.presented(stage) == new
    assert [one.id for one in busy.gateway.list_certificates()] == [new]
    assert len(busy.acted) == 2
