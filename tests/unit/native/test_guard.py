"""Cancel, and what a call did."""

from __future__ import annotations

import threading

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.connection import Connection
from apigw_client_cert.gateway.interface import StageRef
from apigw_client_cert.gateway.wait_limit import WaitLimit, current
from apigw_client_cert.lifecycle.environment import Environment
from apigw_client_cert.native.guard import Guard
from tests.doubles.fake_gateway import FakeGateway
from tests.doubles.fake_target import FakeTarget


def guarded(stop: threading.Event, gateway: FakeGateway, target: FakeTarget) -> tuple[Guard, Environment]:
    """A guard and the world as it lets one see it."""
    guard = Guard(stop)
    environment = Environment(gateway=lambda _connection: gateway, target=lambda _spec, _connection: target)
    return guard, guard.over(environment, lambda _line: None)


def test_looking_is_no_change_and_acting_is_one_even_when_it_fails() -> None:
    """A call that failed may have taken effect all the same."""
    gateway = FakeGateway()
    guard, environment = guarded(threading.Event(), gateway, FakeTarget())
    seen = environment.gateway(Connection())
    seen.list_certificates()
    assert (seen.region, guard.changed) == (gateway.region, False)
    with pytest.raises(errors.Refused):
        seen.tag("nothing", {"a": "b"})
    assert guard.changed


def test_writing_a_target_is_a_change() -> None:
    """Targets are guarded like API Gateway."""
    target = FakeTarget()
    guard, environment = guarded(threading.Event(), FakeGateway(), target)
    seen = environment.target({}, Connection())
    assert (seen.read(), seen.address, guard.changed) == (None, target.address, False)
    seen.write("x")
    assert (target.content, guard.changed) == ("x", True)


def test_after_cancel_no_further_call_is_begun() -> None:
    """What was begun has ended; the next one is refused before it reaches AWS."""
    stop, gateway = threading.Event(), FakeGateway()
    _guard, environment = guarded(stop, gateway, FakeTarget())
    seen = environment.gateway(Connection())
    seen.list_certificates()
    stop.set()
    with pytest.raises(errors.Refused, match="cancelled"):
        seen.generate(description="", tags={})
    assert [call.method for call in gateway.calls] == ["list_certificates"]


def test_calls_outside_are_as_patient_as_the_engine_allows_and_nothing_else_is() -> None:
    """The patience is over with the call; the way back of a stage that was moved has all the time there is."""
    allowed, seen = WaitLimit(print, 7.0), []

    class WatchedGateway(FakeGateway):
        def bind(self, *_what: object) -> None:
            seen.append(current())

    guard = Guard(threading.Event(), allowed)
    gateway = WatchedGateway()
    environment = guard.over(Environment(gateway=lambda _connection: gateway), lambda _line: None)
    for _ in range(2):
        environment.gateway(Connection()).bind(StageRef("a1b2c3d4e5", "prod"), "4k11da")
    assert (seen, current()) == ([allowed, WaitLimit(print)], WaitLimit())
