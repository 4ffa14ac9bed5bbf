"""Bad luck between gate and switch: the lifecycle over the real gateway, the sandbox, and a backend over TLS."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.clock import format_instant
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.environment import Environment
from apigw_sandbox import Fault, FaultKind
from apigw_sandbox.clock import wall_now
from tests.by_itself import by_itself
from tests.sandbox.data_plane.backend import Backend

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.doubles.aws_environments import SandboxEnvironment

TRIAL = "TestInvokeMethod"
ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c-aaaa-bbbb-cccc-123456789012"


@dataclass
class Switch:
    """A stage that presents ``old`` and is to present ``new``, which has been published for long enough."""

    real: SandboxEnvironment
    api: str
    old: str
    new: str
    props: dict[str, Any]
    lines: list[str] = field(default_factory=list)

    def perform(self, **changed: Any) -> dict[str, Any]:
        """One update of the binding."""
        environment = replace(
            Environment(),
            gateway=lambda _connection: self.real.gateway,
            say=self.lines.append,
            pause=lambda _seconds: None,
        )
        state: dict[str, Any] = by_itself(binding.update, {"stateVersion": 1}, {**self.props, **changed}, environment)
        return state

    def goes_wrong(self, kind: FaultKind, calls: Sequence[int] = (1,), **how: Any) -> None:
        """A trial meets a fault, as often as it is sent."""
        self.real.sandbox.faults.add(Fault(kind=kind, action=TRIAL, calls=tuple(calls), repeats=True, **how))

    @property
    def presented(self) -> str | None:
        """What the stage presents."""
        return self.real.sandbox.presented(self.api, "prod")

    @property
    def switches(self) -> int:
        """How often the stage was changed through the API."""
        return len(self.real.sandbox.journal.calls("UpdateStage"))


@pytest.fixture
def backend(real: SandboxEnvironment) -> Iterator[Backend]:
    """It echoes what it sees in its body."""
    with Backend(real.sandbox.issue_server_certificate, trusted=()) as backend:
        yield backend


@pytest.fixture
def switch(real: SandboxEnvironment, backend: Backend) -> Switch:
    """Both certificates are trusted."""
    hand = real.sandbox.console
    old, new = hand.generate_certificate(), hand.generate_certificate()
    backend.trust(tuple(one.pem for one in real.sandbox.certificates()))
    api = hand.create_rest_api("orders", ["prod"], backend_url=backend.url)
    hand.bind(api, "prod", old)
    long_ago = format_instant(wall_now() - timedelta(days=2))
    generations = [
        {
            "id": one.id,
            "number": number,
            "pendingSince": long_ago,
            "expirationDate": format_instant(one.expiration_date),
        }
        for number, one in enumerate(real.sandbox.certificates(), start=1)
    ]
    props = {
        "apiId": api,
        "stageName": "prod",
        "clientCertificateId": new,
        "rotationId": "ours",
        "generations": generations,
        "region": real.sandbox.region,
        "endpointUrl": real.sandbox.endpoint_url,
        "verify": {"resource": "/"},
    }
    return Switch(real, api, old, new, props)


def test_without_bad_luck_the_stage_moves_on_its_proof(switch: Switch) -> None:
    """What the others here are held against."""
    state = switch.perform()
    assert (switch.presented, state["evidence"]["testInvoke"]["proof"]) == (switch.new, "fingerprint")


def test_a_greedy_any_method_is_verified_with_a_get(switch: Switch, backend: Backend) -> None:
    """``ANY /{proxy+}``, the commonest API; without the certificate's name in an answer nothing would move."""
    api = switch.real.sandbox.console.create_rest_api("greedy", ["prod"], backend_url=backend.url, proxy=True)
    switch.real.sandbox.console.bind(api, "prod", switch.old)
    state = switch.perform(apiId=api, verify={"resource": "/{proxy+}", "path": "/health"})
    assert switch.real.sandbox.presented(api, "prod") == switch.new
    assert state["evidence"]["testInvoke"]["proof"] == "fingerprint"
    assert [(one["method"], one["path"]) for one in backend.seen] == [("GET", "/health")] * 2


def test_a_throttled_trial_is_waited_for(switch: Switch) -> None:
    """A 429 costs a wait, and nothing else."""
    switch.real.sandbox.faults.add(Fault(kind=FaultKind.THROTTLE, action=TRIAL, calls=(1, 2, 3)))
    switch.perform()
    assert (switch.presented, len(switch.real.waits)) == (switch.new, 3)


@pytest.mark.parametrize("calls", [(1,), (2,)], ids=["the new one's", "the old one's"])
@pytest.mark.parametrize(
    ("kind", "raised"),
    [
        (FaultKind.THROTTLE, errors.Throttled),
        (FaultKind.SERVER_ERROR, errors.Unavailable),
        (FaultKind.RESET, errors.Unavailable),
        (FaultKind.LOST_ANSWER, errors.Unavailable),
    ],
)
def test_a_trial_that_does_not_come_to_an_answer_leaves_the_stage_as_it_is_until_the_next_run(
    switch: Switch, kind: FaultKind, raised: type[errors.RotationError], calls: Sequence[int]
) -> None:
    """Throttled without end, 5xx, a lost answer: either of the two trials alone proves nothing."""
    switch.goes_wrong(kind, calls)
    with pytest.raises(raised):
        switch.perform()
    assert (switch.presented, switch.switches) == (switch.old, 0)
    switch.real.sandbox.faults.clear()
    switch.perform()
    assert switch.presented == switch.new


def test_a_backend_slower_than_the_gateway_waits_is_no_proof_and_not_taken_for_the_trap(
    switch: Switch, backend: Backend
) -> None:
    """The gateway gives up after 29 s and answers 504 by itself; here its patience is shorter."""
    slow = switch.real.sandbox.console.create_rest_api("slow", ["prod"], backend_url=f"{backend.url}slow")
    switch.real.sandbox.console.bind(slow, "prod", switch.old)
    switch.real.sandbox.change(integration_timeout_seconds=0.2)
    with pytest.raises(errors.NotVerified) as refused:
        switch.perform(apiId=slow)
    assert f"answers 504 to {switch.new} and 504 to {switch.old}" in str(refused.value)
    assert "it may be down, or the trial may ask the wrong thing" in str(refused.value)
    assert "same-subject" not in str(refused.value)
    assert switch.real.sandbox.presented(slow, "prod") == switch.old
    backend.release.set()


@pytest.mark.parametrize("by", ["another id", "ACM", "nobody"])
def test_a_stage_that_somebody_switches_between_gate_and_patch_is_seen_and_not_overwritten(
    switch: Switch, by: str
) -> None:
    """Invariant 9, while the second trial is under way."""
    hand = switch.real.sandbox.console
    theirs = {"another id": hand.generate_certificate(), "ACM": ACM, "nobody": None}[by]
    meddling = Fault(
        kind=FaultKind.CALL_BACK,
        action=TRIAL,
        calls=(2,),
        callback=lambda _moment: hand.bind(switch.api, "prod", theirs),
    )
    switch.real.sandbox.faults.add(meddling)
    named = {"another id": theirs, "ACM": f"the ACM certificate {ACM}", "nobody": "no certificate"}[by]
    with pytest.raises(errors.ConcurrentModification, match=f"was switched from {switch.old} to {named} while"):
        switch.perform()
    assert (switch.presented, switch.switches) == (theirs, 0)


def test_a_stage_that_somebody_deletes_between_gate_and_patch_is_said_to_be_gone(switch: Switch) -> None:
    """By its name; nothing is made in its place."""
    hand = switch.real.sandbox.console
    deleting = Fault(
        kind=FaultKind.CALL_BACK,
        action=TRIAL,
        calls=(2,),
        callback=lambda _moment: hand.delete_stage(switch.api, "prod"),
    )
    switch.real.sandbox.faults.add(deleting)
    with pytest.raises(errors.StageNotFound, match=f"{switch.api} has no stage 'prod'"):
        switch.perform()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://no-such-host.invalid/health", "DNS: the name is not known"),
        ("{backend}", "TLS: "),
    ],
)
def test_a_probe_that_cannot_get_through_is_named_and_not_the_backend(
    switch: Switch, backend: Backend, url: str, why: str
) -> None:
    """Over DNS or TLS, before anything changes: the trials found the backend in order."""
    url = url.format(backend=backend.url)
    with pytest.raises(errors.ProbeUnreachable) as failed:
        switch.perform(confirm={"url": url})
    said = str(failed.value)
    assert said.startswith(f"The probe {url} got no answer ({why}")
    assert "It says nothing of the backend. The stage keeps " in said
    assert (switch.presented, switch.switches) == (switch.old, 0)


def test_a_probe_through_the_stage_confirms_the_switch(switch: Switch) -> None:
    """The real one, over the data plane."""
    state = switch.perform(confirm={"url": switch.real.sandbox.invoke_url(switch.api, "prod")})
    assert switch.presented == switch.new
    assert state["evidence"]["probe"]["sightings"] == 3


def test_a_takeover_from_acm_is_proven_where_testinvokemethod_knows_no_such_certificate(
    switch: Switch, backend: Backend
) -> None:
    """As the sandbox answers (what AWS does is not documented): by the new one's trial, and not without it."""
    switch.real.sandbox.console.bind(switch.api, "prod", ACM)
    first, second = switch.real.sandbox.certificates()
    backend.trust((first.pem,))
    with pytest.raises(errors.NotVerified, match=f"answers 500 to {switch.new}, and TestInvokeMethod takes no ACM"):
        switch.perform(takeOver=True)
    assert (switch.presented, switch.switches) == (ACM, 0)
    backend.trust((first.pem, second.pem))
    switch.perform(takeOver=True)
    assert switch.presented == switch.new
