"""Which call meets a fault, and what is remembered of it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from apigw_sandbox import Fault, FaultKind
from tests.sandbox.wire import certificate_arn, raw, refused, replace

if TYPE_CHECKING:
    from apigw_sandbox import Sandbox

BUSY = FaultKind.THROTTLE


def _statuses(sandbox: Sandbox) -> list[int]:
    return [entry.status for entry in sandbox.journal.calls()]


def _get(sandbox: Sandbox, path: str = "/clientcertificates") -> int:
    return raw(sandbox.endpoint_url, "GET", path).status


def test_every_recognised_call_is_seen_with_its_number(sandbox: Sandbox, rest: Any) -> None:
    """Action, resource as the request names it, mutation, and which of its own kind it is."""
    api = sandbox.console.create_rest_api("orders", ["dev"])
    made = rest.generate_client_certificate()["clientCertificateId"]
    rest.generate_client_certificate()
    rest.get_client_certificate(clientCertificateId=made)
    rest.update_stage(restApiId=api, stageName="dev", patchOperations=[replace("/clientCertificateId", made)])
    sandbox.client("ssm").put_parameter(Name="/orders/pins", Value="x", Type="String")
    raw(sandbox.endpoint_url, "GET", "/nonsense")
    faults = sandbox.faults
    assert [
        (one.number, one.service, one.action, one.resource, one.mutating, one.occurrence) for one in faults.seen
    ] == [
        (1, "apigateway", "GenerateClientCertificate", "", True, 1),
        (2, "apigateway", "GenerateClientCertificate", "", True, 2),
        (3, "apigateway", "GetClientCertificate", made, False, 1),
        (4, "apigateway", "UpdateStage", f"{api}/dev", True, 1),
        (5, "ssm", "PutParameter", "/orders/pins", True, 1),
    ]
    assert (faults.calls, faults.fired) == (5, ())


def test_a_call_is_chosen_by_its_number_since_arm(sandbox: Sandbox) -> None:
    """Whatever it is; arm counts anew, for faults that were added before, too."""
    sandbox.faults.add(Fault(kind=BUSY, calls=(2,)))
    statuses = [_get(sandbox) for _ in range(3)]
    sandbox.faults.arm()
    assert (sandbox.faults.calls, sandbox.faults.seen, sandbox.faults.fired) == (0, (), ())
    statuses += [_get(sandbox) for _ in range(3)]
    assert statuses == [200, 429, 200] * 2
    assert [one.number for one in sandbox.faults.fired] == [2]


def test_the_seen_calls_are_the_points_of_a_matrix(sandbox: Sandbox, rest: Any) -> None:
    """Each can be asked for by number, or by what it is."""
    made = rest.generate_client_certificate()["clientCertificateId"]

    def run() -> list[int]:
        sandbox.journal.clear()
        sandbox.faults.arm()
        for path in ("/clientcertificates", f"/clientcertificates/{made}", "/clientcertificates", "/restapis"):
            _get(sandbox, path)
        return _statuses(sandbox)

    assert run() == [200] * 4
    for point in sandbox.faults.seen:
        expected = [429 if number == point.number else 200 for number in range(1, 5)]
        for fault in (
            Fault(kind=BUSY, calls=(point.number,)),
            Fault(
                kind=BUSY,
                service=point.service,
                action=point.action,
                resource=point.resource,
                calls=(point.occurrence,),
            ),
        ):
            sandbox.faults.clear()
            sandbox.faults.add(fault)
            assert run() == expected


@pytest.mark.parametrize(
    ("fault", "struck"),
    [
        (Fault(kind=BUSY, service="apigateway"), [0, 1, 2]),
        (Fault(kind=BUSY, service="ssm"), [3]),
        (Fault(kind=BUSY, action="*ClientCertificate*"), [0, 1]),
        (Fault(kind=BUSY, action="GetClientCertificates"), [1]),
        (Fault(kind=BUSY, resource="/orders/*"), [3]),
        (Fault(kind=BUSY, resource=""), [0, 1]),
        (Fault(kind=BUSY, mutating=True), [0, 2, 3]),
        (Fault(kind=BUSY, mutating=False), [1]),
        (Fault(kind=BUSY, mutating=True, calls=(2, 3)), [2, 3]),
        (Fault(kind=BUSY, calls=range(2, 4)), [1, 2]),
        (Fault(kind=FaultKind.CONFLICT, service="sts"), []),
    ],
)
def test_calls_are_chosen_by_what_they_are(sandbox: Sandbox, rest: Any, fault: Fault, struck: list[int]) -> None:
    """Everything given must fit; ``calls`` counts what fits."""
    sandbox.faults.add(fault)
    ssm = sandbox.client("ssm")
    for call in (
        rest.generate_client_certificate,
        rest.get_client_certificates,
        lambda: rest.tag_resource(resourceArn=certificate_arn("nobody"), tags={"a": "b"}),
        lambda: ssm.put_parameter(Name="/orders/pins", Value="x", Type="String"),
    ):
        with contextlib.suppress(ClientError):
            call()
    assert [number for number, entry in enumerate(sandbox.journal.calls()) if entry.fault] == struck
    assert [one.number - 1 for one in sandbox.faults.fired] == struck


def test_repeats_strike_the_same_request_again_and_no_other(sandbox: Sandbox) -> None:
    """A call that is throttled however often it is sent."""
    sandbox.faults.add(Fault(kind=BUSY, calls=(2,), repeats=True))
    paths = ["/restapis", "/clientcertificates", "/clientcertificates?limit=5", "/clientcertificates", "/restapis"]
    assert [_get(sandbox, path) for path in paths] == [200, 429, 200, 429, 200]
    body = {"description": "x"}
    sandbox.faults.clear()
    sandbox.faults.add(Fault(kind=BUSY, calls=(1,), repeats=True))
    sent = [raw(sandbox.endpoint_url, "POST", "/clientcertificates", one).status for one in (body, {}, body)]
    assert sent == [429, 201, 429]


def test_the_first_fault_wins_and_the_others_count(sandbox: Sandbox) -> None:
    """One call meets one fault."""
    sandbox.faults.add(Fault(kind=BUSY, calls=(1,)), Fault(kind=FaultKind.SERVER_ERROR, calls=(1, 2)))
    assert [_get(sandbox) for _ in range(3)] == [429, 500, 200]
    assert [(one.number, one.kind, one.after_effect, one.hostile) for one in sandbox.faults.fired] == [
        (1, "throttle", False, False),
        (2, "server-error", False, False),
    ]


def test_after_clear_nothing_goes_wrong_and_everything_is_remembered(sandbox: Sandbox, rest: Any) -> None:
    """Until reset."""
    sandbox.faults.add(Fault(kind=BUSY))
    with refused("TooManyRequestsException", 429):
        rest.get_rest_apis()
    sandbox.faults.clear()
    rest.get_rest_apis()
    assert (sandbox.faults.calls, len(sandbox.faults.fired), sandbox.faults.armed) == (2, 1, ())
    sandbox.faults.add(Fault(kind=BUSY))
    sandbox.reset()
    rest.get_rest_apis()
    assert (sandbox.faults.calls, sandbox.faults.fired, sandbox.faults.armed) == (1, (), ())


def test_neither_hands_nor_management_are_calls(sandbox: Sandbox) -> None:
    """A fault on everything does not strike them."""
    sandbox.faults.add(Fault(kind=BUSY))
    sandbox.console.generate_certificate()
    assert raw(sandbox.endpoint_url, "GET", "/_sandbox/health", service=None).status == 200
    assert sandbox.faults.calls == 0


def test_a_trial_invocation_meets_faults_as_any_call(sandbox: Sandbox) -> None:
    """TestInvokeMethod goes a way of its own."""
    sandbox.faults.add(Fault(kind=BUSY, action="TestInvokeMethod"))
    assert raw(sandbox.endpoint_url, "POST", "/restapis/a/resources/b/methods/GET", {}).status == 429
    sandbox.faults.clear()
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, action="TestInvokeMethod", after_effect=True))
    assert raw(sandbox.endpoint_url, "POST", "/restapis/a/resources/b/methods/GET", {}).status == 500
    assert [(one.status, one.fault) for one in sandbox.journal.calls()] == [(429, "throttle"), (404, "server-error")]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": BUSY, "after_effect": True}, "before the effect"),
        ({"kind": FaultKind.LOST_ANSWER, "after_effect": False}, "after the effect"),
        ({"kind": FaultKind.RESET, "seconds": 1.0}, "no seconds"),
        ({"kind": FaultKind.SLOW, "seconds": -1.0}, "0 or more"),
        ({"kind": FaultKind.SLOW, "seconds": float("nan")}, "0 or more"),
        ({"kind": BUSY, "calls": ()}, "counted from 1"),
        ({"kind": BUSY, "calls": (0,)}, "counted from 1"),
        ({"kind": FaultKind.STALE, "behind": 0}, "from 1 to 10"),
        ({"kind": BUSY, "behind": 2}, "stale reads"),
        ({"kind": FaultKind.CALL_BACK}, "needs a callback"),
        ({"kind": FaultKind.SLOW, "callback": print}, "takes no callback"),
    ],
)
def test_what_does_not_go_together_is_refused(given: dict[str, Any], words: str) -> None:
    """When it is made, not when it is too late."""
    with pytest.raises(ValueError, match=words):
        Fault(**given)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=BUSY, action="GenerateCertificate"),
        Fault(kind=BUSY, action="Generate*Certificates"),
        Fault(kind=BUSY, service="ssm", action="GetStage"),
        Fault(kind=BUSY, service="ec2", action="*"),
    ],
)
def test_an_action_that_cannot_come_is_refused(sandbox: Sandbox, fault: Fault) -> None:
    """A misspelt fault would let every test pass."""
    with pytest.raises(ValueError, match="has no operation"):
        sandbox.faults.add(fault)
    assert sandbox.faults.armed == ()
