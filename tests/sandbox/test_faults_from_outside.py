"""Faults of a sandbox in another process: the same names over its management port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox import Fault, FaultKind, Hostile, RemoteSandbox
from tests.sandbox.wire import refused

if TYPE_CHECKING:
    from apigw_sandbox import Sandbox

ALWAYS_RESET = Hostile(seed=7, share=1.0, kinds=frozenset({FaultKind.RESET}))


@pytest.fixture
def remote(sandbox: Sandbox) -> RemoteSandbox:
    """The sandbox as another process sees it."""
    return RemoteSandbox(sandbox.endpoint_url)


def test_faults_are_added_armed_read_and_cleared_from_outside(
    sandbox: Sandbox, remote: RemoteSandbox, rest: Any
) -> None:
    """The same names, the same values."""
    fault = Fault(
        kind=FaultKind.THROTTLE,
        service="apigateway",
        action="Get*",
        resource="*",
        mutating=False,
        calls=(1, 3),
        repeats=True,
        after_effect=False,
        seconds=900,
    )
    remote.faults.add(fault, Fault(kind=FaultKind.STALE, behind=2))
    assert remote.faults.armed == sandbox.faults.armed == (fault, Fault(kind=FaultKind.STALE, behind=2))
    with refused("TooManyRequestsException", 429):
        rest.get_rest_apis()
    rest.generate_client_certificate()
    assert remote.faults.calls == 2
    assert remote.faults.seen == sandbox.faults.seen
    assert remote.faults.fired == sandbox.faults.fired
    assert [entry.fault for entry in remote.journal()] == ["throttle", ""]
    remote.faults.arm()
    assert (remote.faults.calls, remote.faults.seen, remote.faults.fired) == (0, (), ())
    remote.faults.clear()
    assert not remote.faults.armed
    assert remote.faults.preset is None
    rest.get_rest_apis()


def test_the_preset_is_asked_for_from_outside(sandbox: Sandbox, remote: RemoteSandbox) -> None:
    """With a seed, or for one."""
    given = remote.faults.hostile(7, share=1.0, kinds={FaultKind.RESET})
    assert given == remote.faults.preset == sandbox.faults.preset == ALWAYS_RESET
    drawn = remote.faults.hostile()
    assert drawn == sandbox.faults.preset
    assert drawn.share == 0.05


def test_a_callback_stays_where_it_is(sandbox: Sandbox, remote: RemoteSandbox) -> None:
    """Functions do not travel; one that is there is not shown as a fault that could be sent back."""
    fault = Fault(kind=FaultKind.CALL_BACK, callback=print)
    with pytest.raises(ValueError, match="another process"):
        remote.faults.add(fault)
    sandbox.faults.add(fault)
    assert remote.faults.armed == ()


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("add-fault", {}),
        ("add-fault", {"kind": "nonsense"}),
        ("add-fault", {"kind": "call-back"}),
        ("add-fault", {"kind": "throttle", "when": 1}),
        ("add-fault", {"kind": "throttle", "calls": 1}),
        ("add-fault", {"kind": "throttle", "calls": [True]}),
        ("add-fault", {"kind": "throttle", "calls": [0]}),
        ("add-fault", {"kind": "throttle", "mutating": 1}),
        ("add-fault", {"kind": "throttle", "action": "GenerateCertificate"}),
        ("hostile", {"seed": "7"}),
        ("hostile", {"seed": -1}),
        ("hostile", {"share": True}),
        ("hostile", {"kinds": ["call-back"]}),
        ("clear-faults", {"kind": "throttle"}),
        ("arm-faults", {"calls": 0}),
    ],
)
def test_what_is_no_fault_is_refused_and_changes_nothing(
    sandbox: Sandbox, remote: RemoteSandbox, verb: str, arguments: dict[str, object]
) -> None:
    """With the sandbox's own words."""
    with pytest.raises(ValueError, match=f"POST {verb}: "):
        remote.do(verb, **arguments)
    assert (sandbox.faults.armed, sandbox.faults.preset) == ((), None)
