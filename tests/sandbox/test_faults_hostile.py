"""The hostile preset: a share of all calls, the same for the same seed and the same calls."""

from __future__ import annotations

import contextlib
import logging
import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, HTTPClientError

from apigw_sandbox import FaultKind, Hostile, Sandbox
from apigw_sandbox.faults.hostile import KINDS
from apigw_sandbox.messages import Call
from tests.sandbox.wire import certificate_arn

if TYPE_CHECKING:
    from apigw_sandbox import Fault

ACTIONS = ("GetClientCertificates", "GenerateClientCertificate", "GetRestApis", "UpdateStage", "TagResource")
CALLS = 2000


def _struck(sandbox: Sandbox, calls: int = CALLS) -> list[Fault | None]:
    """What so many recognised calls meet, which are then not carried out."""
    environ = {"REQUEST_METHOD": "GET", "RAW_URI": "/"}
    return [
        sandbox.faults.strike(
            Call(
                service="apigateway",
                action=ACTIONS[number % len(ACTIONS)],
                region="us-east-1",
                parameters={},
                body=b"",
                environ=environ,
            )
        ).fault
        for number in range(calls)
    ]


def _a_few_calls(sandbox: Sandbox) -> list[tuple[int, str, str]]:
    """Thirty calls by an SDK that never retries, and which of them went wrong how."""
    sandbox.faults.arm()
    rest, ssm = sandbox.client("apigateway"), sandbox.client("ssm")
    tagged = certificate_arn(sandbox.console.generate_certificate())
    for number in range(10):
        with contextlib.suppress(ClientError, HTTPClientError):
            rest.get_client_certificates()
        with contextlib.suppress(ClientError, HTTPClientError):
            rest.tag_resource(resourceArn=tagged, tags={"a": "b"})
        with contextlib.suppress(ClientError, HTTPClientError):
            ssm.get_parameters(Names=["/a"])
        assert sandbox.faults.calls == 3 * (number + 1)
    return [(one.number, one.action, one.kind) for one in sandbox.faults.fired]


@pytest.mark.parametrize("seed", range(5))
def test_about_one_call_in_twenty_goes_wrong(sandbox: Sandbox, seed: int) -> None:
    """Within four standard deviations, reads and changes alike; every kind of the preset comes."""
    sandbox.faults.hostile(seed)
    struck = _struck(sandbox)
    spread = 4 * math.sqrt(0.05 * 0.95 / CALLS)
    assert sum(1 for fault in struck if fault) / CALLS == pytest.approx(0.05, abs=spread)
    assert {fault.kind for fault in struck if fault} == KINDS


def test_the_kinds_are_mixed(sandbox: Sandbox) -> None:
    """None is more than a third of all, and the ones that hide a success are among them."""
    sandbox.faults.hostile(1, share=1.0)
    kinds = Counter(fault.kind for fault in _struck(sandbox) if fault)
    assert kinds.total() == CALLS
    assert max(kinds.values()) < CALLS / 3
    assert kinds[FaultKind.LOST_ANSWER] > CALLS / 20


def test_the_same_seed_strikes_the_same_calls(sandbox: Sandbox) -> None:
    """Another one does not, and neither do certificate ids that differ."""
    seen = []
    for seed in (7, 7, 8):
        sandbox.reset()
        sandbox.faults.hostile(seed, share=0.5, kinds={FaultKind.THROTTLE, FaultKind.RESET, FaultKind.LOST_ANSWER})
        seen.append(_a_few_calls(sandbox))
    assert seen[0] == seen[1] != seen[2]
    assert {kind for _, _, kind in seen[0]} == {"throttle", "reset", "lost-answer"}
    assert all(one.hostile for one in sandbox.faults.fired)


def test_a_call_more_of_one_action_moves_no_fault_of_another(sandbox: Sandbox) -> None:
    """A retry does not turn everything after it around."""
    sandbox.faults.hostile(3, share=0.5)
    straight = _struck(sandbox, 100)
    sandbox.faults.arm()
    _struck(sandbox, 1)
    shifted = _struck(sandbox, 100)
    same = [number for number in range(100) if ACTIONS[number % len(ACTIONS)] != ACTIONS[0]]
    assert [straight[number] for number in same] == [shifted[number] for number in same]
    assert straight != shifted


def test_after_clear_nothing_goes_wrong(sandbox: Sandbox) -> None:
    """And a share of nothing is nothing."""
    sandbox.faults.hostile(1, share=1.0)
    assert all(_struck(sandbox, 50))
    sandbox.faults.clear()
    assert not any(_struck(sandbox))
    sandbox.faults.hostile(1, share=0.0)
    assert not any(_struck(sandbox))


def test_the_seed_is_said_whoever_chose_it(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    """In words that ask for the same again."""
    with caplog.at_level(logging.WARNING, "apigw_sandbox.faults"):
        drawn = sandbox.faults.hostile()
        sandbox.faults.hostile(7, share=0.1, kinds={FaultKind.RESET})
    assert [record.getMessage() for record in caplog.records] == [
        f"the sandbox's faults: hostile(seed={drawn.seed}, share=0.05)",
        "the sandbox's faults: hostile(seed=7, share=0.1, kinds={FaultKind.RESET})",
    ]
    assert sandbox.faults.preset == Hostile(seed=7, share=0.1, kinds=frozenset({FaultKind.RESET}))


@pytest.mark.parametrize(
    "given",
    [
        {"seed": -1},
        {"seed": 2**32},
        {"seed": 1, "share": 1.1},
        {"seed": 1, "share": float("nan")},
        {"seed": 1, "kinds": frozenset[FaultKind]()},
        {"seed": 1, "kinds": frozenset({FaultKind.ACCESS_DENIED})},
    ],
)
def test_a_preset_that_cannot_be_is_refused(given: dict[str, Any]) -> None:
    """At once."""
    with pytest.raises(ValueError, match=r"seed|share|draws"):
        Hostile(**given)
