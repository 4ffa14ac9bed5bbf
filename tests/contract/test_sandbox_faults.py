"""What the real gateway and the publish targets make of each fault: the error, the effort, and what took effect."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.interface import StageKind
from apigw_client_cert.publish.s3 import S3Target
from apigw_client_cert.publish.secretsmanager import SecretsManagerTarget
from apigw_client_cert.publish.ssm import SsmTarget
from apigw_sandbox import Fault, FaultKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from apigw_client_cert.gateway.client import Client
    from apigw_client_cert.publish.interface import Target
    from tests.doubles.aws_environments import SandboxEnvironment

# No answer, in three ways; a time-out that ends at once is the same to the caller.
UNANSWERED = (
    Fault(kind=FaultKind.RESET),
    Fault(kind=FaultKind.LOST_ANSWER),
    Fault(kind=FaultKind.TIMEOUT, seconds=0),
    Fault(kind=FaultKind.TIMEOUT, seconds=0, after_effect=False),
)
# Beyond the client's patience, so that it gives up without waiting.
THROTTLE = Fault(kind=FaultKind.THROTTLE, seconds=900)
CONFLICT = Fault(kind=FaultKind.CONFLICT)
DENIED = Fault(kind=FaultKind.ACCESS_DENIED)
FAILED = Fault(kind=FaultKind.SERVER_ERROR)
FAILED_AFTERWARDS = Fault(kind=FaultKind.SERVER_ERROR, after_effect=True)
EVERY = (THROTTLE, CONFLICT, DENIED, FAILED, FAILED_AFTERWARDS, *UNANSWERED)


def arranged(environment: SandboxEnvironment, name: str) -> Callable[[], object]:
    """One call of the gateway with what it needs, ready to be made; nothing is counted yet."""
    gateway = environment.gateway
    environment.sandbox.faults.clear()
    stage = environment.new_stage(StageKind.WEBSOCKET if "websocket" in name else StageKind.REST)
    needs_one = name.startswith(("bind", "unbind", "tag", "untag", "delete"))
    certificate_id = gateway.generate(description="", tags={}).id if needs_one else "zzzzzz"
    if name == "unbind":
        gateway.bind(stage, certificate_id)
    environment.sandbox.faults.arm()
    environment.sandbox.journal.clear()
    calls: dict[str, Callable[[], object]] = {
        "generate": lambda: gateway.generate(description="", tags={}),
        "get": lambda: gateway.get(certificate_id),
        "list": gateway.list_certificates,
        "presented": lambda: gateway.presented(stage),
        "bind": lambda: gateway.bind(stage, certificate_id),
        "unbind": lambda: gateway.unbind(stage),
        "tag": lambda: gateway.tag(certificate_id, {"a": "b"}),
        "untag": lambda: gateway.untag(certificate_id, ["a"]),
        "delete": lambda: gateway.delete(certificate_id),
    }
    return calls[name.removesuffix(" websocket")]


READS = ("get", "list", "presented", "presented websocket")
# A second try looks first whether there is anything left to do.
LOOKING = ("bind", "bind websocket", "unbind", "delete")
CHANGES = (*LOOKING, "tag", "untag")


Outcome = tuple[str, int]
"""The error's class, "" for success, and how often the call was sent."""


def _expected(name: str) -> dict[str, Outcome]:
    """What a fault that stays comes to: as many tries as are harmless and may help."""
    refused = {"throttle": ("Throttled", 1), "access-denied": ("AccessDenied", 1)}
    if name == "generate":
        # Sent again after a 429 only: a second generate makes a second certificate.
        unknown = [_name(fault) for fault in (FAILED, FAILED_AFTERWARDS, *UNANSWERED)]
        return {**refused, "conflict": ("ConcurrentModification", 1), **dict.fromkeys(unknown, ("OutcomeUnknown", 1))}
    lost = ("Unavailable" if name in READS else "OutcomeUnknown", 3)
    failed = dict.fromkeys(map(_name, (FAILED, FAILED_AFTERWARDS)), ("Unavailable", 5))
    # A delete's 409 more likely means "in use".
    conflict = ("StillInUse", 3) if name == "delete" else ("ConcurrentModification", 6)
    done = dict.fromkeys([_name(one) for one in EVERY if one.takes_effect], ("", 1)) if name in LOOKING else {}
    return {**refused, **failed, "conflict": conflict, **dict.fromkeys(map(_name, UNANSWERED), lost), **done}


def _name(fault: Fault) -> str:
    return fault.kind.value + (" after the effect" if fault.takes_effect else "")


@pytest.mark.parametrize("name", [*READS, *CHANGES, "generate"])
def test_a_fault_that_stays_is_the_error_that_says_what_to_do(real: SandboxEnvironment, name: str) -> None:
    """Each kind has its error, and its number of tries."""
    faults = real.sandbox.faults
    found: dict[str, Outcome] = {}
    for fault in EVERY:
        call = arranged(real, name)
        faults.add(replace(fault, mutating=name not in READS))
        raised = ""
        try:
            call()
        except errors.RotationError as error:
            raised = type(error).__name__
        found[_name(fault)] = (raised, len(faults.fired))
        assert {one.kind for one in faults.fired} == {fault.kind.value}
    assert found == _expected(name)


@pytest.mark.parametrize("name", [*READS, *CHANGES])
def test_a_fault_that_passes_is_not_noticed(real: SandboxEnvironment, name: str) -> None:
    """Sent again, the call ends where it would have ended, also one that had taken effect."""
    faults, changes = real.sandbox.faults, name not in READS
    for fault in (CONFLICT, FAILED, FAILED_AFTERWARDS, *UNANSWERED):
        call = arranged(real, name)
        real.waits.clear()
        faults.add(replace(fault, calls=(1,), mutating=changes))
        call()
        sent = len([one for one in faults.seen if one.mutating is changes])
        assert (_name(fault), sent) == (_name(fault), 1 if fault.takes_effect and name in LOOKING else 2)
        assert real.waits == [0.25]


@pytest.mark.parametrize("name", ["generate", "delete", "bind", "list"])
def test_a_throttle_that_passes_is_waited_for_as_long_as_it_asks(real: SandboxEnvironment, name: str) -> None:
    """Even a generate: a 429 says that nothing happened."""
    call = arranged(real, name)
    real.sandbox.faults.add(Fault(kind=FaultKind.THROTTLE, calls=(1,), seconds=3, mutating=name not in READS))
    before = len(real.sandbox.certificates())
    call()
    assert real.waits == [3.0]
    assert len(real.sandbox.certificates()) - before == {"generate": 1, "delete": -1}.get(name, 0)


@pytest.mark.parametrize("fault", [FAILED, FAILED_AFTERWARDS, *UNANSWERED], ids=_name)
def test_an_unknown_outcome_of_a_generate_is_one_certificate_or_none(real: SandboxEnvironment, fault: Fault) -> None:
    """Never two."""
    real.sandbox.faults.add(replace(fault, calls=(1,)))
    with pytest.raises(errors.OutcomeUnknown):
        real.gateway.generate(description="", tags={})
    assert len(real.sandbox.certificates()) == int(fault.takes_effect)


def test_a_scan_that_meets_a_fault_has_a_gap(real: SandboxEnvironment) -> None:
    """Never "nobody uses it"."""
    stage = real.new_stage()
    issued = real.gateway.generate(description="", tags={})
    real.gateway.bind(stage, issued.id)
    for fault in (THROTTLE, DENIED, FAILED, *UNANSWERED):
        real.sandbox.faults.clear()
        real.sandbox.faults.add(replace(fault, action="GetStages"))
        assert real.gateway.scan().gaps, _name(fault)


def test_a_slow_answer_is_an_answer(real: SandboxEnvironment) -> None:
    """Not sent again."""
    real.sandbox.faults.add(Fault(kind=FaultKind.SLOW, seconds=0.01))
    real.gateway.generate(description="", tags={})
    assert real.sandbox.faults.calls == 1


def test_a_stale_answer_is_taken_as_it_is(real: SandboxEnvironment) -> None:
    """The gateway knows no better; the rules above it must survive that."""
    stage = real.new_stage()
    first, second = (real.gateway.generate(description="", tags={}) for _ in range(2))
    real.gateway.bind(stage, first.id)
    real.sandbox.faults.add(Fault(kind=FaultKind.STALE))
    real.gateway.bind(stage, second.id)
    assert real.gateway.presented(stage) == first.id
    assert second.id not in real.gateway.scan().users
    third = real.gateway.generate(description="", tags={})
    assert real.gateway.get(third.id) is None


@pytest.mark.parametrize("fault", [DENIED, UNANSWERED[0]], ids=_name)
def test_an_account_id_that_cannot_be_had_is_none(real: SandboxEnvironment, fault: Fault) -> None:
    """STS is a comfort, not a need."""
    real.sandbox.faults.add(replace(fault, service="sts"))
    assert real.gateway.account_id() is None


TARGETS: dict[str, Callable[[Callable[[], Client]], Target]] = {
    "ssm": lambda client: SsmTarget("/orders/pins", client),
    "s3": lambda client: S3Target("trust", "orders/pins.pem", client),
    "secretsmanager": lambda client: SecretsManagerTarget("orders/pins", client),
}


@pytest.mark.parametrize("service", TARGETS)
def test_publish_targets_meet_faults_in_their_services_words(real: SandboxEnvironment, service: str) -> None:
    """The same errors as API Gateway's, reading and writing; once it is over, the same write succeeds.

    A write that took effect is found by the look that its lost answer calls for.
    """
    sandbox = real.sandbox
    sandbox.client("s3").create_bucket(Bucket="trust", CreateBucketConfiguration={"LocationConstraint": sandbox.region})
    target = TARGETS[service](lambda: real.client)
    for fault, reading, writing in (
        (Fault(kind=FaultKind.THROTTLE), errors.Throttled, errors.Throttled),
        (DENIED, errors.AccessDenied, errors.AccessDenied),
        (FAILED, errors.Unavailable, errors.Unavailable),
        *((one, errors.Unavailable, errors.OutcomeUnknown) for one in UNANSWERED if not one.takes_effect),
    ):
        sandbox.faults.clear()
        sandbox.faults.add(replace(fault, service=service))
        with pytest.raises(reading):
            target.read()
        sandbox.faults.clear()
        sandbox.faults.add(replace(fault, service=service, mutating=True))
        with pytest.raises(writing):
            target.write("pins\n")
    sandbox.faults.clear()
    target.write("pins\n")
    for number, fault in enumerate(one for one in UNANSWERED if one.takes_effect):
        sandbox.faults.clear()
        sandbox.faults.add(replace(fault, service=service, mutating=True))
        target.write(f"pins {number}\n")
        assert target.read() == f"pins {number}\n"
